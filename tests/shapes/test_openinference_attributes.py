"""OpenInference's messages as attributes of a span, and what an SDK drops of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import langfuse_row, read
from model_calls import assistant, result, system, user
from test_python_reprs import CALLED, HELLO, HI, TOOL

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

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
