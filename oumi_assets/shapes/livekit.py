"""LiveKit Agents 1.2 to 1.7: OpenTelemetry events, one for each item of its chat context.

What the model said and each of its calls are items of their own, so one turn is logged as several messages of the
assistant: `{role, content}`, then `{role, tool_calls: [JSON text]}` for every call. A result names its call in `id`.
The reply is one message, its calls JSON texts as well.
Source of the format: livekit-agents `telemetry.traces` (`_chat_ctx_to_otel_events`), `llm.llm`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Request
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list, messages_in, parsed, role_of


def request(value: Any) -> Request | None:
    """Messages among which a call stands alone, as JSON text; calls made beside each other become one turn."""
    messages = messages_in(value)
    if not any(map(_is_call, messages)):
        return None
    found = openai_chat.request(value)
    return None if found is None else Request(_turns(found.messages), found.tools)


def _is_call(value: Any) -> bool:
    """A message that is nothing but one call."""
    if not _is_assistant(value) or value.get("content"):
        return False
    calls = value.get("tool_calls")
    if not isinstance(calls, list) or len(calls) != 1 or not isinstance(calls[0], str):
        return False
    call = parsed(calls[0])
    return isinstance(call, dict) and call.keys() == {"function", "id", "type"}


def _turns(messages: list[Any]) -> list[Any]:
    """The messages, each call put to the assistant's message before it."""
    turns: list[Any] = []
    called = {call_id for value in messages for call_id in _call_ids(value)}
    for value in messages:
        if not _is_assistant(value):
            turns.append(_with_call_id(value, called))
        elif _is_call(value) and turns and _is_assistant(turns[-1]):
            turns[-1]["tool_calls"] += value["tool_calls"]
        else:
            turns.append({**value, "tool_calls": [*first_list(value, "tool_calls")]})
    return turns


def _is_assistant(value: Any) -> bool:
    return role_of(value) == "assistant"


def _call_ids(value: Any) -> list[str]:
    calls = first_list(value, "tool_calls") if _is_assistant(value) else []
    ids = (call.get("id") for text in calls if isinstance(call := parsed(text), dict))
    return [call_id for call_id in ids if isinstance(call_id, str)]


def _with_call_id(value: Any, called: set[str]) -> Any:
    """A result under the name that results have: its `id` is the call's, whatever the provider calls it, or its own."""
    if role_of(value) != "tool" or not isinstance(value.get("id"), str):
        return value
    return {"tool_call_id": value["id"], **value} if value["id"] in called else value


SHAPE = Shape("livekit", request=request)
