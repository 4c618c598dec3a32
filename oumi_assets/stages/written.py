"""What is in a file that a stage wrote, told from the file itself: its rows, reasons and first rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl


def has_columns(path: Path, schema: pl.Schema) -> bool:
    """Whether a Parquet file has all columns of a schema, as it has them."""
    found = pl.read_parquet_schema(path)
    return all(found.get(name) == kind for name, kind in schema.items())


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from the file."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def count_reasons(path: Path) -> dict[str, int]:
    """Rows of a drop table by reason, most frequent first, from the file."""
    counted = pl.scan_parquet(path).group_by("reason").len().sort("len", "reason", descending=[True, False]).collect()
    return dict(counted.iter_rows())


def first_rows(path: Path, count: int) -> list[dict[str, Any]]:
    """The first rows of a file, by column."""
    return pl.scan_parquet(path).head(count).collect().to_dicts()


def first_of_each_reason(path: Path, columns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The first row of each reason, by reason: those of the named columns that the drop table has."""
    drops = pl.scan_parquet(path)
    known = [name for name in columns if name in drops.collect_schema()]
    first = drops.group_by("reason", maintain_order=True).agg(pl.col(known).first()).collect()
    return {row.pop("reason"): row for row in first.to_dicts()}


def count_jsonl(path: Path) -> int:
    """Lines of a JSONL file that we wrote, from its bytes."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
