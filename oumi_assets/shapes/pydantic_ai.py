"""pydantic-ai's own two forms; since version 1 it logs OpenTelemetry parts, which `otel_genai` reads.

- events: `{"event.name": "gen_ai.user.message", role, content, ...}`, content a text or a list of `{kind, text | url}`;
  a result's call is named by `id`; the reply is `{"event.name": "gen_ai.choice", message}`
- messages as `ModelMessagesTypeAdapter` writes them: `{kind: "request" | "response", parts: [{part_kind, ...}]}`
Source of the format: pydantic-ai `messages` (`otel_event`, `ModelMessage`) and `models.instrumented`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, messages_in
from oumi_assets.shapes.blocks import with_system
from oumi_assets.shapes.openai_chat import tool_call

_EVENT = "event.name"
_TOOL_EVENT = "gen_ai.tool.message"
_CHOICE_EVENT = "gen_ai.choice"
_PART_FIELDS = ("text", "content", "url", "data", "media_type", "file_id")
"""What a part says; its other fields tell pydantic-ai how to fetch and to cache it."""


def request(value: Any) -> Request | None:
    """Messages of the type adapter; the instructions of the last request stand before them."""
    messages = messages_in(value)
    if not messages or not all(_is_model_message(message) for message in messages):
        return None
    asked = [message for message in messages if message["kind"] == "request"]
    instructions = asked[-1].get("instructions") if asked else None
    return Request(with_system(instructions, messages), [] if isinstance(value, list) else first_list(value, "tools"))


def reply(value: Any) -> Reply | None:
    """The message of a choice event, or a response of the type adapter."""
    if isinstance(value, dict) and value.get(_EVENT) == _CHOICE_EVENT:
        message = value.get("message")
        return Reply([message] if isinstance(message, dict) else [])
    return Reply([{"role": "assistant", **value}]) if _is_model_message(value) and value["kind"] == "response" else None


def message(value: Any) -> list[Draft] | None:
    """One event, one message of a choice, or one message of the type adapter."""
    if not isinstance(value, dict):
        return None
    if _is_model_message(value):
        return _of_response(value["parts"]) if value["kind"] == "response" else _of_request(value["parts"])
    if not isinstance(value.get("role"), str) or not (_EVENT in value or _has_kinds(value.get("content"))):
        return None
    return [_event(value)]


def _event(value: dict[str, Any]) -> Draft:
    calls = [call for call in map(tool_call, first_list(value, "tool_calls")) if call]
    is_result = value.get(_EVENT) == _TOOL_EVENT
    return Draft(
        role=value["role"],
        content=_content(value.get("content")),
        tool_calls=calls,
        tool_call_id=value.get("id") if is_result else value.get("tool_call_id"),
        name=value.get("name") if is_result else None,
    )


def _has_kinds(content: Any) -> bool:
    return isinstance(content, list) and any(_is_kind(part) for part in content)


def _is_kind(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("kind"), str) and "type" not in part


def _content(value: Any) -> Any:
    """Parts by `type` instead of `kind`."""
    return [_typed(part) for part in value] if _has_kinds(value) else value


def _typed(part: Any) -> Any:
    if not _is_kind(part):
        return part
    said = {key: part[key] for key in _PART_FIELDS if part.get(key) is not None}
    if "binary_content" in part:
        said["data"] = part["binary_content"]
    return {"type": part["kind"], **said}


def _is_model_message(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("kind") not in ("request", "response"):
        return False
    parts = value.get("parts")
    return isinstance(parts, list) and all(isinstance(part, dict) and "part_kind" in part for part in parts)


def _of_request(parts: list[Any]) -> list[Draft] | None:
    drafts = [_asked(part) for part in parts]
    read = [draft for draft in drafts if draft is not None]
    return read if len(read) == len(parts) else None


def _asked(part: dict[str, Any]) -> Draft | None:
    kind, content = part["part_kind"], part.get("content")
    if kind == "system-prompt":
        return Draft(role="system", content=content)
    if kind == "user-prompt" or (kind == "retry-prompt" and not part.get("tool_name")):
        return Draft(role="user", content=_content(content))
    if kind in ("tool-return", "retry-prompt"):
        return Draft(role="tool", content=content, tool_call_id=part.get("tool_call_id"), name=part.get("tool_name"))
    return None


def _of_response(parts: list[Any]) -> list[Draft]:
    """One assistant message: texts, thoughts and calls; what the provider ran by itself is part of what was said."""
    calls, said = [], []
    for part in parts:
        kind = part["part_kind"]
        if kind == "tool-call":
            calls.append(ToolCallDraft(part.get("tool_name"), part.get("args"), part.get("tool_call_id")))
        elif kind in ("text", "thinking"):
            said.append({"type": kind, kind: part.get("content")})
        else:
            said.append({"type": kind, **part})
    return [Draft(role="assistant", content=said or None, tool_calls=calls)]


SHAPE = Shape("pydantic_ai", request=request, reply=reply, message=message)
