"""Traces put in order without holding them all: sorted on their keys, then written in slices of that order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from oumi_assets.stages.tables import put_aside, rows_per_group, write_pieces

_KEYS = ("sequence", "trace")
_GROUP_TRACES = 512
"""Each batch of reconstruction reads its traces alone: whatever shares their row groups is read for nothing."""

_BYTES_A_ROW = 256
"""What one row of the export takes in a trace's lists, ids and all; generously."""


class SortedTraces:
    """Tables with the columns `sequence`, `trace`, `weight` and a schema's, written as one file in that order.

    The weight is a trace's number of rows in the export.

    While there is one table it stays in memory; several lie on disk below `folder`. Use as a context manager.
    """

    def __init__(self, folder: Path, schema: pl.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._held: list[pl.DataFrame] = []
        self._files: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, traces: pl.DataFrame) -> None:
        """Append a table; no trace is in two of them."""
        self._held.append(traces)
        if len(self._held) + len(self._files) > 1:
            self._files += [
                put_aside(table, self._folder, number) for number, table in enumerate(self._held, len(self._files))
            ]
            self._held = []

    def write(self, path: Path, slice_rows: int) -> None:
        """One file in order; a slice holds traces of about `slice_rows` rows of the export."""
        keys = self._all().select(*_KEYS, "weight").sort(*_KEYS, nulls_last=True).collect()
        group_rows = min(_GROUP_TRACES, rows_per_group(keys["weight"].cast(pl.Int64) * _BYTES_A_ROW))
        write_pieces(path, self._schema, self._slices(keys, slice_rows), group_rows)

    def _all(self) -> pl.LazyFrame:
        return self._held[0].lazy() if self._held else pl.scan_parquet(self._files)

    def _slices(self, keys: pl.DataFrame, slice_rows: int) -> Iterator[pl.DataFrame]:
        keys = keys.with_columns(slice=pl.col("weight").cum_sum() // slice_rows)
        for wanted in keys.partition_by("slice", maintain_order=True):
            part = self._all().join(wanted.lazy().select("trace"), on="trace", how="semi").collect()
            yield part.sort(*_KEYS, nulls_last=True).select(self._schema.names())
