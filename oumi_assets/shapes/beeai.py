"""BeeAI: parts of the AI SDK's names in a message's content, with keys of its own.

Calls are `{type: "tool-call", id, tool_name, args}` with arguments as JSON text, results
`{type: "tool-result", tool_call_id, tool_name, result}` under role `tool`.
Source of the format: beeai-framework `backend.message`, as OpenInference's instrumentation dumps it.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes.base import Shape, kind_of, role_of
from oumi_assets.shapes.blocks import block_drafts

_CALL, _RESULT = "tool-call", "tool-result"


def message(value: Any) -> list[Draft] | None:
    """A message whose content holds calls or results of BeeAI."""
    if role_of(value) is None or value.get("tool_calls"):
        return None
    content = value.get("content")
    if not isinstance(content, list) or not any(map(_is_tool_part, content)):
        return None
    return block_drafts(value["role"], content, _call, _result)


def _is_tool_part(part: Any) -> bool:
    return kind_of(part) in (_CALL, _RESULT) and isinstance(part.get("tool_name"), str)


def _call(part: dict[str, Any]) -> ToolCallDraft | None:
    if part.get("type") != _CALL or not _is_tool_part(part):
        return None
    return ToolCallDraft(name=part["tool_name"], arguments=part.get("args"), id=part.get("id"))


def _result(part: dict[str, Any]) -> Draft | None:
    if part.get("type") != _RESULT or not _is_tool_part(part):
        return None
    return Draft(role="tool", content=part.get("result"), tool_call_id=part.get("tool_call_id"), name=part["tool_name"])


SHAPE = Shape("beeai", message=message)
