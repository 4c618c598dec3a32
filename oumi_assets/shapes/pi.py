"""pi and what is built on it (OpenClaw): blocks `toolCall` in an answer, results as messages of role `toolResult`.

`{type: "toolCall", id, name, arguments}`, `{role: "toolResult", toolCallId, toolName, content, isError}`; thoughts are
`{type: "thinking", thinking}`.
Source of the format: pi-mono `packages/ai`, `types.ts`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes.base import Shape, kind_of, role_of
from oumi_assets.shapes.blocks import block_drafts, has_block
from oumi_assets.wire.roles import is_assistant

_CALLS = frozenset({"toolCall"})
_RESULT = "toolResult"


def message(value: Any) -> list[Draft] | None:
    """An answer with its calls, or the result of one."""
    role = role_of(value)
    if role == _RESULT and "toolCallId" in value:
        return [Draft("tool", value.get("content"), tool_call_id=value["toolCallId"], name=value.get("toolName"))]
    if role is None or not is_assistant(role) or value.get("tool_calls") or not has_block(value.get("content"), _CALLS):
        return None
    if any(kind_of(block) in _CALLS and _call(block) is None for block in value["content"]):
        return None
    return block_drafts(role, value["content"], _call, lambda block: None)


def _call(block: dict[str, Any]) -> ToolCallDraft | None:
    """The call; what names no tool, or tells no arguments, is another writer's."""
    if kind_of(block) not in _CALLS or not isinstance(block.get("name"), str) or "arguments" not in block:
        return None
    return ToolCallDraft(block["name"], block["arguments"], block.get("id"))


SHAPE = Shape("pi", message=message)
