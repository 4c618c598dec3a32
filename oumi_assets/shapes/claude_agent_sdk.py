"""The Claude Agent SDK for JavaScript, as LangSmith's wrapper logs it: Anthropic messages, but one for every block.

Input: `{messages}`, in which the blocks of one answer (thinking, text, every `tool_use`) are messages with the same `id`,
one behind the other, and every result of a tool is a message by itself: a `tool_result` block with the role `tool`.
Output: `{output: {messages}}`, the answer as one message.
Source of the format: `langsmith/experimental/anthropic`, `wrapClaudeAgentSDK`; Claude Agent SDK `SDKAssistantMessage`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.shapes.base import Shape


def whole_turns(messages: list[Any]) -> list[Any]:
    """The messages, those that are blocks of one answer put together."""
    turns: list[Any] = []
    for answer, logged in groupby(messages, _answer_id):
        blocks = list(logged)
        turns += blocks if answer is None or len(blocks) == 1 else [_together(blocks)]
    return turns


def _answer_id(message: Any) -> str | None:
    """The id of an assistant's message of blocks; LangChain's ids of classes are lists."""
    if not isinstance(message, dict) or message.get("role") != "assistant" or not isinstance(message.get("content"), list):
        return None
    return message["id"] if isinstance(message.get("id"), str) and message["id"] else None


def _together(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {**messages[0], "content": [block for message in messages for block in message["content"]]}


def message(value: Any) -> list[Draft] | None:
    """A block of a tool's result in the place of a message."""
    if not isinstance(value, dict) or value.get("role") != "tool" or value.get("type") != "tool_result":
        return None
    return [Draft("tool", content=value.get("content"), tool_call_id=value.get("tool_use_id"))]


SHAPE = Shape("claude_agent_sdk", message=message)
