"""Streams around which LangSmith's `wrap_anthropic` kept texts alone: read from their events, or left out."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langfuse_row, langsmith_row, read
from model_calls import assistant, call, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

HI = user("hi")
WEATHER = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
TIME = {"name": "time", "input_schema": {"type": "object", "properties": {}}}
ANY = {"name": "any", "input_schema": {"type": "object"}}
ASKED = {"messages": [HI], "tools": [WEATHER, TIME, ANY], "stream": True}


def _call(name: str, **written: Any) -> dict[str, Any]:
    return {"id": f"toolu_{name}", "input": written, "name": name, "type": "tool_use"}


def _made(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"id": "msg_1", "model": "claude", "role": "assistant", "stop_reason": "tool_use", "stop_sequence": None}
    return {"message": {**told, "content": list(blocks), "usage_metadata": {"input_tokens": 3}, **more}}


TEXT = {"type": "text", "text": "Look.", "citations": None}
THOUGHT = {"type": "thinking", "thinking": "", "signature": ""}
LOGGED = _made(THOUGHT, TEXT, _call("weather"))


def _block(index: int, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    grown = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    return [{"type": "content_block_start", "index": index, "content_block": block}, *grown]


WRITTEN = ("", '{"city": ', '"Łódź"}')
EVENTS: list[Any] = [
    {"type": "message_start", "message": {**LOGGED["message"], "type": "message"}},
    *_block(0, THOUGHT, {"type": "thinking_delta", "thinking": "Two "}, {"type": "thinking_delta", "thinking": "cities."}),
    {"type": "ping"},
    *_block(1, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Look."}),
    *_block(2, _call("weather"), *({"type": "input_json_delta", "partial_json": text} for text in WRITTEN)),
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    {"type": "message_stop"},
]


def _row(output: Any, events: list[Any]) -> bytes:
    logged = [{"name": "new_token", "time": "now", "kwargs": {"token": event}} for event in events]
    return langsmith_row(ASKED, output, events=logged)


def test_what_was_lost_of_a_stream_is_read_of_its_events() -> None:
    """SDKs up to 0.3 log them all."""
    found = read("langsmith", _row(LOGGED, EVENTS))
    assert isinstance(found, Conversation)
    said = assistant("Look.", call("toolu_weather", "weather", '{"city": "Łódź"}'), reasoning_content="Two cities.")
    assert found.messages == [HI, said]


@pytest.mark.parametrize("events", [[], EVENTS[:1], EVENTS[:-1], EVENTS[1:], [*EVENTS[:3], "x", *EVENTS[3:]], [None]])
def test_arguments_that_nobody_knows_are_no_arguments(events: list[Any]) -> None:
    """Later SDKs log the first event alone; and events of another message say nothing of this one."""
    assert read("langsmith", _row(LOGGED, events)) is NoCandidate.NO_REPLY
    other = _made(THOUGHT, TEXT, _call("weather"), id="msg_2")
    assert read("langsmith", _row(other, EVENTS)) is NoCandidate.NO_REPLY


@pytest.mark.parametrize(
    "events",
    [[EVENTS[0], EVENTS[-1]], [EVENTS[0], *_block(0, TEXT), EVENTS[-1]], [*EVENTS[:1], {"type": "ping"}, EVENTS[-1]]],
)
def test_events_that_say_something_else_than_the_message_are_not_all(events: list[Any]) -> None:
    """The SDK kept every text: a stream that lacks one of them was not logged whole, and must not hide the answer."""
    found = read("langsmith", _row(_made(TEXT, {**TEXT, "text": "Sunny."}), events))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant("Look.\nSunny.")]


@pytest.mark.parametrize("name", ["any", "nobodys", ["time"], None])
def test_a_tool_that_may_take_arguments_was_not_called_without_them(name: Any) -> None:
    """A schema that names no argument allows any."""
    assert read("langsmith", _row(_made(TEXT, _call("time"), {**_call("x"), "name": name}), [])) is NoCandidate.NO_REPLY


KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a tool without arguments": (_made(TEXT, _call("time")), assistant("Look.", call("toolu_time", "time"))),
    "texts alone": (_made(THOUGHT, TEXT), assistant("Look.")),
    "arguments": (
        _made(_call("weather", city="Rome")),
        assistant(None, call("toolu_weather", "weather", '{"city":"Rome"}')),
    ),
    "a message that was not streamed": (
        {"output": {"role": "assistant", "content": [_call("weather")], "usage": {}, "stop_reason": "tool_use"}},
        assistant(None, call("toolu_weather", "weather")),
    ),
}


@pytest.mark.parametrize(("output", "said"), KEPT.values(), ids=KEPT)
def test_answers_that_lost_nothing_are_read(output: Any, said: dict[str, Any]) -> None:
    """A call without arguments is one, where the tool takes none."""
    found = read("langsmith", _row(output, EVENTS[:1]))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, said]


def test_an_answer_that_lost_arguments_is_no_text_on_langfuse_either() -> None:
    """Langfuse keeps answers as text, and the text of what is left would be the assistant's words."""
    assert read("langfuse", langfuse_row(ASKED, LOGGED)) is NoCandidate.NO_REPLY
