"""Claude Code, as Langfuse's hook and plugin log its transcripts: each step with what was new to it.

Input: the user's message alone, then `{"role": "tool", "tool_results": [{tool_use_id, tool_name, output}]}`. Output: the
assistant's message, whose `tool_calls` are `{id, name, input}`. Rule 3 puts the steps of a turn behind each other.
Langfuse's plugin for Cursor has such results among whole lists of messages, named by `name`, failed ones with an `error`.
Source of the format: Langfuse's guide for Claude Code (`langfuse_hook.py`); langfuse/cursor-observability-plugin.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Request
from oumi_assets.shapes.base import Shape, first_list

_OUTPUTS = ("output", "content", "result", "error")


def request(value: Any) -> Request | None:
    """The results of a step's calls, without a list around them; those of pi's plugin answer calls without arguments."""
    return Request([value]) if message(value) and all(map(_names_its_use, value["tool_results"])) else None


def message(value: Any) -> list[Draft] | None:
    """A message for each result."""
    results = first_list(value, "tool_results")
    if not results or value.get("role") != "tool" or value.get("content") or not all(map(_is_result, results)):
        return None
    return [
        Draft(
            role="tool",
            content=next(result[key] for key in _OUTPUTS if key in result),
            tool_call_id=result.get("tool_use_id") or result.get("tool_call_id"),
            name=result.get("tool_name") or result.get("name"),
        )
        for result in results
    ]


def _is_result(value: Any) -> bool:
    is_named = isinstance(value, dict) and ("tool_use_id" in value or "tool_call_id" in value)
    return is_named and any(key in value for key in _OUTPUTS)


def _names_its_use(result: dict[str, Any]) -> bool:
    return "tool_use_id" in result


SHAPE = Shape("claude_code", request=request, message=message)
