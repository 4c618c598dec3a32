"""Instrumentations that leave what the model called out of the history: Traceloop for JavaScript, OpenLIT, OpenLLMetry."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from model_calls import assistant, call, result, system, user
from traces import choose_from, observation, rows_of

from oumi_assets.platforms import LANGFUSE
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation
from oumi_assets.shapes.unlogged_calls import completed

TRACELOOP = {"metadata": {"scope.name": "@traceloop/instrumentation-openai"}}
OPENLIT = {"metadata": {"scope.name": "openlit.instrumentation.openai"}}
OPENLIT_FOR_LITELLM = {"metadata": {"scope.name": "openlit.instrumentation.litellm"}}
COHERE = {"metadata": {"scope.name": "opentelemetry.instrumentation.cohere"}}
MISTRAL = {"metadata": {"scope.name": "opentelemetry.instrumentation.mistralai"}}
ASKED = [system("Be terse."), user("Rome and Oslo?")]
ROME, OSLO = '{"city": "Rome"}', '{"city": "Oslo"}'


def _flat(arguments: str, **call_id: str) -> dict[str, Any]:
    return {**call_id, "name": "weather", "arguments": arguments}


def _called(content: str, *calls: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"finish_reason": "tool_calls", "role": "assistant", "content": content, "tool_calls": list(calls)}]


def _in_parts(role: str, *parts: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"role": role, "parts": list(parts), **more}


def _text(said: str) -> dict[str, Any]:
    return {"type": "text", "content": said}


def _result(call_id: str, said: str) -> dict[str, Any]:
    return _in_parts("tool", {"type": "tool_call_response", "id": call_id, "response": said})


def _turn(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [_in_parts("assistant", *parts, finish_reason="tool_call")]


def _part(call_id: str, arguments: str) -> dict[str, Any]:
    return {"type": "tool_call", "id": call_id, "name": "weather", "arguments": json.loads(arguments)}


ASKED_IN_PARTS = [_in_parts("system", _text("Be terse.")), _in_parts("user", _text("Rome and Oslo?"))]
SUNNY = [{"finish_reason": "stop", "role": "assistant", "content": "Sunny."}]
SUNNY_IN_PARTS = [_in_parts("assistant", _text("Sunny."), finish_reason="stop")]
RESULTS = [{"role": "tool", "content": "20C"}, {"role": "tool", "content": "3C"}]
NULL, BARE = {"role": "assistant", "content": "null"}, {"role": "assistant"}


def _traceloop(words: str, logged: dict[str, Any], scope: dict[str, Any] = TRACELOOP) -> list[bytes]:
    first = observation(1, ASKED, _called(words, _flat(ROME), _flat(OSLO)), **scope)
    return [first, observation(2, [*ASKED, logged, *RESULTS], SUNNY, **scope)]


def _told(words: str | None) -> list[dict[str, Any]]:
    calls = [call("call_2_0", "weather", ROME), call("call_2_1", "weather", OSLO)]
    results = [result("call_2_0", "20C"), result("call_2_1", "3C")]
    return [*ASKED, assistant(words, *calls), *results, assistant("Sunny.")]


OF_TRACELOOP = {
    "no words": (_traceloop("", NULL), _told(None)),
    "words": (_traceloop("Look.", assistant("Look.")), _told("Look.")),
    "Cohere, words that only the answer has": (_traceloop("Look.", BARE, COHERE), _told("Look.")),
}


def _last(rows: list[bytes]) -> Conversation | NoCandidate:
    """What the last call of a trace says, wherever the rows lie."""
    shuffled = random.Random(len(rows)).sample(rows, len(rows))
    return read_candidate(rows[-1], LANGFUSE, rows_of(shuffled, LANGFUSE))[0]


@pytest.mark.parametrize(("rows", "said"), OF_TRACELOOP.values(), ids=OF_TRACELOOP)
def test_calls_that_only_the_answer_tells_are_in_the_history(rows: list[bytes], said: list[dict[str, Any]]) -> None:
    """The answer of whoever asked what stands before the turn is the turn."""
    found = _last(rows)
    assert isinstance(found, Conversation)
    assert found.messages == said


def test_turns_that_are_missing_as_a_whole_come_back() -> None:
    """OpenLIT logs no message for a turn of nothing but calls: three results stand in a row, of two turns."""
    first, second = _turn(_part("c1", ROME), _part("c2", OSLO)), _turn(_part("c3", ROME))
    after_one = [*ASKED_IN_PARTS, _result("c1", "20C"), _result("c2", "3C")]
    after_two = [*after_one, _result("c3", "21C")]
    later = [*after_two, *SUNNY_IN_PARTS, _in_parts("user", _text("Thanks!"))]
    asked = [ASKED_IN_PARTS, after_one, after_two, later]
    answers = [first, second, SUNNY_IN_PARTS, [_in_parts("assistant", _text("Bye."), finish_reason="stop")]]
    rows = [observation(n, *said, **OPENLIT) for n, said in enumerate(zip(asked, answers, strict=True))]
    found = _last(rows)
    assert isinstance(found, Conversation)
    assert found.messages == [
        *ASKED,
        assistant(None, call("c1", "weather", '{"city":"Rome"}'), call("c2", "weather", '{"city":"Oslo"}')),
        result("c1", "20C"),
        result("c2", "3C"),
        assistant(None, call("c3", "weather", '{"city":"Rome"}')),
        result("c3", "21C"),
        assistant("Sunny."),
        user("Thanks!"),
        assistant("Bye."),
    ]


def test_a_damaged_row_beside_hides_no_answer() -> None:
    """One broken row costs no conversation, nor does one that is no model call."""
    damaged = observation(3, ASKED, "", input='[{"role', **TRACELOOP)
    tool = observation(4, {"city": "Rome"}, "20C", type="SPAN")
    rows, said = OF_TRACELOOP["no words"]
    found = _last([damaged, tool, *rows])
    assert isinstance(found, Conversation)
    assert found.messages == said


def test_words_beside_calls_are_said_once() -> None:
    """OpenLIT keeps the words of such a turn, without its calls."""
    turn = _turn(_text("Look."), _part("c1", ROME))
    rows = [
        observation(1, ASKED_IN_PARTS, turn, **OPENLIT),
        observation(
            2, [*ASKED_IN_PARTS, _in_parts("assistant", _text("Look.")), _result("c1", "20C")], SUNNY_IN_PARTS, **OPENLIT
        ),
    ]
    found = _last(rows)
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert found.messages[2] == assistant("Look.", call("c1", "weather", '{"city":"Rome"}'))


def test_of_two_answers_to_one_question_the_one_that_made_the_call_counts() -> None:
    """A retry asks the same again."""
    rows = [
        observation(1, ASKED_IN_PARTS, _turn(_part("c1", ROME)), **OPENLIT),
        observation(2, ASKED_IN_PARTS, _turn(_part("c2", OSLO)), **OPENLIT),
        observation(3, [*ASKED_IN_PARTS, _result("c2", "3C")], SUNNY_IN_PARTS, **OPENLIT),
    ]
    found = _last(rows)
    assert isinstance(found, Conversation)
    assert found.messages[2] == assistant(None, call("c2", "weather", '{"city":"Oslo"}'))


def test_of_equal_answers_none_counts_for_its_place() -> None:
    """A call that was logged twice, its arguments written differently: rows may lie in any order."""
    answers = [_turn({**_part("c1", "{}"), "arguments": arguments}) for arguments in ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
    asked = [observation(n, ASKED_IN_PARTS, answer, **OPENLIT) for n, answer in enumerate(answers)]
    last = observation(3, [*ASKED_IN_PARTS, _result("c1", "20C")], SUNNY_IN_PARTS, **OPENLIT)
    found = [read_candidate(last, LANGFUSE, rows_of([*rows, last], LANGFUSE))[0] for rows in (asked, asked[::-1])]
    assert all(isinstance(conversation, Conversation) for conversation in found)
    assert len({json.dumps(conversation.messages) for conversation in found if isinstance(conversation, Conversation)}) == 1


UNKNOWN = {
    "nobody asked that": [observation(2, [*ASKED, NULL, *RESULTS], SUNNY, **TRACELOOP)],
    "the words differ": _traceloop("Look.", assistant("See.")),
    "two answers without ids": [
        observation(0, ASKED, _called("", _flat(OSLO)), **TRACELOOP),
        *_traceloop("", NULL),
    ],
    "a failed call's answer": [
        observation(0, ASKED, _called("", _flat(OSLO)), level="ERROR", **TRACELOOP),
        observation(2, [*ASKED, NULL, *RESULTS], SUNNY, **TRACELOOP),
    ],
    "another call's result": [
        observation(1, ASKED_IN_PARTS, _turn(_part("c1", ROME)), **OPENLIT),
        observation(2, [*ASKED_IN_PARTS, _result("c9", "20C")], SUNNY_IN_PARTS, **OPENLIT),
    ],
    "an assistant that answers itself": [
        observation(1, [*ASKED_IN_PARTS, *SUNNY_IN_PARTS, *SUNNY_IN_PARTS, ASKED_IN_PARTS[1]], SUNNY_IN_PARTS, **OPENLIT)
    ],
    "an assistant's turn before the answer": [observation(1, [*ASKED_IN_PARTS, *SUNNY_IN_PARTS], SUNNY_IN_PARTS, **OPENLIT)],
    "no words at all": [observation(1, [{"role": "user"}], SUNNY, **MISTRAL)],
}


@pytest.mark.parametrize("rows", UNKNOWN.values(), ids=UNKNOWN)
def test_a_history_whose_calls_nobody_tells_is_not_read(rows: list[bytes]) -> None:
    """It would read as if the model had said nothing, and tools had answered by themselves."""
    assert _last(rows) is NoCandidate.UNSUPPORTED


def test_an_assistant_that_speaks_twice_lacks_nothing_where_openlit_keeps_results() -> None:
    """CrewAI up to 0.x, which calls tools in words, puts what they returned into the assistant's own turn."""
    words = "Thought: look\nAction: weather\nAction Input: {}\nObservation: 20C"
    row = observation(1, [*ASKED_IN_PARTS, _in_parts("assistant", _text(words))], SUNNY_IN_PARTS, **OPENLIT_FOR_LITELLM)
    found = _last([row])
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant(words), assistant("Sunny.")]


def test_the_longest_call_is_the_one_with_the_turns_that_came_back() -> None:
    """OpenLIT's messages are fewer than were said, so they are not counted."""
    wordy = [*ASKED_IN_PARTS, *SUNNY_IN_PARTS, _in_parts("user", _text("And?"))]
    shorter = observation(3, wordy, SUNNY_IN_PARTS, **OPENLIT)
    agent = [
        observation(1, ASKED_IN_PARTS, _turn(_part("c1", ROME)), **OPENLIT),
        observation(2, [*ASKED_IN_PARTS, _result("c1", "20C"), *SUNNY_IN_PARTS, wordy[-1]], SUNNY_IN_PARTS, **OPENLIT),
    ]
    assert len(choose_from([shorter, *agent]).messages) == 7


@pytest.mark.parametrize(
    "history", [[*ASKED, assistant(None, call("c1", "weather")), result("c1", "20C")], [system("S"), result("c1", "20C")]]
)
def test_a_history_that_has_its_calls_stays(history: list[dict[str, Any]]) -> None:
    """And so do results at the beginning, which continue another call (rule 3)."""
    found = _last([observation(1, history, SUNNY, **TRACELOOP)])
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages[:-1]] == [message["role"] for message in history]


ODD = {
    "a result in parts that are none": [user("hi"), {"role": "tool", "parts": ["20C"]}],
    "a turn in parts that are none": [user("hi"), {"role": "assistant", "parts": ["Look.", None]}, RESULTS[0]],
    "a result with an odd id": [user("hi"), {"role": "tool", "content": "20C", "tool_call_id": ["c1"]}],
}


@pytest.mark.parametrize("history", ODD.values(), ids=ODD)
def test_odd_values_in_a_history_are_no_failure(history: list[Any]) -> None:
    """A row's call is read or refused, whatever it holds."""
    for scope in (TRACELOOP, OPENLIT):
        assert isinstance(_last([observation(1, history, SUNNY, **scope)]), Conversation | NoCandidate)


def test_a_turn_that_is_missing_behind_one_with_the_same_ids_comes_back() -> None:
    """Where every answer's calls are counted anew, a result that was given says nothing of the next one."""
    called = _turn(_part("call_0", ROME))
    once = [*ASKED_IN_PARTS, _result("call_0", "20C")]
    rows = [
        observation(1, ASKED_IN_PARTS, called, **OPENLIT),
        observation(2, once, called, **OPENLIT),
        observation(3, [*once, _result("call_0", "21C")], SUNNY_IN_PARTS, **OPENLIT),
    ]
    found = _last(rows)
    assert isinstance(found, Conversation)
    roles = [message["role"] for message in found.messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "tool", "assistant"]


def test_a_whole_history_needs_no_other_call() -> None:
    """Nearly every call is such a one, and a long trace's calls are read once."""
    history = [*ASKED_IN_PARTS, *_turn(_part("c1", ROME), _part("c2", OSLO)), _result("c2", "3C"), _result("c1", "20C")]
    logged = LANGFUSE.read_call(observation(1, history, SUNNY_IN_PARTS, **OPENLIT))
    assert completed(logged, lambda asked: pytest.fail("asked")) == logged


def test_other_writers_results_without_calls_stay_as_they_were_logged() -> None:
    """People cut histories short by hand."""
    found = _last([observation(1, [*ASKED, assistant("null"), *RESULTS], SUNNY)])
    assert isinstance(found, Conversation)
    assert found.messages[2] == assistant("null")


@pytest.mark.parametrize(
    "words", [{}, {"content": ""}, {"content": '[{"function": {"name": "weather"}}]'}, {"parts": [_text("Look.")]}]
)
def test_an_answer_that_ended_with_calls_and_has_none_is_no_reply(words: dict[str, Any]) -> None:
    """OpenLLMetry keeps of Mistral's calls nothing but why the answer ended."""
    asked = [{"role": "user", "content": "Rome?"}]
    assert (
        _last([observation(1, asked, [{"finish_reason": "tool_calls", "role": "assistant", **words}], **MISTRAL)])
        is NoCandidate.NO_REPLY
    )


def test_a_streamed_answer_without_a_role_is_the_assistants() -> None:
    """As OpenLLMetry logs Mistral's."""
    found = _last([observation(1, ASKED, [{"finish_reason": "stop", "content": "Sunny.", "role": ""}], **MISTRAL)])
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant("Sunny.")
