"""Langfuse observation rows: one line to one index entry.

Rows of the current Tracing table (camelCase, `input`/`output` as text), of the older table
(payloads parsed, no session) and of bucket exports (snake_case).
Source of the format: Langfuse's batch-export and blob-storage-export code.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.json_text import dump_bytes, parse_or, scrub
from oumi_assets.core.rows import NOWHERE, ForeignRow, IndexedRow, fill_leniently, id_bytes, place_of
from oumi_assets.core.times import microseconds
from oumi_assets.shapes import litellm, mastra, unlogged_calls
from oumi_assets.shapes.one_reply import is_one_reply

TYPES = frozenset(
    ["SPAN", "EVENT", "GENERATION", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"]
)
MODEL_CALL = "GENERATION"
_MASTRA_CALL = mastra.MARK.decode()
_TOOL = "TOOL"
_INPUT = b'"input":'

_NOTHING = Raw(b"null")


class Row(msgspec.Struct, gc=False):
    """The fields of an observation that the index needs; both spellings, payloads left unparsed."""

    id: str | None = None
    traceId: str | None = None
    trace_id: str | None = None
    type: str | None = None
    name: str | None = None
    traceName: str | None = None
    trace_name: str | None = None
    parentObservationId: str | None = None
    parent_observation_id: str | None = None
    sessionId: str | None = None
    session_id: str | None = None
    startTime: str | None = None
    start_time: str | None = None
    endTime: str | None = None
    end_time: str | None = None
    input: Raw = _NOTHING
    output: Raw = _NOTHING
    metadata: Raw = _NOTHING
    run_type: Raw | UnsetType = UNSET


_TEXTS = ("name", "traceName", "trace_name", "sessionId", "session_id")
_EXACT = (
    *("id", "traceId", "trace_id", "parentObservationId", "parent_observation_id"),
    *("type", "startTime", "start_time", "endTime", "end_time"),
)
_decode = msgspec.json.Decoder(Row).decode


def index_line(line: bytes) -> IndexedRow | None:
    """The index entry of one strict JSON line, None without a trace id. Raises msgspec's errors, or `ForeignRow`."""
    row = _decode(line)
    if row.run_type is not UNSET:
        raise ForeignRow
    return _index_row(row, line)


def index_object(fields: dict[str, Any]) -> IndexedRow | None:
    """The same for a row read leniently; a field of a wrong type (a score may bear any name) counts as absent.

    Nobody knows where its request lies: what was read is not what stands there.
    """
    row = Row()
    fill_leniently(row, fields, _TEXTS, _EXACT)
    if (row.name is not None and row.name.startswith(_MASTRA_CALL)) or row.type == _TOOL:
        row.metadata = Raw(dump_bytes(scrub(fields.get("metadata"))))
    return _index_row(row, b"")


def _index_row(row: Row, line: bytes) -> IndexedRow | None:
    """The index entry of a decoded row, None when it names no trace."""
    trace = id_bytes(row.traceId or row.trace_id)
    if trace is None:
        return None
    row_id = id_bytes(row.id)
    parent = id_bytes(row.parentObservationId or row.parent_observation_id)
    is_call = row.type is not None and (row.type.upper() == MODEL_CALL or _is_of_mastra(row) or _is_of_litellm(row))
    # By position: names would take as long as half of the fields.
    return IndexedRow(
        trace,
        row_id,
        None if row_id == b"t-" + trace else parent,
        microseconds(row.startTime or row.start_time),
        microseconds(row.endTime or row.end_time),
        row.name or None,
        row.traceName or row.trace_name or None,
        row.sessionId or row.session_id or None,
        None,  # session_2
        None,  # session_3
        None,  # order
        is_call,
        False,  # marked
        *(place_of(bytes(row.input), _INPUT, line) if is_call and _is_counted(row) else NOWHERE),
    )


def _is_counted(row: Row) -> bool:
    """Whether the request tells how many messages the call is: its reply is one, and nothing of it lies in other rows."""
    metadata = bytes(row.metadata)
    return is_one_reply(row.output) and mastra.MARK not in metadata and unlogged_calls.MARK not in metadata


def _is_of_mastra(row: Row) -> bool:
    """Whether a span is Mastra's model call: its GENERATION rows have the answer, the span around them the messages."""
    if row.name is None or not row.name.startswith(_MASTRA_CALL) or mastra.MARK not in bytes(row.metadata):
        return False
    return mastra.is_generation_metadata(parse_or(bytes(row.metadata), None))


def _is_of_litellm(row: Row) -> bool:
    """Whether a tool's row is a model call that was given tools: LiteLLM's callback for OpenTelemetry calls it one."""
    metadata = bytes(row.metadata) if row.type == _TOOL else b""
    return litellm.MARK in metadata and litellm.is_writer(parse_or(metadata, None))
