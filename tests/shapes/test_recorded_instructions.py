"""System prompts that were logged beside the payloads, in the metadata or among the model's parameters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, parametrize, read, row, system, user
from traces import choose_from, observation, said

from oumi_assets.core.json_text import dump
from oumi_assets.langfuse.payload import open_call
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.plain import read_plain

HI, HELLO = user("hi"), assistant("Hello.")
BRIEF = system("Be brief.")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
BEDROCK_TOOL = {"toolSpec": {"name": "weather", "description": "d", "inputSchema": {"json": SCHEMA}}}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "description": "d", "parameters": SCHEMA}}


def _langfuse(name: str, input_: Any, messages: list[Any], tools: list[Any] | None = None, **fields: Any) -> Logged:
    return Logged(name, "langfuse", input_, "Hello.", messages, tools or [], fields)


ARGUMENTS = [
    _langfuse(
        "Anthropic's documented wrapper", [HI], [BRIEF, HI, HELLO], metadata={"max_tokens": "10", "system": '"Be brief."'}
    ),
    _langfuse("the same before version 3", [HI], [BRIEF, HI, HELLO], metadata={"max_tokens": 10, "system": "Be brief."}),
    _langfuse(
        "metadata as JSON text", [HI], [BRIEF, HI, HELLO], metadata=json.dumps({"max_tokens": 10, "system": "Be brief."})
    ),
    _langfuse(
        "blocks that may be cached",
        [HI],
        [system("Be brief.\nBe kind."), HI, HELLO],
        metadata={
            "max_tokens": 10,
            "system": [
                {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Be kind."},
            ],
        },
    ),
    _langfuse(
        "Bedrock's documented wrapper",
        [{"role": "user", "content": [{"text": "hi"}]}],
        [BRIEF, HI, HELLO],
        [WIRE_TOOL],
        metadata={"system": '[{"text":"Be brief."}]', "toolConfig": json.dumps({"tools": [BEDROCK_TOOL]})},
    ),
    _langfuse(
        "LiteLLM's call of Anthropic's API",
        {"messages": [HI], "tools": []},
        [BRIEF, HI, HELLO],
        modelParameters='{"max_tokens": 10, "system": "Be brief."}',
    ),
    _langfuse(
        "LiteLLM's call of the Responses API", [HI], [BRIEF, HI, HELLO], modelParameters={"instructions": "Be brief."}
    ),
    _langfuse(
        "a prompt that begins like JSON",
        [HI],
        [system("[INST] Be brief."), HI, HELLO],
        modelParameters={"system": "[INST] Be brief."},
    ),
]
NO_ARGUMENTS = [
    _langfuse("somebody's word for something else", [HI], [HI, HELLO], metadata={"system": "billing"}),
    _langfuse("a prompt among the messages", [BRIEF, HI], [BRIEF, HI, HELLO], modelParameters={"system": "Be kind."}),
    _langfuse(
        "a list of Python's", [HI], [HI, HELLO], modelParameters={"system": "[{'type': 'text', 'text': 'Be brief.'}]"}
    ),
    _langfuse("no text", [HI], [HI, HELLO], metadata={"max_tokens": 10, "system": {"a": 1}}, modelParameters={"system": 7}),
    _langfuse("nothing", [HI], [HI, HELLO], metadata={"max_tokens": 10, "system": '""'}, modelParameters={"system": []}),
]


@parametrize(ARGUMENTS)
def test_a_system_prompt_among_the_arguments_stands_before_the_messages(logged: Logged) -> None:
    """Without it the model would seem to follow rules that nobody gave it."""
    assert_read(logged)


@parametrize(NO_ARGUMENTS)
def test_what_is_no_system_prompt_is_not_said(logged: Logged) -> None:
    """People put anything into metadata, and no prompt is said twice."""
    assert_read(logged)


@parametrize([*ARGUMENTS, *NO_ARGUMENTS])
def test_the_short_way_never_loses_a_system_prompt(logged: Logged) -> None:
    """It reads the payloads alone: calls with a prompt beside them are not its own."""
    line = row("langfuse", logged.input, HELLO, **logged.fields)
    unread = open_call(line)
    assert unread is not None
    plain = read_plain(unread)
    assert plain is None or plain.messages == logged.messages


def test_most_calls_with_metadata_take_the_short_way() -> None:
    """Only a prompt that the messages lack is a reason not to."""
    for fields in ({"metadata": {"system": "billing"}}, {"modelParameters": '{"system_fingerprint": "x"}'}, {}):
        unread = open_call(row("langfuse", [HI], HELLO, **fields))
        assert unread is not None
        assert read_plain(unread) is not None


BESIDE = [{"modelParameters": {"system": "Be brief."}}, {"metadata": {"max_tokens": 1, "system": "Be brief."}}]


@pytest.mark.parametrize("fields", BESIDE)
def test_a_call_with_one_message_more_than_its_list_is_read(fields: dict[str, Any]) -> None:
    """Its request is shorter, and a count of its list alone would be the same."""
    rows = [observation(1, [user("p" * 900)], said("a")), observation(2, [HI], said("a"), **fields)]
    for ordered in (rows, rows[::-1]):
        assert [message["role"] for message in choose_from(ordered).messages] == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    "said_", [None, 7, True, [], {}, [None], [{"text": None}], "", '"', "[", '"\\', '[{"text": 7}]', [[]]]
)
def test_no_value_beside_a_call_is_too_strange(said_: Any) -> None:
    """Metadata is whatever somebody put there."""
    beside = {"system": said_, "instructions": said_, "max_tokens": 1, "toolConfig": said_, "tools": said_}
    for metadata in (beside, dump(beside), said_):
        found = read("langfuse", row("langfuse", [HI], "Hello.", metadata=metadata, modelParameters=metadata))
        assert isinstance(found, Candidate)
        assert [message["role"] for message in found.messages][-2:] == ["user", "assistant"]
