"""Conservation, recounted from what lies on disk: lines of bytes, rows of tables, never our own sums."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from oumi_assets.imports.workspace import DEDUPED_DATASET, PARSED_TRACES, RAW_EXPORT, RECONSTRUCTED_CONVERSATIONS
from oumi_assets.stages.files import (
    CONVERSATIONS_FILE,
    DROPPED_FILE,
    EXPORT,
    JSONL_FILE,
    PARQUET_FILE,
    ROWS_FILE,
    TRACES_FILE,
)
from oumi_assets.stages.lines import count_lines
from oumi_assets.stages.written import count_jsonl, count_rows
from oumi_assets.storage.store import Store


class Recount(NamedTuple):
    """What a stage was given, let out and dropped, as counted from its files; and sums that must agree besides."""

    incoming: int
    outgoing: int
    dropped: int
    also: dict[str, tuple[int, int]]

    @property
    def holds(self) -> bool:
        """Nothing is lost: in = out + dropped, and every other pair is equal."""
        return self.incoming == self.outgoing + self.dropped and all(a == b for a, b in self.also.values())


def recount(store: Store, asset: str, key: str) -> Recount:
    """Count a published stage again, and hold what it reported against that. Raises `MissingImport`."""
    found, reported = _RECOUNTS[asset](store, key), store.complete(asset, key).counts
    also = {
        "in, as reported": (found.incoming, reported.incoming),
        "out, as reported": (found.outgoing, reported.outgoing),
        "dropped, as reported": (found.dropped, reported.total_dropped),
    }
    return found._replace(also={**found.also, **also})


def _dropped(store: Store, asset: str, key: str) -> int:
    return count_rows(store.file(asset, key, DROPPED_FILE))


def _raw_export(store: Store, key: str) -> Recount:
    lines = count_lines(store.file(RAW_EXPORT, key, EXPORT))
    rows = count_rows(store.file(RAW_EXPORT, key, ROWS_FILE))
    return Recount(lines, rows, _dropped(store, RAW_EXPORT, key), {})


def _parsed_traces(store: Store, key: str) -> Recount:
    rows, traces = store.file(RAW_EXPORT, key, ROWS_FILE), store.file(PARSED_TRACES, key, TRACES_FILE)
    dropped = store.file(PARSED_TRACES, key, DROPPED_FILE)
    found = pl.scan_parquet(rows).select(pl.col("trace").n_unique()).collect().item()
    of_traces = pl.scan_parquet(traces).select(pl.col("rows").list.len().sum()).collect().item()
    of_dropped = pl.scan_parquet(dropped).select(pl.col("locations").list.len().sum()).collect().item()
    return Recount(
        found, count_rows(traces), count_rows(dropped), {"rows of all traces": (count_rows(rows), of_traces + of_dropped)}
    )


def _reconstructed_conversations(store: Store, key: str) -> Recount:
    return Recount(
        count_rows(store.file(PARSED_TRACES, key, TRACES_FILE)),
        count_rows(store.file(RECONSTRUCTED_CONVERSATIONS, key, CONVERSATIONS_FILE)),
        _dropped(store, RECONSTRUCTED_CONVERSATIONS, key),
        {},
    )


def _deduped_dataset(store: Store, key: str) -> Recount:
    kept = count_rows(store.file(DEDUPED_DATASET, key, PARQUET_FILE))
    lines = count_jsonl(store.file(DEDUPED_DATASET, key, JSONL_FILE))
    return Recount(
        count_rows(store.file(RECONSTRUCTED_CONVERSATIONS, key, CONVERSATIONS_FILE)),
        kept,
        _dropped(store, DEDUPED_DATASET, key),
        {"lines of conversations.jsonl": (kept, lines)},
    )


_RECOUNTS = {
    RAW_EXPORT: _raw_export,
    PARSED_TRACES: _parsed_traces,
    RECONSTRUCTED_CONVERSATIONS: _reconstructed_conversations,
    DEDUPED_DATASET: _deduped_dataset,
}
