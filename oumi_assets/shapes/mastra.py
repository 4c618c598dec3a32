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
from oumi_assets.shapes.base import first_list, value_at, without_request

MARK = b"model_generation"
_GENERATION, _STEP = MARK.decode(), "model_step"
_TOOLS = frozenset({"tool_call", "mcp_tool_call", "provider_tool_call"})
_KINDS = ("metadata.mastra_span_type", "metadata.spanType", "metadata.attributes.mastra.span.type")
_CALL_IDS = ("metadata.toolCallId", "metadata.attributes.gen_ai.tool.call.id")


Below = Callable[[bytes | None], list[LoggedRow]]
"""Gives the rows right below the one of an id."""


def is_generation(call: ModelCall) -> bool:
    """Whether a call may be a loop of several steps."""
    return _kind(call) == _GENERATION


def is_generation_metadata(metadata: Any) -> bool:
    """Whether these are a generation's metadata."""
    return _kind_of({"metadata": metadata}) == _GENERATION


def opened(call: ModelCall) -> ModelCall:
    """A loop without its messages, which one row does not tell; any other call as it is."""
    return without_request(call) if _is_of_several_steps(call.output) and is_generation(call) else call


def put_together(call: ModelCall, generation: bytes | None, below: Below) -> ModelCall:
    """A generation with what was said between its request and its last answer; as it is where it had one step."""
    if generation is None:
        # Nothing lies below a row that has no id.
        return call
    steps = sorted(
        (row for row in below(generation) if _kind(row.call) == _STEP),
        key=lambda row: (row.start is not None, row.start or 0, row.id),
    )
    answers = [_answer(step.call.output) for step in steps]
    if not any(first_list(answer, "tool_calls") for answer in answers):
        return call
    asked = first_list(call.input, "messages")
    said = _between(answers[:-1], _results([row for step in steps for row in below(step.id)]))
    if not asked or said is None or answers[-1] is None or not _ends_with(call.output, answers[-1]):
        return without_request(call)
    if len(answers) == 1:
        return call
    return msgspec.structs.replace(
        call, input={**call.input, "messages": [*asked, *said]}, output=answers[-1], output_text=None
    )


def _ends_with(output: Any, answer: dict[str, Any]) -> bool:
    """Whether a loop's text is that of its last step: else a step is missing, or nobody knows which was the last."""
    told = output.get("text") if isinstance(output, dict) else None
    return told is None or (told or "") == (answer["content"] or "")


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
    """What tools returned, as messages by the ids of their calls. Of a call with two results nobody knows the right one."""
    found: dict[str, dict[str, Any]] = {}
    twice: set[str] = set()
    for row in rows:
        output = row.call.output
        if _kind(row.call) in _TOOLS:
            call_id = next((said for place in _CALL_IDS if (said := value_at(row.call.extras, place))), None)
        elif isinstance(output, dict) and "result" in output:
            call_id, output = output.get("toolCallId"), output["result"]
        else:
            continue
        if not isinstance(call_id, str) or (output is None and row.call.failed):
            continue
        # A tool that returns nothing has answered, too; one that failed, where its row says what with.
        result = {"role": "tool", "content": "" if output is None else output, "tool_call_id": call_id}
        if found.setdefault(call_id, result) != result:
            twice.add(call_id)
    return {call_id: result for call_id, result in found.items() if call_id not in twice}


def _kind(call: ModelCall) -> str | None:
    return _kind_of(call.extras)


def _kind_of(extras: dict[str, Any]) -> str | None:
    return next((kind for place in _KINDS if isinstance(kind := value_at(extras, place), str)), None)


def _is_of_several_steps(output: Any) -> bool:
    """Whether it holds calls, and a text that came after their results."""
    return isinstance(output, dict) and bool(output.get("text")) and bool(first_list(output, "toolCalls"))
