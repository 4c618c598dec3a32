"""The AI SDK 7, as LangSmith's telemetry integration logs it: the system prompt among the invocation parameters."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, system, user

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "name": "get_weather", "description": "w", "input_schema": CITY}
WIRE_TOOL = {"type": "function", "function": {"name": "get_weather", "description": "w", "parameters": CITY}}
ASK, DONE = user("Weather?"), assistant("Sunny.")
CALL = call("c1", "get_weather", '{"city":"Rome"}')
CALL_PART = {"type": "tool-call", "toolCallId": "c1", "toolName": "get_weather", "input": {"city": "Rome"}}
CALLED = {"role": "assistant", "content": [{"type": "text", "text": "Looking."}, CALL_PART], "tool_calls": [CALL]}
OUTPUT = {"type": "json", "value": {"temp": 20}}
RESULT = {"role": "tool", "content": [{**CALL_PART, "type": "tool-result", "output": OUTPUT}]}
WIRE_RESULT = {"role": "tool", "content": '{"temp":20}', "name": "get_weather", "tool_call_id": "c1"}
SAID = {"role": "assistant", "content": [{"type": "text", "text": "Sunny."}], "finish_reason": "stop"}


def _inputs(*messages: Any) -> dict[str, Any]:
    return {"messages": list(messages), "runtimeContext": {}, "toolsContext": {}}


def _beside(instructions: Any) -> dict[str, Any]:
    return {"extra": {"invocation_params": {"callId": "call-x", "instructions": instructions, "tools": [TOOL]}}}


def _logged(name: str, inputs: Any, outputs: Any, messages: list[dict[str, Any]], instructions: Any = None) -> Logged:
    return Logged(name, "langsmith", inputs, outputs, messages, [WIRE_TOOL], _beside(instructions))


RAN = {**CALL_PART, "type": "tool-result", "output": {"temp": 20}, "dynamic": False}
SEARCH = {"type": "tool-call", "toolCallId": "s1", "toolName": "search", "input": {}, "providerExecuted": True}
FOUND = {**SEARCH, "type": "tool-result", "output": []}

FIRST, SECOND = system("Be brief."), system("Be kind.")
CASES = [
    _logged(
        "a loop",
        _inputs(ASK, CALLED, RESULT),
        SAID,
        [FIRST, ASK, assistant("Looking.", CALL), WIRE_RESULT, DONE],
        "Be brief.",
    ),
    _logged("a message", _inputs(ASK), SAID, [FIRST, ASK, DONE], {**FIRST, "providerOptions": {"anthropic": {}}}),
    _logged("several messages", _inputs(ASK), SAID, [FIRST, SECOND, ASK, DONE], [FIRST, SECOND]),
    _logged("plain messages", {"messages": [ASK]}, DONE, [FIRST, ASK, DONE], "Be brief."),
    _logged(
        "an answer with the result of its call behind it",
        _inputs(ASK),
        {**CALLED, "content": [*CALLED["content"], RAN], "finish_reason": "tool-calls"},
        [ASK, assistant("Looking.", CALL)],
    ),
    _logged(
        "an answer with the error of its call, without wire calls",
        _inputs(ASK),
        {"role": "assistant", "content": [CALL_PART, {**CALL_PART, "type": "tool-error", "error": "down"}]},
        [ASK, assistant(None, CALL)],
    ),
    _logged(
        "results of the provider's own tools, and of no call of the message, stay",
        _inputs(ASK),
        {"role": "assistant", "content": [SEARCH, FOUND, CALL_PART, RAN, {**RAN, "toolCallId": ["c2"]}]},
        [ASK, assistant([SEARCH, FOUND, {**RAN, "toolCallId": ["c2"]}], CALL)],
    ),
    _logged("a system message of the call's own", _inputs(SECOND, ASK), SAID, [SECOND, ASK, DONE], "Be brief."),
]


@parametrize(CASES)
def test_an_ai_sdk_7_call_becomes_openai_wire(logged: Logged) -> None:
    """What the agent was told stands beside the messages, and nowhere else."""
    assert_read(logged)


@pytest.mark.parametrize("call_id", [None, "", [], {}])
def test_a_result_that_names_no_call_stays(call_id: Any) -> None:
    """Two parts without an id are not a call and its result."""
    parts = [{**CALL_PART, "toolCallId": call_id}, {**RAN, "toolCallId": call_id}]
    said = assistant([parts[1]], call("call_1_0", "get_weather", '{"city":"Rome"}'))
    assert_read(_logged("", _inputs(ASK), {"role": "assistant", "content": parts}, [ASK, said]))


@pytest.mark.parametrize("instructions", [None, "", 7, [], {}, [FIRST, "Be kind."], user("hi"), {"text": "Be brief."}])
def test_instructions_that_are_no_system_messages_are_not_read(instructions: Any) -> None:
    """Other writers may call other things so."""
    assert_read(_logged("", _inputs(ASK), SAID, [ASK, DONE], instructions))
