"""OpenAI's function calling from before tools (rule 11): `function_call` on the assistant, role `function` for results.

Source of the format: OpenAI API reference, deprecated `functions` and `function_call`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, role_of


def message(value: Any) -> list[Draft] | None:
    """An assistant message that calls one function; its call gets an id, and the result that follows the same."""
    if role_of(value) is None:
        return None
    call = value.get("function_call")
    if not isinstance(call, dict) or not isinstance(call.get("name"), str) or not call["name"] or value.get("tool_calls"):
        return None
    drafts = openai_chat.message(value) or []
    for draft in drafts:
        draft.tool_calls = [ToolCallDraft(call["name"], call.get("arguments"))]
    return drafts


SHAPE = Shape("legacy_functions", message=message)
