"""Codex, by Langfuse's plugin: every step of a turn with what was new to it, and without the calls that its results answer.

- a turn's row: the user's words as its input
- below it the steps, numbered: the words again or `[{name, output, error}]` in, `{content, reasoning, tool_calls}` out
- below a step its tools, which know the ids of their calls
A step is put together of these. Where one is missing, or words of it were cut, it is not all told.
Source of the format: langfuse/codex-observability-plugin `trace.ts`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from oumi_assets.core.calls import LoggedRow, ModelCall
from oumi_assets.shapes.base import first_list, value_at, without_request

_NUMBER = "metadata.codex.step_index"
_CALL_ID = "metadata.codex.call_id"
_CUT = re.compile(r"…\[truncated \d+ chars\]\Z")
_CUT_WITHIN = re.compile(r'…\[truncated \d+ chars\]"'.encode())
_KEYS = frozenset({"content", "reasoning", "tool_calls"})

Below = Callable[[bytes | None], list[LoggedRow]]
"""Gives the rows right below the one of an id."""


def is_step(call: ModelCall) -> bool:
    """Whether a call is a step of a turn."""
    return _number(call) is not None


def put_together(call: ModelCall, turn: ModelCall, rows: list[LoggedRow], below: Below) -> ModelCall:
    """A step with what was said before it in its turn; `rows` are those right below the turn."""
    answer = _answer(call.output)
    before = _before(rows, _number(call) or 0)
    said = _said(turn.input, before, below) if before is not None and _answers(call.input, before) else None
    if said is None or answer is None:
        return without_request(call)
    return msgspec.structs.replace(call, input=said, output=answer)


def _before(rows: list[LoggedRow], number: int) -> list[LoggedRow] | None:
    """The steps before the one of a number, in their order; None where they are not all there, or one was logged twice."""
    told = [(place, row) for row in rows if (place := _number(row.call)) is not None and place < number]
    steps = dict(told)
    return [steps[place] for place in range(number)] if len(steps) == len(told) == number else None


def _answers(results: Any, before: list[LoggedRow]) -> bool:
    """Whether a step was given a result for each call of the one before it."""
    calls = first_list(before[-1].call.output, "tool_calls") if before else []
    return not before or len(calls) == (len(results) if isinstance(results, list) else 0)


def _said(words: Any, before: list[LoggedRow], below: Below) -> list[Any] | None:
    """The user's words, and every step's answer with the results of its calls."""
    if not isinstance(words, str) or not words or _CUT.search(words):
        return None
    messages: list[Any] = [{"role": "user", "content": words}]
    for step in before:
        answer, outputs = _answer(step.call.output), _outputs(below(step.id))
        calls = first_list(answer, "tool_calls")
        if answer is None or not all(_id(call) in outputs for call in calls):
            return None
        messages.append(answer)
        messages += [{"role": "tool", "tool_call_id": _id(call), "content": outputs[_id(call)]} for call in calls]
    return messages


def _answer(output: Any) -> dict[str, Any] | None:
    """A step's answer with its role; None where it is none, or not all of its words were logged."""
    if not isinstance(output, dict) or not output or not output.keys() <= _KEYS:
        return None
    return None if _CUT_WITHIN.search(msgspec.json.encode(output)) else {"role": "assistant", **output}


def _outputs(rows: list[LoggedRow]) -> dict[str | None, Any]:
    """What tools returned, by the ids of their calls; nothing of one whose words were cut, or that was logged twice."""
    told = [(value_at(row.call.extras, _CALL_ID), _output(row.call)) for row in rows]
    times = Counter(call_id for call_id, _ in told if isinstance(call_id, str))
    return {
        call_id: output
        for call_id, output in told
        if isinstance(call_id, str) and times[call_id] == 1 and not _is_cut(output)
    }


def _output(call: ModelCall) -> Any:
    """The text that a tool returned; an empty list or object, which is no text of an answer, as it is."""
    if call.output_text is not None:
        return call.output_text
    return "" if call.output is None else call.output


def _is_cut(output: Any) -> bool:
    return isinstance(output, str) and _CUT.search(output) is not None


def _id(call: Any) -> str | None:
    call_id = call.get("id") if isinstance(call, dict) else None
    return call_id if isinstance(call_id, str) else None


def _number(call: ModelCall) -> int | None:
    """A step's place in its turn; Langfuse keeps numbers of metadata as texts."""
    told = value_at(call.extras, _NUMBER)
    return int(told) if isinstance(told, int | str) and re.fullmatch(r"\d{1,6}", str(told)) else None
