"""Anthropic messages: content blocks `tool_use`, `tool_result`, `thinking`, `image`, and `system` beside the messages.

Input: `{system?, messages, tools}` with `system` a text or text blocks; LangSmith's wrapper folds it into the messages.
Output: the Message object, its content blocks alone, or the flat `{role, content, tool_calls}` of LangSmith's wrapper,
which is an OpenAI message. Blocks of tools that the provider ran (`server_tool_use`, `mcp_tool_use` and their results)
are part of what the assistant said.
Source of the format: Anthropic API reference, Messages; `langsmith.wrappers._anthropic`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, kind_of, role_of
from oumi_assets.shapes.blocks import block_drafts, has_block, with_system
from oumi_assets.shapes.langchain_calls import STREAMED

_TOOL_BLOCKS = frozenset({"tool_use", "tool_result"})
_ANSWER_BLOCKS = frozenset({"text", "tool_use", "thinking", "redacted_thinking", "server_tool_use", "mcp_tool_use"})


def request(value: Any) -> Request | None:
    """`{system, messages, tools}`: mine when there is a system prompt beside the messages, which no whole messages are."""
    messages = first_list(value, "messages")
    if not messages or not isinstance(value.get("system"), (str, list)) or not value["system"]:
        return None
    if any(map(role_of, first_list(value, "system"))):
        return None
    return Request(messages=with_system(value["system"], messages), tools=first_list(value, "tools"))


def reply(value: Any) -> Reply | None:
    """Content blocks without the message around them; the message itself is read as any `{role, content}`."""
    if not isinstance(value, list) or not value or not has_block(value, _ANSWER_BLOCKS):
        return None
    if any(kind_of(block) is None or "role" in block for block in value):
        return None
    return Reply([{"role": "assistant", "content": value}])


def message(value: Any) -> list[Draft] | None:
    """A message that calls tools or holds their results in its content blocks."""
    if role_of(value) is None:
        return None
    if value.get("tool_calls") or not has_block(value.get("content"), _TOOL_BLOCKS):
        return None
    return block_drafts(value["role"], value["content"], _call, _result)


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    if block.get("type") != "tool_use":
        return None
    return ToolCallDraft(name=block.get("name"), arguments=block.get("input") or block.get(STREAMED), id=block.get("id"))


def _result(block: dict[str, Any]) -> Draft | None:
    if block.get("type") != "tool_result":
        return None
    return Draft(role="tool", content=block.get("content"), tool_call_id=block.get("tool_use_id"))


SHAPE = Shape("anthropic", request=request, reply=reply, message=message)
