"""OpenTelemetry GenAI messages: `{role, parts: [{type, content | ...}], finish_reason?}`; newer pydantic-ai and the AI SDK
log the same.

Tool results are parts `tool_call_response` under role `tool` or `user`, their value in `response` (the conventions) or
`result` (pydantic-ai). Langfuse turned such messages into wire-like ones for a while, and kept role `user` for results.
Source of the format: semantic conventions `gen-ai-input-messages.json`, `gen-ai-output-messages.json`; pydantic-ai
`_otel_messages`; Langfuse's OpenTelemetry ingestion.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, ToolCallDraft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list, kind_of, parsed, role_of
from oumi_assets.shapes.blocks import block_drafts
from oumi_assets.shapes.vercel_ai import APPROVAL_PARTS
from oumi_assets.wire.tool_calls import usable_id

_EVENT = "gen_ai.event.content"
_ARGUMENTS = ("arguments", "parameters", "input")


def message(value: Any) -> list[Draft] | None:
    """A message of typed parts, a result that is still called the user's, or one with the calls of span attributes."""
    if role_of(value) is None:
        return None
    parts = value.get("parts")
    if isinstance(parts, list) and parts and not value.get("content") and all(_is_part(part) for part in parts):
        return _of_parts(value, [_said(part) for part in parts if part["type"] not in APPROVAL_PARTS])
    if value["role"] == "user" and isinstance(value.get("tool_call_id"), str) and value["tool_call_id"]:
        return [Draft(role="tool", content=value.get("content"), tool_call_id=value["tool_call_id"])]
    return _of_event(value) or _with_flat_calls(value)


def _of_parts(value: dict[str, Any], parts: list[dict[str, Any]]) -> list[Draft]:
    """What the parts say; an assistant's call with its result beside it was the provider's, which waits for nobody."""
    answered = {usable_id(part.get("id")) for part in parts if part["type"] == "tool_call_response"} - {None}

    def our_call(part: dict[str, Any]) -> ToolCallDraft | None:
        return None if usable_id(part.get("id")) in answered else _call(part)

    return block_drafts(value["role"], parts, our_call, _result, value.get("name")) if parts else []


def without_told_results(messages: list[Any]) -> list[Any]:
    """The messages, a result that a message of its own tells only there: its call was ours, though both stood together."""
    told = {call_id for message in messages for call_id in _told(message)} - {None}
    return [_without(message, told) for message in messages] if told else messages


def _told(message: Any) -> list[str | None]:
    """The calls that a message of results answers."""
    if not isinstance(message, dict) or message.get("role") == "assistant":
        return []
    results = filter(_is_result, first_list(message, "parts"))
    return [usable_id(message.get("tool_call_id")), *(usable_id(part.get("id")) for part in results)]


def _is_result(part: Any) -> bool:
    return kind_of(part) == "tool_call_response"


def _without(message: Any, told: set[str | None]) -> Any:
    if role_of(message) != "assistant":
        return message
    parts = first_list(message, "parts")
    left = [part for part in parts if not _is_result(part) or usable_id(part.get("id")) not in told]
    return {**message, "parts": left} if len(left) < len(parts) else message


def reply(value: Any) -> Reply | None:
    """The message of a choice that an event holds as JSON text, alone or in a list."""
    event = value[0] if isinstance(value, list) and len(value) == 1 else value
    choice = parsed(event.get(_EVENT)) if isinstance(event, dict) else None
    message = choice.get("message") if isinstance(choice, dict) else None
    return Reply([message]) if isinstance(message, dict) else None


def _of_event(value: dict[str, Any]) -> list[Draft] | None:
    """A message that an event holds as JSON text (Semantic Kernel's)."""
    said = parsed(value.get(_EVENT))
    return openai_chat.message({"role": value["role"], **said}) if isinstance(said, dict) else None


def _is_part(part: Any) -> bool:
    """A typed part that says something: a text whose content was not recorded cannot be read."""
    kind = kind_of(part)
    return kind is not None and (kind != "text" or isinstance(part.get("content"), str))


def _said(part: dict[str, Any]) -> dict[str, Any]:
    """The part in the form that `wire` reads."""
    if part["type"] == "text":
        return {"type": "text", "text": part["content"]}
    if part["type"] == "refusal" and isinstance(part.get("content"), str):
        return {"type": "refusal", "refusal": part["content"]}
    return part


def _call(part: dict[str, Any]) -> ToolCallDraft | None:
    """A call that our side ran: what the provider ran by itself (`builtin`) is part of what was said."""
    if part.get("type") != "tool_call" or part.get("builtin"):
        return None
    return ToolCallDraft(name=part.get("name"), arguments=part.get("arguments"), id=part.get("id"))


def _result(part: dict[str, Any]) -> Draft | None:
    if part.get("type") != "tool_call_response":
        return None
    content = next((part[key] for key in ("response", "result", "content") if part.get(key) is not None), None)
    if isinstance(content, dict) and kind_of(content) == "content" and isinstance(content.get("value"), list):
        content = content["value"]  # The AI SDK's own form of an answer in parts.
    return Draft(role="tool", content=content, tool_call_id=part.get("id"), name=part.get("name"))


def _with_flat_calls(value: dict[str, Any]) -> list[Draft] | None:
    """`tool_calls: [{id, name, arguments}]`, as unfolded from `gen_ai.prompt.0.tool_calls.0.name` attributes.

    The arguments may be called `parameters` or `input`, as by the models' own APIs.
    """
    calls = parsed(value.get("tool_calls"))
    if not isinstance(calls, list) or not calls or not all(_is_flat_call(call) for call in calls):
        return None
    drafts = [ToolCallDraft(call["name"], _arguments(call), call.get("id") or call.get("call_id")) for call in calls]
    return [
        Draft(role=value["role"], content=value.get("content"), tool_calls=drafts, reasoning=openai_chat.reasoning_of(value))
    ]


def _is_flat_call(call: Any) -> bool:
    if not isinstance(call, dict) or not isinstance(call.get("name"), str) or "function" in call:
        return False
    return any(key in call for key in _ARGUMENTS)


def _arguments(call: dict[str, Any]) -> Any:
    return next((call[key] for key in _ARGUMENTS if key in call), None)


SHAPE = Shape("otel_genai", reply=reply, message=message, history=without_told_results)
