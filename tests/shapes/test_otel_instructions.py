"""OpenTelemetry's system instructions and tools, which stand in the metadata: rules 4 and 9."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import langfuse_row, langsmith_row, read
from test_otel_genai import ANSWER, ASK, ASK_PARTS, DONE, SCHEMA
from traces import is_read

from oumi_assets.platforms import LANGFUSE
from oumi_assets.reconstruction.conversation import Conversation

INSTRUCTIONS = {
    "text parts": [{"type": "text", "content": "Be brief."}],
    "whole messages": [{"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}],
    "messages without a role": [{"parts": [{"type": "text", "content": "Be brief."}]}],
}


@pytest.mark.parametrize("found", INSTRUCTIONS.values(), ids=INSTRUCTIONS)
def test_instructions_in_the_metadata_stand_before_the_messages(found: list[dict[str, Any]]) -> None:
    """Older Langfuse left them there: without them the model would seem to follow rules nobody gave it."""
    for metadata in (
        {"attributes.gen_ai.system_instructions": json.dumps(found)},
        {"attributes": {"gen_ai.system_instructions": found}},
    ):
        line = langfuse_row([ASK_PARTS], ANSWER, metadata=metadata)
        found_ = read("langfuse", line)
        assert isinstance(found_, Conversation)
        assert found_.messages == [{"role": "system", "content": "Be brief."}, ASK, DONE]
        assert is_read(line, LANGFUSE, 1000), "how many messages they are is not to be counted"


@pytest.mark.parametrize(
    "metadata",
    [
        {"gen_ai.system_instructions": json.dumps(INSTRUCTIONS["text parts"])},
        {
            "model_request_parameters": json.dumps(
                {"instruction_parts": [{"content": "Be brief.", "part_kind": "instruction"}]}
            )
        },
    ],
)
def test_instructions_among_langsmiths_metadata_stand_before_the_messages(metadata: dict[str, Any]) -> None:
    """Its OTLP endpoint keeps attributes there, those of the conventions not always."""
    line = langsmith_row([ASK_PARTS], ANSWER, extra={"metadata": {"OTEL_SPAN_ID": "1", **metadata}})
    found = read("langsmith", line)
    assert isinstance(found, Conversation)
    assert found.messages == [{"role": "system", "content": "Be brief."}, ASK, DONE]


@pytest.mark.parametrize("place", ["gen_ai.tool.definitions", "model_request_parameters"])
def test_tools_among_langsmiths_metadata_are_read(place: str) -> None:
    """As text, like every attribute."""
    tools = [{"name": "weather", "parameters_json_schema": SCHEMA}]
    metadata = {place: json.dumps({"function_tools": tools} if place.startswith("model") else tools)}
    found = read("langsmith", langsmith_row([ASK_PARTS], ANSWER, extra={"metadata": metadata}))
    assert isinstance(found, Conversation)
    assert [tool["function"]["name"] for tool in found.tools] == ["weather"]


def test_instructions_are_not_said_twice() -> None:
    """Newer Langfuse puts them before the messages and keeps the attribute."""
    metadata = {"attributes.gen_ai.system_instructions": json.dumps(INSTRUCTIONS["text parts"])}
    row = langfuse_row([{"role": "system", "content": "Be brief."}, ASK_PARTS], ANSWER, metadata=metadata)
    found = read("langfuse", row)
    assert isinstance(found, Conversation)
    assert found.messages == [{"role": "system", "content": "Be brief."}, ASK, DONE]


@pytest.mark.parametrize(
    "prompt",
    [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "system", "parts": [{"type": "text", "content": "Answer.\n\nBe brief."}, {"type": "text", "content": "!"}]},
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "developer", "content": "Be brief."},
    ],
)
@pytest.mark.parametrize("found", INSTRUCTIONS.values(), ids=INSTRUCTIONS)
def test_instructions_that_a_system_prompt_has_are_not_said_twice(prompt: dict[str, Any], found: Any) -> None:
    """Writers log them in both places."""
    line = langfuse_row([prompt, ASK_PARTS], ANSWER, metadata={"attributes": {"gen_ai.system_instructions": found}})
    read_ = read("langfuse", line)
    assert isinstance(read_, Conversation)
    assert [message["role"] for message in read_.messages] == ["system", "user", "assistant"]


def test_instructions_come_behind_the_system_prompt() -> None:
    """pydantic-ai's agents may have both, and send both."""
    prompt = {"role": "system", "parts": [{"type": "text", "content": "You are a clerk."}]}
    metadata = {"attributes.gen_ai.system_instructions": json.dumps([{"type": "text", "content": "One.\n\nTwo."}])}
    line = langfuse_row([prompt, ASK_PARTS], ANSWER, metadata=metadata)
    found = read("langfuse", line)
    assert isinstance(found, Conversation)
    wanted = [{"role": "system", "content": text} for text in ("You are a clerk.", "One.\n\nTwo.")]
    assert found.messages == [*wanted, ASK, DONE]
    assert is_read(line, LANGFUSE, 1000), "how many messages they are is not to be counted"


PIPECAT = {"scope.name": "pipecat"}
SAID_TWICE = {"role": "system", "content": [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief."}]}


@pytest.mark.parametrize("attribute", ["gen_ai.system_instructions", "system"])
@pytest.mark.parametrize("leading", [[], [{"role": "system", "content": "Be brief."}], [SAID_TWICE]])
def test_instructions_beside_wire_messages_are_said_once(attribute: str, leading: list[Any]) -> None:
    """Pipecat's services keep them apart from the messages, or repeat the first message there."""
    metadata = {**PIPECAT, f"attributes.{attribute}": "Be brief."}
    found = read("langfuse", langfuse_row([*leading, ASK], "Done.", metadata=metadata))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["system", "user", "assistant"]
    assert found.messages[0]["content"].split() == ["Be", "brief."]


@pytest.mark.parametrize("prompt", ["[Identity] You are Ann.", "{persona} Be brief."])
def test_instructions_that_begin_like_json_are_a_prompt(prompt: str) -> None:
    """Prompts of voice agents have headings in brackets."""
    for asked in (ASK, ASK_PARTS):
        metadata = {"attributes.gen_ai.system_instructions": prompt}
        found = read("langfuse", langfuse_row([asked], "Done.", metadata=metadata))
        assert isinstance(found, Conversation)
        assert found.messages[0] == {"role": "system", "content": prompt}


def test_damaged_instructions_are_no_prompt() -> None:
    """A text that was cut is no JSON, and nobody said it."""
    metadata = {"attributes.gen_ai.system_instructions": '[{"type": "text", "content": "Be'}
    found = read("langfuse", langfuse_row([ASK], "Done.", metadata=metadata))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["user", "assistant"]


def test_a_word_that_other_writers_use_for_something_else_is_no_instruction() -> None:
    """Of the attribute `system` only Pipecat's is a prompt."""
    found = read("langfuse", langfuse_row([ASK], "Done.", metadata={"attributes.system": "openai on azure"}))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["user", "assistant"]


def test_instructions_of_a_response_are_not_told_again_by_its_span() -> None:
    """The Agents SDK's span has them in both places (Logfire)."""
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
    response = {"object": "response", "output": [item], "instructions": "Be brief.", "tools": []}
    metadata = {"attributes.gen_ai.system_instructions": json.dumps(INSTRUCTIONS["text parts"])}
    found = read("langfuse", langfuse_row([ASK], response, metadata=metadata))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["system", "user", "assistant"]
