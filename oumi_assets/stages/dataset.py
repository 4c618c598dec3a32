"""deduped_dataset, second half: writing the files that users load.

`conversations.jsonl` is an Oumi envelope around OpenAI wire messages, one a line; `dataset.parquet`
holds the same rows, tabular, with messages, tools and source_raw as JSON text.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from oumi_assets.core.drops import DROPPED_CONVERSATIONS
from oumi_assets.core.hashing import HashedFile
from oumi_assets.core.parallel import ahead
from oumi_assets.oumi_rules import oumi_refusal
from oumi_assets.stages.dedupe import Dropped, find_overlaps
from oumi_assets.stages.envelope import (
    Blocks,
    Envelope,
    append_envelope,
    append_giant,
    rows_of,
    source_raw,
    source_raw_parts,
)
from oumi_assets.stages.files import DROPPED_FILE, JSONL_FILE, PARQUET_FILE
from oumi_assets.stages.giants import Giants, is_giant
from oumi_assets.stages.lines import open_export
from oumi_assets.stages.sources import Progress, no_progress
from oumi_assets.stages.tables import frame, rows_per_group, write_pieces

BATCH_ROWS = 256
BATCH_BYTES = 2 << 20

_AHEAD_BYTES = 32 << 20
"""Where a conversation may be larger than this, the next ones wait on disk."""

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
_BYTES = ("messages", "source_raw")
"""Texts that are never text in Python, where one odd character doubles the memory of all."""

_AS_BYTES = pl.Schema({name: pl.Binary() if name in _BYTES else kind for name, kind in DATASET.items()})


class DatasetCounts(NamedTuple):
    """Conversations read and kept; and, known from writing it, the SHA-256 of conversations.jsonl and what Oumi refuses."""

    conversations: int
    kept: int
    jsonl_sha256: str
    refusals: dict[str, int]


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
    sizes = _raw_sizes(conversations)
    group_rows = rows_per_group(_without(sizes, overlaps)["bytes"])
    batch_rows = min(BATCH_ROWS, rows_per_group(sizes["bytes"]))
    refusals: Counter[str] = Counter()
    with open_export(export) as data, HashedFile(folder / JSONL_FILE) as jsonl:
        largest = int(sizes["bytes"].max() or 0)  # type: ignore[arg-type]
        envelopes = enumerate(_envelopes(conversations, platform, batch_rows, read_ahead=largest < _AHEAD_BYTES))
        kept = (_counted(envelope, refusals) for position, envelope in envelopes if position not in overlaps)
        giants = Giants(folder)
        pieces = _written(kept, data, jsonl, giants, progress, int(sizes["bytes"].sum()), batch_bytes)
        write_pieces(folder / PARQUET_FILE, DATASET, pieces, group_rows, giants)
        digest = jsonl.sha256()
    write_pieces(folder / DROPPED_FILE, DROPPED_CONVERSATIONS, _drops(conversations, overlaps, batch_rows), group_rows)
    return DatasetCounts(sizes.height, sizes.height - len(overlaps), digest, dict(sorted(refusals.items())))


def _raw_sizes(conversations: Path) -> pl.DataFrame:
    """The bytes of every conversation's `source_raw`, by position."""
    length = pl.col("locations").list.eval(pl.element().struct.field("length")).list.sum()
    return pl.scan_parquet(conversations, row_index_name="position").select("position", bytes=length).collect()


def _without(rows: pl.DataFrame, overlaps: dict[int, Dropped]) -> pl.DataFrame:
    return rows.filter(~pl.col("position").is_in(pl.Series(list(overlaps), dtype=pl.UInt32).implode()))


def _envelopes(conversations: Path, platform: str, batch_rows: int, *, read_ahead: bool) -> Iterator[Envelope]:
    """What each conversation's line holds, in order."""
    place = pl.element().struct
    conversation = pl.scan_parquet(conversations)
    said = conversation.select("conversation_id", "messages", "tools")
    # Apart from the texts: whatever a query makes beside a text, it copies the text for.
    known = conversation.select(
        "trace_name",
        "session_id",
        "sequence_key",
        pl.col("locations").list.eval(place.field("offset")).alias("offsets"),
        pl.col("locations").list.eval(place.field("length")).alias("lengths"),
    )
    rows = (_rows(query.collect_batches(chunk_size=batch_rows), read_ahead=read_ahead) for query in (said, known))
    return (Envelope._make((*texts, platform, *about)) for texts, about in zip(*rows, strict=True))


def _counted(envelope: Envelope, refusals: Counter[str]) -> Envelope:
    """The same, what Oumi makes of it counted."""
    refusal = oumi_refusal(envelope.messages, envelope.tools)
    if refusal is not None:
        refusals[refusal.value] += 1
    return envelope


def _rows(batches: Iterator[pl.DataFrame], *, read_ahead: bool) -> Iterator[tuple[Any, ...]]:
    # Ahead, because every query waits for the threads that write the Parquet file. Not a loop of ours: its variables
    # would keep a batch alive while the next one is read.
    return chain.from_iterable(map(_rows_of, ahead(batches) if read_ahead else batches))


def _rows_of(batch: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    columns = (column.cast(pl.Binary) if column.name in _BYTES else column for column in batch)
    return zip(*(column.to_list() for column in columns), strict=True)


def _written(
    kept: Iterator[Envelope],
    data: mmap.mmap | bytes,
    jsonl: HashedFile,
    giants: Giants,
    progress: Progress,
    total: int,
    batch_bytes: int,
) -> Iterator[pl.DataFrame]:
    """Writes each conversation's line, and yields the same rows as tables."""
    rows: list[tuple[object, ...]] = []
    out = Blocks(jsonl.write, batch_bytes)
    done = waiting = 0
    for row, envelope in enumerate(kept):
        size, raw = envelope.raw_size, b""
        if is_giant(size):
            giants.keep(row, "source_raw", size, source_raw_parts(data, envelope))
            append_giant(out, envelope, source_raw_parts(data, envelope))
        else:
            lines = rows_of(data, envelope)
            raw = source_raw(lines)
            append_envelope(out, envelope, lines)
        rows.append(envelope.tabular(giants.spare(row, "messages", envelope.messages), raw))
        waiting += size
        done += size
        if waiting >= batch_bytes:
            progress("writing", min(done, total), total)
            full, rows, raw, waiting = [_table(rows)], [], b"", 0
            # Handed over and not held: a giant's table must not exist twice.
            yield full.pop()
    out.flush()
    progress("writing", total, total)
    yield _table(rows)


def _table(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    table = frame(_AS_BYTES, rows)
    for name in _BYTES:
        table.replace_column(table.get_column_index(name), table[name].cast(pl.String))
    return table


def _drops(conversations: Path, overlaps: dict[int, Dropped], batch_rows: int) -> Iterator[pl.DataFrame]:
    """What is left out, in order, each with the conversation that is kept instead."""
    if not overlaps:
        return
    names = pl.read_parquet(conversations, columns=["conversation_id"])["conversation_id"]
    said = pl.scan_parquet(conversations).select("conversation_id", "messages", "tools", "locations")
    position = 0
    # Batch by batch: a join holds all of the texts that it lets through.
    for batch in said.collect_batches(chunk_size=batch_rows):
        found = {place: drop for place in range(batch.height) if (drop := overlaps.get(position + place)) is not None}
        position += batch.height
        if found:
            yield _dropped(batch[list(found)], list(found.values()), names)


def _dropped(said: pl.DataFrame, drops: list[Dropped], names: pl.Series) -> pl.DataFrame:
    reasons = pl.Series("reason", [drop.reason.value for drop in drops], pl.String)
    kept = names.gather([drop.kept for drop in drops]).alias("kept_instead")
    columns = {column.name: column for column in (*said, reasons, kept)}
    return pl.DataFrame([columns[name] for name in DROPPED_CONVERSATIONS])


def count_jsonl(path: Path) -> int:
    """Lines of a JSONL file that we wrote, from its bytes."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
