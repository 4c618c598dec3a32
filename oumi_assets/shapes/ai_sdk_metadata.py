"""What only the metadata tell of the AI SDK's answers: which calls the provider ran by itself, and the reasoning.

Until version 6 `ai.response.toolCalls` holds the calls of a provider's own tools (web search) like those of ours, and the
reasoning is an attribute of its own.
Source of the format: AI SDK `ai.response.*` and `ai.prompt.tools` attributes, as Langfuse keeps them in the metadata.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ModelCall, Reply
from oumi_assets.shapes.base import kind_of, may_mention, parsed, value_at
from oumi_assets.wire.tools import definitions_of

_CALLS = ("tool_calls", "toolCalls")
_PROVIDERS = ("provider", "provider-defined")
_TOOLS = ("metadata.tools", "metadata.attributes.ai.prompt.tools")
_FINISH_REASON = "metadata.attributes.ai.response.finishReason"
_REASONING = "attributes.ai.response.reasoning"


def without_provider_calls(reply: Reply, call: ModelCall) -> Reply:
    """The reply without calls of tools that the provider ran: the model never waited for their results."""
    message = reply.messages[0] if len(reply.messages) == 1 else None
    key = next((key for key in _CALLS if message.get(key)), None) if isinstance(message, dict) else None
    calls = parsed(message[key]) if message and key else None
    if not isinstance(calls, list) or not any(map(_tool_name, calls)) or _waits(call):
        return reply
    names = _names_of_provider(call)
    ours = [called for called in calls if _tool_name(called) not in names]
    return Reply([{**message, key: ours}]) if message and key and len(ours) < len(calls) else reply


def _tool_name(called: Any) -> str | None:
    name = called.get("toolName") if isinstance(called, dict) else None
    return name if isinstance(name, str) else None


def _waits(call: ModelCall) -> bool:
    """Whether the answer may have ended with calls for us: some tools of a provider run on our side."""
    return bool(value_at(call.extras, _FINISH_REASON) != "stop")


def _names_of_provider(call: ModelCall) -> set[str]:
    definitions = (parsed(tool) for place in _TOOLS for tool in definitions_of(value_at(call.extras, place)))
    hosted = (tool for tool in definitions if kind_of(tool) in _PROVIDERS)
    return {tool["name"] for tool in hosted if isinstance(tool.get("name"), str)}


def recorded_reasoning(call: ModelCall) -> str | None:
    """The reasoning of the call's answer."""
    metadata = call.extras.get("metadata")
    found = value_at(metadata, _REASONING) if may_mention(metadata, "reasoning") else None
    return found if isinstance(found, str) and found else None


def with_recorded_reasoning(answer: list[Draft], call: ModelCall) -> list[Draft]:
    """The answer's drafts with that reasoning in the last one, unless it has its own, or parts that may hold it."""
    if answer and not answer[-1].reasoning and not isinstance(answer[-1].content, list):
        answer[-1].reasoning = recorded_reasoning(call)
    return answer
