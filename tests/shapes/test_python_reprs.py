"""LlamaIndex and smolagents traced with OpenInference: messages that were logged as what Python's `repr` says of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, call, langfuse_row, parametrize, read
from model_calls import assistant, result, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.shapes.counting import count_messages
from oumi_assets.shapes.python_reprs import read_repr


def _llama(role: str, *blocks: str, more: str = "{}") -> str:
    said = f"role=<MessageRole.{role.upper()}: '{role}'>, additional_kwargs={more}, blocks=[{', '.join(blocks)}]"
    return f"ChatMessage({said})"


def _text(text: str) -> str:
    return f"TextBlock(block_type='text', text={text!r})"


def _smol(role: str, *texts: str) -> str:
    content = [{"type": "text", "text": text} for text in texts]
    member = role.upper().replace("-", "_")
    return f"ChatMessage(role=<MessageRole.{member}: '{role}'>, content={content!r}, tool_calls=None, raw=None)"


HI, HELLO = user("hi"), assistant("Hello.")
ODD = "It's \"here\":\n<A.B: 'x'> \\n \x00 \ud83d\udc4b".encode("utf-16", "surrogatepass").decode("utf-16")
CALL_BLOCK = """ToolCallBlock(block_type='tool_call', tool_call_id='c1', tool_name='f', tool_kwargs='{"a": 1}')"""
CALLS = """{'tool_calls': [ToolCall(id='c1', function=Function(arguments='{"a": 1}', name='f'), type='function')]}"""
CALLED = assistant(None, call("c1", "f", '{"a": 1}'))
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
ASKED = [_llama("system", _text("Be brief.")), _llama("user", _text("hi"))]
CASES = [
    Case("LlamaIndex", {"messages": ASKED}, "assistant: Hello.", [system("Be brief."), HI, HELLO]),
    Case(
        "LlamaIndex with tools, calls and results",
        {
            "messages": [
                *ASKED,
                _llama("assistant", _text(""), CALL_BLOCK, more=CALLS),
                _llama("tool", _text("42"), more="{'tool_call_id': 'c1'}"),
            ],
            "kwargs": {"tools": [TOOL], "tool_choice": "auto"},
        },
        "assistant: Hello.",
        [system("Be brief."), HI, CALLED, result("c1", "42"), HELLO],
        [TOOL],
    ),
    Case(
        "LlamaIndex's quotes", {"messages": [_llama("user", _text(ODD))]}, f"assistant: {ODD}", [user(ODD), assistant(ODD)]
    ),
    Case(
        "LlamaIndex's pictures",
        {
            "messages": [
                _llama(
                    "user",
                    "ImageBlock(block_type='image', image=b'iVBORw0KGgo=', path=None, url=None, image_mimetype='image/png')",
                    "ImageBlock(block_type='image', image=None, path=None, url=AnyUrl('https://x.test/a.png'), detail=None)",
                )
            ]
        },
        "assistant: Hello.",
        [
            user(
                [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                    {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                ]
            ),
            HELLO,
        ],
    ),
    Case(
        "LlamaIndex's response",
        {"messages": [_llama("user", _text("hi"))]},
        {"message": {"role": "assistant", "additional_kwargs": {}, "blocks": [{"text": "Hello."}]}, "raw": {"id": "x"}},
        [HI, HELLO],
    ),
    Case(
        "LlamaIndex's response that calls",
        {"messages": [_llama("user", _text("hi"))]},
        {
            "message": {
                "role": "assistant",
                "additional_kwargs": {},
                "blocks": [{"tool_call_id": "c1", "tool_name": "f", "tool_kwargs": '{"a": 1}'}],
            }
        },
        [HI, CALLED],
    ),
    Case(
        "LlamaIndex before blocks", {"messages": [_llama("user").replace("blocks=[]", "content='hi'")]}, HELLO, [HI, HELLO]
    ),
    Case(
        "smolagents",
        {
            "messages": [
                _smol("system", "Be brief."),
                _smol("user", "hi"),
                _smol("tool-call", "f"),
                _smol("tool-response", "3"),
            ],
            "tools_to_call_from": ["<smolagents.tools.SimpleTool object at 0x7f15a5457bd0>"],
        },
        {"role": "assistant", "content": "Hello.", "tool_calls": None, "raw": "ChatCompletion()", "token_usage": {}},
        [system("Be brief."), HI, assistant("f"), user("3"), HELLO],
    ),
    Case(
        "half of a character",
        {"messages": [_smol("user").replace("[]", r"'\ud800 hi'")]},
        HELLO,
        [user("\ufffd hi"), HELLO],
    ),
    Case("smolagents' own words", {"messages": [_smol("user", "hi")]}, "assistant: x", [HI, assistant("assistant: x")]),
]


@parametrize(CASES)
def test_messages_are_what_their_repr_says(case: Case) -> None:
    """Langfuse keeps nothing else of them since late in 2025."""
    assert_read(case)


@pytest.mark.parametrize("answer", ["assistant: None", "assistant: "])
def test_an_answer_without_words_is_told_elsewhere(answer: str) -> None:
    """What LlamaIndex's text does not say is what was called."""
    assert read("langfuse", langfuse_row({"messages": ASKED}, answer)) is NoCandidate.NO_REPLY


PICTURE = "[{'type': 'image', 'image': <PIL.Image.Image image mode=RGB size=1x1 at 0x7F15A5457BD0>}]"
UNREADABLE = [
    [_smol("user", "hi"), _smol("user").replace("[]", PICTURE)],
    [_llama("user", _text("hi")), _llama("assistant", _text("x"))[:-3]],
    [_llama("user", _text("hi")), "Hello."],
    ["ChatMessage(role='user', content='hi')"],
]


@pytest.mark.parametrize("messages", UNREADABLE)
def test_a_message_that_is_no_data_is_not_guessed(messages: list[str]) -> None:
    """Nor is one that only begins alike."""
    assert_unsupported({"messages": messages}, {"role": "assistant", "content": "Hello."})


def test_reprs_are_left_open_by_the_count() -> None:
    """A call of theirs is always read."""
    assert count_messages(json.dumps({"messages": ASKED})) is None


REPRS: dict[str, Any] = {
    "A(x=1, y=-2.5, z=None, w=True)": {"x": 1, "y": -2.5, "z": None, "w": True},
    "A(x=<B.C: 'd'>, y=<B.E: 2>, z=[(1,), {}])": {"x": "d", "y": 2, "z": [[1], {}]},
    "A(x='<B.C: \\'d\\'>', y=B())": {"x": "<B.C: 'd'>", "y": {}},
    "A(x=U('https://x.test'), y=b'abc')": {"x": "https://x.test", "y": "abc"},
    r"A(x='\ud800 a', y={'\ud800': '\ud83d\udc4b'})": {"x": "\ufffd a", "y": {"\ufffd": "\U0001f44b"}},
    "A(x=<object at 0x7f>)": None,
    "A(x='unfinished)": None,
    "A(x='\\d')": None,
    "A(x=y)": None,
    "A(*x)": None,
    "A(**{})": None,
    "A(x=1 + 1)": None,
    "A(x=f'{1}')": None,
    "A(1, 2)": None,
    "a.b(x=1)": None,
    "A({1: 2})": None,
    "{**{}}": None,
    "[x for x in ()]": None,
    "A(x=1) A()": None,
    "A(" * 3000: None,
    "-" * 100_000 + "1": None,
}


@pytest.mark.parametrize(("text", "value"), REPRS.items(), ids=lambda value: str(value)[:40])
def test_a_repr_is_read_as_data_or_not_at_all(text: str, value: Any) -> None:
    """Nothing that could run is ever taken."""
    assert read_repr(text) == value
