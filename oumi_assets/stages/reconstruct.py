"""reconstructed_conversations: the one conversation of each trace, or the reason why it has none."""

from __future__ import annotations

import mmap
import traceback
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl

from oumi_assets.core.drops import DROPPED_TRACES, TraceDrop
from oumi_assets.core.json_text import NestedTooDeep
from oumi_assets.core.pace import RECONSTRUCTING, Progress, no_progress
from oumi_assets.core.parallel import ordered_map, workers_for
from oumi_assets.core.rows import LOCATIONS
from oumi_assets.platforms import PLATFORMS, Platform
from oumi_assets.reconstruction.agent_tools import agent_tools
from oumi_assets.reconstruction.calls import CallEntry, start_order
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.choose import NotChosen, choose
from oumi_assets.reconstruction.conversation import Candidate, tools_text
from oumi_assets.reconstruction.sizes import Sizes
from oumi_assets.reconstruction.trace_rows import Place, TraceRows
from oumi_assets.stages.files import CONVERSATIONS_FILE, DROPPED_FILE
from oumi_assets.stages.giants import Giant, keep_giant, take_giants
from oumi_assets.stages.lines import open_export
from oumi_assets.stages.pages import Pages
from oumi_assets.stages.tables import Parts, frame, hand_over, rows_per_group, take_over, write_pieces

_OURS = "oumi_assets."

BATCH_TRACES = 1024
BATCH_BYTES = 8 << 20

MAX_TRACE_BYTES = 2_000_000_000
"""Rows of a trace, all together: no value of a Parquet file can be 2 GiB, and `source_raw` is one."""

CONVERSATIONS = pl.Schema(
    {
        "conversation_id": pl.String(),
        "messages": pl.String(),
        "tools": pl.String(),
        "message_count": pl.UInt32(),
        "prefix_hashes": pl.Binary(),
        "trace_name": pl.String(),
        "session_id": pl.String(),
        "sequence_key": pl.String(),
        "locations": LOCATIONS,
    }
)
"""One conversation a row, messages and tools as JSON text, with the places of its trace's rows for `source_raw`."""

_SAID = pl.Schema({name: CONVERSATIONS[name] for name in ("messages", "tools", "message_count", "prefix_hashes")})
_AS_BYTES = pl.Schema({**_SAID, "messages": pl.Binary()})
_OF_TRACE = {
    "conversation_id": "trace_id",
    "trace_name": "name",
    "session_id": "session_id",
    "sequence_key": "sequence_key",
    "locations": "rows",
}
"""Columns that go from the traces' table to the conversations' as they are, and never become Python objects."""


class ReconstructCounts(NamedTuple):
    """Traces read, and conversations made of them."""

    traces: int
    conversations: int


class _Slice(NamedTuple):
    """Consecutive rows of a table."""

    start: int
    length: int


class _Batch(NamedTuple):
    conversations: pl.DataFrame | Path
    drops: pl.DataFrame
    giants: list[Giant]


def reconstruct(
    export: Path,
    traces: Path,
    folder: Path,
    platform: Platform,
    *,
    workers: int = 1,
    progress: Progress = no_progress,
    batch_traces: int = BATCH_TRACES,
    batch_bytes: int = BATCH_BYTES,
) -> ReconstructCounts:
    """Write `conversations.parquet` and `dropped.parquet`, both in the traces' order."""
    workers = workers_for(export.stat().st_size, workers)
    calls = _largest_calls(traces)
    batches = _plan_batches(calls.to_list(), batch_traces, batch_bytes)
    drops = Parts(folder / "dropped-parts", DROPPED_TRACES)
    pages = Pages(folder)
    made = _Made(len(calls), drops, pages, progress)
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as between:
        work = partial(_reconstruct_batch, export, traces, platform.name, Path(between) if workers > 1 else None)
        pieces = made.take(ordered_map(work, batches, workers))
        # Read twice, at once and by us only: compressing it takes longer than it saves.
        write_pieces(folder / CONVERSATIONS_FILE, CONVERSATIONS, pieces, rows_per_group(calls), pages, compressed=False)
    drops.write(folder / DROPPED_FILE)
    return ReconstructCounts(traces=made.traces, conversations=made.conversations)


def _largest_calls(traces: Path) -> pl.Series:
    """The bytes of every trace's largest model call: what its conversation may take."""
    length = pl.col("calls").list.eval(pl.element().struct.field("length")).list.max()
    return pl.scan_parquet(traces).select(length.cast(pl.Int64)).collect()["calls"]


def _plan_batches(sizes: list[int], most_traces: int, most_bytes: int) -> list[_Slice]:
    """Consecutive traces, at most so many and so many bytes (one of more is a batch of its own)."""
    batches, start, held = [], 0, 0
    for position, size in enumerate(sizes):
        if position > start and (position - start >= most_traces or held + size > most_bytes):
            batches.append(_Slice(start, position - start))
            start, held = position, 0
        held += size
    return [*batches, _Slice(start, len(sizes) - start)] if sizes else []


class _Made:
    """Takes the batches in order, and counts what was in them."""

    def __init__(self, total: int, drops: Parts, pages: Pages, progress: Progress) -> None:
        self.traces = 0
        self.conversations = 0
        self._total = total
        self._drops = drops
        self._pages = pages
        self._progress = progress

    def take(self, results: Iterable[_Batch]) -> Iterator[pl.DataFrame]:
        for batch in results:
            self._drops.add(batch.drops)
            for giant in batch.giants:
                keep_giant(self._pages, giant, self.conversations)
            conversations = take_over(batch.conversations)
            self.traces += conversations.height + batch.drops.height
            self.conversations += conversations.height
            self._progress(RECONSTRUCTING, self.traces, self._total)
            yield conversations


class _Found(NamedTuple):
    """What was made of a batch: conversations (as `_SAID` has them) and drops, each with the places of its traces."""

    said: list[tuple[object, ...]]
    kept: list[int]
    drops: list[NotChosen]
    dropped: list[int]


def _reconstruct_batch(export: Path, traces: Path, platform_name: str, between: Path | None, batch: _Slice) -> _Batch:
    rows = pl.scan_parquet(traces).slice(batch.start, batch.length).collect()
    with open_export(export) as data:
        found = _reconstructed(rows, data, PLATFORMS[platform_name])
    giants = take_giants(("messages", "tools"), found.said)
    conversations = hand_over(_conversations(rows[found.kept], found.said), between)
    return _Batch(conversations, _drops(rows[found.dropped], found.drops), giants)


class _Trace(NamedTuple):
    """What may be read for one trace's conversation."""

    data: mmap.mmap | bytes
    platform: Platform
    rows: TraceRows

    def read(self, call: CallEntry) -> tuple[Candidate | NoCandidate, str]:
        """What a call offers."""
        return read_candidate(self._line(call), self.platform, self.rows)

    def agent_tools(self, call: CallEntry) -> list[dict[str, Any]]:
        """The tools of the agent that made a call."""
        return agent_tools(self._line(call), call.row, self.platform, self.rows)

    def _line(self, call: CallEntry) -> bytes:
        return bytes(self.data[call.offset : call.offset + call.length])


def _reconstructed(rows: pl.DataFrame, data: mmap.mmap | bytes, platform: Platform) -> _Found:
    """Conversations and drops. Of what was read for them nothing stays in memory."""
    found = _Found([], [], [], [])
    sizes = rows["rows"].list.eval(pl.element().struct.field("length")).list.sum()
    for place, (calls, size) in enumerate(zip(_calls(rows), sizes, strict=True)):
        trace = _Trace(data, platform, TraceRows(partial(_places, rows["rows"], place), data, platform))
        said = _said(calls, trace) if size <= MAX_TRACE_BYTES else _too_large(calls)
        if isinstance(said, NotChosen):
            found.drops.append(said)
            found.dropped.append(place)
        else:
            found.said.append(said)
            found.kept.append(place)
    return found


def _places(rows: pl.Series, trace: int) -> Iterator[Place]:
    """Where the rows of one of the traces lie."""
    return map(Place._make, rows[trace].struct.unnest().iter_rows())


def _calls(rows: pl.DataFrame) -> Iterator[list[CallEntry]]:
    """The model calls of each trace: of all of them at once, since trace by trace takes polars longer than reading one."""
    entries = map(CallEntry._make, rows["calls"].explode().struct.unnest().select(CallEntry._fields).iter_rows())
    return (list(islice(entries, many)) for many in rows["calls"].list.len())


def _too_large(calls: list[CallEntry]) -> NotChosen:
    return NotChosen(TraceDrop.TRACE_TOO_LARGE, max(calls, key=start_order), "$")


def _said(calls: list[CallEntry], trace: _Trace) -> tuple[object, ...] | NotChosen:
    """A conversation as `_SAID` has it, or why there is none."""
    telling = max(calls, key=start_order)
    try:
        chosen = choose(calls, trace.read, Sizes(trace.data))
        if isinstance(chosen, NotChosen):
            return chosen
        telling, found = chosen.call, chosen.conversation
        tools = found.tools_text() or tools_text(trace.agent_tools(telling))
        return found.messages_json(), tools, found.size, found.prefix_hashes()
    except (NestedTooDeep, RecursionError):
        # What could just be read can nest too deep to be compared, or for those who are to read it.
        return NotChosen(TraceDrop.PAYLOAD_NOT_JSON, telling, "$")
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a bug of ours is this trace's drop, which is counted, and no other's
        return NotChosen(TraceDrop.INTERNAL_ERROR, telling, f"$ ({_to_report(error)})")


def _to_report(error: Exception) -> str:
    """The error's class and the last line of ours that it came through; not its text, which may quote the trace."""
    named = ((frame.f_globals["__name__"], line) for frame, line in traceback.walk_tb(error.__traceback__))
    *_, (module, line) = (place for place in named if place[0].startswith(_OURS))
    return f"{type(error).__name__}, {module}:{line}"


def _conversations(traces: pl.DataFrame, said: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = {column.name: column.cast(_SAID[column.name]) for column in frame(_AS_BYTES, said)}
    columns |= {name: traces[known].alias(name) for name, known in _OF_TRACE.items()}
    # Not `with_columns`: a query copies every text several times.
    return pl.DataFrame([columns[name] for name in CONVERSATIONS])


def _drops(traces: pl.DataFrame, drops: list[NotChosen]) -> pl.DataFrame:
    return traces.select(
        pl.Series("reason", [drop.reason.value for drop in drops], pl.String),
        "trace_id",
        pl.Series("line", [drop.call.line for drop in drops], pl.UInt64),
        pl.Series("path", [drop.path for drop in drops], pl.String),
        rows=pl.col("rows").list.len(),
        locations="rows",
    )
