"""Claude Code's turns, as Langfuse's hook logs them step by step."""

from __future__ import annotations

import random
from typing import Any

import pytest
from model_calls import assistant, call, read, result, row, user
from traces import choose_from, observation

from oumi_assets.reconstruction.candidate import NoCandidate


def _called(words: str | None, *ids: str) -> dict[str, Any]:
    calls = [{"id": call_id, "name": "Bash", "input": {"command": "ls"}} for call_id in ids]
    return {"role": "assistant", **({"content": words} if words else {}), "tool_calls": calls}


def _results(**outputs: str | None) -> dict[str, Any]:
    results = [{"tool_use_id": call_id, "tool_name": "Bash", "output": output} for call_id, output in outputs.items()]
    return {"role": "tool", "tool_results": results}


TURN = [
    observation(1, user("Fix it."), _called("Let me look.", "t1", "t2")),
    observation(2, _results(t1="a.py", t2="b.py"), _called(None, "t3")),
    observation(3, _results(t3=None), {"role": "assistant", "content": "Fixed."}),
]


@pytest.mark.parametrize("seed", range(3))
def test_a_turns_steps_are_one_conversation(seed: int) -> None:
    """A step logs its results alone; a tool that was stopped has returned nothing."""
    bash = '{"command":"ls"}'
    assert choose_from(random.Random(seed).sample(TURN, len(TURN))).messages == [
        user("Fix it."),
        assistant("Let me look.", call("t1", "Bash", bash), call("t2", "Bash", bash)),
        {**result("t1", "a.py"), "name": "Bash"},
        {**result("t2", "b.py"), "name": "Bash"},
        assistant(None, call("t3", "Bash", bash)),
        {**result("t3", ""), "name": "Bash"},
        assistant("Fixed."),
    ]


def test_results_in_one_message_of_a_list_are_counted_as_what_they_become() -> None:
    """Whoever logs the whole history so has more messages than a longer list of others."""
    asked = [user("hi"), _called(None, "t1", "t2", "t3", "t4"), _results(t1="a", t2="b", t3="c", t4="d")]
    other = [user("hi " * 200), assistant("Yes?"), user("What?"), assistant("Well."), user("Oh.")]
    rows = [observation(1, asked, assistant("Done.")), observation(2, other, assistant("Bye."))]
    assert len(choose_from(rows).messages) == 7


@pytest.mark.parametrize(
    "input_", [{"role": "tool", "tool_results": [{"id": "t1", "result": "a"}]}, {"role": "tool", "tool_results": []}]
)
def test_results_of_another_form_are_not_read(input_: Any) -> None:
    """Nobody knows what they answer."""
    assert read("langfuse", row("langfuse", input_, assistant("Hello."))) is NoCandidate.UNSUPPORTED
