"""LangSmith's `AISDKExporter`: the AI SDK's messages as LangChain's stored ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langsmith_row, parametrize, read, result, system, user

from oumi_assets.reconstruction.candidate import NoCandidate

CALL = call("call_a", "weather", '{"city":"Oslo"}')
TOOL = {"type": "function", "name": "weather", "description": "w", "parameters": {"type": "object", "properties": {}}}
WIRE_TOOL = {"type": "function", "function": {key: TOOL[key] for key in ("name", "description", "parameters")}}
COST = {"completion_tokens": 5, "prompt_tokens": 10}
ASKED = [
    {"type": "system", "data": {"content": "Be brief."}},
    {"type": "human", "data": {"content": [{"type": "text", "text": "Oslo?"}]}},
]
CALLING = {
    "type": "ai",
    "data": {
        "content": [
            {"type": "text", "text": "Look."},
            {"type": "tool_use", "name": "weather", "id": "call_a", "input": {"city": "Oslo"}},
        ],
        "additional_kwargs": {"tool_calls": [{**CALL, "function": {**CALL["function"], "id": "call_a"}}]},
    },
}
WIRE = [system("Be brief."), user("Oslo?"), assistant("Look.", CALL)]


def _result(content: Any, name: str = "weather") -> dict[str, Any]:
    return {
        "type": "tool",
        "data": {"content": json.dumps(content, separators=(",", ":")), "name": name, "tool_call_id": "call_a"},
    }


def _logged(name: str, messages: list[Any], output: Any, *wire: Any) -> Logged:
    extra = {
        "invocation_params": {"tools": [TOOL]},
        "batch_size": 1,
        "metadata": {"ai.operationId": "ai.streamText.doStream"},
    }
    return Logged(
        name, "langsmith", {"messages": messages}, {"llm_output": output}, list(wire), [WIRE_TOOL], {"extra": extra}
    )


def _wire_result(content: str) -> dict[str, Any]:
    return {**result("call_a", content), "name": "weather"}


DONE = {"type": "ai", "data": {"content": "Cold."}, "token_usage": COST}
COLD = [*WIRE, _wire_result('{"t":"cold"}'), assistant("Cold.")]


@parametrize(
    [
        _logged("calls", ASKED, {**CALLING, "token_usage": COST}, *WIRE),
        _logged("results of version 4", [*ASKED, CALLING, _result({"t": "cold"})], DONE, *COLD),
        _logged("results of version 5", [*ASKED, CALLING, _result({"type": "json", "value": {"t": "cold"}})], DONE, *COLD),
        _logged(
            "an error of version 5",
            [*ASKED, CALLING, _result({"type": "error-text", "value": "No such city."})],
            {"type": "ai", "data": {"content": "Sorry."}},
            *WIRE,
            _wire_result("No such city."),
            assistant("Sorry."),
        ),
        _logged(
            "a result of its own that looks like an output",
            [*ASKED, CALLING, _result({"type": "temperature", "value": 3})],
            DONE,
            *WIRE,
            _wire_result('{"type":"temperature","value":3}'),
            assistant("Cold."),
        ),
    ]
)
def test_a_call_of_the_ai_sdk_is_read(logged: Logged) -> None:
    """Until 2025 the guides of LangSmith showed this exporter."""
    assert_read(logged)


@pytest.mark.parametrize("outputs", [{"output": {"a": 1}}, {"output": {"a": 1}, "llm_output": {"token_usage": COST}}])
def test_an_object_was_said_in_a_way_that_nobody_logged(outputs: Any) -> None:
    """As JSON, or as the call of a tool."""
    assert read("langsmith", langsmith_row({"messages": ASKED}, outputs)) is NoCandidate.NO_REPLY


def test_a_result_of_another_kind_is_somebodys_own_text() -> None:
    """A tool may return an object with the same two keys."""
    own = {"type": ["cold", "wet"], "value": 1}
    messages = [*ASKED, CALLING, _result(own)]
    assert_read(_logged("own", messages, DONE, *WIRE, _wire_result('{"type":["cold","wet"],"value":1}'), assistant("Cold.")))
