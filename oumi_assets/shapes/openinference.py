"""OpenInference's `llm.input_messages` and `llm.output_messages`, as Langfuse unfolds the span's attributes.

Every message, call and part is wrapped in an object of one key: `{"message": {role, content | contents, tool_calls}}`,
`{"tool_call": {id, function}}`, `{"message_content": {type, text | image}}`. Agno, BeeAI and others are traced so. AutoGen's
results are JSON texts beside their message: `{"message": {role}, "function": ["{name, content, call_id, is_error}"]}`.
Source of the format: OpenInference semantic conventions, `llm.input_messages`; Langfuse's OpenTelemetry ingestion.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply, Request
from oumi_assets.shapes.base import Shape, first_list, messages_in, parsed


def request(value: Any) -> Request | None:
    """Wrapped messages, unwrapped: what they are then is for other shapes to tell."""
    unwrapped = _messages(messages_in(value))
    return Request(unwrapped, first_list(value, "tools")) if unwrapped else None


def reply(value: Any) -> Reply | None:
    """A list of wrapped messages: the first alternative."""
    unwrapped = _messages(value) if isinstance(value, list) else []
    return Reply(unwrapped[:1]) if unwrapped else None


def _messages(values: list[Any]) -> list[dict[str, Any]]:
    """All of them unwrapped; none when one of them is no wrapped message."""
    found = [_unwrapped(value) for value in values]
    return [message for messages in found for message in messages] if found and all(found) else []


def _unwrapped(value: Any) -> list[dict[str, Any]]:
    """The message; of AutoGen's results, which stand beside a message without words, one message each."""
    inner = _inner(value, "message")
    if inner is not None:
        return [_message(inner)]
    results = [parsed(result) for result in first_list(value, "function")]
    if not results or value.keys() != {"message", "function"} or not all(map(_is_result, results)):
        return []
    if not _is_wordless(value["message"]):
        return []
    return [{**said, "role": "tool", "tool_call_id": said["call_id"]} for said in results]


def _is_wordless(message: Any) -> bool:
    return isinstance(message, dict) and not any(said for key, said in message.items() if key != "role")


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("call_id"), str) and "content" in value


def _message(inner: dict[str, Any]) -> dict[str, Any]:
    message = {key: value for key, value in inner.items() if key != "contents"}
    calls = [_inner(call, "tool_call") or call for call in first_list(inner, "tool_calls")]
    if calls:
        message["tool_calls"] = calls
    parts = [_part(_inner(part, "message_content") or part) for part in first_list(inner, "contents")]
    if parts:
        message["content"] = parts
    return message


def _inner(value: Any, key: str) -> dict[str, Any] | None:
    inner = value.get(key) if isinstance(value, dict) and len(value) == 1 else None
    return inner if isinstance(inner, dict) else None


def _part(part: Any) -> Any:
    """An image is wrapped once more."""
    image = _inner(part.get("image"), "image") if isinstance(part, dict) else None
    url = image.get("url") if image else None
    return {"type": "image_url", "image_url": {"url": url}} if isinstance(url, str) else part


SHAPE = Shape("openinference", request=request, reply=reply)
