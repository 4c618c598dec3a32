"""Tools that only an agent's row tells, for the calls below it that were logged without them.

OpenTelemetry's conventions let an instrumentation put `gen_ai.tool.definitions` on the agent's span alone, as Microsoft's
Agent Framework does and Strands can. LobeChat tells the tools of a call on the row right above it. Nothing else above a call
is asked: what a function was given, its model was not always.
Source of the format: semantic conventions `gen-ai-agent-spans.md`; `agent_framework.observability`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.platforms import Platform
from oumi_assets.reconstruction.trace_rows import TraceRows, readable_call
from oumi_assets.shapes import lobechat
from oumi_assets.shapes.base import value_at
from oumi_assets.wire.tools import definitions_of, wire_tools

_TELEMETRY = b"gen_ai."
_DEFINITIONS = b"gen_ai.tool.definitions"
_PLACES = ("metadata.attributes.gen_ai.tool.definitions", "metadata.gen_ai.tool.definitions")


def agent_tools(line: bytes, row: bytes | None, platform: Platform, rows: TraceRows) -> list[dict[str, Any]]:
    """The tools of the nearest row above a call that tells any, in wire form; `line` and `row` (its id) are the call's."""
    found = _tools_right_above(line, row, platform, rows) if lobechat.MARK in line else []
    if found or _TELEMETRY not in line or not rows.mention(_DEFINITIONS):
        return found
    telling = (above for above in rows.above(row) if _DEFINITIONS in above)
    return next(filter(None, (_tools(above, platform) for above in telling)), [])


def _tools(line: bytes, platform: Platform) -> list[dict[str, Any]]:
    row = readable_call(line, platform)
    extras = row.extras if row is not None else {}
    return next(filter(None, (wire_tools(definitions_of(value_at(extras, place))) for place in _PLACES)), [])


def _tools_right_above(line: bytes, row: bytes | None, platform: Platform, rows: TraceRows) -> list[dict[str, Any]]:
    call, above = readable_call(line, platform), next(rows.above(row), None)
    told = readable_call(above, platform) if above is not None else None
    return wire_tools(definitions_of(lobechat.tools_above(call, told))) if call is not None and told is not None else []
