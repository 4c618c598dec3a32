"""Calls that no shape can read are not lost in silence: the message that made them is not read."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
