"""Langfuse payloads: `input` and `output` are JSON text, plain text, or (older table) parsed values."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from oumi_assets.core.calls import ModelCall, PayloadNotJson, UnreadCall
from oumi_assets.core.json_text import NestedTooDeep, NotJson, dump, number_text, parse, parse_fields, parse_or
from oumi_assets.shapes.base import value_at

_TOOL_COLUMNS = ("toolDefinitions", "tool_definitions", "tools")

_LOOKS_LIKE_JSON = re.compile(r"""\s*(\{|\[\s*(["{\[\]\d-]|true|false|null|$))""")
_ROLES = "assistant|ai|model|user|human|system|developer|tool|function"
_TYPES = "text|message|reasoning|thinking|function_call|tool_use|tool_call|tool-call|constructor"
_SIGNS = "tool_calls|finish_reason|stop_reason|call_id|additional_kwargs|response_metadata"
_BEGINS_AS_A_MESSAGE = re.compile(
    rf"""\s*(\[\s*)*\{{\s*"(role"\s*:\s*(null|"({_ROLES}))"""
    rf"""|(tool_calls|choices|parts|candidates|generations|finish_reason|lc|toolCallId|toolCallType)"\s*:"""
    rf"""|type"\s*:\s*"({_TYPES})")""",
    re.IGNORECASE,
)
_BEGINS_LIKE_ANYTHING = re.compile(
    r"""\s*(\[\s*)*\{\s*"((additional_kwargs|arguments|call_id|citations|content|function_call|id|index|message|messages"""
    r"""|model_version|output|response_metadata|sdk_http_response|ResponseMetadata)"\s*:"""
    r"""|(annotations|audio|refusal)"\s*:\s*(null|"|\[\s*\]|\{\s*"(data|expires_at|id|transcript)"))"""
)
"""Not only what people write first: a call's item begins with its `arguments` as OpenAI's SDK orders the fields.

Annotations are also what models are asked for: only as OpenAI's messages have them do they begin one.
"""

_QUOTES_TEXTS = re.compile(r"3\.([01]\.\d+|2\.[0-5])")
"""The versions of Langfuse's Python SDK that wrote a text as JSON, like any other payload."""
_SPEAKS_OF_A_MESSAGE = re.compile(
    rf"""[{{,]\s*"(role"\s*:\s*"({_ROLES})"|({_SIGNS})"\s*:|object"\s*:\s*"(response|chat)"""
    rf"""|type"\s*:\s*"(ai|output_text|{_TYPES})"|content"\s*:\s*\[\s*\{{\s*"type"|message"\s*:\s*\{{\s*"(role|content)")""",
    re.IGNORECASE,
)


class _Row(msgspec.Struct):
    """The fields that `_call` reads, each still JSON."""

    input: Raw = Raw(b"null")
    output: Raw | UnsetType = UNSET
    level: Raw | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET
    modelParameters: Raw | UnsetType = UNSET
    model_parameters: Raw | UnsetType = UNSET
    toolDefinitions: Raw | UnsetType = UNSET
    tool_definitions: Raw | UnsetType = UNSET
    tools: Raw | UnsetType = UNSET


_BESIDE = tuple(field for field in _Row.__struct_fields__ if field != "input")
_decode = msgspec.json.Decoder(_Row).decode
_decode_text = msgspec.json.Decoder(str).decode
_QUOTE = ord('"')


def read_call(line: bytes) -> ModelCall:
    """The model call of one GENERATION row. Raises `PayloadNotJson` for a payload damaged beyond repair."""
    row = parse(line)
    call = _call(row)
    return msgspec.structs.replace(call, input=_request(_as_sent(row.get("input"), row), call.failed))


def open_call(line: bytes) -> UnreadCall | None:
    """The same, its request still JSON; None for a row that only a lenient parser can read. Raises `PayloadNotJson`."""
    try:
        row = _decode(line)
        is_text = memoryview(row.input)[0] == _QUOTE
        request = _decode_text(row.input).encode() if is_text else bytes(row.input)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return UnreadCall(request, _call(parse_fields(row, _BESIDE)))


def _call(row: dict[str, Any]) -> ModelCall:
    """Everything but the request."""
    failed = _is_failed(row.get("level"))
    logged = _as_sent(row.get("output"), row)
    output = _reply(logged, failed)
    return ModelCall(
        input=None,
        output=output,
        output_text=_text(logged, output),
        failed=failed,
        extras={
            "metadata": row.get("metadata"),
            "model_parameters": row.get("modelParameters") or row.get("model_parameters"),
            "tool_columns": next((row[key] for key in _TOOL_COLUMNS if row.get(key)), None),
        },
    )


def _as_sent(value: Any, row: dict[str, Any]) -> Any:
    """A text without the quotes that its SDK put around it: `"Z\\u00fcrich"` is what was sent as Zürich.

    The older table parsed it, as the type of its model parameters tells: quotes that are left there are the text's own.
    """
    if not isinstance(value, str) or value[:1] != '"' or isinstance(row.get("modelParameters"), dict):
        return value
    name, version = (value_at(row.get("metadata"), f"scope.{key}") for key in ("name", "version"))
    if name != "langfuse-sdk" or not _QUOTES_TEXTS.fullmatch(str(version)):
        return value
    text = parse_or(value, value)
    return text if isinstance(text, str) else value


def _is_failed(level: Any) -> bool:
    """Langfuse marks a failed call with the level ERROR."""
    return isinstance(level, str) and level.upper() == "ERROR"


def _request(value: Any, failed: bool) -> Any:
    """Text that begins like a JSON value must be one; other text (`[INST] hi`) is a prompt.

    Of a failed call nothing is expected: a damaged request is none, and a damaged answer stays a text.
    """
    if not isinstance(value, str) or not _LOOKS_LIKE_JSON.match(value):
        return value
    try:
        return parse(value)
    except NotJson:
        if failed:
            return None
        raise PayloadNotJson("$.input") from None


def _reply(value: Any, failed: bool) -> Any:
    """Streamed answers are bare text, whatever they look like: `103` is the text "103", `[1] see` is no list."""
    if isinstance(value, bool):
        # Of the older table, which parses every text: an answer of `false` is one.
        return dump(value)
    if not isinstance(value, str):
        return number_text(value) or value
    if value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return parse(value)
    except NotJson as error:
        if not failed and (isinstance(error, NestedTooDeep) or _is_damaged_message(value)):
            raise PayloadNotJson("$.output") from None
        return value


def _is_damaged_message(text: str) -> bool:
    """Whether a text that is not JSON was a message: models write JSON too, cut off or with a sentence behind it."""
    if _BEGINS_AS_A_MESSAGE.match(text):
        return True
    return bool(_BEGINS_LIKE_ANYTHING.match(text) and _SPEAKS_OF_A_MESSAGE.search(text))


def _text(logged: Any, value: Any) -> str | None:
    """The answer as text; an empty object or list, or `{"output": null}`, says nothing."""
    if not value or value == {"output": None}:
        return None
    said = logged if isinstance(logged, str) else value
    return said if isinstance(said, str) else dump(said)
