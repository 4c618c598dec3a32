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


def request(value: Any) -> Request | None:
    """The results of a step's calls, without a list around them."""
    return Request([value]) if message(value) else None


def message(value: Any) -> list[Draft] | None:
    """A message for each result."""
    results = first_list(value, "tool_results")
    if not results or value.get("role") != "tool" or value.get("content") or not all(map(_is_result, results)):
        return None
    return [
        Draft(
            role="tool",
            content=result.get("output", result.get("error")),
            tool_call_id=result["tool_use_id"],
            name=result.get("tool_name") or result.get("name"),
        )
        for result in results
    ]


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and "tool_use_id" in value and ("output" in value or isinstance(value.get("error"), str))


SHAPE = Shape("claude_code", request=request, message=message)
