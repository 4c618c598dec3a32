"""The Claude Agent SDK, as LangSmith's wrappers log it.

In JavaScript: Anthropic messages, but one for every block. Input: `{messages}`, in which the blocks of one answer (thinking,
text, every `tool_use`) are messages with the same `id`, one behind the other, and every result of a tool is a message by
itself: a `tool_result` block with the role `tool`.
Output: `{output: {messages}}`, the answer as one message.

In Python: OpenAI's and Anthropic's messages, read by their shapes; the system prompt stands on the run of the conversation,
right above those of the main agent's turns.
Source of the format: `langsmith/experimental/anthropic`, `wrapClaudeAgentSDK`; Claude Agent SDK `SDKAssistantMessage`;
`langsmith.integrations.claude_agent_sdk`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec

from oumi_assets.core.calls import Draft, ModelCall
from oumi_assets.shapes.base import Shape, kind_of, role_of, value_at

_PRESET = "preset: "
"""What the wrapper calls Anthropic's own prompt, which it does not know."""

_NAMES = "container content context_management id model role stop_reason stop_sequence type usage"
_KEYS = frozenset(_NAMES.split())
"""Anthropic's own: whatever another writer says beside the blocks would be lost."""

_TELLING = frozenset({"tool_use", "thinking", "redacted_thinking"})
_BLOCKS = _TELLING | {"text"}


def with_prompt(call: ModelCall, above: ModelCall) -> ModelCall:
    """A turn with the system prompt that the run above it tells; any other call as it is."""
    asked, told = call.input, above.input
    prompt = told.get("system") if isinstance(told, dict) and is_turn(call) and is_turn(above) else None
    if not isinstance(prompt, str) or prompt.startswith(_PRESET) or not isinstance(asked, dict) or "system" in asked:
        return call
    return msgspec.structs.replace(call, input={"system": prompt, **asked})


def is_turn(call: ModelCall) -> bool:
    """Whether a run is the SDK's."""
    return bool(value_at(call.extras, "metadata.ls_integration") == "claude-agent-sdk")


def whole_turns(messages: list[Any]) -> list[Any]:
    """The messages, those that are blocks of one answer put together: with a call or a thought among them."""
    turns: list[Any] = []
    for answer, logged in groupby(messages, _answer_id):
        parts = list(logged)
        blocks = [block for message in parts for block in message["content"]] if answer is not None else []
        together = len(parts) > 1 and any(block["type"] in _TELLING for block in blocks)
        turns += [{**parts[0], "content": blocks}] if together else parts
    return turns


def _answer_id(message: Any) -> str | None:
    """The id of an assistant's message of Anthropic's blocks; a model's name would be one, but not with calls in pieces."""
    if role_of(message) != "assistant" or not message.keys() <= _KEYS:
        return None
    content = message.get("content")
    if not isinstance(content, list) or not content or not all(kind_of(block) in _BLOCKS for block in content):
        return None
    return message["id"] if isinstance(message.get("id"), str) and message["id"] else None


def message(value: Any) -> list[Draft] | None:
    """A block of a tool's result in the place of a message."""
    if role_of(value) != "tool" or kind_of(value) != "tool_result":
        return None
    return [Draft("tool", content=value.get("content"), tool_call_id=value.get("tool_use_id"))]


SHAPE = Shape("claude_agent_sdk", message=message, history=whole_turns)
