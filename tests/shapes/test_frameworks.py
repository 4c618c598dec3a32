"""Frameworks whose messages are their own objects: LlamaIndex, Haystack, smolagents; OpenInference's wrapped ones."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, call, langfuse_row, parametrize, read
from model_calls import assistant, result, system, user

from oumi_assets.reconstruction.conversation import Conversation

HI, HELLO = user("hi"), assistant("Hello.")
CALLED = [HI, assistant(None, call("c1", "f", '{"a":1}'))]


def _llama(role: str, *blocks: dict[str, Any], **additional: Any) -> dict[str, Any]:
    return {"role": role, "additional_kwargs": additional, "blocks": list(blocks)}


def _text(text: str) -> dict[str, Any]:
    return {"block_type": "text", "text": text}


OPENAI_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
LLAMA_INDEX = [
    Case(
        "LlamaIndex",
        {"messages": [_llama("system", _text("Be brief.")), _llama("user", _text("hi"))]},
        {"message": _llama("assistant", _text("Hello."))},
        [system("Be brief."), HI, HELLO],
    ),
    Case(
        "LlamaIndex with calls of OpenAI's client",
        [
            _llama("user", _text("hi")),
            {"role": "assistant", "blocks": [_text("")], "additional_kwargs": {"tool_calls": [OPENAI_CALL]}},
            _llama("tool", _text("42"), tool_call_id="c1", name="f"),
        ],
        _llama("assistant", _text("Hello.")),
        [*CALLED, {**result("c1", "42"), "name": "f"}, HELLO],
    ),
    Case(
        "LlamaIndex with blocks of every kind",
        [_llama("user", _text("hi"), {"block_type": "image", "url": "https://x.test/a.png", "image": None, "detail": None})],
        _llama(
            "assistant",
            {"block_type": "thinking", "content": "Hm.", "num_tokens": None},
            {"block_type": "tool_call", "tool_call_id": "c1", "tool_name": "f", "tool_kwargs": {"a": 1}},
        ),
        [
            user([{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]),
            assistant(None, call("c1", "f", '{"a":1}'), reasoning_content="Hm."),
        ],
    ),
]


OTHERS = [
    Case(
        "blocks of somebody else beside a content",
        [{"role": "user", "content": "real content", "additional_kwargs": {}, "blocks": [{"text": "q"}]}],
        HELLO,
        [user("real content"), HELLO],
    )
]


def _haystack(role: str, **block: Any) -> dict[str, Any]:
    return {"role": role, "meta": {}, "name": None, "content": [block]}


PICTURE = "data:image/png;base64,iVBORw0KGgo="
ORIGIN = {"tool_name": "f", "arguments": {"a": 1}, "id": "c1"}
HAYSTACK = [
    Case(
        "Haystack",
        {
            "messages": [
                _haystack("user", text="hi"),
                _haystack("assistant", tool_call=ORIGIN),
                _haystack("tool", tool_call_result={"result": "42", "origin": ORIGIN, "error": False}),
            ]
        },
        {"replies": [_haystack("assistant", text="Hello.")]},
        [*CALLED, {**result("c1", "42"), "name": "f"}, HELLO],
    ),
    Case(
        "Haystack with reasoning",
        {"messages": [_haystack("user", text="hi")]},
        {
            "replies": [
                {
                    "role": "assistant",
                    "content": [{"reasoning": {"reasoning_text": "Greet.", "extra": {}}}, {"text": "Hello."}],
                }
            ]
        },
        [HI, {**HELLO, "reasoning_content": "Greet."}],
    ),
    Case(
        "Haystack with a picture",
        [
            {
                "role": "user",
                "meta": {},
                "name": "bob",
                "content": [
                    {"text": "hi"},
                    {"image": {"base64_image": "iVBORw0KGgo=", "mime_type": "image/png", "detail": None}},
                ],
            }
        ],
        {"replies": [_haystack("assistant", text="Hello.")]},
        [
            {
                **user([{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": PICTURE}}]),
                "name": "bob",
            },
            HELLO,
        ],
    ),
    Case(
        "Haystack before 2.11",
        {"messages": [{"_role": "user", "_meta": {}, "_name": None, "_content": [{"text": "hi"}]}]},
        {"replies": [{"_role": "assistant", "_meta": {}, "_name": None, "_content": [{"text": "Hello."}]}]},
        [HI, HELLO],
    ),
]


def _wrapped(**message: Any) -> dict[str, Any]:
    return {"message": message}


OPENINFERENCE = [
    Case(
        "OpenInference",
        [
            _wrapped(role="user", contents=[{"message_content": {"type": "text", "text": "hi"}}]),
            _wrapped(role="assistant", tool_calls=[{"tool_call": OPENAI_CALL}]),
            _wrapped(role="tool", tool_call_id="c1", content="42"),
        ],
        [_wrapped(role="assistant", content="Hello.")],
        [*CALLED, result("c1", "42"), HELLO],
    ),
    Case(
        "OpenInference with parts that are not wrapped, of another writer",
        {
            "messages": [
                _wrapped(role="user", contents=["hi"]),
                _wrapped(role="assistant", content=[{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}]),
                _wrapped(role="user", content=[{"type": "tool_result", "tool_use_id": "c1", "content": "42"}]),
            ]
        },
        [_wrapped(role="assistant", content="Hello.")],
        [*CALLED, result("c1", "42"), HELLO],
    ),
    Case(
        "OpenInference with AutoGen's results",
        [
            _wrapped(role="user", content="hi"),
            _wrapped(role="assistant", tool_calls=[{"tool_call": OPENAI_CALL}, {"tool_call": {**OPENAI_CALL, "id": "c2"}}]),
            {
                "message": {"role": "function"},
                "function": [
                    '{"name": "f", "content": "43", "call_id": "c2", "is_error": false}',
                    '{"name": "f", "content": "42", "call_id": "c1", "is_error": false, "role": "system"}',
                ],
            },
        ],
        [_wrapped(role="assistant", content="Hello.")],
        [
            HI,
            assistant(None, call("c1", "f", '{"a":1}'), call("c2", "f", '{"a":1}')),
            {**result("c2", "43"), "name": "f"},
            {**result("c1", "42"), "name": "f"},
            HELLO,
        ],
    ),
    Case(
        "OpenInference with a picture",
        [
            _wrapped(
                role="user",
                contents=[{"message_content": {"type": "image", "image": {"image": {"url": "https://x.test/a.png"}}}}],
            )
        ],
        [_wrapped(role="assistant", content="Hello.")],
        [user([{"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}]), HELLO],
    ),
]
SMOLAGENTS = [
    Case(
        "smolagents",
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hi"}]},
                {"role": "tool-call", "content": [{"type": "text", "text": "Calling tools: f"}]},
                {"role": "tool-response", "content": [{"type": "text", "text": "Observation: 3"}]},
            ]
        },
        {"role": "assistant", "content": "Hello."},
        [HI, assistant("Calling tools: f"), user("Observation: 3"), HELLO],
    )
]


def _bee_call(call_id: str) -> dict[str, Any]:
    return {"type": "tool-call", "id": call_id, "tool_name": "weather", "args": '{"city": "Rome"}'}


def _bee_result(call_id: str, result: Any) -> dict[str, Any]:
    return {"type": "tool-result", "result": result, "tool_name": "weather", "tool_call_id": call_id}


BEE_SCHEMA = {"properties": {"city": {"type": "string"}}, "type": "object"}
BEEAI = [
    Case(
        "BeeAI",
        {
            "input": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Rome?"}]},
                {"role": "assistant", "content": [_bee_call("c1"), _bee_call("c2"), {"type": "text", "text": "Looking."}]},
                {"role": "tool", "content": [_bee_result("c2", {"sky": "blue"})]},
                {"role": "tool", "content": [_bee_result("c1", "sunny")]},
            ],
            "tools": [{"name": "weather", "description": "d", "input_schema": BEE_SCHEMA}],
        },
        "Sunny.",
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Rome?"},
            {
                "role": "assistant",
                "content": "Looking.",
                "tool_calls": [call("c1", "weather", '{"city": "Rome"}'), call("c2", "weather", '{"city": "Rome"}')],
            },
            {"role": "tool", "content": '{"sky":"blue"}', "name": "weather", "tool_call_id": "c2"},
            {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "c1"},
            {"role": "assistant", "content": "Sunny."},
        ],
        [{"type": "function", "function": {"name": "weather", "description": "d", "parameters": BEE_SCHEMA}}],
    ),
]


@parametrize([*LLAMA_INDEX, *OTHERS, *HAYSTACK, *OPENINFERENCE, *SMOLAGENTS, *BEEAI])
def test_a_frameworks_own_messages_are_read(case: Case) -> None:
    """Whoever traces a framework logs its objects and not what it sends."""
    assert_read(case)


@pytest.mark.parametrize("message", [{"role": "tool", "content": "words"}, {"contents": [{"text": "words"}]}, "words"])
def test_results_beside_words_are_not_read_without_them(message: Any) -> None:
    """AutoGen's stand beside a message that says nothing."""
    beside = {"message": message, "function": ['{"name": "f", "content": "42", "call_id": "c1"}']}
    assert_unsupported([_wrapped(role="user", content="hi"), beside], [_wrapped(role="assistant", content="Hello.")])


def test_tools_among_the_other_arguments_are_the_calls() -> None:
    """Langfuse's instrumentor for LlamaIndex logs what `chat` was called with."""
    tools = [{"type": "function", "function": {"name": "f"}}]
    asked = {"messages": [{"role": "user", "content": "hi", "additional_kwargs": {}}], "kwargs": {"tools": tools}}
    found = read("langfuse", langfuse_row(asked, {"message": {"role": "assistant", "content": "Hello."}}))
    assert isinstance(found, Conversation)
    assert (found.messages, found.tools) == ([HI, HELLO], tools)


def test_a_system_prompt_beside_such_messages_is_kept() -> None:
    """LangChain's messages have the same key, and people log more beside them."""
    tools = [{"type": "function", "function": {"name": "f"}}]
    asked = {"system": "Be brief.", "messages": [{**user("hi"), "additional_kwargs": {}}], "kwargs": {"tools": tools}}
    found = read("langfuse", langfuse_row(asked, "Hello."))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["system", "user", "assistant"]
