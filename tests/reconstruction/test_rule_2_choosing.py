"""Rule 2: which call of a trace becomes its conversation; nothing depends on the order of rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
from traces import answered, called, choose_from, observation, run, said, system, user

from oumi_assets.core.drops import TraceDrop
from oumi_assets.reconstruction.choose import NotChosen

HI = user("hi")
TOOL = {"type": "function", "function": {"name": "f"}}


def _agent_rows(turns: int) -> list[bytes]:
    """Calls of an agent that logs its whole history each time."""
    history: list[dict[str, Any]] = [system("s"), HI]
    rows = []
    for turn in range(turns):
        reply = called((f"c{turn}", "f"))
        rows.append(observation(turn, list(history), reply))
        history += [reply, answered(f"c{turn}", "r")]
    return rows


def test_rule_2_the_call_with_most_messages_wins() -> None:
    """The last call of an agent holds all that was said before."""
    assert len(choose_from(_agent_rows(4)).messages) == 2 + 3 * 2 + 1


def test_an_ordinary_trace_is_read_once() -> None:
    """Speed: a long agent trace repeats its history in every call, and only the winner is worth parsing."""
    assert choose_from(_agent_rows(20)).reads == 1


def test_rule_2_a_longer_call_without_a_reply_is_no_candidate() -> None:
    """A call that failed cannot stand for the trace."""
    rows = [observation(1, [HI], said("yes")), observation(2, [HI, said("yes"), user("more")], "503", level="ERROR")]
    assert choose_from(rows).messages == [HI, said("yes")]


@pytest.mark.parametrize("loser_first", [True, False])
def test_rule_2_ties_a_mark_loses_even_when_it_is_later_and_has_tools(loser_first: bool) -> None:
    """A sub-agent's call of equal length is not the conversation that the user had."""
    rows = [run(1, [HI], said("main")), run(9, [HI], said("sub"), agent="subagent", tags=[])]
    assert choose_from(rows if loser_first else rows[::-1]).messages[-1] == said("main")


def test_rule_2_a_mark_breaks_ties_only() -> None:
    """A sub-agent's longer call is still the longest."""
    rows = [run(1, [HI], said("main")), run(2, [system("s"), HI], said("sub"), agent="subagent")]
    assert choose_from(rows).messages[-1] == said("sub")


@pytest.mark.parametrize("agent", ["root", None])
def test_rule_2_a_root_agent_is_unmarked(agent: str | None) -> None:
    """`root` marks the main agent, not a sub-agent."""
    rows = [run(1, [HI], said("first")), run(2, [HI], said("second"), agent=agent)]
    assert choose_from(rows).messages[-1] == said("second")


def test_rule_2_ties_tools_before_none() -> None:
    """Of two loggings of a call the one that knows the tools is worth more, also when it is the earlier one."""
    rows = [observation(1, {"messages": [HI], "tools": [TOOL]}, said("a")), observation(2, [HI], said("a"))]
    assert choose_from(rows).tools == [TOOL]


def test_rule_2_ties_the_later_start_then_the_larger_order_then_the_larger_id() -> None:
    """The last word counts."""
    assert choose_from([run(1, [HI], said("a")), run(2, [HI], said("b"))]).messages[-1] == said("b")
    at_once = {"start_time": "2026-05-19 10:00:00+00:00"}
    rows = [run(1, [HI], said("a"), **at_once), run(2, [HI], said("b"), **at_once, dotted_order="a")]
    assert choose_from(rows).messages[-1] == said("a")
    rows = [run(second, [HI], said(str(second)), **at_once, dotted_order="x") for second in (1, 3, 2)]
    assert choose_from(rows).messages[-1] == said("3")


def test_rule_2_nothing_depends_on_the_order_of_rows() -> None:
    """Exports come newest first and interleaved; rows may even lack ids and times, and then the greater bytes decide."""
    bare = {"id": None, "startTime": None}
    rows = [observation(0, [HI], said(text), **bare) for text in "abcdef"] + [observation(1, [HI], said("timed"))]
    rows += [observation(0, [system("s"), user("x")], said(text), **bare) for text in "uvw"]
    outcomes = []
    for seed in range(20):
        random.Random(seed).shuffle(rows)
        outcomes.append(choose_from(rows).messages)
    assert all(outcome[-1] == said("w") for outcome in outcomes)


def test_rule_2_a_winner_over_the_limit_drops_the_trace_though_a_shorter_call_would_fit() -> None:
    """Half a conversation is not the conversation (rule 12: 1000 are kept, 1001 are not)."""
    fitting = [user(str(number)) for number in range(999)]
    rows = [observation(1, fitting, said("a")), observation(2, [*fitting, user("x")], said("b"))]
    found = choose_from(rows).found
    assert isinstance(found, NotChosen)
    assert found.reason is TraceDrop.OVER_1000_MESSAGES
    assert len(choose_from(rows[:1]).messages) == 1000


def test_a_system_text_kept_apart_does_not_lose_to_a_call_that_counts_as_many() -> None:
    """The scan counts messages; what a whole response object says beside them makes a call longer than counted."""
    response = {"object": "response", "instructions": "Be brief.", "output": [{"type": "message", **said("agent")}]}
    rows = [observation(1, [HI, said("a"), user("b")], response), observation(2, [HI, said("a"), user("b")], said("plain"))]
    assert choose_from(rows).messages[0] == system("Be brief.")
    rows = [observation(1, [HI], response), observation(2, [user("b"), HI], said("plain"))]
    assert choose_from(rows).messages[-1] == said("plain")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([observation(1, [HI], "", level="ERROR"), observation(2, [HI], "401", level="ERROR")], TraceDrop.ONLY_FAILED_CALLS),
        ([observation(1, [HI], "", level="ERROR"), observation(2, [HI], "")], TraceDrop.NO_ASSISTANT_TURN),
        ([observation(1, "prompt", "text")], TraceDrop.UNSUPPORTED_SHAPE),
        ([observation(1, [HI], said("x"), input='[{"role": "us"er"}]')], TraceDrop.PAYLOAD_NOT_JSON),
        ([observation(1, [HI], "401", input='[{"role": "us"er"}]', level="ERROR")], TraceDrop.ONLY_FAILED_CALLS),
        ([observation(1, [HI], '{"role": "assistant", "content": "a"b"}', level="ERROR")], TraceDrop.ONLY_FAILED_CALLS),
    ],
)
def test_rule_1_a_trace_without_a_reply_says_why(rows: list[bytes], reason: TraceDrop) -> None:
    """A drop that names the wrong cause sends people looking in the wrong place."""
    found = choose_from(rows).found
    assert isinstance(found, NotChosen)
    assert found.reason is reason


def test_rule_1_the_latest_of_the_calls_that_tell_why_is_named() -> None:
    """Whoever looks a drop up finds the same row, wherever it lies in the file."""
    rows = [observation(1, "prompt", "text"), observation(2, "other", "text"), observation(3, [HI], "", level="ERROR")]
    for order in (rows, rows[::-1]):
        found = choose_from(order).found
        assert isinstance(found, NotChosen)
        assert (found.reason, found.call.row, found.path) == (TraceDrop.UNSUPPORTED_SHAPE, b"o02", "$.input")
