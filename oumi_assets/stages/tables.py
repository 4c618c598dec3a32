"""Parquet files written piece by piece, so that a stage's memory is one piece and not the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source


def write_pieces(path: Path, schema: pl.Schema, pieces: Iterable[pl.DataFrame]) -> None:
    """One Parquet file of all pieces, in order; with no pieces, an empty table of that schema."""
    received = iter(pieces)

    def source(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        yield from (piece for piece in received if piece.height)

    register_io_source(source, schema=schema, validate_schema=True).sink_parquet(
        path, compression="zstd", maintain_order=True
    )


def frame(schema: pl.Schema, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """A table of rows given as tuples in the schema's order."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)


class Rows:
    """A table of rows given one by one: as Python objects only a batch of them at a time."""

    def __init__(self, schema: pl.Schema, batch: int = 1 << 14) -> None:
        self._schema = schema
        self._batch = batch
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[object, ...]] = []

    def append(self, row: tuple[object, ...]) -> None:
        """One more row, as a tuple in the schema's order."""
        self._rows.append(row)
        if len(self._rows) >= self._batch:
            self._frames.append(frame(self._schema, self._rows))
            self._rows = []

    def frame(self) -> pl.DataFrame:
        """All rows so far."""
        return pl.concat([*self._frames, frame(self._schema, self._rows)])


class Spool:
    """A Parquet file whose pieces come while another one is being written: kept on disk until all are there."""

    def __init__(self, folder: Path, name: str, schema: pl.Schema) -> None:
        self._path = folder / name
        self._schema = schema
        self._kept: list[Path] = []

    def append(self, piece: pl.DataFrame) -> None:
        """One more piece."""
        if piece.height:
            self._kept.append(self._path.with_name(f".{self._path.name}.{len(self._kept)}"))
            piece.write_ipc(self._kept[-1])

    def close(self) -> None:
        """Write the file of all pieces, in order."""
        write_pieces(self._path, self._schema, (pl.read_ipc(path) for path in self._kept))
        for path in self._kept:
            path.unlink()


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from the file."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def count_reasons(path: Path) -> dict[str, int]:
    """Rows of a drop table by reason, most frequent first, from the file."""
    counted = pl.scan_parquet(path).group_by("reason").len().sort("len", "reason", descending=[True, False]).collect()
    return dict(counted.iter_rows())
