"""Calls of Hermes Agent: the last twelve messages of a request, with words and values that its plugin cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import assistant, call, langfuse_row, result, system, user
from mutations import odd_rows
from traces import rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Candidate, Conversation

METADATA = {"provider": "openrouter", "api_mode": "chat_completions", "tool_call_count": "0"}
CUT = "Be short... [truncated 900 chars]"
ANSWER: dict[str, Any] = {"content": "22.", "reasoning": "Hm.", "tool_calls": []}


def called(arguments: Any) -> dict[str, Any]:
    """A call in a request, its arguments parsed."""
    return {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": arguments}}


def asked(arguments: Any = None, returned: Any = None, prompt: str = "Be short.") -> list[dict[str, Any]]:
    """A request after a tool's result."""
    calls = [called({"city": "Rome"} if arguments is None else arguments)]
    return [
        system(prompt),
        user("Weather?"),
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "content": {"c": 22} if returned is None else returned, "tool_call_id": "c1"},
    ]


LONG = [*asked(), *[assistant("22."), user("Weather?")] * 4]


def read(messages: Any, output: Any = ANSWER, metadata: Any = METADATA) -> Candidate | Conversation | NoCandidate:
    """What the row of a call offers."""
    row = langfuse_row(messages, output, metadata=metadata)
    return read_candidate(row, PLATFORMS["langfuse"], rows_of([row], PLATFORMS["langfuse"]))[0]


@pytest.mark.parametrize("metadata", [METADATA, json.dumps(METADATA)])
def test_a_whole_call_is_read(metadata: Any) -> None:
    """Twelve messages that begin with the system's are all there are."""
    found, long = read(asked(), metadata=metadata), read(LONG, metadata=metadata)
    assert isinstance(found, Candidate | Conversation)
    assert isinstance(long, Candidate | Conversation)
    assert found.messages == [
        system("Be short."),
        user("Weather?"),
        assistant(None, call("c1", "weather", '{"city":"Rome"}')),
        result("c1", '{"c":22}'),
        assistant("22.", reasoning_content="Hm."),
    ]
    assert (len(LONG), len(long.messages)) == (12, 13)


@pytest.mark.parametrize(
    ("messages", "output"),
    [
        ([*LONG[1:], user("Really?")], ANSWER),
        (asked(prompt=CUT), ANSWER),
        (asked({"places": ["<max-depth>"]}), ANSWER),
        (asked(returned={"total_lines": 90, "content_preview": {"head": [], "tail": [], "omitted_line_count": 40}}), ANSWER),
        (asked(), {"content": CUT, "reasoning": None, "tool_calls": []}),
        (asked(), {"content": "[17 chars]", "reasoning": None, "tool_calls": []}),
        (asked(), {"content": None, "reasoning": None, "tool_calls": [{"id": "tc_0"}]}),
    ],
)
def test_a_call_that_is_not_all_told_is_not_read(messages: Any, output: Any) -> None:
    """Its beginning is missing, something in it was cut, or its answer's length or number of calls is all there is."""
    assert isinstance(read(messages, output), NoCandidate)


def test_others_may_say_so() -> None:
    """What the plugin writes for a cut stands in other texts too."""
    said = {**ANSWER, "content": "[17 chars]"}
    assert isinstance(read(asked(prompt=CUT), said, {"from": "somebody else"}), Candidate | Conversation)
    assert isinstance(read(asked(prompt=CUT), {"role": "assistant", "content": "22."}), Candidate | Conversation)


def test_no_value_of_its_row_is_an_error() -> None:
    """Whatever stands in a row, it is read or it is not."""
    row = langfuse_row(asked(), ANSWER, metadata=METADATA)
    for odd in odd_rows(row, 40):
        read_candidate(odd, PLATFORMS["langfuse"], rows_of([row], PLATFORMS["langfuse"]))
