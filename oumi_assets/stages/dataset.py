"""deduped_dataset, second half: writing the files that users load.

`conversations.jsonl` is an Oumi envelope around OpenAI wire messages, one a line; `dataset.parquet`
holds the same rows, tabular, with messages, tools and source_raw as JSON text.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import polars as pl

from oumi_assets.core.drops import DROPPED_CONVERSATIONS
from oumi_assets.core.hashing import HashedFile
from oumi_assets.core.pace import Progress, no_progress
from oumi_assets.core.parallel import in_another_process, workers_for
from oumi_assets.oumi_rules import oumi_refusal
from oumi_assets.stages.conversations import raw_sizes, read_envelopes
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
from oumi_assets.stages.giants import is_giant, spare
from oumi_assets.stages.lines import open_export
from oumi_assets.stages.pages import STREAMED_BYTES, Column, Pages
from oumi_assets.stages.parquet_footer import group_rows
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
    """Conversations read and kept; and, known from writing it, the hash of conversations.jsonl and what Oumi refuses."""

    conversations: int
    kept: int
    jsonl_blake3: str
    refusals: dict[str, int]


class _Plan(NamedTuple):
    """What both files are written from, and how: paths, what is left out, and sizes in rows and bytes."""

    export: Path
    conversations: Path
    folder: Path
    platform: str
    overlaps: dict[int, Dropped]
    group_rows: int
    batch_rows: int
    batch_bytes: int
    read_ahead: bool
    raw_bytes: int

    def kept(self) -> Iterator[Envelope]:
        """The conversations that are written."""
        envelopes = read_envelopes(self.conversations, self.platform, self.batch_rows, read_ahead=self.read_ahead)
        return (envelope for position, envelope in enumerate(envelopes) if position not in self.overlaps)


def write_dataset(
    export: Path,
    conversations: Path,
    folder: Path,
    platform: str,
    *,
    deduplicate: bool,
    workers: int = 1,
    progress: Progress = no_progress,
    batch_bytes: int = BATCH_BYTES,
) -> DatasetCounts:
    """Write the dataset's two tables and `dropped.parquet`."""
    workers = workers_for(export.stat().st_size, workers)
    overlaps = find_overlaps(conversations) if deduplicate else {}
    sizes = raw_sizes(conversations)
    plan = _Plan(
        export,
        conversations,
        folder,
        platform,
        overlaps,
        group_rows=rows_per_group(_without(sizes, overlaps)["bytes"]),
        batch_rows=min(BATCH_ROWS, max(group_rows(conversations), default=1)),
        batch_bytes=batch_bytes,
        read_ahead=int(sizes["bytes"].max() or 0) < _AHEAD_BYTES,  # type: ignore[arg-type]
        raw_bytes=int(sizes["bytes"].sum()),
    )
    # Each reads the rows for itself: handing them over would take longer.
    with in_another_process(partial(_write_tables, plan), workers) as refusals:
        digest = _write_lines(plan, progress)
    return DatasetCounts(sizes.height, sizes.height - len(overlaps), digest, refusals[0])


def _write_lines(plan: _Plan, progress: Progress) -> str:
    """Write conversations.jsonl; its hash."""
    done = told = 0
    with open_export(plan.export) as data, HashedFile(plan.folder / JSONL_FILE) as jsonl:
        out = Blocks(jsonl.write, plan.batch_bytes)
        for envelope in plan.kept():
            if is_giant(envelope.raw_size):
                append_giant(out, envelope, source_raw_parts(data, envelope))
            else:
                append_envelope(out, envelope, rows_of(data, envelope))
            done += envelope.raw_size
            if done - told >= plan.batch_bytes:
                told = done
                progress("writing", min(done, plan.raw_bytes), plan.raw_bytes)
        out.flush()
        progress("writing", plan.raw_bytes, plan.raw_bytes)
        return jsonl.blake3()


def _write_tables(plan: _Plan) -> dict[str, int]:
    """Write dataset.parquet and `dropped.parquet`; what Oumi refuses of the dataset."""
    with open_export(plan.export) as data:
        tables = _Tables(plan, data)
        write_pieces(plan.folder / PARQUET_FILE, DATASET, tables.made(), plan.group_rows, tables.pages)
    drops = _drops(plan.conversations, plan.overlaps, plan.batch_rows)
    write_pieces(plan.folder / DROPPED_FILE, DROPPED_CONVERSATIONS, drops, plan.group_rows)
    return dict(sorted(tables.refusals.items()))


def _without(rows: pl.DataFrame, overlaps: dict[int, Dropped]) -> pl.DataFrame:
    return rows.filter(~pl.col("position").is_in(pl.Series(list(overlaps), dtype=pl.UInt32).implode()))


class _Tables:
    """The dataset's rows for dataset.parquet, as small tables: giants and `source_raw` are pages of our own.

    What Oumi refuses is counted here and not with the lines, which take longer.
    """

    def __init__(self, plan: _Plan, data: mmap.mmap | bytes) -> None:
        self.pages = Pages(plan.folder)
        self.refusals: Counter[str] = Counter()
        self._plan = plan
        self._data = data
        self._raw = Column(self.pages, "source_raw", plan.group_rows)

    def made(self) -> Iterator[pl.DataFrame]:
        """All rows in order."""
        rows: list[tuple[object, ...]] = []
        waiting = 0
        for row, envelope in enumerate(self._plan.kept()):
            self._keep_raw(envelope)
            self._count_refusal(envelope)
            rows.append(envelope.tabular(spare(self.pages, row, "messages", envelope.messages)))
            waiting += len(envelope.messages)
            if waiting >= self._plan.batch_bytes:
                full, rows, waiting = [_table(rows)], [], 0
                # Handed over and not held: a giant's table must not exist twice.
                yield full.pop()
        self._raw.flush()
        yield _table(rows)

    def _keep_raw(self, envelope: Envelope) -> None:
        size = envelope.raw_size
        if size >= STREAMED_BYTES:
            self._raw.append_streamed(size, source_raw_parts(self._data, envelope))
        else:
            self._raw.append(source_raw(rows_of(self._data, envelope)))

    def _count_refusal(self, envelope: Envelope) -> None:
        refusal = oumi_refusal(envelope.messages, envelope.tools)
        if refusal is not None:
            self.refusals[refusal.value] += 1


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
