"""Cohere's streams, event by event, logged by a function that passed them on.

Output: a list of events of Cohere's chat API, version 2: `content-delta` with a piece of text or thought, `tool-plan-delta`
with a piece of the plan, `tool-call-start` with a call's id and name, `tool-call-delta` with a piece of its arguments. An
event names what it is a piece of by its index. The JavaScript SDK writes camel case. A whole answer is `{message}`; its
`tool_plan`, what the model thought before it called tools, is reasoning wherever it stands.
Source of the format: Cohere's API reference, chat streaming; its Python SDK, `V2ChatStreamResponse`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import Shape, kind_of

_KINDS = """
    citation-end citation-start content-delta content-end content-start debug message-end message-start tool-call-delta
    tool-call-end tool-call-start tool-plan-delta
"""
_EVENTS = frozenset(_KINDS.split())


def reply(value: Any) -> Reply | None:
    """The message that the events are together; none where they say nothing."""
    if not isinstance(value, list) or not value or not all(kind_of(event) in _EVENTS for event in value):
        return None
    pieces = [(event["type"], event.get("index"), _message(event)) for event in value]
    if not any(message for _, _, message in pieces):
        return None
    texts = [_text(message.get("content"), "text") for _, _, message in pieces]
    thoughts = [
        _text(message, "tool_plan") or _text(message, "toolPlan") or _text(message.get("content"), "thinking")
        for _, _, message in pieces
    ]
    said = {"content": "".join(texts), "reasoning": "".join(thoughts), "tool_calls": _calls(pieces)}
    return Reply([{"role": "assistant", **said}] if any(said.values()) else [])


def _message(event: dict[str, Any]) -> dict[str, Any]:
    delta = event.get("delta")
    message = delta.get("message") if isinstance(delta, dict) else None
    return message if isinstance(message, dict) else {}


def _text(value: Any, key: str) -> str:
    text = value.get(key) if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""


def _calls(pieces: list[tuple[str, Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Id and name come with a call's start, its arguments piece by piece."""
    calls: list[dict[str, Any]] = []
    begun: dict[int, dict[str, Any]] = {}
    for kind, index, message in pieces:
        called = message.get("tool_calls") or message.get("toolCalls")
        if not isinstance(called, dict) or not isinstance(called.get("function"), dict):
            continue
        function = called["function"]
        if kind == "tool-call-start":
            begun[_place(index)] = {"id": called.get("id"), "function": {"name": function.get("name"), "arguments": ""}}
            calls.append(begun[_place(index)])
        if _place(index) in begun:
            begun[_place(index)]["function"]["arguments"] += _text(function, "arguments")
    return calls


def _place(index: Any) -> int:
    return index if isinstance(index, int) else 0


SHAPE = Shape("cohere", reply=reply)
