"""Lists of messages that had grown when they were logged: what was sent is what stood before the answer."""

from __future__ import annotations

from typing import Any

import pytest
from traces import answered, called, choose_from, observation, run, said, system, user

from oumi_assets.core.drops import TraceDrop
from oumi_assets.reconstruction.choose import NotChosen

HI, MORE = user("hi"), user("more")
CALLED = called(("c1", "f"), ("c2", "f"))
RESULTS = [answered("c1", "1"), answered("c2", "2")]
GROWN = [system("Be brief."), HI, CALLED, *RESULTS, said("done")]


def late(
    second: int, messages: Any, output: Any, version: str = "0.3.20", sdk: str = "langsmith-js", **fields: Any
) -> bytes:
    """A run as an SDK logs it that says which one it is."""
    runtime = {"library": "langsmith", "runtime": "node", "sdk": sdk, "sdk_version": version}
    return run(second, messages, output, extra={"metadata": {}, "runtime": runtime}, **fields)


@pytest.mark.parametrize("version", ["0.2", "0.3.20", "0.3.67"])
def test_every_call_of_a_loop_was_logged_with_the_list_at_its_end(version: str) -> None:
    """As LangSmith's JavaScript SDK did before 0.3.68: the last answer was not given twice."""
    rows = [late(1, GROWN, CALLED, version), late(2, GROWN, said("done"), version)]
    assert choose_from(rows).messages == GROWN
    assert choose_from(rows[::-1]).messages == GROWN
    assert choose_from(rows[:1]).messages == GROWN[:3]


def test_an_earlier_answer_is_found_where_the_list_ends_with_a_later_one() -> None:
    """The later call has the whole conversation."""
    grown = [HI, said("one"), MORE, said("two")]
    rows = [late(1, grown, said("one")), late(2, grown, said("two"))]
    assert choose_from(rows).messages == grown
    assert choose_from(rows[:1]).messages == grown[:2]


def test_a_user_who_repeats_the_answer_has_not_given_it() -> None:
    """The list is cut where the assistant said it."""
    grown = [HI, said("one"), user("one"), said("two")]
    assert choose_from([late(1, grown, said("one"))]).messages == grown[:2]


def test_calls_that_a_stream_merged_are_known_by_the_first() -> None:
    """The same SDK makes one call of all."""
    rows = [late(1, GROWN, called(("c1", "ff"))), late(2, GROWN, said("done"))]
    assert choose_from(rows).messages == GROWN
    merged = called(("c1", "ff"))
    merged["tool_calls"][0]["function"]["arguments"] = '{}{"a": 1}'
    assert len(choose_from([late(1, GROWN, merged)]).messages) == 3


@pytest.mark.parametrize("answer", [said("done"), CALLED])
def test_a_function_that_returned_the_grown_list_has_answered(answer: dict[str, Any]) -> None:
    """Its inputs and its outputs are one list; any other call that returns the messages it was given said nothing."""
    grown = [HI, answer]
    assert choose_from([late(1, grown, None, outputs={"messages": grown})]).messages == grown
    for row in (
        late(1, grown, None, "0.3.68", outputs={"messages": grown}),
        late(1, [HI], None, outputs={"messages": [HI]}),
    ):
        found = choose_from([row]).found
        assert isinstance(found, NotChosen)
        assert found.reason is TraceDrop.NO_ASSISTANT_TURN


def test_an_answer_in_the_words_of_an_earlier_one_is_given_twice() -> None:
    """Its request ends with a user's message, as it was sent."""
    asked = [HI, said("done"), MORE]
    assert choose_from([late(1, asked, said("done"))]).messages == [*asked, said("done")]


def test_an_answer_that_goes_on_is_kept() -> None:
    """Its beginning was sent as an assistant's message."""
    asked = [HI, said('{"a":')]
    assert choose_from([late(1, asked, said(" 1}"))]).messages == [*asked, said(" 1}")]


def test_calls_without_ids_of_their_own_prove_nothing() -> None:
    """Google's writers call them by the tool's name."""
    asked = [HI, called(("f", "f")), answered("f", "1")]
    assert len(choose_from([late(1, asked, called(("f", "f")))]).messages) == 4


def test_a_call_with_an_earlier_ones_id_and_other_arguments_was_not_sent() -> None:
    """A small server counts the calls of every answer from zero, behind whatever SDK."""
    asked = [HI, called(("call_0", "f")), answered("call_0", "1"), MORE]
    again = {"role": "assistant", "content": None}
    for name, arguments in (("f", '{"a": 1}'), ("g", "{}")):
        made = {"id": "call_0", "type": "function", "function": {"name": name, "arguments": arguments}}
        found = choose_from([late(1, asked, {**again, "tool_calls": [made]})]).messages
        assert found[:4] == asked
        assert found[4]["tool_calls"][0]["function"] == made["function"]


def test_arguments_logged_as_a_value_are_those_of_the_text_that_was_sent() -> None:
    """LangChain parses what the model answered, and sends it back as text."""
    sent = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    asked = [HI, {"role": "assistant", "content": None, "tool_calls": [sent]}, answered("c1", "1")]
    for value, size in (({"a": 1}, 2), ({"a": 2}, 4), ({}, 4)):
        told = {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "name": "f", "args": value}]}
        assert len(choose_from([late(1, asked, told)]).messages) == size, value


def test_a_call_without_an_answer_has_none_in_its_request() -> None:
    """What was never said stands nowhere."""
    found = choose_from([late(1, [HI, said("hello"), MORE], None, "0.3.20")]).found
    assert isinstance(found, NotChosen)
    assert found.reason is TraceDrop.NO_ASSISTANT_TURN


AGAIN = [HI, called(("call_0", "f")), answered("call_0", "1"), MORE]
OTHERS: dict[str, bytes] = {
    "LangSmith's SDK for Python": late(1, AGAIN, called(("call_0", "f")), "0.3.20", "langsmith-py"),
    "LangSmith's SDK for JavaScript, later": late(1, AGAIN, called(("call_0", "f")), "0.3.68"),
    "no version": late(1, AGAIN, called(("call_0", "f")), ""),
    "an observation": observation(1, AGAIN, called(("call_0", "f"))),
}


@pytest.mark.parametrize("row", OTHERS.values(), ids=OTHERS)
def test_an_id_that_a_model_gives_again_is_no_late_answer_elsewhere(row: bytes) -> None:
    """Small servers count the calls of every answer from zero: half of the conversation would be gone."""
    found = choose_from([row]).messages
    assert [message["role"] for message in found] == ["user", "assistant", "tool", "user", "assistant"]
