"""LangSmith run rows: one line to one index entry.

Rows of `json.dumps(run.model_dump(), default=str)`, of newer SDKs (upper-case types, top-level
`metadata` and `thread_id`, `parent_run_ids`) and of the `langsmith` command line (`run_id`).
Source of the format: langsmith SDK `RunBase`/`Run` and the runs query API.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.counting import UNCOUNTED, is_one_reply
from oumi_assets.core.histories import Histories
from oumi_assets.core.json_text import dump, scrub
from oumi_assets.core.rows import ForeignRow, IndexedRow, id_bytes, integer_digits, text_or_none
from oumi_assets.core.times import microseconds

MODEL_CALL = "LLM"
THREAD_KEYS = ("session_id", "thread_id", "conversation_id")
UNMARKED_AGENTS = frozenset(["root"])
FAILED_STATUSES = frozenset(["error", "pending"])

_NOTHING = Raw(b"null")


class Metadata(msgspec.Struct, gc=False):
    """The thread keys in their order of precedence, and the sub-agent mark."""

    session_id: str | int | None = None
    thread_id: str | int | None = None
    conversation_id: str | int | None = None
    ls_agent_type: str | None = None


class Extra(msgspec.Struct, gc=False):
    metadata: Metadata | None = None


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
    status: str | None = None
    error: str | None = None
    thread_id: str | int | None = None
    extra: Extra | None = None
    metadata: Metadata | None = None
    custom_metadata: Metadata | None = None
    inputs: Raw = _NOTHING
    outputs: Raw = _NOTHING
    traceId: Raw | UnsetType = UNSET
    type: Raw | UnsetType = UNSET


_OTHER_FIELDS = ("error", "parent_run_ids", "extra", "metadata", "custom_metadata", "inputs", "outputs", "traceId", "type")
_TEXT_FIELDS = tuple(field for field in Row.__struct_fields__ if field not in _OTHER_FIELDS)
_decode = msgspec.json.Decoder(Row).decode
_histories = Histories()


def index_line(line: bytes) -> IndexedRow | None:
    """The index entry of one strict JSON line, None without a trace id. Raises msgspec's errors, or `ForeignRow`."""
    row = _decode(line)
    if row.traceId is not UNSET or row.type is not UNSET:
        raise ForeignRow
    return index_row(row)


def index_object(fields: dict[str, Any]) -> IndexedRow | None:
    """The same for a row read leniently; a field of a wrong type counts as absent."""
    row = Row(
        inputs=Raw(dump(scrub(fields.get("inputs"))).encode()), outputs=Raw(dump(scrub(fields.get("outputs"))).encode())
    )
    for field in _TEXT_FIELDS:
        value = fields.get(field)
        setattr(row, field, value if isinstance(value, str) else integer_digits(value))
    row.error = "error" if fields.get("error") else None
    ancestors = fields.get("parent_run_ids")
    if isinstance(ancestors, list) and ancestors and isinstance(ancestors[-1], str):
        row.parent_run_ids = [ancestors[-1]]
    extra = fields.get("extra")
    row.extra = Extra(_metadata(extra.get("metadata"))) if isinstance(extra, dict) else None
    row.metadata = _metadata(fields.get("metadata"))
    row.custom_metadata = _metadata(fields.get("custom_metadata"))
    return index_row(row)


def _metadata(value: Any) -> Metadata | None:
    if not isinstance(value, dict):
        return None
    mark = value.get("ls_agent_type")
    session, thread, conversation = (text_or_none(value.get(key)) for key in THREAD_KEYS)
    return Metadata(session, thread, conversation, mark if isinstance(mark, str) else None)


def index_row(row: Row) -> IndexedRow | None:
    """The index entry of a decoded row, None when it names no trace."""
    trace = id_bytes(row.trace_id)
    if trace is None:
        return None
    metadata = _merged_metadata(row)
    is_call = row.run_type is not None and row.run_type.upper() == MODEL_CALL
    session = metadata.session_id or metadata.thread_id
    is_counted = is_call and is_one_reply(row.outputs)
    counted = _histories.count(trace, session, bytes(row.inputs)) if is_counted else UNCOUNTED
    # By position: names would take as long as half of the fields.
    return IndexedRow(
        trace,
        id_bytes(row.id or row.run_id),
        _parent(row),
        microseconds(row.start_time),
        microseconds(row.end_time),
        text_or_none(row.name),
        None,  # trace_name
        text_or_none(metadata.session_id),
        text_or_none(metadata.thread_id),
        text_or_none(metadata.conversation_id),
        text_or_none(row.dotted_order),
        is_call,
        is_failed(row.error, row.status),
        bool(metadata.ls_agent_type) and metadata.ls_agent_type not in UNMARKED_AGENTS,
        counted.messages,
        counted.partial,
    )


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
    session, thread, conversation, mark = (_first_said(sources, key) for key in Metadata.__struct_fields__)
    return Metadata(session, thread or row.thread_id, conversation, mark)


def _first_said(sources: list[Metadata], key: str) -> str | None:
    return next((said for source in sources if (said := text_or_none(getattr(source, key)))), None)


def is_failed(error: Any, status: Any) -> bool:
    """A run failed when it carries an error, or ended in error, or never ended."""
    return bool(error) or (isinstance(status, str) and status.lower() in FAILED_STATUSES)
