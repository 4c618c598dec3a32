"""Anthropic messages: content blocks, `system` beside the messages or folded in, and the Message object as output."""

from __future__ import annotations

from typing import Any

from both_platforms import Case, assert_read, call, parametrize

TOOL = {
    "name": "get_weather",
    "description": "Weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
WIRE_TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Weather of a city", "parameters": TOOL["input_schema"]},
}
SYSTEM = {"role": "system", "content": "Be brief."}
ASK = {"role": "user", "content": "Weather in Rome and Oslo?"}
THINKING = {"type": "thinking", "thinking": "Two cities.", "signature": "EqQBCgIYAhIM"}
USES = [
    {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Rome"}},
    {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {"city": "Oslo"}},
]
CALLS = [call("toolu_1", "get_weather", '{"city":"Rome"}'), call("toolu_2", "get_weather", '{"city":"Oslo"}')]
RESULTS = [
    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"},
    {"type": "tool_result", "tool_use_id": "toolu_2", "content": [{"type": "text", "text": "snow"}], "is_error": False},
]
WIRE_RESULTS = [
    {"role": "tool", "content": "sunny", "tool_call_id": "toolu_1"},
    {"role": "tool", "content": "snow", "tool_call_id": "toolu_2"},
]
DONE = {"role": "assistant", "content": "Rome: sunny. Oslo: snow."}


def _message(content: list[dict[str, Any]], stop_reason: str = "end_turn") -> dict[str, Any]:
    """`anthropic.types.Message.model_dump()`: unset fields are nulls."""
    return {
        "id": "msg_01",
        "container": None,
        "content": content,
        "model": "claude-sonnet-4-5",
        "role": "assistant",
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "type": "message",
        "usage": {"input_tokens": 10, "output_tokens": 5, "cache_creation": None},
    }


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "citations": None}


def _streamed(use: dict[str, Any], index: int, written: str) -> dict[str, Any]:
    """A block as LangChain puts it together of a stream: its arguments stay the text that came."""
    return {**use, "input": {}, "index": index, "partial_json": written}


CASES = [
    Case(
        "calls of a stream, in LangChain's blocks",
        [
            ASK,
            {"role": "assistant", "content": [_streamed(USES[0], 0, '{"city": "Rome"}'), _streamed(USES[1], 1, "")]},
            *WIRE_RESULTS,
            {"role": "user", "content": "And now?"},
        ],
        {"role": "assistant", "content": [{"type": "text", "text": "So:"}, _streamed(USES[0], 1, '{"city": "Rome"}')]},
        [
            ASK,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [call("toolu_1", "get_weather", '{"city": "Rome"}'), call("toolu_2", "get_weather", "{}")],
            },
            *WIRE_RESULTS,
            {"role": "user", "content": "And now?"},
            {"role": "assistant", "content": "So:", "tool_calls": [call("call_5_0", "get_weather", '{"city": "Rome"}')]},
        ],
    ),
    Case(
        "a configuration that somebody logged beside the request",
        {"system": "Be brief.", "messages": [ASK], "config": {"retries": 2}},
        "Sunny.",
        [SYSTEM, ASK, {"role": "assistant", "content": "Sunny."}],
    ),
    Case(
        "a whole tool loop, system as a text, the Message object as output",
        {
            "model": "claude-sonnet-4-5",
            "max_tokens": 1024,
            "system": "Be brief.",
            "messages": [
                ASK,
                {"role": "assistant", "content": [THINKING, _text("I will look."), *USES]},
                {"role": "user", "content": RESULTS},
            ],
            "tools": [TOOL],
        },
        _message([_text("Rome: sunny. Oslo: snow.")]),
        [
            SYSTEM,
            ASK,
            {"role": "assistant", "content": "I will look.", "tool_calls": CALLS, "reasoning_content": "Two cities."},
            *WIRE_RESULTS,
            DONE,
        ],
        [WIRE_TOOL],
    ),
    Case(
        "system as cached blocks, content blocks alone as output",
        {
            "system": [
                {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Today is Monday."},
            ],
            "messages": [{"role": "user", "content": [{"type": "text", "text": ASK["content"]}]}],
            "tools": [TOOL],
        },
        [_text("I will look."), USES[0]],
        [
            {"role": "system", "content": "Be brief.\nToday is Monday."},
            ASK,
            {"role": "assistant", "content": "I will look.", "tool_calls": CALLS[:1]},
        ],
        [WIRE_TOOL],
    ),
    Case(
        "wrap_anthropic of LangSmith: system folded in, the flat message as output",
        {
            "messages": [{"role": "system", "content": "Be brief."}, ASK],
            "model": "claude-sonnet-4-5",
            "tools": [TOOL],
        },
        {
            "id": "msg_01",
            "content": None,
            "model": "claude-sonnet-4-5",
            "role": "assistant",
            "stop_reason": "tool_use",
            "stop_sequence": None,
            "usage_metadata": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
            "tool_calls": [
                {
                    "id": "toolu_1",
                    "type": "function",
                    "index": 0,
                    "function": {"name": "get_weather", "arguments": '{"city":"Rome"}'},
                }
            ],
        },
        [SYSTEM, ASK, {"role": "assistant", "content": None, "tool_calls": CALLS[:1]}],
        [WIRE_TOOL],
    ),
    Case(
        "wrap_anthropic of LangSmith 0.3: a system prompt that was not given, folded in by its name",
        {"messages": [{"role": "system", "content": "<anthropic.Omit object at 0x7fc087a86e50>"}, ASK], "model": "m"},
        {"output": {"id": "msg_01", "content": [_text("Sunny.")], "role": "assistant", "type": "message"}},
        [ASK, {"role": "assistant", "content": "Sunny."}],
    ),
    Case(
        "wrap_anthropic around a stream of texts: the message, and the pieces that were read of it",
        {"messages": [ASK], "model": "claude-sonnet-4-5"},
        {"id": "msg_01", "content": [_text("Sunny.")], "role": "assistant", "output": ["Sun", "ny."]},
        [ASK, {"role": "assistant", "content": "Sunny."}],
    ),
    Case(
        "wrap_anthropic around a stream of texts: calls alone, and no piece of a text",
        {"messages": [ASK], "model": "claude-sonnet-4-5", "tools": [TOOL]},
        {"id": "msg_01", "content": None, "role": "assistant", "tool_calls": [CALLS[0]], "output": None},
        [ASK, {"role": "assistant", "content": None, "tool_calls": CALLS[:1]}],
        [WIRE_TOOL],
    ),
    Case(
        "results beside text: the results come first (rule 10)",
        [
            ASK,
            {"role": "assistant", "content": USES},
            {"role": "user", "content": [{"type": "text", "text": "And be quick."}, *RESULTS]},
        ],
        _message([THINKING, _text("Rome: sunny. Oslo: snow.")]),
        [
            ASK,
            {"role": "assistant", "content": None, "tool_calls": CALLS},
            *WIRE_RESULTS,
            {"role": "user", "content": "And be quick."},
            {**DONE, "reasoning_content": "Two cities."},
        ],
    ),
    Case(
        "images as base64, as address and in a result; unread reasoning is left out",
        [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
                    {"type": "image", "source": {"type": "url", "url": "https://x.test/a.jpg"}},
                    {"type": "text", "text": "Which?"},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "redacted_thinking", "data": "EmwKAhg"}, {**USES[0], "input": {}}],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": [
                            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/4AA"}}
                        ],
                    }
                ],
            },
        ],
        _message([_text("The first.")]),
        [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                    {"type": "image_url", "image_url": {"url": "https://x.test/a.jpg"}},
                    {"type": "text", "text": "Which?"},
                ],
            },
            {"role": "assistant", "content": None, "tool_calls": [call("toolu_1", "get_weather", "{}")]},
            {
                "role": "tool",
                "content": [{"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AA"}}],
                "tool_call_id": "toolu_1",
            },
            {"role": "assistant", "content": "The first."},
        ],
    ),
    Case(
        "a tool that Anthropic ran stays part of what was said",
        [{"role": "user", "content": "News?"}],
        _message(
            [
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "news"}},
                {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
                {"type": "text", "text": "None."},
            ]
        ),
        [
            {"role": "user", "content": "News?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "news"}},
                    {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
                    {"type": "text", "text": "None."},
                ],
            },
        ],
    ),
]


@parametrize(CASES)
def test_an_anthropic_call_becomes_openai_wire(case: Case) -> None:
    """Agents on Claude are half of what people trace: their tool loops must survive whole."""
    assert_read(case)


def test_hosted_tools_are_not_function_tools() -> None:
    """A hosted tool has no function that a trained model could call: only the caller's own tools are wire tools."""
    hosted = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    own = {**TOOL, "type": "custom", "cache_control": {"type": "ephemeral"}}
    cached = {"type": "function", "function": {**WIRE_TOOL["function"], "cache_control": {"type": "ephemeral"}}}
    assert_read(
        Case("", {"messages": [ASK], "tools": [hosted, own]}, _message([_text("Hi.")]), [ASK, _said("Hi.")], [cached])
    )


def _said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}
