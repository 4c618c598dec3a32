"""OpenInference's traces of LlamaIndex and smolagents: objects as their `repr`, messages as attributes, what is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, call, langfuse_row, langsmith_row, parametrize, read
from model_calls import assistant, result, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation
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


FLAT = {
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "hi",
    "llm.input_messages.2.message.role": "assistant",
    "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "f",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
    "llm.input_messages.3.message.role": "tool",
    "llm.input_messages.3.message.content": "42",
    "llm.input_messages.3.message.tool_call_id": "c1",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "Hello.",
    "llm.output_messages.1.message.role": "assistant",
    "llm.output_messages.1.message.content": "Hi!",
    "llm.tools.0.tool.json_schema": json.dumps(TOOL),
}
TOLD = [system("Be brief."), HI, CALLED, result("c1", "42"), HELLO]
DOTTED = {f"attributes.{name}": value for name, value in FLAT.items()}
UNREAD: list[Any] = ["hi", "", {"messages": ["<Message object at 0x7f>"]}]


@pytest.mark.parametrize(
    "metadata", [{"attributes": FLAT}, DOTTED, json.dumps({"attributes": FLAT}), {"attributes": json.dumps(FLAT)}]
)
@pytest.mark.parametrize("input_", UNREAD)
def test_messages_are_read_from_the_attributes(input_: Any, metadata: Any) -> None:
    """Langfuse kept all of them until late in 2025, and prefers a payload that holds less."""
    found = read("langfuse", langfuse_row(input_, "assistant: Hello.", metadata=metadata))
    assert isinstance(found, Conversation)
    assert found.messages == TOLD
    assert found.tools == [TOOL]


@pytest.mark.parametrize("lost", [[0], [1], [0, 1], [9]])
def test_attributes_that_lack_a_part_are_not_read(lost: list[int]) -> None:
    """An SDK drops the first of more than 128 attributes: a conversation without its beginning, or a role."""
    left = {name: value for number, (name, value) in enumerate(FLAT.items()) if number not in lost or number == 1}
    gone = {**left, "llm.input_messages.9.message.role": "user"} if lost == [1] else left
    assert read("langfuse", langfuse_row("hi", "Hello.", metadata={"attributes": gone})) is NoCandidate.UNSUPPORTED


def _flat(which: str, number: int, **fields: Any) -> dict[str, Any]:
    """Attributes of one message, `__` for the dots of their names."""
    return {f"llm.{which}_messages.{number}.message.{name.replace('__', '.')}": said for name, said in fields.items()}


CALL_1 = {"tool_calls__1__tool_call__id": "c1", "tool_calls__1__tool_call__function__name": "f"}
TEXT_1 = {"contents__1__message_content__type": "text", "contents__1__message_content__text": "x"}
GAPS: list[dict[str, Any]] = [
    _flat("input", 2, role="assistant", **CALL_1),
    _flat("input", 2, role="assistant", content="x", **CALL_1),
    _flat("input", 2, role="assistant", tool_calls__0__tool_call__function__arguments="{}", **CALL_1),
    _flat("input", 2, role="user", **TEXT_1),
    _flat("input", 2, role="user", contents__0__message_content__type="text", **TEXT_1),
    *(_flat("input", 2, role=role) for role in ("system", "user", "assistant")),
    _flat("input", 2, role="tool", tool_call_id="c1"),
    _flat("input", 2, role="user", tool_calls__0__tool_call__function__name="f"),
    _flat("output", 0, role="assistant", **CALL_1),
    _flat("output", 0, role="assistant"),
]


@pytest.mark.parametrize("gap", GAPS)
def test_a_message_that_lacks_a_part_is_not_read(gap: dict[str, Any]) -> None:
    """An attribute that was dropped leaves a shorter message: its calls, parts or words are gone."""
    whole = {**_flat("input", 0, role="user", content="hi"), **_flat("input", 1, role="assistant", content="")}
    last = _flat("input", 2, role="user", content="")
    found = read("langfuse", langfuse_row("hi", "Hello.", metadata={"attributes": {**whole, **last}}))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(""), user(""), HELLO]
    assert (
        read("langfuse", langfuse_row("hi", "Hello.", metadata={"attributes": {**whole, **gap}})) is NoCandidate.UNSUPPORTED
    )


ODD_NAMES: list[dict[str, Any]] = [
    {"llm.input_messages.00.message.role": "user"},
    {"llm.input_messages.\u0660.message.role": "user"},
    {"llm.input_messages.0.message": {"\u00b2": 1}},
    {"llm.input_messages.0.message": {"00": 1}},
]


@pytest.mark.parametrize("metadata", ODD_NAMES)
def test_numbers_that_nobody_counts_with_are_none(metadata: dict[str, Any]) -> None:
    """What Unicode or Python take for a number stopped the import."""
    assert read("langfuse", langfuse_row("", "x", metadata=metadata)) is NoCandidate.UNSUPPORTED


def test_an_object_that_was_logged_stays_one() -> None:
    """Only names of attributes count."""
    schema = {"0": "a", "1": "b"}
    told = {"llm.input_messages.0.message": {"role": "user", "content": schema}}
    found = read("langfuse", langfuse_row("", "x", metadata=told))
    assert isinstance(found, Conversation)
    assert found.messages == [user('{"0":"a","1":"b"}'), assistant("x")]


def test_a_payload_with_messages_is_preferred() -> None:
    """It holds what the model was sent, the attributes what an instrumentation made of it."""
    found = read("langfuse", langfuse_row({"messages": [user("payload")]}, "Hello.", metadata={"attributes": FLAT}))
    assert isinstance(found, Conversation)
    assert found.messages == [user("payload"), HELLO]


def _of_otlp(asked: list[dict[str, Any]], *said: dict[str, Any], mark: bool = True) -> Any:
    """A run of LangSmith's OTLP endpoint."""
    metadata = {"OTEL_SPAN_ID": "259f7c316d1094af", "OTEL_TRACE_ID": "1c85"} if mark else {}
    outputs = {"messages": list(said), "usage_metadata": {"input_tokens": 1}}
    return read("langsmith", langsmith_row({"messages": asked}, outputs, extra={"metadata": metadata}))


SILENT = {"role": "assistant"}
NAMELESS = {"role": "tool", "content": "42"}


@pytest.mark.parametrize("asked", [[{"role": "user"}], [HI, SILENT, NAMELESS], [HI, HELLO, NAMELESS], [HI, SILENT, HI]])
def test_a_run_that_lost_its_words_or_calls_is_not_read(asked: list[dict[str, Any]]) -> None:
    """LangSmith takes role and text from attributes, and neither calls nor ids nor texts in parts."""
    assert _of_otlp(asked, HELLO) is NoCandidate.UNSUPPORTED


def test_a_run_that_lost_its_answer_has_none() -> None:
    """It was a call of tools, most likely."""
    assert _of_otlp([HI], SILENT) is NoCandidate.NO_REPLY


@pytest.mark.parametrize("asked", [[HI], [HI, assistant(""), HI], [HI, CALLED, result("c1", "42")]])
def test_a_run_that_lost_nothing_is_read(asked: list[dict[str, Any]]) -> None:
    """Other writers' attributes hold whole messages."""
    found = _of_otlp(asked, HELLO)
    assert isinstance(found, Conversation)
    assert found.messages == [*asked, HELLO]


def test_only_runs_of_opentelemetry_lose_words() -> None:
    """Elsewhere a missing content is an empty one."""
    found = _of_otlp([HI, SILENT, HI], SILENT, mark=False)
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(""), HI, assistant("")]
