"""LiteLLM's three loggers, and its failed calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate

MESSAGE = {"content": "Hello.", "role": "assistant", "tool_calls": None, "function_call": None}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
INPUT = {"messages": [user("hi")]}
OTEL_CALLS = [
    {"id": "chatcmpl-1", "name": "weather", "call_id": "a", "type": "function_call", "arguments": {"city": "Rome"}},
    {"id": "chatcmpl-1", "name": "weather", "call_id": "b", "type": "function_call", "arguments": {}},
]
ITEMS = [
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look it up."}]},
    {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]},
    {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "weather", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "a", "output": "sunny"},
]

CASES = [
    Logged("a message", "langfuse", {**INPUT, "tools": [TOOL]}, MESSAGE, [user("hi"), assistant("Hello.")], [TOOL]),
    Logged(
        "a message as text in a text",
        "langfuse",
        INPUT,
        json.dumps(json.dumps(MESSAGE)),
        [user("hi"), assistant("Hello.")],
    ),
    Logged(
        "calls as items with their arguments parsed",
        "langfuse",
        [user("hi")],
        OTEL_CALLS,
        [user("hi"), assistant(None, call("a", "weather", '{"city":"Rome"}'), call("b", "weather"))],
    ),
    Logged(
        "reasoning as a message",
        "langfuse",
        [user("hi")],
        [{"role": "reasoning_summary", "content": "Greet."}, {"role": "assistant", "content": "Hello."}],
        [user("hi"), assistant("Hello.", reasoning_content="Greet.")],
    ),
    Logged(
        "items among the messages",
        "langfuse",
        {"messages": [user("hi"), *ITEMS], "tools": [{"type": "function", **TOOL["function"]}]},
        [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sun."}]}],
        [
            system("Be brief."),
            user("hi"),
            assistant("Looking.", call("a", "weather"), reasoning_content="Look it up."),
            result("a", "sunny"),
            assistant("Sun."),
        ],
        [TOOL],
        {"modelParameters": {"instructions": "Be brief."}},
    ),
    Logged(
        "the logging payload",
        "langsmith",
        {
            **INPUT,
            "id": "c",
            "call_type": "acompletion",
            "model": "m",
            "model_parameters": {"tools": [TOOL]},
            "response": {},
        },
        {"choices": [{"index": 0, "message": MESSAGE}], "usage_metadata": {}},
        [user("hi"), assistant("Hello.")],
        [TOOL],
    ),
]


@parametrize(CASES)
def test_a_call_is_read(logged: Logged) -> None:
    """A proxy in front of every model is how many teams log: its habits must not cost them their traces."""
    assert_read(logged)


@pytest.mark.parametrize("output", ["litellm.AuthenticationError: 401", '"litellm.Timeout"', {"error": "401"}, {}, ""])
def test_rule_1_the_error_text_of_a_failed_call_is_no_reply(output: Any) -> None:
    """An error message learned as an answer would be the worst row of a dataset."""
    assert read("langfuse", row("langfuse", INPUT, output, level="ERROR")) is NoCandidate.FAILED


def test_an_answer_that_quotes_json_stays_a_text() -> None:
    """Only LiteLLM's own four keys prove a message; a model may answer with JSON of its own."""
    found = read("langfuse", row("langfuse", INPUT, json.dumps('{"role": "admin"}')))
    assert not isinstance(found, NoCandidate)
    assert found.messages[-1]["content"] == json.dumps('{"role": "admin"}')
