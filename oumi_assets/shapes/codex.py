"""Codex, by Langfuse's plugin: every step of a turn with what was new to it, and without the calls that its results answer.

- a turn's row: the user's words as its input
- below it the steps, numbered: the words again or `[{name, output, error}]` in, `{content, reasoning, tool_calls}` out
- below a step its tools, which know the ids of their calls
A step is put together of these. Where one is missing, or words of it were cut, it is not all told.
Source of the format: langfuse/codex-observability-plugin `trace.ts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from oumi_assets.core.calls import LoggedRow, ModelCall
from oumi_assets.shapes.base import first_list, value_at

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
        return msgspec.structs.replace(call, input=None)
    return msgspec.structs.replace(call, input=said, output=answer)


def _before(rows: list[LoggedRow], number: int) -> list[LoggedRow] | None:
    """The steps before the one of a number, in their order; None where they are not all there."""
    steps = {told: row for row in rows if (told := _number(row.call)) is not None and told < number}
    return [steps[place] for place in range(number)] if len(steps) == number else None


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


def _outputs(rows: list[LoggedRow]) -> dict[str | None, str]:
    """What tools returned, by the ids of their calls; nothing of one whose words were cut."""
    told = [(value_at(row.call.extras, _CALL_ID), row.call.output_text or "") for row in rows]
    return {call_id: output for call_id, output in told if isinstance(call_id, str) and not _CUT.search(output)}


def _id(call: Any) -> str | None:
    call_id = call.get("id") if isinstance(call, dict) else None
    return call_id if isinstance(call_id, str) else None


def _number(call: ModelCall) -> int | None:
    """A step's place in its turn; Langfuse keeps numbers of metadata as texts."""
    told = value_at(call.extras, _NUMBER)
    return int(told) if isinstance(told, int | str) and re.fullmatch(r"\d{1,6}", str(told)) else None
