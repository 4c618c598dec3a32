"""Rule 3: calls that logged only their new messages become one conversation; whole histories are left alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pipeline import import_export
from traces import answered, called, choose_from, observation, run, said, system, user

from oumi_assets.core.drops import TraceDrop
from oumi_assets.reconstruction.choose import NotChosen

HI = user("hi")
S = system("s")
TOOL = {"type": "function", "function": {"name": "f"}}
CALL_1, CALL_2 = called(("c1", "f")), called(("c2", "f"), ("c3", "g"))
WHOLE = [S, HI, CALL_1, answered("c1", "1"), CALL_2, answered("c2", "2"), answered("c3", "3"), said("done")]
DELTAS = [
    observation(1, {"messages": [S, HI], "tools": [TOOL]}, CALL_1),
    observation(2, [answered("c1", "1")], CALL_2),
    observation(3, [answered("c2", "2"), answered("c3", "3")], said("done")),
]


@pytest.mark.parametrize("seed", range(5))
def test_rule_3_calls_that_begin_with_a_tool_result_are_stitched_in_start_order(seed: int) -> None:
    """A framework that logs only what is new would otherwise leave nothing but fragments."""
    rows = random.Random(seed).sample(DELTAS, len(DELTAS))
    outcome = choose_from(rows)
    assert outcome.messages == WHOLE
    assert outcome.tools == [TOOL]


def test_rule_3_an_import_of_delta_logs_is_one_conversation_a_trace(tmp_path: Path) -> None:
    """From the file to the dataset: rows of two traces, newest first and interleaved."""
    other = [row.replace(b'"t1"', b'"t2"').replace(b'"id": "o', b'"id": "p') for row in DELTAS]
    rows = [row for pair in zip(DELTAS, other, strict=True) for row in pair]
    export = tmp_path / "export.jsonl"
    export.write_bytes(b"\n".join(reversed(rows)))
    imported = import_export(export, tmp_path, deduplicate=False)
    assert [row["messages"] for row in imported.rows.values()] == [WHOLE, WHOLE]
    assert not any(imported.drops.values())


@pytest.mark.parametrize("start", ["2026-05-19T10:00:00Z", None])
@pytest.mark.parametrize("seed", range(5))
def test_rule_3_calls_of_one_start_are_told_apart_by_whom_they_answer(start: str | None, seed: int) -> None:
    """The older table keeps milliseconds, and some rows keep no time: ids say nothing of who was first."""
    ids = random.Random(seed).sample("abc", 3)
    rows = [
        observation(0, {"messages": [S, HI], "tools": [TOOL]}, CALL_1, startTime=start, id=ids[0]),
        observation(0, [answered("c1", "1")], CALL_2, startTime=start, id=ids[1]),
        observation(0, [answered("c2", "2"), answered("c3", "3")], said("done"), startTime=start, id=ids[2]),
    ]
    assert choose_from(random.Random(seed).sample(rows, 3)).messages == WHOLE
    assert choose_from(random.Random(seed).sample(rows[:2], 2)).messages == WHOLE[:5]


@pytest.mark.parametrize("seed", range(6))
def test_rule_3_of_one_start_a_chain_whose_beginning_is_not_in_the_file_is_one(seed: int) -> None:
    """A window cuts traces: what is there still belongs together, whatever the ids."""
    ids = random.Random(seed).sample("abc", 3)
    rows = [
        observation(0, [answered("gone", "0")], CALL_1, id=ids[0]),
        observation(0, [answered("c1", "1")], CALL_2, id=ids[1]),
        observation(0, [answered("c2", "2"), answered("c3", "3")], said("done"), id=ids[2]),
    ]
    assert choose_from(rows).messages == [answered("gone", "0"), *WHOLE[2:]]


def test_rule_3_calls_of_one_start_that_answer_each_other_end() -> None:
    """No file may hang an import."""
    rows = [
        observation(0, [answered("c1", "1")], called(("c2", "f")), id="a"),
        observation(0, [answered("c2", "2")], called(("c1", "f")), id="b"),
    ]
    assert choose_from(rows).messages[0]["role"] == "tool"


def test_rule_3_of_one_start_what_answers_nobody_stays_as_it_was_logged() -> None:
    """Waiting for a call that never comes must not lose the row."""
    rows = [
        observation(0, [answered("gone", "1"), answered("c2", "2")], said("longest"), id="a"),
        observation(0, [HI], said("hello"), id="b"),
    ]
    assert choose_from(rows).messages == [answered("gone", "1"), answered("c2", "2"), said("longest")]


def test_rule_3_a_repeated_system_prompt_is_not_stitched_in_again() -> None:
    """Instructions go with every call; they were given once."""
    rows = [DELTAS[0], observation(2, [S, answered("c1", "1")], said("done"))]
    assert choose_from(rows).messages == [S, HI, CALL_1, answered("c1", "1"), said("done")]


def test_rule_3_a_repeated_assistant_turn_is_not_stitched_in_again() -> None:
    """Some log the call together with its result: no user turn, and nothing new in the first message."""
    rows = [DELTAS[0], observation(2, [S, CALL_1, answered("c1", "1")], said("done"))]
    assert choose_from(rows).messages == [S, HI, CALL_1, answered("c1", "1"), said("done")]


@pytest.mark.parametrize("instructions", [[], [S]])
def test_rule_3_a_user_turn_after_the_result_is_kept(instructions: list[dict[str, object]]) -> None:
    """New messages are all of the new ones, whoever said them."""
    rows = [DELTAS[0], observation(2, [*instructions, answered("c1", "1"), user("and?")], said("done"))]
    assert choose_from(rows).messages == [S, HI, CALL_1, answered("c1", "1"), user("and?"), said("done")]


def test_rule_3_whole_histories_are_never_stitched() -> None:
    """A call that has its history would hold everything twice."""
    rows = [observation(1, [S, HI], CALL_1), observation(2, [S, HI, CALL_1, answered("c1", "1")], said("done"))]
    outcome = choose_from([*rows, observation(3, [S, HI], said("aside"))])
    assert outcome.messages == [S, HI, CALL_1, answered("c1", "1"), said("done")]


def test_rule_3_an_agent_without_a_user_turn_that_logs_its_history_is_left_alone() -> None:
    """No user turn is no proof of a missing history: some agents only have instructions."""
    rows = [
        observation(1, [S], CALL_1),
        observation(2, [S, CALL_1, answered("c1", "1")], CALL_2),
        observation(3, [S, CALL_1, answered("c1", "1"), CALL_2, answered("c2", "2"), answered("c3", "3")], said("done")),
    ]
    assert choose_from(rows).messages == [S, *WHOLE[2:]]


@pytest.mark.parametrize("agent", ["subagent", None])
def test_rule_3_a_sub_agents_calls_are_not_stitched_into_its_parents(agent: str | None) -> None:
    """The parent's conversation goes on behind its own call; the sub-agent's is another one."""
    task, inner = [system("sub"), user("task")], called(("s1", "search"))
    rows = [
        run(1, [S, HI], CALL_1),
        run(2, task, inner, agent=agent),
        run(3, [answered("s1", "hit")], said("found"), agent=agent),
        run(4, [answered("c1", "found")], called(("c4", "f"))),
        run(5, [answered("c4", "more")], said("done")),
    ]
    parents = [S, HI, CALL_1, answered("c1", "found"), called(("c4", "f")), answered("c4", "more"), said("done")]
    assert choose_from(rows).messages == parents
    assert choose_from(rows[1:3]).messages == [*task, inner, answered("s1", "hit"), said("found")]


def test_rule_3_a_result_that_answers_no_call_of_the_trace_is_not_stitched() -> None:
    """Where nothing is known to come before, nothing is put before."""
    rows = [observation(1, [S, HI], CALL_1), observation(2, [answered("elsewhere", "1")], said("done"))]
    assert choose_from(rows).messages == [S, HI, CALL_1]


def test_rule_3_a_retried_call_is_a_branch_and_not_a_longer_conversation() -> None:
    """The answer that was gone on with counts, the other one was thrown away."""
    rows = [*DELTAS[:2], observation(2, [answered("c1", "1")], called(("lost", "f")), id="retry"), DELTAS[2]]
    assert choose_from(rows).messages == WHOLE


@pytest.mark.parametrize("ids", [True, False])
def test_rule_3_calls_that_were_logged_twice_are_counted_once(ids: bool) -> None:
    """Two instrumentations log every call twice, a moment apart; it is one conversation."""

    def call_f(call_id: str) -> dict[str, object]:
        made = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
        return {"role": "assistant", "content": None, "tool_calls": [{**made, **({"id": call_id} if ids else {})}]}

    def result_f(call_id: str) -> dict[str, object]:
        return {"role": "tool", "content": "r", **({"tool_call_id": call_id} if ids else {})}

    calls = [([S, HI], call_f("c1")), ([result_f("c1")], call_f("c2")), ([result_f("c2")], said("done"))]
    rows = [observation(2 * at + twice, *calls[at]) for at in range(3) for twice in (0, 1)]
    roles = [message["role"] for message in choose_from(rows).messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"]


def test_rule_3_whole_histories_logged_twice_are_one_conversation() -> None:
    """Double logging is harmless where nothing is stitched."""
    rows = [observation(1, WHOLE[:-1], said("done")), observation(2, WHOLE[:-1], said("done"))]
    assert choose_from(rows).messages == WHOLE


def test_rule_3_a_failed_call_among_them_breaks_no_chain() -> None:
    """An attempt that failed said nothing to go on from."""
    failed = observation(2, [answered("c1", "1")], "overloaded", id="attempt", level="ERROR")
    assert choose_from([DELTAS[0], failed, *DELTAS[1:]]).messages == WHOLE


def test_rule_3_a_turn_with_its_result_that_nobody_called_for_stays_as_it_was_logged() -> None:
    """The call that it repeats is not in the file."""
    turn = [called(("gone", "g")), answered("gone", "1")]
    rows = [observation(1, [S, HI], CALL_1), observation(2, turn, said("done"))]
    assert choose_from(rows).messages == [*turn, said("done")]


def test_rule_3_of_chains_the_longer_one_counts_whatever_tools_the_other_has() -> None:
    """Rule 2 asks for tools where all else is equal."""
    rows = [
        observation(1, [HI], CALL_1),
        observation(2, [answered("c1", "1")], said("done")),
        observation(3, {"messages": [user("aside")], "tools": [TOOL]}, said("yes")),
    ]
    assert choose_from(rows).messages == [HI, CALL_1, answered("c1", "1"), said("done")]


def test_rule_3_a_repeated_system_prompt_makes_no_chain_longer() -> None:
    """Counted is what would be written."""
    longer = [user("aside"), called(("c9", "f")), answered("c9", "9"), user("and?"), said("yes")]
    rows = [
        observation(1, [HI], CALL_1),
        observation(2, [S, answered("c1", "1")], said("done")),
        observation(3, longer[:1], longer[1]),
        observation(4, longer[2:4], longer[4]),
    ]
    assert choose_from(rows).messages == longer


def test_rule_3_of_chains_of_one_length_the_one_with_tools_counts() -> None:
    """As of calls that logged their whole history."""
    rows = [
        observation(1, {"messages": [HI], "tools": [TOOL]}, CALL_1),
        observation(2, [answered("c1", "1")], said("done")),
        observation(3, [user("aside")], called(("c9", "f"))),
        observation(4, [answered("c9", "9")], said("yes")),
    ]
    assert choose_from(rows).messages == [HI, CALL_1, answered("c1", "1"), said("done")]


def test_rule_3_a_stitched_conversation_over_the_limit_is_dropped() -> None:
    """Rule 12 counts what would be written."""
    rows = [observation(0, [HI], called(("c0", "f")))]
    for at in range(500):
        start = f"2026-05-19T11:{at // 60:02}:{at % 60:02}Z"
        rows.append(observation(0, [answered(f"c{at}", "r")], called((f"c{at + 1}", "f")), startTime=start))
    found = choose_from(rows).found
    assert isinstance(found, NotChosen)
    assert found.reason is TraceDrop.OVER_1000_MESSAGES
    assert len(choose_from(rows[:-1]).messages) == 1000


def test_rule_3_stored_responses_are_taken_as_they_are() -> None:
    """With `previous_response_id` the API kept the history; what was sent is what was logged."""
    item = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "1"}
    done = {"type": "message", **said("done")}
    first = run(1, [], {}, inputs={"input": "hi", "model": "m"}, outputs={"output": [item]})
    inputs = {"input": [output], "model": "m", "previous_response_id": "resp_1"}
    second = run(2, [], {}, inputs=inputs, outputs={"output": [done]})
    assert choose_from([first, second]).messages == [answered("c1", "1"), said("done")]


def test_rule_3_an_unset_previous_response_is_none() -> None:
    """Old SDKs log what was not given by its Python name: nobody stored that history."""
    item = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "1"}
    unset = {"model": "m", "previous_response_id": "<openai.Omit object at 0x7f>"}
    first = run(1, [], {}, inputs={"input": "hi", **unset}, outputs={"output": [item]})
    done = {"type": "message", **said("done")}
    second = run(2, [], {}, inputs={"input": [output], **unset}, outputs={"output": [done]})
    assert choose_from([first, second]).messages == [HI, called(("c1", "f")), answered("c1", "1"), said("done")]


def test_rule_3_numbers_as_ids_are_ids() -> None:
    """Rule 8 takes them; the answer to the first of two questions does not belong behind the second."""
    rows = [
        observation(1, [user("first")], called((1, "f"))),
        observation(2, [user("second")], called((2, "f"))),
        observation(3, [answered(1, "1")], said("done")),
    ]
    assert choose_from(rows).messages == [user("first"), called(("1", "f")), answered("1", "1"), said("done")]


def test_rule_3_what_cannot_be_said_together_is_dropped_and_not_empty() -> None:
    """A role that names a tool is known by the call before it, which another call's id may hide."""
    rows = [
        observation(1, [HI], called(("1", "f"))),
        observation(2, [called(("1", "weather")), {"role": "weather", "content": "sunny"}], said("done")),
    ]
    found = choose_from(rows).found
    assert isinstance(found, NotChosen)
    assert found.reason is TraceDrop.UNSUPPORTED_SHAPE
