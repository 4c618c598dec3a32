"""deduped_dataset, second half: writing the files that users load.

`conversations.jsonl` is an Oumi envelope around OpenAI wire messages, one a line; `dataset.parquet`
holds the same rows, tabular, with messages, tools and source_raw as JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import polars as pl
from msgspec import Raw

from oumi_assets.core.drops import DROPPED_CONVERSATIONS
from oumi_assets.stages.dedupe import Dropped, find_overlaps
from oumi_assets.stages.index import DROPPED_FILE
from oumi_assets.stages.lines import open_export
from oumi_assets.stages.reconstruct import CONVERSATIONS_FILE
from oumi_assets.stages.sources import Progress, no_progress
from oumi_assets.stages.tables import frame, write_pieces

JSONL_FILE = "conversations.jsonl"
PARQUET_FILE = "dataset.parquet"
BATCH_ROWS = 256
BATCH_BYTES = 32 << 20

DATASET = pl.Schema(
    {
        "conversation_id": pl.String(),
        "messages": pl.String(),
        "tools": pl.String(),
        "source_platform": pl.String(),
        "source_trace_id": pl.String(),
        "source_trace_name": pl.String(),
        "source_session_id": pl.String(),
        "source_sequence_key": pl.String(),
        "source_raw": pl.String(),
    }
)


class DatasetCounts(NamedTuple):
    """Conversations read, and conversations kept."""

    conversations: int
    kept: int


def write_dataset(
    export: Path,
    conversations: Path,
    folder: Path,
    platform: str,
    *,
    deduplicate: bool,
    progress: Progress = no_progress,
    batch_bytes: int = BATCH_BYTES,
) -> DatasetCounts:
    """Write the dataset's two tables and `dropped.parquet`."""
    overlaps = find_overlaps(conversations) if deduplicate else {}
    total = pl.scan_parquet(conversations).select(pl.len()).collect().item()
    with open_export(export) as data, (folder / JSONL_FILE).open("wb", buffering=1 << 20) as jsonl:
        kept = _kept_rows(conversations, overlaps)
        pieces = _written(kept, data, platform, jsonl, total, progress, batch_bytes)
        write_pieces(folder / PARQUET_FILE, DATASET, pieces)
    write_pieces(folder / DROPPED_FILE, DROPPED_CONVERSATIONS, _drops(conversations, overlaps))
    return DatasetCounts(conversations=total, kept=total - len(overlaps))


def _rows(conversations: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """All rows with their position, a batch in memory at a time."""
    position = 0
    for batch in pl.scan_parquet(conversations).drop("prefix_hashes").collect_batches(chunk_size=BATCH_ROWS):
        for row in batch.iter_rows(named=True):
            yield position, row
            position += 1


def _kept_rows(conversations: Path, overlaps: dict[int, Dropped]) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((position, row) for position, row in _rows(conversations) if position not in overlaps)


def _written(
    kept: Iterator[tuple[int, dict[str, Any]]],
    data: Any,
    platform: str,
    jsonl: BinaryIO,
    total: int,
    progress: Progress,
    batch_bytes: int,
) -> Iterator[pl.DataFrame]:
    """Writes each conversation's line, and yields the same rows as tables."""
    rows: list[tuple[object, ...]] = []
    held = 0
    for position, row in kept:
        raw = source_raw(data, row["locations"])
        jsonl.write(_line(row, platform, raw))
        jsonl.write(b"\n")
        rows.append(_tabular(row, platform, raw))
        held += len(raw)
        if held >= batch_bytes:
            progress("writing", position, total)
            yield frame(DATASET, rows)
            rows, held = [], 0
    progress("writing", total, total)
    yield frame(DATASET, rows)


def source_raw(data: Any, locations: list[dict[str, int]]) -> str:
    """Rule 14: the trace's lines, byte for byte, as a JSON array."""
    lines = (bytes(data[at["offset"] : at["offset"] + at["length"]]) for at in locations)
    return (b"[" + b",".join(lines) + b"]").decode()


def _line(row: dict[str, Any], platform: str, raw: str) -> bytes:
    metadata = {
        "source_platform": platform,
        "source_trace_id": row["conversation_id"],
        "source_trace_name": row["trace_name"],
        "source_session_id": row["session_id"],
        "source_sequence_key": row["sequence_key"],
        "source_raw": raw,
    }
    if row["session_id"] is None:
        del metadata["source_session_id"]
    envelope: dict[str, Any] = {"conversation_id": row["conversation_id"], "messages": Raw(row["messages"].encode())}
    if row["tools"] is not None:
        envelope["tools"] = Raw(row["tools"].encode())
    return msgspec.json.encode({**envelope, "metadata": metadata})


def _tabular(row: dict[str, Any], platform: str, raw: str) -> tuple[object, ...]:
    return (
        row["conversation_id"],
        row["messages"],
        row["tools"],
        platform,
        row["conversation_id"],
        row["trace_name"],
        row["session_id"],
        row["sequence_key"],
        raw,
    )


def _drops(conversations: Path, overlaps: dict[int, Dropped]) -> Iterator[pl.DataFrame]:
    if not overlaps:
        return
    names = pl.read_parquet(conversations, columns=["conversation_id"])["conversation_id"]
    rows: list[tuple[object, ...]] = []
    for position, row in _rows(conversations):
        drop = overlaps.get(position)
        if drop is not None:
            kept = names[drop.kept]
            rows.append((drop.reason.value, row["conversation_id"], kept, row["messages"], row["tools"], row["locations"]))
        if len(rows) >= BATCH_ROWS:
            yield frame(DROPPED_CONVERSATIONS, rows)
            rows = []
    yield frame(DROPPED_CONVERSATIONS, rows)


def count_jsonl(path: Path) -> int:
    """Lines of a JSONL file that we wrote, from its bytes."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))


__all__ = ["CONVERSATIONS_FILE", "DatasetCounts", "count_jsonl", "source_raw", "write_dataset"]
