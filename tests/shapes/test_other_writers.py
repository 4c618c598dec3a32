"""What looks like some writer's form and is not: what a rule for one must leave alone in everybody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import call, langfuse_row, read
from model_calls import assistant, result, user
from traces import choose_from, observation, said

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASK = user("hi")
WIRE_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

JSON_ANSWERS: list[Any] = [
    [{"job": "A", "candidates": [{"name": "Bob"}]}, {"job": "B", "candidates": []}],
    [{"candidates": ["Bob", "Eve"], "job": "x"}],
    [{"type": "response.plan", "steps": [1]}],
    [{"message": {"role": "driver", "text": "x"}, "finish_reason": "done"}],
    {"data": {"choices": ["Rome", "Oslo"]}},
    {"data": {"choices": [{"label": "A", "message": "Right!"}]}},
]


@pytest.mark.parametrize("answer", JSON_ANSWERS)
def test_json_that_a_model_answered_stays_its_text(answer: Any) -> None:
    """JSON mode makes lists of anything, also of what an API calls its answers."""
    found = read("langfuse", langfuse_row([ASK], answer))
    assert isinstance(found, Conversation)
    assert json.loads(found.messages[-1]["content"]) == answer


@pytest.mark.parametrize("content", [[], [{"type": "text", "text": "x"}]])
def test_messages_with_one_id_and_calls_of_their_own_are_not_put_together(content: Any) -> None:
    """Their calls stand beside the content, where putting contents together would lose them."""
    calls = [{**WIRE_CALL, "id": name} for name in ("c1", "c2")]
    answers = [{"role": "assistant", "id": "x", "content": content, "tool_calls": [made]} for made in calls]
    found = read("langfuse", langfuse_row([ASK, *answers, result("c1", "1"), result("c2", "2")], "done"))
    assert isinstance(found, Conversation)
    assert [made["id"] for message in found.messages for made in message.get("tool_calls", [])] == ["c1", "c2"]


def test_two_answers_of_one_model_are_two() -> None:
    """Some put the model's name where an id is."""
    answers = [{"role": "assistant", "id": "gpt-4o", "content": [{"type": "text", "text": text}]} for text in "ab"]
    found = read("langfuse", langfuse_row([ASK, *answers, ASK], "done"))
    assert isinstance(found, Conversation)
    assert found.size == 5


@pytest.mark.parametrize(
    "nothing", ["false", "0", "none", "NaN", True, 3, [{"type": "web_search_call", "status": "completed"}]]
)
def test_what_stands_for_no_calls_loses_none(nothing: Any) -> None:
    """A placeholder must not cost the trace."""
    found = read("langfuse", langfuse_row([ASK], {"role": "assistant", "content": "Hello.", "tool_calls": nothing}))
    assert isinstance(found, Conversation)
    assert found.messages == [ASK, assistant("Hello.")]


@pytest.mark.parametrize(
    "logged",
    [
        WIRE_CALL,
        [{"id": "c1", "name": "f", "parameters": {}}],
        [{"id": "c1", "name": "f", "input": {}}],
        [{"id": "c1", "function": "f", "arguments": {}}],
    ],
)
def test_calls_in_plain_words_are_read(logged: Any) -> None:
    """One without its list, or with the arguments called as some models' APIs do."""
    found = read("langfuse", langfuse_row([ASK], {"role": "assistant", "content": None, "tool_calls": logged}))
    assert isinstance(found, Conversation)
    assert found.messages == [ASK, assistant(None, call("c1", "f", "{}"))]


@pytest.mark.parametrize(
    "arguments",
    [
        {"input": "hello", "model": "text-embedding-3-small"},
        {"input": "hello", "model": "omni-moderation-latest"},
        {"contents": ["hello", "b"], "model": "gemini-embedding-001"},
    ],
)
def test_traced_calls_of_other_models_are_no_chats(arguments: dict[str, Any]) -> None:
    """An embedding's request has the same names as a response's."""
    row = langfuse_row({"args": [], "kwargs": arguments}, {"object": "list", "data": [{"embedding": [0.5]}]})
    assert read("langfuse", row) is NoCandidate.UNSUPPORTED


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"system": "openai", "max_tokens": 100}},
        {"metadata": {"system": [{"text": "linux", "version": 3}]}},
        {"modelParameters": {"system": "None"}},
        {"modelParameters": {"instructions": "NOT_GIVEN"}},
        {"modelParameters": {"instructions": "<openai.NotGiven object at 0x7f30>"}},
    ],
)
def test_names_and_unset_arguments_are_no_prompts(fields: dict[str, Any]) -> None:
    """Where Anthropic's API has a prompt, others keep the name of a system."""
    found = choose_from([observation(1, [ASK], said("Hello."), **fields)])
    assert [message["role"] for message in found.messages] == ["user", "assistant"]


def test_a_completion_beside_words_of_a_response_stays_one() -> None:
    """`status` and `tools` are anybody's words."""
    metadata = {"status": "completed", "tools": ["search"], "reasoning": "cot"}
    assert not hasattr(choose_from([observation(1, "Once", "upon a time", metadata=metadata)]).found, "conversation")


def test_results_beside_calls_of_the_history_are_kept() -> None:
    """Only an answer's are told again: no message of a tool follows here."""
    parts = [
        {"type": "tool-call", "toolCallId": "c1", "toolName": "f", "input": {}},
        {"type": "tool-result", "toolCallId": "c1", "toolName": "f", "output": {"type": "text", "value": "sunny"}},
    ]
    found = read("langfuse", langfuse_row([ASK, {"role": "assistant", "content": parts}, ASK], "done"))
    assert isinstance(found, Conversation)
    assert "sunny" in json.dumps(found.messages)


def test_a_call_that_was_logged_with_its_result_is_a_call() -> None:
    """The AI SDK's steps tell both; the key says which it is."""
    logged = {"toolCallId": "c1", "toolName": "f", "args": {}, "result": "sunny"}
    found = read("langfuse", langfuse_row([ASK], {"role": "assistant", "content": "", "toolCalls": [logged]}))
    assert isinstance(found, Conversation)
    assert found.messages == [ASK, assistant(None, call("c1", "f", "{}"))]


def test_a_text_of_an_empty_list_is_no_strands() -> None:
    """Only blocks bear witness."""
    found = read("langfuse", langfuse_row([user("[]"), ASK], {"finish_reason": "stop", "message": "[]"}))
    assert isinstance(found, Conversation)
    assert found.messages[0] == user("[]")
