"""System prompts beside the messages, whatever these are called; and what else may stand there."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, parametrize

ASK = {"role": "user", "content": "hi"}
PROMPT = {"role": "system", "content": "Be brief."}
DONE = {"role": "assistant", "content": "Hello."}
LANGCHAIN = {"lc": 1, "type": "constructor", "id": ["l", "HumanMessage"], "kwargs": {"content": "hi"}}
GOOGLE = {"role": "user", "parts": [{"text": "hi"}]}
CONTAINERS: list[tuple[str, Any]] = [
    ("messages", [ASK]),
    ("messages", [[ASK]]),
    ("messages", [[LANGCHAIN]]),
    ("input", [ASK]),
    ("input", [LANGCHAIN]),
    ("contents", [GOOGLE]),
]
SAID: list[Any] = ["Be brief.", [{"type": "text", "text": "Be brief."}], PROMPT]


@pytest.mark.parametrize("name", ["system", "instructions", "system_prompt", "system_message"])
@pytest.mark.parametrize(("key", "messages"), CONTAINERS)
def test_a_system_prompt_stands_before_messages_of_any_name(key: str, messages: Any, name: str) -> None:
    """Half of what an agent is told would be lost."""
    assert_read(Case(name, {key: messages, name: "Be brief."}, DONE, [PROMPT, ASK, DONE]))


@pytest.mark.parametrize("said", SAID)
def test_a_system_prompt_is_a_text_its_parts_or_a_message(said: Any) -> None:
    """People log the object that they have."""
    assert_read(Case("prompt", {"input": [ASK], "system_message": said}, DONE, [PROMPT, ASK, DONE]))


@pytest.mark.parametrize("sent", [{"messages": [ASK]}, {"input": "hi", "model": "m"}])
def test_system_prompts_may_be_a_list_of_whole_messages(sent: dict[str, Any]) -> None:
    """They are neither blocks of Anthropic's nor a history beside an input."""
    assert_read(Case("prompts", {**sent, "system": [PROMPT]}, DONE, [PROMPT, ASK, DONE]))


NOTHING_TO_ADD = [
    Case("the name of a provider", {"input": [ASK], "system": "openai"}, DONE, [ASK, DONE]),
    Case("an argument that was not given", {"input": [ASK], "instructions": "NOT_GIVEN"}, DONE, [ASK, DONE]),
    Case("one among the messages", {"input": [PROMPT, ASK], "system": "Be very brief."}, DONE, [PROMPT, ASK, DONE]),
    Case(
        "a function's history beside instructions",
        {"instructions": "Be brief.", "history": [ASK]},
        DONE,
        [PROMPT, ASK, DONE],
    ),
    Case("instructions and settings alone", {"instructions": "Be brief.", "temperature": 0.5}, DONE, [PROMPT, DONE]),
]


@parametrize(NOTHING_TO_ADD)
def test_what_else_stands_beside_messages_is_no_prompt(case: Case) -> None:
    """Telemetry and people use the same names."""
    assert_read(case)


@pytest.mark.parametrize(
    "arguments",
    [
        {"instructions": "Be brief.", "question": "What is new?"},
        {"instructions": "Be brief.", "history": [ASK], "question": "What is new?"},
        {"input": "What is new?", "history": [ASK], "model": "gpt-5"},
        {"instructions": "Be brief.", "prompt": {"id": "pmpt_1", "variables": {"city": "Rome"}}, "model": "gpt-5"},
    ],
    ids=["a question", "a history and a question", "a history and an input", "a prompt that OpenAI stores"],
)
def test_instructions_or_an_input_beside_something_that_was_said_are_not_the_whole(arguments: dict[str, Any]) -> None:
    """An answer without its question is no conversation."""
    assert_unsupported(arguments, DONE)
