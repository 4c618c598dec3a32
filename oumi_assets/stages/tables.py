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


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from the file."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def count_reasons(path: Path) -> dict[str, int]:
    """Rows of a drop table by reason, most frequent first, from the file."""
    counted = pl.scan_parquet(path).group_by("reason").len().sort("len", "reason", descending=[True, False]).collect()
    return dict(counted.iter_rows())
