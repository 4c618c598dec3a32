"""Haystack 2.0 to 2.8 on Langfuse, whose messages were texts: an answer's calls stand in one, as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langfuse_row, parametrize, read, system, user

from oumi_assets.reconstruction.candidate import NoCandidate

GENERATOR = {"metadata": {"haystack.component.name": "llm", "haystack.component.type": "OpenAIChatGenerator"}}
ASKED = [system("Be brief."), user("Rome and Oslo?")]
CALLS = [call("c1", "weather", '{"city": "Rome"}'), call("c2", "now")]
AS_TEXT = json.dumps([{"id": made["id"], "function": made["function"], "type": "function"} for made in CALLS])
RETURNED = [
    {"role": "function", "content": "20C", "name": "weather"},
    {"role": "function", "content": "12:00", "name": "now"},
]
RESULTS = [
    {"role": "tool", "content": "20C", "tool_call_id": "c1", "name": "weather"},
    {"role": "tool", "content": "12:00", "tool_call_id": "c2", "name": "now"},
]

CASES = [
    Logged("calls", "langfuse", ASKED, [assistant(AS_TEXT)], [*ASKED, assistant(None, *CALLS)], fields=GENERATOR),
    Logged(
        "calls in the history",
        "langfuse",
        [*ASKED, assistant(AS_TEXT), *RETURNED],
        [assistant("Sunny, noon.")],
        [*ASKED, assistant(None, *CALLS), *RESULTS, assistant("Sunny, noon.")],
        fields=GENERATOR,
    ),
    Logged("words", "langfuse", ASKED, [assistant("[1] Sunny.")], [*ASKED, assistant("[1] Sunny.")], fields=GENERATOR),
    Logged(
        "JSON of the model's own",
        "langfuse",
        ASKED,
        [assistant('[{"id": 1, "function": "f", "type": "function"}]')],
        [*ASKED, assistant('[{"id": 1, "function": "f", "type": "function"}]')],
        fields=GENERATOR,
    ),
    Logged(
        "calls since version 2.9",
        "langfuse",
        ASKED,
        [{"role": "assistant", "content": None, "tool_calls": CALLS}],
        [*ASKED, assistant(None, *CALLS)],
        fields=GENERATOR,
    ),
    Logged("somebody else's text", "langfuse", ASKED, [assistant(AS_TEXT)], [*ASKED, assistant(AS_TEXT)]),
]


@parametrize(CASES)
def test_calls_that_a_text_holds_are_calls(logged: Logged) -> None:
    """They were the assistant's words, in the answer and in what followed."""
    assert_read(logged)


@pytest.mark.parametrize("fields", [GENERATOR, {"metadata": json.dumps(GENERATOR["metadata"])}])
def test_an_empty_answer_lost_its_calls(fields: dict[str, Any]) -> None:
    """Of a stream the generator kept calls only when its first piece had one."""
    assert read("langfuse", langfuse_row(ASKED, [assistant("")], **fields)) is NoCandidate.NO_REPLY
