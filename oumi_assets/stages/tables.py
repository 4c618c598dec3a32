"""Parquet files written piece by piece, so that a stage's memory is one piece and not the whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

import polars as pl
from polars.io.plugins import register_io_source

from oumi_assets.core.parallel import drawn_by_a_thread
from oumi_assets.stages.giants import GiantSpotter
from oumi_assets.stages.pages import COMPRESSION_LEVEL, Pages

GROUP_BYTES = 16 << 20
"""A row group of texts holds about this much; polars keeps several of them while it writes or reads."""

MAX_GROUP_ROWS = 1 << 16
PART_GROUP_ROWS = 1 << 12
"""Dropped rows carry excerpts of 4 KB: so many of them are a row group."""

_BATCH_ROWS = 1 << 14


def write_pieces(
    path: Path,
    schema: pl.Schema,
    pieces: Iterable[pl.DataFrame],
    group_rows: int = MAX_GROUP_ROWS,
    pages: Pages | None = None,
    *,
    compressed: bool = True,
) -> None:
    """One Parquet file of all pieces, in order, `group_rows` rows a group; with no pieces, an empty table of that schema.

    `pages` hold the texts that the pieces lack already: giants, or a whole column. Giants that are still in the pieces are
    taken out of them. Pages are always compressed.
    """
    with pages or Pages(path.parent) as ours:
        table = _scan(map(GiantSpotter(ours).without, pieces), schema)
        _sink(table, path, group_rows, "zstd" if compressed else "uncompressed")
        ours.put_into(path)


def _scan(pieces: Iterator[pl.DataFrame], schema: pl.Schema) -> pl.LazyFrame:
    """A query that draws the pieces one by one while it is executed."""
    # In one thread of ours: polars asks from dozens of its own, and each would keep memory for the next time.
    received = drawn_by_a_thread(pieces, ahead=0)

    def source(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        # Not a loop of ours: its variable would keep a piece alive while polars works on a copy.
        yield from filter(_has_rows, received)

    return register_io_source(source, schema=schema, validate_schema=True)


def _sink(table: pl.LazyFrame, path: Path, group_rows: int, compression: Literal["zstd", "uncompressed"]) -> None:
    table.sink_parquet(
        path,
        compression=compression,
        compression_level=COMPRESSION_LEVEL if compression == "zstd" else None,
        # Minimum and maximum of long texts cost a pass over them, and nobody looks a conversation up by them.
        statistics=False,
        row_group_size=group_rows,
        maintain_order=True,
    )


def _has_rows(piece: pl.DataFrame) -> bool:
    return piece.height > 0


def rows_per_group(sizes: pl.Series, group_bytes: int = GROUP_BYTES) -> int:
    """The most rows a group may have so that groups hold `group_bytes` on average, and none four times that.

    `sizes` are the rows' bytes, in order. A row larger than all that shares its group with few, and cannot be helped: a
    value is in one group. One number goes for the whole file, so a limit as low as the average would leave groups of one
    or two rows for the sake of a single place; each costs memory until the file is finished.
    """
    limit = group_bytes * 4
    capped = pl.DataFrame({"size": sizes.fill_null(0).clip(upper_bound=limit // 2)}).with_row_index()
    rows = MAX_GROUP_ROWS
    while rows > 1:
        held = capped.group_by(pl.col("index") // rows).agg(pl.col("size").sum())["size"]
        if held.is_empty() or (int(held.max()) <= limit and float(held.mean()) <= group_bytes):  # type: ignore[arg-type]
            break
        rows //= 2
    return rows


class Parts:
    """Tables that come in between other work, kept aside on disk until they are one file: memory holds one part at most."""

    def __init__(self, folder: Path, schema: pl.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._held: list[pl.DataFrame] = []
        self._files: list[Path] = []

    def add(self, piece: pl.DataFrame) -> None:
        """Append a table."""
        if piece.is_empty():
            return
        self._held.append(piece)
        if sum(held.estimated_size() for held in self._held) > GROUP_BYTES:
            self._spill()

    def _spill(self) -> None:
        self._files.append(put_aside(pl.concat(self._held), self._folder, len(self._files)))
        self._held = []

    def write(self, path: Path) -> None:
        """All tables in one file, in the order they came; nothing stays aside."""
        write_pieces(path, self._schema, chain(map(pl.read_parquet, self._files), self._held), PART_GROUP_ROWS)
        shutil.rmtree(self._folder, ignore_errors=True)


def put_aside(table: pl.DataFrame, folder: Path, number: int) -> Path:
    """Write a table that is read once more, as the file of that number in a folder of such; its path."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{number:06}.parquet"
    table.write_parquet(path, compression="lz4", statistics=False)
    return path


def frame(schema: pl.Schema, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """A table of rows given as tuples in the schema's order."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    # Of finished columns: polars copies the values of a dictionary once more.
    return pl.DataFrame(
        [pl.Series(name, column, kind) for (name, kind), column in zip(schema.items(), columns, strict=True)]
    )


def hand_over(table: pl.DataFrame, folder: Path | None) -> pl.DataFrame | Path:
    """A table on its way to another process: in a file of that folder, since a pipe copies it six times.

    Without a folder it stays in this process, as it is.
    """
    if folder is None:
        return table
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        table.write_ipc(file, compat_level=pl.CompatLevel.newest())
    return Path(file.name)


def take_over(handed: pl.DataFrame | Path) -> pl.DataFrame:
    """The table; nothing of it stays in the folder."""
    if isinstance(handed, pl.DataFrame):
        return handed
    table = pl.read_ipc(handed)
    handed.unlink()
    return table


class Rows:
    """A table of rows given one by one: as Python objects only a batch of them at a time."""

    def __init__(self, schema: pl.Schema) -> None:
        self._schema = schema
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[object, ...]] = []

    def append(self, row: tuple[object, ...]) -> None:
        """One more row, as a tuple in the schema's order."""
        self._rows.append(row)
        if len(self._rows) >= _BATCH_ROWS:
            self._frames.append(frame(self._schema, self._rows))
            self._rows = []

    def frame(self) -> pl.DataFrame:
        """All rows so far."""
        return pl.concat([*self._frames, frame(self._schema, self._rows)])
