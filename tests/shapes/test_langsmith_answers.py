"""What functions traced by LangSmith return as an answer: any value, and some of them hold it in a form of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import assistant, call, langfuse_row, langsmith_row, read, user

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

HI = user("Hi")
USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
RUNTIME = {"runtime": {"sdk": "langsmith-py", "sdk_version": "0.4.1"}}


def _said(outputs: Any, **fields: Any) -> dict[str, Any] | NoCandidate:
    found = read("langsmith", langsmith_row({"messages": [HI]}, outputs, **fields))
    return found.messages[-1] if isinstance(found, Conversation) else found


WORDS: list[dict[str, Any]] = [
    {"text": "Yes."},
    {"output_text": "Yes."},
    {"completion": "Yes."},
    {"generated_text": "Yes."},
    {"generation": "Yes."},
    {"text": "Yes.", "usage": USAGE, "model": "m"},
    {"response": "Yes.", "usage_metadata": USAGE},
    {"answer": "Yes.", "usage": None, "model_name": "m"},
    {"result": "Yes.", "usage": USAGE},
    {"output": [{"generated_text": "Yes."}]},
    {"output": [{"generated_text": [HI, assistant("Yes.")]}]},
]


@pytest.mark.parametrize("outputs", WORDS, ids=json.dumps)
def test_words_under_a_name_that_apis_give_them_are_the_answer(outputs: dict[str, Any]) -> None:
    """Nobody would miss a conversation that is all there."""
    assert _said(outputs) == assistant("Yes.")


OTHERS: list[dict[str, Any]] = [
    {"answer": "Yes."},
    {"response": "Yes.", "model": "m"},
    {"text": "Yes.", "sources": ["a.md"]},
    {"text": "Yes.", "completion": "No."},
    {"text": ["Yes."]},
    {"text": ""},
    {"usage": USAGE},
    {"output": [{"generated_text": "Yes."}, {"generated_text": "No."}]},
]


@pytest.mark.parametrize("outputs", OTHERS, ids=json.dumps)
def test_an_object_that_may_be_what_a_model_wrote_is_no_reply(outputs: dict[str, Any]) -> None:
    """`{"answer": ...}` is what a model writes that was asked for JSON, as much as what a function calls its words."""
    assert _said(outputs) is NoCandidate.NO_REPLY


@pytest.mark.parametrize(
    "returned", [{"text": "9 C"}, {"result": "9 C", "usage": USAGE}, {"output": '{"object": "response"}'}]
)
def test_what_tools_return_is_no_answer(returned: dict[str, Any]) -> None:
    """Results of tools are read of their own runs where a writer logs them nowhere else (Mastra)."""
    line = langsmith_row({"city": "Rome"}, returned, run_type="tool")
    assert PLATFORMS["langsmith"].read_call(line).output == returned.get("output", returned)


def test_text_alone_stays_the_json_that_it_was_on_langfuse() -> None:
    """There an answer is a text, and JSON mode writes such a one."""
    found = read("langfuse", langfuse_row([HI], '{"text": "Yes."}'))
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant('{"text": "Yes."}')


CHOICE = {"index": 0, "finish_reason": "tool_calls", "message": assistant("Look.", call("a", "f"))}
CALL_BLOCK = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
BLOCKS = [{"type": "text", "text": "Look."}, CALL_BLOCK]
ITEMS = [
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Look."}]},
    {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
]
PARTS = [{"text": "Look."}, {"functionCall": {"id": "a", "name": "f", "args": {}}}]
ANSWERS: dict[str, Any] = {
    "chat completions": {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [CHOICE]},
    "Anthropic": {"id": "m", "type": "message", "role": "assistant", "content": BLOCKS, "stop_reason": "tool_use"},
    "Responses": {"id": "r", "object": "response", "output": ITEMS, "tools": []},
    "Google": {"candidates": [{"content": {"role": "model", "parts": PARTS}}], "usageMetadata": {}},
    "a message": {**assistant("Look.", call("a", "f")), "refusal": None},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_json_text_of_an_answer_is_the_answer(answer: dict[str, Any]) -> None:
    """Functions return `completion.model_dump_json()`: its text is nothing that the model said."""
    for key in ("output", "outputs"):
        assert _said({key: json.dumps(answer)}) == assistant("Look.", call("a", "f"))


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ada"}',
        '{"role": "assistant"}',
        '{"role": "assistant", "content": "x", "score": 1}',
        '{"role": "user", "content": "x"}',
        '{"candidates": ["Ada", "Bob"]}',
        '{"candidates": [{"name": "Ada"}]}',
        '{"role": "assistant", "type": "message", "subject": "x"}',
        '{"role": "assistant", "stop_reason": "tired", "age": 5}',
        '{"choices": [1, 2]}',
        '{"object": "chair"}',
        '{"subject": "she", "verb": "gave", "object": "response"}',
        '{"object": "response", "output": "a text"}',
        '{"object": "chat.completion", "meaning": "an answer"}',
        '{"candidates": ["Ada"], "model_version": "2"}',
        '{"role": "assistant", "reasoning": "She assists the chief."}',
        '{"role": "assistant", "annotations": ["helps out"]}',
        "{broken",
        "[1]",
    ],
)
def test_other_json_that_a_function_returned_is_what_was_said(text: str) -> None:
    """A model asked for JSON answers with any."""
    assert _said({"output": text}) == assistant(text)


def test_pieces_may_be_null() -> None:
    """`yield chunk.choices[0].delta.content`: OpenAI's chunks that say nothing have null there."""
    for pieces in ([None, "Hel", "lo.", None], ["", "Hello.", None], ["Hello.", None]):
        for fields in ({}, {"events": [{"name": "new_token"}], "extra": RUNTIME}):
            assert _said({"output": pieces}, **fields) == assistant("Hello.")
    assert _said({"output": [None, None]}) is NoCandidate.NO_REPLY


STREAMED = [{"name": "new_token"}]
DELTAS = [
    {"role": "assistant", "content": ""},
    {"content": "Loo"},
    {"content": "k."},
    {"tool_calls": [{"index": 0, **call("a", "f", "")}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
    {},
]


def test_deltas_that_a_generator_yielded_are_one_answer() -> None:
    """`yield chunk.choices[0].delta`; whole messages are turns, and so are deltas that no generator yielded."""
    assert _said({"output": DELTAS}, events=STREAMED) == assistant("Look.", call("a", "f"))
    assert _said({"output": [*DELTAS[:3], {}]}, events=STREAMED) == assistant("Look.")
    assert _said({"output": [*DELTAS, {"other": 1}]}, events=STREAMED) is NoCandidate.NO_REPLY
    assert _said({"output": DELTAS}, events=[]) is NoCandidate.NO_REPLY
    turns = [assistant("Look.", call("a", "f")), assistant("Done.")]
    assert _said({"output": turns}, events=STREAMED) == turns[0]


CALLS = [call("a", "f")]


@pytest.mark.parametrize(
    ("pair", "wire"),
    [
        (["Look.", CALLS], assistant("Look.", *CALLS)),
        ([None, CALLS], assistant(None, *CALLS)),
        (["Hello.", None], assistant("Hello.")),
        (["Hello.", []], assistant("Hello.")),
        (["Hello.", {"prompt_tokens": 1, "completion_tokens": 2}], assistant("Hello.")),
    ],
)
def test_a_text_and_its_calls_are_a_message(pair: list[Any], wire: dict[str, Any]) -> None:
    """`return message.content, message.tool_calls`."""
    for key in ("output", "outputs"):
        assert _said({key: pair}, events=[], extra=RUNTIME) == wire


@pytest.mark.parametrize(
    "pair", [["Hello.", {"a": 1}], ["Hello.", 0.3], ["Hello.", [1]], [1, CALLS], ["Hello.", CALLS, 1], [None, {"tokens": 1}]]
)
def test_other_lists_that_were_returned_are_no_reply(pair: list[Any]) -> None:
    """Nobody can tell what was said."""
    assert _said({"output": pair}, events=[], extra=RUNTIME) is NoCandidate.NO_REPLY


def test_texts_that_were_returned_as_a_list_are_not_joined() -> None:
    """A text and the name of its model, or two alternatives: only what a generator yielded is pieces of one text."""
    outputs = {"output": ["Hel", "lo."]}
    assert _said(outputs, events=[], extra=RUNTIME) is NoCandidate.NO_REPLY
    assert _said({"output": ["Hello."]}, events=[], extra=RUNTIME) == assistant("Hello.")
    assert _said({"output": ["assistant", "Hello."]}, events=[], extra=RUNTIME) == assistant("Hello.")
    assert _said({"output": ["assistant", ""]}, events=[], extra=RUNTIME) == assistant("")
    assert _said(outputs, events=[{"name": "new_token"}], extra=RUNTIME) == assistant("Hello.")


@pytest.mark.parametrize(
    "fields",
    [
        {"events": []},
        {"extra": RUNTIME},
        {"events": None, "extra": RUNTIME},
        {"events": [], "extra": {"runtime": {"sdk": "langsmith-py", "sdk_version": "0.1.9"}}},
        {"events": [], "extra": {"runtime": {"sdk": "langsmith-js", "sdk_version": "0.3.67"}}},
        {"events": [], "extra": {"runtime": {"sdk": "langsmith-py", "sdk_version": None}}},
    ],
)
def test_texts_are_joined_where_no_sdk_would_have_noted_a_stream(fields: dict[str, Any]) -> None:
    """Older SDKs note nothing, and an export may lack the events."""
    assert _said({"output": ["Hel", "lo."]}, **fields) == assistant("Hello.")
