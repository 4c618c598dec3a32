"""Streams that LangSmith's SDKs logged piece by piece beside what they put together of them with losses."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langfuse_row, langsmith_row, read
from model_calls import assistant, call, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

HI = user("hi")


def _piece(end: str | None = None, **delta: Any) -> dict[str, Any]:
    choice = {"delta": delta, "index": 0, **({"finish_reason": end} if end else {})}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "choices": [choice]}


def _called(index: int, id: str | None = None, **function: str) -> dict[str, Any]:
    return _piece(tool_calls=[{"index": index, **({"id": id, "type": "function"} if id else {}), "function": function}])


def _events(*pieces: Any) -> list[dict[str, Any]]:
    return [{"name": "new_token", "time": "2026-05-19T10:00:00+00:00", "kwargs": {"token": piece}} for piece in pieces]


def _made(end: Any, **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": end, "message": {"role": "assistant", "content": "", **message}}
    return {"id": "x", "choices": [choice], "object": "chat.completion.chunk"}


OPENED = _piece(role="assistant", content="")
TWO_CALLS = [
    _called(0, "a", name="weather", arguments=""),
    _called(0, arguments='{"city": "Łódź"}'),
    _called(1, "b", name="time", arguments="{}"),
    _piece("tool_calls"),
    {"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": {"total_tokens": 1}},
]
CALLED = [call("a", "weather", '{"city": "Łódź"}'), call("b", "time")]
MERGED = {"index": 0, "id": "a", "type": "function", "function": {"name": "weathertime", "arguments": '{"city": "Łódź"}{}'}}
REASONED = [
    OPENED,
    _piece(reasoning_content="Six "),
    _piece(reasoning_content="sevens."),
    _piece(content="42"),
    _piece("stop"),
]

SECOND = {"index": 1, "finish_reason": "stop"}

STREAMS: dict[str, tuple[dict[str, Any], list[Any], dict[str, Any]]] = {
    "calls made one of (0.1)": (_made("tool_calls", tool_calls=[MERGED]), [OPENED, *TWO_CALLS], assistant(None, *CALLED)),
    "calls left out (0.2)": (_made("tool_calls"), [OPENED, *TWO_CALLS], assistant(None, *CALLED)),
    "calls behind a text": (
        _made("tool_calls", content="Look."),
        [_piece(role="assistant", content="Lo"), _piece(content="ok."), *TWO_CALLS],
        assistant("Look.", *CALLED),
    ),
    "reasoning": (_made("stop", content="42"), REASONED, assistant("42", reasoning_content="Six sevens.")),
    "reasoning of the first of two answers": (
        {**_made("stop"), "choices": [{**SECOND, "message": assistant("43")}, *_made("stop", content="42")["choices"]]},
        [*REASONED[:3], {**OPENED, "choices": [{**SECOND, "delta": {"content": "43"}}]}, *REASONED[3:]],
        assistant("42", reasoning_content="Six sevens."),
    ),
    "a refusal": (
        _made("stop"),
        [OPENED, _piece(refusal="I "), _piece(refusal="can't."), _piece("stop")],
        assistant("I can't.", refusal="I can't."),
    ),
    "a call of before tools": (
        _made("function_call"),
        [
            _piece(function_call={"name": "f", "arguments": ""}),
            _piece(function_call={"arguments": "{}"}),
            _piece("function_call"),
        ],
        assistant(None, call("call_1_0", "f")),
    ),
    "an answer that was put into its last piece (JavaScript 0.3)": (
        _made({"index": 0, "delta": {"content": "!"}, "finish_reason": "tool_calls"}, content="Look!", tool_calls=[MERGED]),
        [
            _piece(role="assistant", content="Look"),
            *TWO_CALLS[:3],
            _made(
                {"index": 0, "delta": {"content": "!"}, "finish_reason": "tool_calls"}, content="Look!", tool_calls=[MERGED]
            ),
        ],
        assistant("Look!", *CALLED),
    ),
    "a filter's piece before the first": (
        _made("tool_calls"),
        [{"id": "", "object": "", "choices": [], "prompt_filter_results": []}, OPENED, *TWO_CALLS],
        assistant(None, *CALLED),
    ),
}


@pytest.mark.parametrize(("made", "pieces", "said"), STREAMS.values(), ids=STREAMS)
def test_what_the_sdk_lost_of_a_stream_is_read_of_its_pieces(made: Any, pieces: list[Any], said: Any) -> None:
    """The run's events hold all that the model said."""
    found = read("langsmith", langsmith_row({"messages": [HI]}, made, events=_events(*pieces)))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, said]


NOT_WHOLE: dict[str, list[Any]] = {
    "the first piece alone": REASONED[:1],
    "without the end": REASONED[:-1],
    "without a text": [REASONED[1], REASONED[-1]],
    "another text": [*REASONED[:-1], _piece(content="!"), REASONED[-1]],
    "another end": [*REASONED[:-1], _piece("length")],
    "pieces of somebody else": [{"choices": [{"text": "42"}]}, *REASONED],
    "nothing": [None],
}


@pytest.mark.parametrize("pieces", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_pieces_that_are_not_the_whole_stream_are_not_read(pieces: list[Any]) -> None:
    """Later SDKs log the first piece alone."""
    line = langsmith_row({"messages": [HI]}, _made("stop", content="42"), events=_events(*pieces))
    found = read("langsmith", line)
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant("42")]


@pytest.mark.parametrize("pieces", [[TWO_CALLS[0], *TWO_CALLS[2:]], [*TWO_CALLS[:2], *TWO_CALLS[3:]]])
def test_pieces_that_lack_arguments_are_not_the_whole_stream(pieces: list[Any]) -> None:
    """What the SDK put together of all of them has these."""
    made = _made("tool_calls", tool_calls=[{**called, "index": index} for index, called in enumerate(CALLED)])
    found = read("langsmith", langsmith_row({"messages": [HI]}, made, events=_events(OPENED, *pieces)))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(None, *CALLED)]


@pytest.mark.parametrize("events", [None, {}, [], [None, 1, {"kwargs": None}, {"kwargs": {"token": None}}, {"kwargs": []}]])
def test_odd_events_harm_nobody(events: Any) -> None:
    """Whatever stands there."""
    found = read("langsmith", langsmith_row({"messages": [HI]}, _made("stop", content="42"), events=events))
    assert isinstance(found, Conversation)


@pytest.mark.parametrize("end", ["tool_calls", "function_call"])
@pytest.mark.parametrize("message", [{}, {"content": "Look."}, {"content": None, "tool_calls": []}])
def test_an_answer_that_ended_for_calls_and_has_none_is_no_reply(end: str, message: dict[str, Any]) -> None:
    """The model called tools, and nobody knows which."""
    assert read("langsmith", langsmith_row({"messages": [HI]}, _made(end, **message))) is NoCandidate.NO_REPLY
    assert read("langfuse", langfuse_row([HI], _made(end, **message))) is NoCandidate.NO_REPLY
