"""Rules 5 and 6: content becomes a text or OpenAI parts; reasoning and refusals get their own place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from oumi_assets.core.calls import ToolCallDraft
from oumi_assets.core.json_text import dump, number_text
from oumi_assets.wire.images import image_part

_TEXT_TYPES = frozenset({"text", "input_text", "output_text"})
_TEXT_KEYS = ("type", "content")
_REASONING_TYPES = frozenset({"thinking", "reasoning", "reasoning_content"})
_HIDDEN_REASONING_TYPES = frozenset({"redacted_thinking", "redacted-reasoning"})
"""Reasoning that the provider encrypted: nobody can read it, and the model needs it no more."""

_CUSTOM = "custom"
_CUSTOM_KEYS = frozenset({"type", "kind", "providerMetadata", "providerOptions"})
"""All that a custom part of the AI SDK 7 has: what the provider says of its stream, to be given back to it."""

_REASONING_KEYS = ("thinking", "reasoning", "text", "content", "reasoning_content", "summary")
_CALLS = "tool_use tool-call tool_call tool_call_chunk function_call functionCall input_json_delta invalid_tool_call"
_CALL_TYPES = frozenset(_CALLS.split())
_CALL_IDS = ("id", "toolCallId", "call_id", "tool_call_id")
_RESULT_TYPES = frozenset({"image", "image_url", "input_audio", "audio", "file", "input_file", "document", "video", "media"})
"""Parts beside text that a tool can answer with; anything else it returns is its own JSON."""


class Content(msgspec.Struct):
    """What one message says: `body` is a text, a list of OpenAI parts, or None for nothing."""

    body: str | list[dict[str, Any]] | None = None
    reasoning: str | None = None
    refusal: str | None = None


def read_content(value: Any, *, is_result: bool = False, calls: Sequence[ToolCallDraft] = ()) -> Content:
    """Any logged content. Text-only parts become one text, joined by newlines; values that are no parts, their JSON.

    Parts that say nothing are not joined: a streamed answer may begin with an empty one.
    `is_result`: a tool said it, so a list or an object is JSON unless all of it is parts.
    `calls`: the message's tool calls as read; parts that repeat them are left out.
    """
    if value is None or isinstance(value, str):
        return Content(value)
    parts = [_with_text(part, is_result=is_result) for part in (value if isinstance(value, list) else [value])]
    if _are_parts(parts, is_result) if isinstance(value, list) else _is_known_part(parts[0]):
        return _of_parts(parts, calls)
    return Content(number_text(value) or dump(value))


def _are_parts(values: list[Any], is_result: bool) -> bool:
    if is_result:
        return bool(values) and all(_is_known_part(item) for item in values)
    return all(isinstance(item, str) or _is_part(item) for item in values)


def _with_text(part: Any, *, is_result: bool) -> Any:
    """A text part whose text is called `content`, as by OpenTelemetry, where OpenAI's parts stand; any other as it is.

    A tool may call so what it found, beside what else it knows of it: that is the tool's own JSON.
    """
    if not _is_part(part) or part["type"] not in _TEXT_TYPES or part.get("text") is not None:
        return part
    if is_result and any(said is not None for key, said in part.items() if key not in _TEXT_KEYS):
        return part
    text = part.get("content")
    return {**{key: said for key, said in part.items() if key != "content"}, "text": text} if isinstance(text, str) else part


def _is_part(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def _is_known_part(value: Any) -> bool:
    if not _is_part(value):
        return False
    return value["type"] in _RESULT_TYPES or _is_text(value) or image_part(value) is not None


def _is_text(part: dict[str, Any]) -> bool:
    return part["type"] in _TEXT_TYPES and isinstance(part.get("text"), str) and not _is_reasoning(part)


def _is_reasoning(part: dict[str, Any]) -> bool:
    """By type; Gemini's thoughts are texts that say so."""
    return part["type"] in _REASONING_TYPES or (part["type"] == "text" and part.get("thought") is True)


class _Beside:
    """What the parts of a message say that has its place elsewhere, and the ids of the calls that they may repeat."""

    def __init__(self, calls: Sequence[ToolCallDraft]) -> None:
        self.reasoning: list[str | None] = []
        self.refusals: list[str] = []
        self.has_calls = bool(calls)
        self._calls = calls

    @cached_property
    def ids(self) -> Collection[str]:
        """Of the calls, as JSON: a writer's id may be any value."""
        return {dump(call.id) for call in self._calls}


def _of_parts(values: list[Any], calls: Sequence[ToolCallDraft]) -> Content:
    beside, parts = _Beside(calls), []
    for item in values:
        part = {"type": "text", "text": item} if isinstance(item, str) else _read_part(item, beside)
        if part is not None:
            parts.append(part)
    content = Content(reasoning=_joined(beside.reasoning), refusal=_joined(beside.refusals))
    if all(_is_text(part) for part in parts):
        content.body = "\n".join(part["text"] for part in parts if part["text"]) if parts else None
    else:
        content.body = parts
    return content


def _read_part(part: dict[str, Any], beside: _Beside) -> dict[str, Any] | None:
    """The OpenAI part, or None when it has its place elsewhere in the message."""
    kind = part["type"]
    if _is_reasoning(part):
        beside.reasoning.append(_reasoning(part))
        return None
    if kind in _TEXT_TYPES:
        text = _text(part.get("text"))
        return None if text is None else {**part, "type": "text", "text": text}
    if kind == "refusal" and isinstance(part.get("refusal"), str):
        beside.refusals.append(part["refusal"])
        return None
    if kind == _CUSTOM and "kind" in part and part.keys() <= _CUSTOM_KEYS:
        return None
    if kind in _HIDDEN_REASONING_TYPES or (kind in _CALL_TYPES and _repeats(part, beside)):
        return None
    return image_part(part) or part


def _text(value: Any) -> str | None:
    """A text part's text: OpenAI's assistants wrap it as `{value, annotations}`; any other value is its JSON."""
    wrapped = value.get("value") if isinstance(value, dict) else value
    if wrapped is None or isinstance(wrapped, str):
        return wrapped
    return number_text(value) or dump(value)


def _repeats(part: dict[str, Any], beside: _Beside) -> bool:
    """Whether one of the calls stands for this part, by any of its ids; a streamed piece of a call bears none."""
    logged = [part[key] for key in _CALL_IDS if part.get(key) is not None]
    return beside.has_calls and (not logged or any(dump(call_id) in beside.ids for call_id in logged))


def _reasoning(part: dict[str, Any]) -> str | None:
    """Under the first key that says something: a text, `{text}`, or a list of such."""
    for key in _REASONING_KEYS:
        found = part.get(key)
        items = found if isinstance(found, list) else [found]
        texts = [item.get("text") if isinstance(item, dict) else item for item in items]
        text = _joined(texts)
        if text:
            return text
    return None


def _joined(texts: Iterable[Any]) -> str | None:
    """At once: a text that grows by every part is copied with every part."""
    return "\n".join(text for text in texts if isinstance(text, str) and text) or None
