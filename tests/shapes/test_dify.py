"""Dify's own tracing: chats, LLM nodes of workflows, and the questions that it suggests after an answer."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user
from traces import choose_from, observation

from oumi_assets.reconstruction.candidate import NoCandidate

USAGE = {"prompt_tokens": 5, "prompt_unit_price": "0.1", "completion_tokens": 2, "total_price": "0.1", "latency": 1.2}
NODE = {"text": "Hello.", "usage": USAGE, "finish_reason": "stop"}
ASKED = [{**system("Be brief."), "files": []}, {**user("hi"), "files": []}]
SAID = [system("Be brief."), user("hi")]
IMAGE = {"type": "image", "data": "data:image...[TRUNCATED]...AASUVORK5C", "detail": "high"}
AUDIO = {"type": "audio", "data": "data:audio...[TRUNCATED]...AAAAAAAAAA", "format": "mp3"}
OF_MESSAGE = {"message_id": "m", "ls_provider": "openai", "from_source": "api", "agent_based": "false"}
QUESTIONS = [assistant("['What is next?', \"Why's that?\"]")]

CASES = [
    Logged("a chat", "langfuse", ASKED, [assistant("Hello.")], [*SAID, assistant("Hello.")]),
    Logged("a node", "langfuse", ASKED, NODE, [*SAID, assistant("Hello.")]),
    Logged(
        "a node that thinks",
        "langfuse",
        ASKED,
        {**NODE, "reasoning_content": "Hm.", "structured_output": {"a": 1}, "files": []},
        [*SAID, assistant("Hello.", reasoning_content="Hm.")],
    ),
    Logged(
        "files, whose contents Dify cuts",
        "langfuse",
        [{**user("see"), "files": [IMAGE]}, {**user(""), "files": [AUDIO]}],
        NODE,
        [user([{"type": "text", "text": "see"}, IMAGE]), user([AUDIO]), assistant("Hello.")],
    ),
    Logged(
        "tools",
        "langfuse",
        [*ASKED, {**assistant("", call("c1", "f")), "files": []}, {"role": "tool", "content": "17", "files": []}],
        NODE,
        [*SAID, assistant(None, call("c1", "f")), result("c1", "17"), assistant("Hello.")],
    ),
    Logged(
        "a list that a chat was asked for",
        "langfuse",
        ASKED,
        QUESTIONS,
        [*SAID, *QUESTIONS],
        [],
        {"metadata": {**OF_MESSAGE, "conversation_id": "c"}},
    ),
]


@parametrize(CASES)
def test_dify_logs(logged: Logged) -> None:
    """As its exports hold them."""
    assert_read(logged)


def test_suggested_questions_are_not_the_answer() -> None:
    """Dify logs them beside the request of the answer that they follow, and later."""
    answer = observation(1, ASKED, [assistant("Hello.")], metadata={**OF_MESSAGE, "conversation_id": "c"})
    suggested = observation(2, ASKED, QUESTIONS, name="suggested_question", metadata=OF_MESSAGE)
    assert choose_from([answer, suggested]).messages == [*SAID, assistant("Hello.")]


@pytest.mark.parametrize("output", [QUESTIONS, [assistant("[]")]])
def test_suggested_questions_alone_are_no_conversation(output: Any) -> None:
    """What was asked for them was not logged."""
    assert read("langfuse", row("langfuse", ASKED, output, metadata=OF_MESSAGE)) is NoCandidate.NO_REPLY


@pytest.mark.parametrize("metadata", [{"from_source": "web"}, {"from_source": "web", "message_id": "m"}])
def test_a_list_that_another_writers_chat_was_asked_for_is_its_answer(metadata: dict[str, str]) -> None:
    """Anybody notes where a request came from; whether an agent answered is Dify's word."""
    found = read("langfuse", row("langfuse", ASKED, QUESTIONS, metadata=metadata))
    assert not isinstance(found, NoCandidate)
    assert found.messages == [*SAID, *QUESTIONS]


CALLED = assistant("Hello.", call("c1", "f"))


@pytest.mark.parametrize("counted", [NODE, {"text": "Hello.", "usage": {"totalTokens": 2}, "finishReason": "stop"}])
@pytest.mark.parametrize(
    "told",
    [{"tool_calls": CALLED["tool_calls"]}, {"toolCalls": CALLED["tool_calls"]}, {"message": CALLED}],
    ids=["calls", "calls in camel case", "a message"],
)
@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_a_text_beside_an_answer_is_no_nodes(platform: str, told: dict[str, Any], counted: dict[str, Any]) -> None:
    """People log an answer's text, calls and usage so, and a node of Dify's calls nothing; nor are they the AI SDK's."""
    found = read(platform, row(platform, {"messages": [user("hi")]}, {**counted, **told}))
    assert not isinstance(found, NoCandidate)
    assert found.messages == [user("hi"), CALLED]


@pytest.mark.parametrize("answer", ['{"text": "a", "usage": "rare", "finish_reason": "x"}', '{"text": "a", "usage": {}}'])
def test_json_of_the_models_own_stays_its_text(answer: str) -> None:
    """Only what an SDK counts is an LLM node's usage."""
    found = read("langfuse", row("langfuse", ASKED, answer))
    assert not isinstance(found, NoCandidate)
    assert found.messages[-1] == assistant(answer)
