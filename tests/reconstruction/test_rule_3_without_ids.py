"""Rule 3 where ids of calls or results were not logged: names and order tell what answers what."""

from __future__ import annotations

from traces import answered, called, choose_from, observation, said, system, user

HI = user("hi")
S = system("s")
CALL_1 = called(("c1", "f"))


def test_rule_3_results_without_ids_are_stitched_by_name_and_order() -> None:
    """Older frameworks never logged ids; the generated ones are those of the whole conversation."""
    nameless = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    rows = [
        observation(1, [S, HI], nameless),
        observation(2, [{"role": "function", "name": "f", "content": "1"}], nameless),
        observation(3, [{"role": "tool", "content": "2"}], said("done")),
    ]
    messages = choose_from(rows).messages
    assert [message["role"] for message in messages] == ["system", "user", *["assistant", "tool"] * 2, "assistant"]
    assert [message["tool_calls"][0]["id"] for message in messages if "tool_calls" in message] == ["call_2_0", "call_4_0"]
    assert [message["tool_call_id"] for message in messages if "tool_call_id" in message] == ["call_2_0", "call_4_0"]


def test_rule_3_results_of_calls_that_lost_their_ids_are_stitched() -> None:
    """Streamed calls of Langfuse's older SDK have no ids, their results have: rule 8 matches them within one call, too."""
    lost = {"role": "assistant", "tool_calls": [{"function": {"name": name, "arguments": "{}"}} for name in "fg"]}
    results = [answered("c2", "1"), answered("c3", "2")]
    last = observation(3, [answered("c1", "3")], said("done"))
    rows = [observation(1, [S, HI], lost), observation(2, results, CALL_1), last]
    first = called(("call_2_0", "f"), ("call_2_1", "g"))
    given = [answered("call_2_0", "1"), answered("call_2_1", "2")]
    assert choose_from(rows).messages == [S, HI, first, *given, CALL_1, answered("c1", "3"), said("done")]


def test_rule_3_results_without_ids_continue_calls_without_ids() -> None:
    """Beside an instrumentation that logs ids and the whole history, they answer nothing of what that one logged."""
    poll, result = {"function": {"name": "f", "arguments": "{}"}}, {"role": "tool", "name": "f", "content": "r"}
    lost = {"role": "assistant", "tool_calls": [poll]}
    first, second = called(("c1", "f")), called(("c2", "f"))
    begun = [HI, first, answered("c1", "r")]
    whole = [*begun, second, answered("c2", "r"), said("done")]
    rows = [
        *(observation(1, [HI], call, id=id_) for id_, call in (("a", first), ("b", lost))),
        *(observation(2, asked, call, id=id_) for id_, asked, call in (("a2", begun, second), ("b2", [result], lost))),
        *(observation(3, asked, said("done"), id=id_) for id_, asked in (("b3", [result]), ("c3", whole[:-1]))),
    ]
    assert choose_from(rows).messages == whole


def test_rule_3_results_without_ids_answer_the_latest_call_that_still_waits() -> None:
    """The first of two results is the later question's, the second the earlier one's."""
    nameless = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    rows = [
        observation(1, [user("first")], nameless),
        observation(2, [user("second")], nameless),
        observation(3, [user("third")], said("at once")),
        observation(4, [{"role": "tool", "content": "2"}], said("two")),
        observation(5, [{"role": "tool", "content": "1"}], said("one")),
    ]
    assert [message["content"] for message in choose_from(rows).messages] == ["first", None, "1", "one"]
    assert [message["content"] for message in choose_from(rows[:4]).messages] == ["second", None, "2", "two"]


def test_rule_3_polling_without_ids_is_not_taken_for_double_logging() -> None:
    """The same result asked for three times was said three times."""
    poll = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    pending = {"role": "tool", "content": "pending"}
    rows = [observation(0, [HI], poll), *(observation(second, [pending], poll) for second in (1, 2, 3))]
    assert len(choose_from([*rows, observation(4, [pending], said("done"))]).messages) == 1 + 4 * 2 + 1
