"""LangSmith run rows: one line to one index entry.

Rows of `json.dumps(run.model_dump(), default=str)`, of newer SDKs (upper-case types, top-level
`metadata` and `thread_id`, `parent_run_ids`), of the `langsmith` command line (`run_id`), and those made of the
bulk export's Parquet files (objects as JSON text).
Source of the format: langsmith SDK `RunBase`/`Run` and the runs query API.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.json_text import parse_or
from oumi_assets.core.rows import NOWHERE, ForeignRow, IndexedRow, fill_leniently, id_bytes, place_of, text_or_none
from oumi_assets.core.times import microseconds
from oumi_assets.shapes import mastra
from oumi_assets.shapes.one_reply import is_one_reply

MODEL_CALL = "LLM"
_INPUTS = b'"inputs":'
_THREAD_KEYS = ("session_id", "thread_id", "conversation_id")
_UNMARKED_AGENTS = frozenset(["root"])

_NOTHING = Raw(b"null")


class Metadata(msgspec.Struct, gc=False):
    """The thread keys in their order of precedence, the sub-agent mark, and where Mastra tells the kind of a run."""

    session_id: str | int | None = None
    thread_id: str | int | None = None
    conversation_id: str | int | None = None
    ls_agent_type: str | None = None
    mastra_span_type: Raw = _NOTHING
    spanType: Raw = _NOTHING
    attributes: Raw = _NOTHING


_NO_KINDS = (_NOTHING, _NOTHING, _NOTHING)
_MERGED = (*_THREAD_KEYS, "ls_agent_type")


class InvocationParams(msgspec.Struct, gc=False):
    instructions: Raw = _NOTHING


class Extra(msgspec.Struct, gc=False):
    metadata: Metadata | None = None
    invocation_params: InvocationParams | None = None


class Row(msgspec.Struct, gc=False):
    """The fields of a run that the index needs; payloads left unparsed."""

    id: str | None = None
    run_id: str | None = None
    trace_id: str | None = None
    parent_run_id: str | None = None
    parent_run_ids: list[str] | None = None
    run_type: str | None = None
    name: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    dotted_order: str | None = None
    thread_id: str | int | None = None
    extra: Extra | None = None
    metadata: Metadata | None = None
    custom_metadata: Metadata | None = None
    inputs: Raw = _NOTHING
    outputs: Raw = _NOTHING
    traceId: Raw | UnsetType = UNSET
    type: Raw | UnsetType = UNSET


_TEXTS = ("name", "dotted_order", "thread_id")
_EXACT = ("id", "run_id", "trace_id", "parent_run_id", "run_type", "start_time", "end_time")
_decode = msgspec.json.Decoder(Row).decode


def index_line(line: bytes) -> IndexedRow | None:
    """The index entry of one strict JSON line, None without a trace id. Raises msgspec's errors, or `ForeignRow`."""
    row = _decode(line)
    if row.traceId is not UNSET or row.type is not UNSET:
        raise ForeignRow
    return _index_row(row, line)


def index_object(fields: dict[str, Any]) -> IndexedRow | None:
    """The same for a row read leniently; a field of a wrong type counts as absent.

    Nobody knows where its request lies: what was read is not what stands there.
    """
    row = Row()
    fill_leniently(row, fields, _TEXTS, _EXACT)
    ancestors = fields.get("parent_run_ids")
    if isinstance(ancestors, list) and ancestors and isinstance(ancestors[-1], str):
        row.parent_run_ids = [ancestors[-1]]
    extra = parsed_object(fields.get("extra"))
    row.extra = Extra(_metadata(extra.get("metadata"))) if isinstance(extra, dict) else None
    row.metadata = _metadata(fields.get("metadata"))
    row.custom_metadata = _metadata(fields.get("custom_metadata"))
    return _index_row(row, b"")


def is_model_call(run_type: Any) -> bool:
    """Whether a run is a call of a model."""
    return isinstance(run_type, str) and run_type.upper() == MODEL_CALL


def parsed_object(value: Any) -> Any:
    """The object whose JSON text stands in its place; any other value as it is."""
    return parse_or(value, value) if isinstance(value, str) and value[:1] == "{" else value


def _metadata(value: Any) -> Metadata | None:
    value = parsed_object(value)
    if not isinstance(value, dict):
        return None
    mark = value.get("ls_agent_type")
    session, thread, conversation = (text_or_none(value.get(key)) for key in _THREAD_KEYS)
    return Metadata(session, thread, conversation, mark if isinstance(mark, str) else None)


def _index_row(row: Row, line: bytes) -> IndexedRow | None:
    """The index entry of a decoded row, None when it names no trace."""
    trace = id_bytes(row.trace_id)
    if trace is None:
        return None
    metadata = _merged_metadata(row)
    is_call = is_model_call(row.run_type)
    # By position: names would take as long as half of the fields.
    return IndexedRow(
        trace,
        id_bytes(row.id or row.run_id),
        _parent(row),
        microseconds(row.start_time),
        microseconds(row.end_time),
        row.name or None,
        None,  # trace_name
        text_or_none(metadata.session_id),
        text_or_none(metadata.thread_id),
        text_or_none(metadata.conversation_id),
        row.dotted_order or None,
        is_call,
        bool(metadata.ls_agent_type) and metadata.ls_agent_type not in _UNMARKED_AGENTS,
        *(place_of(bytes(row.inputs), _INPUTS, line) if is_call and _is_counted(row) else NOWHERE),
    )


def _is_counted(row: Row) -> bool:
    """Whether the request tells how many messages the call is: its reply is one, its instructions at most one more."""
    parameters = row.extra.invocation_params if row.extra else None
    return (
        is_one_reply(row.outputs)
        and not _may_be_loop(row)
        and not (parameters and bytes(parameters.instructions)[:1] == b"[")
    )


def _may_be_loop(row: Row) -> bool:
    """Whether this may be Mastra's call, of which a part lies in other rows."""
    inner = row.extra.metadata if row.extra else None
    return (inner is not None and _speaks_of_loops(inner)) or (row.metadata is not None and _speaks_of_loops(row.metadata))


def _speaks_of_loops(metadata: Metadata) -> bool:
    kinds = (metadata.mastra_span_type, metadata.spanType, metadata.attributes)
    # Nearly no run tells any of them, and then each is the very default.
    return kinds != _NO_KINDS and any(mastra.MARK in bytes(kind) for kind in kinds)


def _parent(row: Row) -> bytes | None:
    """The direct parent; newer rows list every ancestor, the nearest last."""
    if row.parent_run_id:
        return id_bytes(row.parent_run_id)
    return id_bytes(row.parent_run_ids[-1]) if row.parent_run_ids else None


def _merged_metadata(row: Row) -> Metadata:
    """Thread keys of `extra.metadata`, else of the newer top-level places."""
    sources = [source for source in (row.extra and row.extra.metadata, row.metadata, row.custom_metadata) if source]
    if not sources:
        return Metadata(thread_id=row.thread_id)
    if len(sources) == 1 and row.thread_id is None:
        return sources[0]
    session, thread, conversation, mark = (_first_said(sources, key) for key in _MERGED)
    return Metadata(session, thread or row.thread_id, conversation, mark)


def _first_said(sources: list[Metadata], key: str) -> str | None:
    return next((said for source in sources if (said := text_or_none(getattr(source, key)))), None)
