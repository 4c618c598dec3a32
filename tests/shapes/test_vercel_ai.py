"""The AI SDK's calls, as Langfuse's telemetry ingestion and LangSmith's wrapper log them."""

from __future__ import annotations

import json

import pytest
from both_platforms import FORMS, Case, assert_read, assert_unsupported, call, langfuse_row, parametrize, read

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "name": "weather", "description": "Weather now", "inputSchema": SCHEMA}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "description": "Weather now", "parameters": SCHEMA}}
ASK = {"role": "user", "content": "Weather in Rome?"}
ASK_PARTS = {"role": "user", "content": [{"type": "text", "text": "Weather in Rome?"}]}
CALL = call("call_1", "weather", '{"city":"Rome"}')
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
CALL_PART = {"type": "tool-call", "toolCallId": "call_1", "toolName": "weather", "input": {"city": "Rome"}}
DONE = {"role": "assistant", "content": "Sunny."}


def _result(**said: object) -> dict[str, object]:
    part = {"type": "tool-result", "toolCallId": "call_1", "toolName": "weather", **said}
    return {"role": "tool", "content": [part]}


def _loop(result: dict[str, object]) -> list[object]:
    return [ASK_PARTS, {"role": "assistant", "content": [CALL_PART]}, result]


def _answered(content: str) -> list[dict[str, object]]:
    return [ASK, CALLS, {"role": "tool", "content": content, "name": "weather", "tool_call_id": "call_1"}, DONE]


CASES = [
    Case("a text result", _loop(_result(output={"type": "text", "value": "sunny"})), "Sunny.", _answered("sunny")),
    Case(
        "an object result",
        _loop(_result(output={"type": "json", "value": {"sky": "sünny"}})),
        "Sunny.",
        _answered('{"sky":"sünny"}'),
    ),
    Case("an empty list as a result", _loop(_result(output={"type": "json", "value": []})), "Sunny.", _answered("[]")),
    Case("a failed tool", _loop(_result(output={"type": "error-text", "value": "down"})), "Sunny.", _answered("down")),
    Case(
        "a result of parts",
        _loop(_result(output={"type": "content", "value": [{"type": "text", "text": "sunny"}]})),
        "Sunny.",
        _answered("sunny"),
    ),
    Case(
        "a tool that somebody had to approve",
        [
            ASK_PARTS,
            {"role": "assistant", "content": [CALL_PART, {"type": "tool-approval-request", "approvalId": "a1"}]},
            {"role": "tool", "content": [{"type": "tool-approval-response", "approvalId": "a1", "approved": True}]},
            _result(output={"type": "text", "value": "sunny"}),
        ],
        "Sunny.",
        _answered("sunny"),
    ),
    Case(
        "reasoning of an earlier turn without calls",
        [
            ASK,
            {"role": "assistant", "content": [{"type": "reasoning", "text": "Easy."}, {"type": "text", "text": "Sunny."}]},
            ASK,
        ],
        "Sunny.",
        [ASK, {**DONE, "reasoning_content": "Easy."}, ASK, DONE],
    ),
    Case("a bare result of version 4", _loop(_result(result={"sky": "sunny"})), "Sunny.", _answered('{"sky":"sunny"}')),
    Case(
        "reasoning, a picture, several results in one message, tools as a map by name",
        {
            "system": "Be brief.",
            "messages": [
                {"role": "user", "content": [{"type": "file", "mediaType": "image/png", "data": "iVBORw0KGgo="}]},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "reasoning", "text": "One city."},
                        CALL_PART,
                        {**CALL_PART, "toolCallId": "call_2"},
                    ],
                },
                {
                    "role": "tool",
                    "content": [
                        {**_result(output={"type": "text", "value": "a"})["content"][0], "toolCallId": "call_2"},
                        _result(output={"type": "text", "value": "b"})["content"][0],
                    ],
                },
            ],
            "tools": {"weather": {"description": "Weather now", "inputSchema": {"jsonSchema": SCHEMA}}},
        },
        "Sunny.",
        [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [CALL, call("call_2", "weather", '{"city":"Rome"}')],
                "reasoning_content": "One city.",
            },
            {"role": "tool", "content": "a", "name": "weather", "tool_call_id": "call_2"},
            {"role": "tool", "content": "b", "name": "weather", "tool_call_id": "call_1"},
            DONE,
        ],
        [{"type": "function", "function": {"name": "weather", "description": "Weather now", "parameters": SCHEMA}}],
    ),
    Case(
        "a list of calls as output, tools as JSON texts",
        {"messages": [ASK_PARTS], "tools": [json.dumps(TOOL)]},
        [{"toolCallId": "call_1", "toolName": "weather", "input": '{"city":"Rome"}'}],
        [ASK, CALLS],
        [WIRE_TOOL],
    ),
    Case(
        "calls of version 4",
        [ASK],
        [{"toolCallType": "function", "toolCallId": "call_1", "toolName": "weather", "args": '{"city":"Rome"}'}],
        [ASK, CALLS],
    ),
    Case(
        "text and calls as Langfuse joins them: the calls are JSON text",
        [ASK],
        {
            "role": "assistant",
            "content": "I will look.",
            "tool_calls": '[{"toolCallId":"call_1","toolName":"weather","input":"{\\"city\\":\\"Rome\\"}"}]',
        },
        [ASK, {"role": "assistant", "content": "I will look.", "tool_calls": [CALL]}],
    ),
    Case(
        "the LangSmith wrapper: parts and wire calls side by side",
        {
            "messages": [{"role": "system", "content": "Be brief."}, ASK_PARTS],
            "tools": [TOOL],
            "toolChoice": {"type": "auto"},
        },
        {
            "content": [{"type": "reasoning", "reasoning": "One city."}, {**CALL_PART, "input": '{"city":"Rome"}'}],
            "finishReason": "tool-calls",
            "warnings": [],
            "role": "assistant",
            "tool_calls": [CALL],
        },
        [{"role": "system", "content": "Be brief."}, ASK, {**CALLS, "reasoning_content": "One city."}],
        [WIRE_TOOL],
    ),
    Case(
        "a tool that the provider ran stays part of what was said",
        [ASK],
        {"role": "assistant", "content": [{**CALL_PART, "providerExecuted": True}, {"type": "text", "text": "Sunny."}]},
        [
            ASK,
            {
                "role": "assistant",
                "content": [{**CALL_PART, "providerExecuted": True}, {"type": "text", "text": "Sunny."}],
            },
        ],
    ),
    Case(
        "the outer call's system and prompt",
        {"system": "Be brief.", "prompt": "Weather in Rome?"},
        "Sunny.",
        [{"role": "system", "content": "Be brief."}, ASK, DONE],
    ),
    Case(
        "a prompt of messages, a step's result as output",
        {"mode": {"type": "regular"}, "prompt": [ASK_PARTS]},
        {"text": "Sunny.", "toolCalls": [], "finishReason": "stop"},
        [ASK, DONE],
    ),
    Case(
        "a wrapped model (LangSmith's wrapAISDKModel): the tools in its mode, a text without calls",
        {"mode": {"type": "regular", "tools": [TOOL], "toolChoice": {"type": "auto"}}, "prompt": [ASK_PARTS]},
        {"text": "Sunny.", "finishReason": "stop", "usage": {"promptTokens": 9, "completionTokens": 5}, "rawCall": {}},
        [ASK, DONE],
        [WIRE_TOOL],
    ),
    Case(
        "a wrapped model of which an object is asked, by the one tool that makes it",
        {"mode": {"type": "object-tool", "tool": TOOL}, "prompt": [ASK_PARTS]},
        {"text": "Sunny.", "finishReason": "stop", "usage": {"promptTokens": 9, "completionTokens": 5}},
        [ASK, DONE],
        [WIRE_TOOL],
    ),
    Case(
        "a wrapped model that thinks",
        {"mode": {"type": "regular"}, "prompt": [ASK_PARTS]},
        {"text": "Sunny.", "reasoning": "One city.", "finishReason": "stop", "usage": {"promptTokens": 9}},
        [ASK, {**DONE, "reasoning_content": "One city."}],
    ),
    Case(
        "calls in OpenAI's form beside a text of the AI SDK's, by hand",
        {"messages": [ASK]},
        {"text": "I look.", "finishReason": "tool-calls", "usage": {"promptTokens": 9}, "tool_calls": [CALL]},
        [ASK, {**CALLS, "content": "I look."}],
    ),
    Case(
        "Mastra's result, which holds more than its text",
        {"messages": [ASK_PARTS]},
        {"text": "Sunny.", "files": [], "sources": [], "reasoning": [], "warnings": []},
        [ASK, DONE],
    ),
    Case(
        "Mastra's calls, each wrapped once more",
        {"messages": [ASK_PARTS]},
        {
            "text": "",
            "toolCalls": [{"type": "tool-call", "payload": {"toolCallId": "a", "toolName": "f", "args": {"x": 1}}}],
        },
        [ASK, {"role": "assistant", "content": None, "tool_calls": [call("a", "f", '{"x":1}')]}],
    ),
]


@parametrize(CASES)
def test_an_ai_sdk_call_becomes_openai_wire(case: Case) -> None:
    """Most JavaScript agents are traced through this SDK, in whatever version they stand."""
    assert_read(case)


def test_a_prompt_alone_is_a_text_completion() -> None:
    """Whether a bare prompt was a chat cannot be known: guessing would invent a user turn."""
    assert_unsupported({"prompt": "Once upon a time"}, "there was a shape.")


@pytest.mark.parametrize("place", ["tools", "attributes.ai.prompt.tools"])
def test_telemetry_keeps_the_tools_in_the_metadata(place: str) -> None:
    """The ingestion moves input and output out of the attributes, and leaves the tools: each is JSON text in a JSON list."""
    row = langfuse_row([ASK_PARTS], "Sunny.", metadata={place: json.dumps([json.dumps(TOOL)])})
    found = read("langfuse", row)
    assert isinstance(found, Conversation)
    assert found.tools == [WIRE_TOOL]


def test_no_form_of_a_call_list_is_taken_for_text() -> None:
    """A list of calls is also valid text: read as text, the model would learn to print its calls."""
    for form, make in FORMS.items():
        found = read(form.split()[-1], make([ASK], [{"toolCallId": "a", "toolName": "b", "input": "{}"}]))
        assert isinstance(found, Conversation)
        assert found.messages[-1]["tool_calls"] == [call("a", "b", "{}")]


def test_calls_that_a_wrapped_models_stream_merged_are_no_answer() -> None:
    """Only the last one is left of them (LangSmith's wrapAISDKModel)."""
    merged = {**CALL_PART, "text": "", "finishReason": "tool-calls", "usage": {"promptTokens": 9}}
    asked = {"mode": {"type": "regular", "tools": [TOOL]}, "prompt": [ASK_PARTS]}
    assert read("langsmith", FORMS["langsmith"](asked, merged)) is NoCandidate.NO_REPLY


def test_json_of_the_models_own_stays_its_text() -> None:
    """A leaflet has a usage, too: only what an SDK counts is a model's."""
    said = '{"text": "For adults.", "usage": "Twice a day.", "finishReason": "empty", "dosage": "5 mg"}'
    found = read("langfuse", langfuse_row([ASK], said))
    assert isinstance(found, Conversation)
    assert found.messages == [ASK, {"role": "assistant", "content": said}]
