"""LangSmith's `wrap_anthropic` for Python until 0.7, which of a streamed message keeps nothing but the texts.

Its calls have `input: {}` whatever the model wrote, its thoughts are empty. A call with arguments that nobody knows was not
made so: such an answer is left out. Up to 0.3 a run's events have every piece (`stream_events`).
Source of the format: `langsmith.wrappers._anthropic`, `_accumulate_event` and `_reduce_chat_chunks`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, without_reply
from oumi_assets.wire.tools import wire_tools

_PUT_TOGETHER = frozenset({"id", "content", "role", "stop_reason", "usage_metadata"})


def opened(call: ModelCall) -> ModelCall:
    """A call without its answer, where that lost the arguments of a tool that takes some; any other call as it is."""
    message = call.output.get("message") if isinstance(call.output, dict) and len(call.output) == 1 else None
    if not isinstance(message, dict) or not message.keys() >= _PUT_TOGETHER:
        return call
    called = [block.get("name") for block in first_list(message, "content") if _is_empty_call(block)]
    without = _without_arguments(call) if called else []
    return call if all(name in without for name in called) else without_reply(call)


def _is_empty_call(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "tool_use" and not block.get("input")


def _without_arguments(call: ModelCall) -> list[str]:
    functions = [tool["function"] for tool in wire_tools(first_list(call.input, "tools"))]
    return [function["name"] for function in functions if function.get("parameters", {}).get("properties") == {}]
