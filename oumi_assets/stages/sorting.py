"""Traces put in order without holding them all: sorted on their keys, then written in slices of that order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from oumi_assets.stages.tables import rows_per_group, write_pieces

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
        self._only: pl.DataFrame | None = None
        self._files: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, traces: pl.DataFrame) -> None:
        """Append a table; no trace is in two of them."""
        if self._only is None and not self._files:
            self._only = traces
            return
        if self._only is not None:
            self._spill(self._only)
            self._only = None
        self._spill(traces)

    def _spill(self, traces: pl.DataFrame) -> None:
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{len(self._files):06}.parquet"
        traces.write_parquet(path, compression="lz4", statistics=False)
        self._files.append(path)

    def write(self, path: Path, slice_rows: int) -> None:
        """One file in order; a slice holds traces of about `slice_rows` rows of the export."""
        keys = self._all().select(*_KEYS, "weight").sort(*_KEYS, nulls_last=True).collect()
        group_rows = min(_GROUP_TRACES, rows_per_group(keys["weight"].cast(pl.Int64) * _BYTES_A_ROW))
        write_pieces(path, self._schema, self._slices(keys, slice_rows), group_rows)

    def _all(self) -> pl.LazyFrame:
        return self._only.lazy() if self._only is not None else pl.scan_parquet(self._files)

    def _slices(self, keys: pl.DataFrame, slice_rows: int) -> Iterator[pl.DataFrame]:
        keys = keys.with_columns(slice=pl.col("weight").cum_sum() // slice_rows)
        for wanted in keys.partition_by("slice", maintain_order=True):
            part = self._all().join(wanted.lazy().select("trace"), on="trace", how="semi").collect()
            yield part.sort(*_KEYS, nulls_last=True).select(self._schema.names())
