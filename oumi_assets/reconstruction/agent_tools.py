"""Tools that only an agent's row tells, for the calls below it that were logged without them.

OpenTelemetry's conventions let an instrumentation put `gen_ai.tool.definitions` on the agent's span alone, as Microsoft's
Agent Framework does and Strands can. Nothing else above a call is asked: what a function was given, its model was
not always.
Source of the format: semantic conventions `gen-ai-agent-spans.md`; `agent_framework.observability`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from oumi_assets.core.calls import PayloadNotJson
from oumi_assets.core.json_text import NestedTooDeep, NotJson, parse_as_logged
from oumi_assets.core.rows import ForeignRow, IndexedRow
from oumi_assets.platforms import Platform
from oumi_assets.reconstruction.calls import CallEntry
from oumi_assets.shapes.extra_tools import extra_tools
from oumi_assets.wire.tools import wire_tools

_TELEMETRY = b"gen_ai."
_DEFINITIONS = b"gen_ai.tool.definitions"

Export = mmap.mmap | bytes


class Place(NamedTuple):
    """Where a row's line lies in the export."""

    offset: int
    length: int

    def line(self, export: Export) -> bytes:
        """The line."""
        return bytes(export[self.offset : self.offset + self.length])

    def says(self, text: bytes, export: Export) -> bool:
        """Whether the line holds a text."""
        return export.find(text, self.offset, self.offset + self.length) >= 0


class _Row(NamedTuple):
    parent: bytes | None
    end: int | None
    place: Place


def agent_tools(call: CallEntry, rows: Iterable[Place], export: Export, platform: Platform) -> list[dict[str, Any]]:
    """The tools of the nearest row above the call that tells any, in wire form; `rows` are those of its trace."""
    if not Place(call.offset, call.length).says(_TELEMETRY, export):
        return []
    rows = list(rows)
    if not any(row.says(_DEFINITIONS, export) for row in rows):
        return []
    above = _above(call, _by_id(rows, export, platform))
    telling = (row.line(export) for row in above if row.says(_DEFINITIONS, export))
    return next(filter(None, (_tools(line, platform) for line in telling)), [])


def _by_id(places: Iterable[Place], export: Export, platform: Platform) -> dict[bytes, _Row]:
    found: dict[bytes, _Row] = {}
    for place in places:
        entry = _entry(place.line(export), platform)
        if entry is not None and entry.row is not None:
            row = _Row(entry.parent, entry.end, place)
            known = found.get(entry.row)
            found[entry.row] = row if known is None else max(known, row, key=lambda row: _preferred(row, export))
    return found


def _entry(line: bytes, platform: Platform) -> IndexedRow | None:
    try:
        return platform.index_line(line)
    except (msgspec.DecodeError, ValueError, ForeignRow, RecursionError):
        pass
    try:
        return platform.index_object(parse_as_logged(line.decode()))
    except (NestedTooDeep, RecursionError):
        return None


def _preferred(row: _Row, export: Export) -> tuple[object, ...]:
    """Rule 13: which of several rows of one id is meant."""
    return (row.end is not None, row.end or 0, row.place.length, row.place.line(export))


def _above(call: CallEntry, rows: dict[bytes, _Row]) -> Iterator[Place]:
    """The rows above a call, nearest first; rows that are each other's parents come once."""
    row = rows.pop(call.row, None) if call.row is not None else None
    while row is not None and row.parent is not None:
        row = rows.pop(row.parent, None)
        if row is not None:
            yield row.place


def _tools(line: bytes, platform: Platform) -> list[dict[str, Any]]:
    try:
        return wire_tools(extra_tools(platform.read_call(line)))
    except (PayloadNotJson, NotJson, RecursionError):
        return []
