"""Codex's turns, as Langfuse's plugin logs them: steps that only the rows around them tell."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from model_calls import assistant, call, langfuse_row, result, user
from mutations import odd_rows
from traces import choose_from, rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate

WORDS = "Weather in Rome and Oslo?"
CALLED = [{"id": "c1", "name": "weather", "arguments": {"city": "Rome"}}, {"id": "c2", "name": "weather", "arguments": {}}]
PATCH = {"id": "c3", "name": "apply_patch", "arguments": "*** Begin"}
CUT = "22\n…[truncated 7 chars]"


def turn(words: str = WORDS) -> bytes:
    """The row of a whole turn."""
    return langfuse_row(words, "22.", id="turn", type="AGENT", name="Codex Turn")


def step(number: int, logged: Any, output: Any, above: str = "turn", **fields: Any) -> bytes:
    """A step; Langfuse keeps its number as text."""
    times = {"startTime": f"2026-05-19T10:00:0{number}.000Z"}
    metadata = {"codex.step_index": str(number), "scope.name": "langfuse-sdk"}
    where = {"id": f"{above}-{number}", "parentObservationId": above}
    return langfuse_row(logged, output, **{**where, "metadata": metadata, **times, **fields})


def tool(call_id: str, output: str, number: int, **fields: Any) -> bytes:
    """What a tool returned, below the step that called it."""
    where = {"id": call_id, "type": "TOOL", "parentObservationId": f"turn-{number}"}
    return langfuse_row("{}", output, **{**where, "metadata": {"codex.call_id": call_id}, **fields})


RETURNED = [{"name": "weather", "output": '{"c": 22}'}, {"name": "weather", "output": "18"}]
STEPS = [
    step(0, WORDS, {"reasoning": "Hm.", "tool_calls": CALLED}),
    step(1, RETURNED, {"content": "Let me see.", "tool_calls": [PATCH]}),
    step(2, [{"name": "apply_patch", "output": "boom", "error": "exit 1"}], {"content": "22."}),
]
HALF = step(1, RETURNED[:1], {"content": "22."})
TOOLS = [tool("c2", "18", 0), tool("c1", '{"c": 22}', 0), tool("c3", "boom", 1)]
SUBAGENT = [
    langfuse_row("Look.", "Seen.", id="sub", type="AGENT", parentObservationId="turn"),
    step(0, "Look.", {"content": "Seen."}, above="sub"),
]
SAID = [
    user(WORDS),
    assistant(None, call("c1", "weather", '{"city":"Rome"}'), call("c2", "weather"), reasoning_content="Hm."),
    result("c1", '{"c": 22}'),
    result("c2", "18"),
    assistant("Let me see.", call("c3", "apply_patch", "*** Begin")),
    result("c3", "boom"),
    assistant("22."),
]


@pytest.mark.parametrize("seed", range(3))
def test_a_turns_steps_are_one_conversation(seed: int) -> None:
    """Whatever the order of its rows, and whatever a sub-agent does beside it."""
    rows = [turn(), *STEPS, *TOOLS, *SUBAGENT]
    assert choose_from(random.Random(seed).sample(rows, len(rows))).messages == SAID


@pytest.mark.parametrize("output", ["[]", "{}", ""])
def test_an_empty_result_is_what_the_tool_returned(output: str) -> None:
    """An answer that is an empty list says nothing; a tool's does."""
    rows = [turn(), *STEPS, tool("c2", output, 0), *TOOLS[1:]]
    assert choose_from(rows).messages == [*SAID[:3], result("c2", output), *SAID[4:]]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (STEPS[2], [turn(), *STEPS, *TOOLS[1:]]),
        (STEPS[2], [turn(), STEPS[0], STEPS[2], *TOOLS]),
        (STEPS[2], [turn(CUT), *STEPS, *TOOLS]),
        (STEPS[2], [turn(), step(0, WORDS, {"content": CUT, "tool_calls": CALLED}), *STEPS[1:], *TOOLS]),
        (
            STEPS[2],
            [
                turn(),
                step(0, WORDS, {"tool_calls": [{**CALLED[0], "arguments": {"city": CUT}}, CALLED[1]]}),
                *STEPS[1:],
                *TOOLS,
            ],
        ),
        (STEPS[2], [turn(), *STEPS, tool("c2", CUT, 0), *TOOLS[1:]]),
        (HALF, [turn(), STEPS[0], HALF, *TOOLS]),
        (STEPS[2], [turn(json.dumps([user("hi")])), *STEPS, *TOOLS]),
        (STEPS[2], [*STEPS, *TOOLS]),
        (STEPS[2], [turn(), step(0, WORDS, {"content": "Or this.", "tool_calls": CALLED}, id="twice"), *STEPS, *TOOLS]),
        (STEPS[2], [turn(), *STEPS, tool("c1", "or this", 0, id="twice"), *TOOLS]),
    ],
)
def test_a_step_whose_turn_is_not_all_told_is_not_read(asked: bytes, rows: list[bytes]) -> None:
    """A result without its row, a missing step, words that were cut, a result for one of two, no turn, two rows for one."""
    found, _ = read_candidate(asked, PLATFORMS["langfuse"], rows_of(rows, PLATFORMS["langfuse"]))
    assert found is NoCandidate.UNSUPPORTED


def test_no_value_of_its_rows_is_an_error() -> None:
    """Whatever stands in a row, a step is read or it is not; lines that are no UTF-8 are in no trace."""
    rows = [turn(), *STEPS, *TOOLS]
    for place, line in enumerate(rows):
        for odd in (odd for odd in odd_rows(line, 20) if odd.decode(errors="replace").encode() == odd):
            beside = [*rows[:place], odd, *rows[place + 1 :]]
            read_candidate(beside[3], PLATFORMS["langfuse"], rows_of(beside, PLATFORMS["langfuse"]))
