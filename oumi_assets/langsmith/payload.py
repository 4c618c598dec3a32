"""LangSmith payloads: `inputs` and `outputs` are objects, tools may sit in `extra.invocation_params`.

Columns of the bulk export's Parquet files hold no objects: rows made of them have JSON text in these places.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.calls import ModelCall, UnreadCall
from oumi_assets.core.json_text import parse, parse_fields
from oumi_assets.langsmith import answers
from oumi_assets.langsmith.rows import is_model_call, parsed_object
from oumi_assets.shapes import openai_chunks, stream_events

_FAILED = frozenset(["error", "pending"])
"""The statuses of a run that raised, or never ended."""


class _Row(msgspec.Struct):
    """The fields that `_call` reads, each still JSON."""

    inputs: Raw = Raw(b"null")
    run_type: Raw | UnsetType = UNSET
    outputs: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    status: Raw | UnsetType = UNSET
    extra: Raw | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET
    custom_metadata: Raw | UnsetType = UNSET
    events: Raw | UnsetType = UNSET


_BESIDE = tuple(field for field in _Row.__struct_fields__ if field != "inputs")
_decode = msgspec.json.Decoder(_Row).decode


def read_call(line: bytes) -> ModelCall:
    """The model call of one llm run."""
    row = parse(line)
    return _call(row, parsed_object(row.get("inputs")))


def open_call(line: bytes) -> UnreadCall | None:
    """The same with its request left as JSON; None for a row that only a lenient parser can read."""
    try:
        row = _decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return UnreadCall(bytes(row.inputs), _call(parse_fields(row, _BESIDE), None))


def _call(row: dict[str, Any], request: Any) -> ModelCall:
    logged = parsed_object(row.get("extra"))
    extra = logged if isinstance(logged, dict) else {}
    metadata = extra.get("metadata") or row.get("metadata") or row.get("custom_metadata")
    runtime = extra.get("runtime")
    output = _reply(parsed_object(row.get("outputs")), row.get("events"), runtime)
    if is_model_call(row.get("run_type")):
        output = answers.answer_of(output)
    return ModelCall(
        input=request,
        output=output,
        output_text=output if isinstance(output, str) else None,
        failed=_is_failed(row.get("error"), row.get("status")),
        extras={
            "invocation_params": extra.get("invocation_params"),
            "metadata": parsed_object(metadata),
            "runtime": runtime,
        },
    )


def _is_failed(error: Any, status: Any) -> bool:
    """A run failed when it carries an error, or ended in error, or never ended."""
    return bool(error) or (isinstance(status, str) and status.lower() in _FAILED)


def _reply(outputs: Any, events: Any, runtime: Any) -> Any:
    """The SDKs wrap an answer that is no object as `{"output": value}`, in JavaScript `{"outputs": value}`; null is none."""
    if not isinstance(outputs, dict) or len(outputs) != 1 or not outputs.keys() <= {"output", "outputs"}:
        return (_streamed(outputs, _tokens(events)) if events else None) or outputs
    value = next(iter(outputs.values()))
    if not isinstance(value, list) or not value:
        return value
    if answers.are_pieces(value):
        return answers.of_pieces(value, events, runtime)
    if len(value) == 1 or not answers.is_streamed(events):
        return value
    return _message_of(value) if all(map(_is_piece, value)) else answers.of_deltas(value)


def _streamed(outputs: Any, tokens: list[Any]) -> list[Any] | None:
    """The pieces of a stream that say more than what the SDK put together of them."""
    return openai_chunks.whole_stream(outputs, tokens) or stream_events.whole_stream(outputs, tokens)


def _tokens(events: Any) -> list[Any]:
    """What came of a stream, piece by piece, in the SDKs that log every piece as an event."""
    logged = (event.get("kwargs") for event in events if isinstance(event, dict)) if isinstance(events, list) else ()
    return [kwargs["token"] for kwargs in logged if isinstance(kwargs, dict) and "token" in kwargs]


def _is_piece(value: Any) -> bool:
    """A message of the assistant's that is nothing but a text."""
    if not isinstance(value, dict) or not {"content"} <= value.keys() <= {"role", "content"}:
        return False
    return isinstance(value["content"], str) and value.get("role", "assistant") == "assistant"


def _message_of(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": "assistant", "content": "".join(piece["content"] for piece in pieces)}
