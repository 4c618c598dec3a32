"""Goose: `{system, messages, tools}` in its own messages, and a list of such out, which is one answer in pieces.

A message is `{id, role, created, content, metadata}`, its content blocks by `type`:
- calls are `{type: "toolRequest", id, toolCall: {status, value: {name, arguments}}}`
- results are the user's `{type: "toolResponse", id, toolResult: {status, value: {content} | error}}`
- notices and questions for its user are no words of the chat, nor are parts whose audience is the user alone
Messages of the assistant with one id, one behind the other, are one answer.
Source of the format: block/goose `conversation::message`, `tracing::provider_generation`, `providers::formats::openai`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from oumi_assets.core.calls import Reply, Request
from oumi_assets.core.json_text import dump
from oumi_assets.shapes.base import Shape, first_list, kind_of
from oumi_assets.shapes.blocks import with_system

_KEYS = frozenset({"id", "role", "created", "content", "metadata"})
_OWN = frozenset({"role", "created", "content"})
_CALLS = ("toolRequest", "frontendToolRequest")
_RESULT = "toolResponse"
_WORDS = ("text", "image", "thinking")
_UNSAID = ("redactedThinking", "systemNotification", "actionRequired", "toolConfirmationRequest")


def request(value: Any) -> Request | None:
    """The messages behind the system prompt; None in the place of one with a block that nobody can read."""
    messages = first_list(value, "messages")
    if not messages or not all(map(_is_message, messages)):
        return None
    turns = [list(turn) for _, turn in groupby(enumerate(messages), _turn)]
    wire = [said for turn in turns for said in _wire([message for _, message in turn])]
    return Request(with_system(value.get("system"), wire), first_list(value, "tools"))


def reply(value: Any) -> Reply | None:
    """All messages of the answer as one; none where a part of it cannot be read."""
    if not isinstance(value, list) or not value or not all(map(_is_message, value)):
        return None
    if any(message["role"] != "assistant" for message in value):
        return None
    return Reply([message for message in _wire(value) if message is not None])


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict) or not _OWN <= value.keys() <= _KEYS or not isinstance(value["created"], int):
        return False
    content = value["content"]
    return value["role"] in ("user", "assistant") and isinstance(content, list) and all(map(kind_of, content))


def _turn(numbered: tuple[int, dict[str, Any]]) -> Any:
    """What messages of one answer share; every other message is a turn by itself."""
    place, message = numbered
    return message["id"] if message["role"] == "assistant" and message.get("id") else place


def _wire(turn: list[dict[str, Any]]) -> list[Any]:
    """OpenAI's messages: the results first, then what was said; None for what cannot be read."""
    blocks = [block for message in turn for block in message["content"] if block["type"] not in _UNSAID]
    said = [block for block in blocks if block["type"] in _WORDS and _is_for_the_model(block)]
    results = [_result(block) for block in blocks if block["type"] == _RESULT]
    calls = [_call(block) for block in blocks if block["type"] in _CALLS]
    known = (*_WORDS, _RESULT, *_CALLS)
    is_answer = turn[0]["role"] == "assistant"
    is_odd = any(block["type"] not in known for block in blocks) or None in (*calls, *results)
    if is_odd or bool(results if is_answer else calls):
        return [None]
    message = {"role": turn[0]["role"], "content": said or None, **({"tool_calls": calls} if calls else {})}
    return [*results, message] if said or calls or not results else results


def _call(block: dict[str, Any]) -> dict[str, Any] | None:
    """None for a call that Goose could not read: nobody knows what the model wrote."""
    made = block.get("toolCall")
    called = made.get("value") if isinstance(made, dict) else None
    if not isinstance(called, dict) or not isinstance(called.get("name"), str):
        return None
    given = called.get("arguments")
    return {
        "id": block.get("id"),
        "type": "function",
        "function": {"name": called["name"], "arguments": "{}" if given is None else dump(given)},
    }


def _result(block: dict[str, Any]) -> dict[str, Any] | None:
    """What the model was shown of a result; an error is its text."""
    result = block.get("toolResult")
    if not isinstance(result, dict):
        return None
    if isinstance(result.get("error"), str):
        content: Any = result["error"]
    else:
        value = result.get("value")
        content = value.get("content") if isinstance(value, dict) else value
        if not isinstance(content, list) or not all(map(kind_of, content)):
            return None
        content = [_shown(item) for item in content if _is_for_the_model(item)] or ""
    return {"role": "tool", "tool_call_id": block.get("id"), "content": content}


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    """A text that lies in a resource is shown as a text."""
    resource = item.get("resource")
    text = resource.get("text") if item["type"] == "resource" and isinstance(resource, dict) else item.get("text")
    return {"type": "text", "text": text} if isinstance(text, str) else item


def _is_for_the_model(item: dict[str, Any]) -> bool:
    notes = item.get("annotations")
    audience = notes.get("audience") if isinstance(notes, dict) else item.get("audience")
    return not isinstance(audience, list) or not audience or "assistant" in audience


SHAPE = Shape("goose", request=request, reply=reply)
