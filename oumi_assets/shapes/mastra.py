"""Mastra: one model call is a whole loop of steps, each a row of its own; tools and their results are further rows.

- `model_generation`: `{messages}` in, `{text, toolCalls, files, sources, reasoning, warnings}` out: the last text, with the
  calls of all steps or (before version 1) without any
- `model_step`, a child of it: `{text, toolCalls: [{toolCallId, toolName, args}]}` out; its input is cut or summarised
- `tool_call`: what the tool returned; its call's id is `toolCallId` or the attribute `gen_ai.tool.call.id`
- `model_chunk` before version 1: `{toolCallId, toolName, args, result}` out
The kind of a row is `mastra_span_type` (LangSmith), `spanType` or the attribute `mastra.span.type` (Langfuse). A loop is put
together of its rows; where a step or a result is missing, nobody knows what was said.
Source of the format: @mastra/observability `model-tracing`, @mastra/langfuse, @mastra/langsmith.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from oumi_assets.core.calls import LoggedRow, ModelCall
from oumi_assets.shapes.base import first_list
from oumi_assets.shapes.extra_tools import value_at

MARK = b"model_generation"
_GENERATION, _STEP = "model_generation", "model_step"
_TOOLS = frozenset({"tool_call", "mcp_tool_call", "provider_tool_call"})
_KINDS = ("metadata.mastra_span_type", "metadata.spanType", "metadata.attributes.mastra.span.type")
_CALL_IDS = ("metadata.toolCallId", "metadata.attributes.gen_ai.tool.call.id")


Below = Callable[[bytes | None], list[LoggedRow]]
"""Gives the rows right below the one of an id."""


def is_generation(call: ModelCall) -> bool:
    """Whether a call may be a loop of several steps."""
    return bool(_kind(call) == _GENERATION)


def opened(call: ModelCall) -> ModelCall:
    """A loop without its messages, which one row does not tell; any other call as it is."""
    return _unread(call) if _is_of_several_steps(call.output) and is_generation(call) else call


def put_together(call: ModelCall, generation: bytes | None, below: Below) -> ModelCall:
    """A generation with what was said between its request and its last answer; as it is where it had one step."""
    steps = sorted(
        (row for row in below(generation) if _kind(row.call) == _STEP),
        key=lambda row: (row.start is not None, row.start or 0, row.id),
    )
    answers = [_answer(step.call.output) for step in steps]
    if not any(first_list(answer, "tool_calls") for answer in answers[:-1]):
        return call
    asked = first_list(call.input, "messages")
    said = _between(answers[:-1], _results([row for step in steps for row in below(step.id)]))
    if not asked or said is None or answers[-1] is None:
        return _unread(call)
    return msgspec.structs.replace(
        call, input={**call.input, "messages": [*asked, *said]}, output=answers[-1], output_text=None
    )


def _between(answers: list[dict[str, Any] | None], results: dict[str, dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The answers, each with the results of its calls behind it; None when one is missing."""
    said: list[dict[str, Any]] = []
    for answer in answers:
        ids = [made.get("toolCallId") for made in first_list(answer, "tool_calls")]
        if answer is None or not all(isinstance(made, str) and made in results for made in ids):
            return None
        said += [answer, *(results[made] for made in ids)]
    return said


def _answer(output: Any) -> dict[str, Any] | None:
    """A step's answer as a message."""
    if not isinstance(output, dict) or not all(isinstance(made, dict) for made in first_list(output, "toolCalls")):
        return None
    calls = first_list(output, "toolCalls")
    return {"role": "assistant", "content": output.get("text"), **({"tool_calls": calls} if calls else {})}


def _results(rows: list[LoggedRow]) -> dict[str, dict[str, Any]]:
    """What tools returned, as messages by the ids of their calls."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        output = row.call.output
        if _kind(row.call) in _TOOLS:
            call_id = next((said for place in _CALL_IDS if (said := value_at(row.call.extras, place))), None)
        elif isinstance(output, dict) and "result" in output:
            call_id, output = output.get("toolCallId"), output["result"]
        else:
            continue
        if isinstance(call_id, str) and output is not None and not row.call.failed:
            found[call_id] = {"role": "tool", "content": output, "tool_call_id": call_id}
    return found


def _kind(call: ModelCall) -> Any:
    return next((kind for place in _KINDS if (kind := value_at(call.extras, place))), None)


def _is_of_several_steps(output: Any) -> bool:
    """Whether it holds calls, and a text that came after their results."""
    return isinstance(output, dict) and bool(output.get("text")) and bool(first_list(output, "toolCalls"))


def _unread(call: ModelCall) -> ModelCall:
    return msgspec.structs.replace(call, input=None)
