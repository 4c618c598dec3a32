"""OpenInference's `llm.input_messages` and `llm.output_messages`, as Langfuse unfolds the span's attributes.

Every message, call and part is wrapped in an object of one key: `{"message": {role, content | contents, tool_calls}}`,
`{"tool_call": {id, function}}`, `{"message_content": {type, text | image}}`. Agno, BeeAI and others are traced so.
Source of the format: OpenInference semantic conventions, `llm.input_messages`; Langfuse's OpenTelemetry ingestion.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list


def reply(value: Any) -> Reply | None:
    """A list of wrapped messages: the first alternative."""
    if not isinstance(value, list) or not value or not all(_unwrapped(item, "message") for item in value):
        return None
    return Reply([value[0]["message"]])


def message(value: Any) -> list[Draft] | None:
    """A wrapped message, or one that holds wrapped calls or parts."""
    inner = _unwrapped(value, "message") or value
    if not isinstance(inner, dict):
        return None
    calls, parts = _all_unwrapped(inner, "tool_calls", "tool_call"), _all_unwrapped(inner, "contents", "message_content")
    if inner is value and not calls and not parts:
        return None
    fields = {key: found for key, found in inner.items() if key not in ("tool_calls", "contents")}
    if parts:
        fields["content"] = [_part(part) for part in parts]
    return openai_chat.message({**fields, "tool_calls": calls or inner.get("tool_calls")})


def _unwrapped(value: Any, key: str) -> dict[str, Any] | None:
    inner = value.get(key) if isinstance(value, dict) and len(value) == 1 else None
    return inner if isinstance(inner, dict) else None


def _all_unwrapped(value: dict[str, Any], key: str, inner: str) -> list[dict[str, Any]]:
    found = [_unwrapped(item, inner) for item in first_list(value, key)]
    return [item for item in found if item is not None] if all(found) else []


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """An image is wrapped once more."""
    image = part.get("image")
    url = image["image"].get("url") if isinstance(image, dict) and isinstance(image.get("image"), dict) else None
    return {"type": "image_url", "image_url": {"url": url}} if isinstance(url, str) else part


SHAPE = Shape("openinference", reply=reply, message=message)
