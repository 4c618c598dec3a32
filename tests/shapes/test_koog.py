"""Koog's Langfuse exporter: calls as the texts of messages, results without a name, and contents that were hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langfuse_row, parametrize, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ARGUMENTS = '{"city":"Rome \\"centre\\""}'
ASKED = [system("Be short."), user("Weather?")]


def text_of(*calls: tuple[str, str]) -> str:
    """The calls of one message, as JSON."""
    made = [{"function": {"name": "weather", "arguments": given}, "id": name, "type": "function"} for name, given in calls]
    return json.dumps(made, separators=(",", ":"))


def unescaped(name: str, arguments: str) -> str:
    """A call as earlier versions wrote it."""
    return f'[{{"function": {{"name": "weather", "arguments": "{arguments}"}}, "id": "{name}", "type": "function"}}]'


def said(role: str, content: str, **more: Any) -> dict[str, Any]:
    """A message of attributes."""
    return {"role": role, "content": content, **more}


DONE = [said("assistant", "22.", finish_reason="stop")]
CALLS = [call("c1", "weather", ARGUMENTS), call("c2", "weather")]
TWO = text_of(("c1", ARGUMENTS), ("c2", "{}"))
RESULTS = [result("c1", "22"), result("c2", "18")]
LOGGED_RESULTS = [said("tool", "22"), said("tool", "18")]
CASES = [
    Logged("no calls", "langfuse", ASKED, DONE, [*ASKED, assistant("22.")]),
    Logged(
        "an answer that calls",
        "langfuse",
        ASKED,
        [said("assistant", TWO, finish_reason="tool_calls", reasoning="Hm.")],
        [*ASKED, assistant(None, *CALLS, reasoning_content="Hm.")],
    ),
    Logged(
        "calls and results",
        "langfuse",
        [*ASKED, said("assistant", TWO), *LOGGED_RESULTS],
        DONE,
        [*ASKED, assistant(None, *CALLS), *RESULTS, assistant("22.")],
    ),
    Logged(
        "earlier versions: a message for each call, behind words",
        "langfuse",
        [
            *ASKED,
            said("assistant", "Let me see."),
            said("tool", unescaped("c1", ARGUMENTS)),
            said("tool", unescaped("c2", "{}")),
            *LOGGED_RESULTS,
        ],
        DONE,
        [*ASKED, assistant("Let me see.", *CALLS), *RESULTS, assistant("22.")],
    ),
    Logged(
        "earlier versions: an answer in two messages",
        "langfuse",
        ASKED,
        [
            said("assistant", "Let me see."),
            said("assistant", unescaped("c1", ARGUMENTS), finish_reason="tool_calls"),
            said("assistant", unescaped("c2", "{}"), finish_reason="tool_calls"),
        ],
        [*ASKED, assistant("Let me see.", *CALLS)],
    ),
    Logged(
        "calls without ids, one after the other",
        "langfuse",
        [
            *ASKED,
            said("assistant", text_of(("", ARGUMENTS))),
            said("tool", "22"),
            said("assistant", text_of(("", "{}"))),
            said("tool", "18"),
        ],
        DONE,
        [
            *ASKED,
            assistant(None, call("call_2_0", "weather", ARGUMENTS)),
            result("call_2_0", "22"),
            assistant(None, call("call_4_0", "weather")),
            result("call_4_0", "18"),
            assistant("22."),
        ],
    ),
]


@parametrize(CASES)
def test_koog_logs(logged: Logged) -> None:
    """As its exporter does."""
    assert_read(logged)


@pytest.mark.parametrize(
    "history",
    [
        [said("assistant", TWO), said("tool", "22")],
        [said("assistant", TWO), said("tool", "22"), user("And?")],
        [said("assistant", text_of(("c1", "{}"))), user("And?")],
        [said("assistant", TWO[:-3]), *LOGGED_RESULTS],
        [said("assistant", "HIDDEN:non-empty"), user("HIDDEN:non-empty")],
        [said("assistant", text_of(("c1", "HIDDEN:non-empty"))), said("tool", "22")],
    ],
)
def test_what_was_not_all_logged_is_not_read(history: list[Any]) -> None:
    """Of several results in one message there is only the first."""
    assert read("langfuse", row("langfuse", [*ASKED, *history], DONE)) is NoCandidate.UNSUPPORTED


def test_hidden_contents_are_no_words() -> None:
    """The exporter hides them unless it is told not to."""
    hidden = [said(role, "HIDDEN:non-empty") for role in ("system", "user")]
    answer = [said("assistant", "HIDDEN:non-empty", finish_reason="stop")]
    assert read("langfuse", row("langfuse", hidden, answer)) is NoCandidate.UNSUPPORTED
    assert read("langfuse", row("langfuse", ASKED, answer)) is NoCandidate.NO_REPLY


def test_calls_that_cannot_be_told_are_no_answer() -> None:
    """Nor are they its words."""
    answer = [said("assistant", TWO[:-3], finish_reason="tool_calls")]
    assert read("langfuse", row("langfuse", ASKED, answer)) is NoCandidate.NO_REPLY


def test_words_of_others_stay_words() -> None:
    """An answer that is such a text, and did not end for calls."""
    found = read("langfuse", langfuse_row(ASKED, said("assistant", TWO)))
    assert isinstance(found, Conversation)
    assert found.messages[-1]["content"] == TWO
