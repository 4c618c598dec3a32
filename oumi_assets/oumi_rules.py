"""Where Oumi's `Conversation` is stricter than OpenAI's wire form: which of our rows it refuses, and why.

Rows stay as they are, and the dataset card counts them: whoever trains with Oumi decides what becomes of them.
Source of the rules: oumi 0.9, `core/types/conversation.py` and `core/types/tool_call.py`; `make oumi-check`
compares what is said here with the package itself.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import lru_cache
from typing import Any

OUMI_VERSION = "0.9"

# Our rows are written compactly, and a quote inside a text is escaped: this is found nowhere else.
_CONTENT_PARTS = b'"content":['
_SCHEMA_TYPES = frozenset({"object", "string", "number", "integer", "boolean", "array", "null"})
_TEXTS = ("description", "title", "format")


class OumiRefusal(StrEnum):
    """Why Oumi refuses a row."""

    CONTENT_PARTS = "content_parts"
    TOOL_SCHEMA = "tool_schema"


EXPLAINED = {
    OumiRefusal.CONTENT_PARTS: "OpenAI parts (images, files); Oumi's parts keep their value under `content`",
    OumiRefusal.TOOL_SCHEMA: "a tool's JSON Schema outside Oumi's subset: boolean sub-schemas, other type names, "
    "lists of item schemas",
}
"""The reasons as the dataset card tells them."""


def oumi_refusal(messages: bytes, tools: str | None) -> OumiRefusal | None:
    """Why Oumi refuses one row of the dataset, given its messages and tools as compact JSON text; None if it does not."""
    if _CONTENT_PARTS in messages:
        return OumiRefusal.CONTENT_PARTS
    are_tools = _are_known_tools if tools is None or len(tools) <= _KNOWN_CHARACTERS else _are_tools
    return None if tools is None or are_tools(tools) else OumiRefusal.TOOL_SCHEMA


def _are_tools(text: str) -> bool:
    return all(_is_function(tool["function"]) for tool in json.loads(text, parse_int=_whole))


_are_known_tools = lru_cache(64)(_are_tools)
"""Most rows of a dataset share their tools."""

_KNOWN_CHARACTERS = 1 << 16
"""Larger texts are not remembered."""


def _whole(token: str) -> int:
    """Python refuses to convert numbers of thousands of digits; what they are does not matter here."""
    return int(token) if len(token) < 1000 else 0


def _is_function(function: dict[str, Any]) -> bool:
    strict = function.get("strict")
    return (
        _is_text_or_none(function.get("description"))
        and (strict is None or isinstance(strict, bool))
        and (function.get("parameters") is None or _is_schema(function["parameters"]))
    )


def _is_schema(schema: Any) -> bool:
    """The fields that Oumi's `JSONSchema` declares; all others are taken as they are."""
    if not isinstance(schema, dict):
        return False
    properties, items, required = (schema.get(key) for key in ("properties", "items", "required"))
    return (
        _is_type(schema.get("type"))
        and all(_is_text_or_none(schema.get(key)) for key in _TEXTS)
        and (properties is None or (isinstance(properties, dict) and all(map(_is_schema, properties.values()))))
        and (items is None or _is_schema(items))
        and (required is None or (isinstance(required, list) and all(isinstance(name, str) for name in required)))
        and isinstance(schema.get("enum"), list | None)
    )


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) else [] if value is None else [value]
    return all(isinstance(name, str) and name in _SCHEMA_TYPES for name in names)


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)
