"""Mastra, whose model calls are loops of several steps."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langfuse_row, parametrize, read, row, system, user

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "hi", "providerOptions": {"mastra": {"createdAt": 1}}}]},
    ]
}
WIRE = [system("Be brief."), user("hi")]
TEXT = {"files": [], "reasoning": [], "sources": [], "text": "Hello.", "warnings": []}
CALLS = [{"toolCallId": "c1", "toolName": "f", "args": {"a": 1}}]
TOOLS = [{"type": "function", "name": "f", "parameters": {"type": "object"}}]
WIRE_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
OF_LANGSMITH = {"extra": {"metadata": {"mastra_span_type": "model_generation", "tools": TOOLS, "finishReason": "stop"}}}
OF_LANGFUSE = {"metadata": {"spanType": "model_generation", "attributes.mastra.span.type": "model_generation"}}
OF_OLD_LANGFUSE = {"metadata": {"spanType": "model_generation", "finishReason": "stop"}}
MARKS = [("langsmith", OF_LANGSMITH), ("langfuse", OF_LANGFUSE), ("langfuse", OF_OLD_LANGFUSE)]
CASES = [
    Logged("a text", "langsmith", ASKED, TEXT, [*WIRE, assistant("Hello.")], WIRE_TOOLS, OF_LANGSMITH),
    Logged("a text", "langfuse", ASKED, TEXT, [*WIRE, assistant("Hello.")], [], OF_LANGFUSE),
    Logged(
        "a text, no tool called", "langfuse", ASKED, {**TEXT, "toolCalls": []}, [*WIRE, assistant("Hello.")], [], OF_LANGFUSE
    ),
    Logged(
        "calls of tools that run elsewhere",
        "langsmith",
        ASKED,
        {**TEXT, "text": "", "toolCalls": CALLS},
        [*WIRE, assistant(None, call("c1", "f", '{"a":1}'))],
        WIRE_TOOLS,
        OF_LANGSMITH,
    ),
]


@parametrize(CASES)
def test_a_single_step_is_read(logged: Logged) -> None:
    """What is logged then is what was asked and said."""
    assert_read(logged)


@pytest.mark.parametrize(("platform", "mark"), MARKS)
def test_a_loop_is_not_one_message(platform: str, mark: dict[str, Any]) -> None:
    """The text was said when the calls had their results, which lie in other rows."""
    assert read(platform, row(platform, ASKED, {**TEXT, "toolCalls": CALLS}, **mark)) is NoCandidate.UNSUPPORTED


def test_a_step_of_the_ai_sdk_says_something_and_calls() -> None:
    """The same output elsewhere is one answer."""
    found = read("langfuse", langfuse_row(ASKED, {"text": "Hello.", "toolCalls": CALLS}))
    assert isinstance(found, Conversation)
    assert found.messages == [*WIRE, assistant("Hello.", call("c1", "f", '{"a":1}'))]


@pytest.mark.parametrize(
    ("name", "metadata", "is_call"),
    [
        ("model_generation gpt-4o", OF_LANGFUSE["metadata"], True),
        ("model_generation gpt-4o", {"spanType": "x"}, False),
        ("agent_step weather", {"attributes.mastra.span.type": "model_step"}, False),
        (None, OF_LANGFUSE["metadata"], False),
    ],
)
def test_the_span_with_the_messages_is_the_model_call(name: str | None, metadata: dict[str, str], is_call: bool) -> None:
    """Langfuse does not know it for a GENERATION: that is the span inside, which has the answer alone."""
    indexed = PLATFORMS["langfuse"].index_line(langfuse_row(ASKED, TEXT, type="SPAN", name=name, metadata=metadata))
    assert indexed is not None
    assert indexed.is_call is is_call
