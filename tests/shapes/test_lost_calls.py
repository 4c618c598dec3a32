"""Calls that no shape can read are not lost in silence: the message that made them is not read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from traces import choose_from, observation, run

from oumi_assets.core.drops import TraceDrop
from oumi_assets.reconstruction.choose import NotChosen
from oumi_assets.shapes import read_message

LOST: dict[str, Any] = {
    "no JSON": ["get_weather(Rome)"],
    "a list that is no JSON": "[ToolCall(id='a')]",
    "calls of nobody": [{"tool": {"called": "weather"}}],
    "something else than calls": {"weather": {"city": "Rome"}},
    "a function of no name": [{"id": "a", "type": "function", "function": {"name": None, "arguments": '{"city": "Rome"}'}}],
    "a function without a name": [{"id": "a", "type": "function", "function": {"arguments": "{}"}}],
}


@pytest.mark.parametrize("calls", LOST.values(), ids=LOST)
def test_calls_that_cannot_be_read_are_not_lost_in_silence(calls: Any) -> None:
    """A model that seems to have called nothing, and results that answer nobody: no such message is read."""
    message = {"role": "assistant", "content": "Let me look.", "tool_calls": calls}
    assert read_message(message) is None
    assert read_message({**message, "additional_kwargs": {}}) is None
    assert read_message({**message, "role": "user"}) is not None


READABLE = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


@pytest.mark.parametrize("calls", [calls for calls in LOST.values() if isinstance(calls, list)])
def test_one_call_that_cannot_be_read_is_not_lost_among_others(calls: list[Any]) -> None:
    """The message would have called less than the model did, and a result of the call answer nobody."""
    for both in ([READABLE, *calls], [*calls, READABLE], json.dumps([READABLE, *calls])):
        assert read_message({"role": "assistant", "content": None, "tool_calls": both}) is None


@pytest.mark.parametrize(
    "calls",
    [
        [None],
        [{"index": 0}],
        [{"function": {"name": "", "arguments": ""}, "id": "a"}],
        [{"function": {"name": None, "arguments": "{}"}, "id": "a", "type": "function"}],
        "null",
        {},
    ],
)
def test_holes_of_a_stream_are_no_lost_calls(calls: Any) -> None:
    """Clients fill lists of streamed calls up."""
    said = {"role": "assistant", "content": "Hi."}
    assert read_message({**said, "tool_calls": calls}) is not None
    if isinstance(calls, list):
        assert read_message({**said, "tool_calls": [*calls, READABLE]}) is not None


@pytest.mark.parametrize(
    "call", [{"name": "", "arguments": ""}, {"name": None, "arguments": None}, {"name": "", "arguments": "{}"}, {}]
)
def test_a_function_call_that_names_nothing_is_none(call: dict[str, Any]) -> None:
    """Clients that fill up every field log one with each answer: it is no call of a tool without a name."""
    for said in ({"function_call": call}, {"additional_kwargs": {"function_call": call}}):
        (draft,) = read_message({"role": "assistant", "content": "Hi.", **said}) or []
        assert (draft.content, draft.tool_calls) == ("Hi.", [])


def test_a_function_call_without_its_name_is_lost() -> None:
    """What was called is nowhere, and a result would answer nobody."""
    called = {"name": "", "arguments": '{"city": "Rome"}'}
    fields = {"content": "", "additional_kwargs": {"function_call": called}}
    for message in (
        {"role": "assistant", "content": None, "function_call": called},
        {"role": "assistant", **fields},
        {"type": "ai", "data": fields},
        {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessage"], "kwargs": fields},
    ):
        assert read_message(message) is None


def test_calls_of_which_only_the_ids_were_logged_are_lost() -> None:
    """LangChain's Responses API, as Langfuse's handler logged it before 3.3.4: names and arguments are nowhere."""
    told = {"additional_kwargs": {"__openai_function_call_ids__": {"call_1": "fc_1"}}}
    for content in ([], [{"type": "text", "text": "Let me look."}]):
        assert read_message({"role": "assistant", "content": content, **told}) is None
    assert read_message({"role": "assistant", "content": [], "tool_calls": [READABLE], **told}) is not None


ASK, DONE = {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "Sunny."}
SILENT = {"role": "assistant", "content": ""}
LAST = {"role": "assistant", "content": "", "additional_kwargs": {"function_call": {"name": "now", "arguments": "{}"}}}
"""What the handler kept of an answer of Gemini's that made several calls."""


def _results(count: int) -> list[dict[str, Any]]:
    return [{"role": "tool", "content": "12:00", "tool_call_id": f"id{number}"} for number in range(count)]


LOST_TURNS: dict[str, list[dict[str, Any]]] = {
    "a turn of nothing": [SILENT, *_results(1)],
    "a turn of nothing, and a result that names no call": [SILENT, {"role": "tool", "content": "12:00"}],
    "the last call of several": [LAST, *_results(3)],
}


@pytest.mark.parametrize("turns", LOST_TURNS.values(), ids=LOST_TURNS)
def test_results_of_calls_that_were_not_logged_make_a_history_unreadable(turns: list[dict[str, Any]]) -> None:
    """No API takes them: the model called, and the log does not say what. Nor does the call that made the turn count."""
    rows = [observation(1, [ASK], turns[0]), observation(2, [ASK, *turns], DONE)]
    for made in (rows, rows[::-1], [run(2, [ASK, *turns], DONE)]):
        found = choose_from(made).found
        assert isinstance(found, NotChosen)
        assert found.reason is TraceDrop.UNSUPPORTED_SHAPE


KEPT_TURNS: dict[str, list[dict[str, Any]]] = {
    "a call in the model's own words": [{**DONE, "content": "Action: now()"}, {"role": "tool", "content": "12:00"}],
    "one call and its result": [LAST, *_results(1)],
    "an empty answer": [SILENT, ASK],
    "a call, nothing, and its result": [{**SILENT, "tool_calls": [{**READABLE, "id": "id0"}]}, SILENT, *_results(1)],
    "calls, a thought and another call, and the results of all": [
        {**SILENT, "tool_calls": [{**READABLE, "id": "id0"}]},
        {**SILENT, "reasoning_content": "Once more."},
        LAST,
        *_results(2),
    ],
}


@pytest.mark.parametrize("turns", KEPT_TURNS.values(), ids=KEPT_TURNS)
def test_other_histories_lost_nothing(turns: list[dict[str, Any]]) -> None:
    """Results may follow words, and a window may begin with them."""
    rows = [observation(1, [ASK, *turns], DONE)]
    assert len(choose_from(rows).messages) == 2 + len(turns)
