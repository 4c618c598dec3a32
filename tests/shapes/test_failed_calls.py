"""Rule 1: what a failed call left behind, and when it is a reply all the same."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import assistant, call, read, row
from test_openai_chat import HI, NULLS, choices

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

FAILED_ROWS = [
    ("langfuse", {"level": "ERROR"}),
    ("langsmith", {"error": "RateLimitError()", "status": "error"}),
    ("langsmith", {"error": None, "status": "pending"}),
]


@pytest.mark.parametrize(("platform", "fields"), FAILED_ROWS)
@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output": None},
        {"output": "401 Unauthorized", "code": 401},
        {"message": "401 Unauthorized"},
        {"message": "401 Unauthorized", "tool_calls": [call("a", "f")]},
        {"content": "401"},
        assistant(""),
        assistant([{"type": "text", "text": ""}]),
        choices(assistant("")),
    ],
)
def test_rule_1_a_failed_call_with_an_error_or_an_empty_message_is_no_reply(
    platform: str, fields: dict[str, Any], output: Any
) -> None:
    """What a failed call left behind is its error; learned as an answer it would spoil the dataset."""
    assert read(platform, row(platform, {"messages": [HI]}, output, **fields)) is NoCandidate.FAILED


def test_rule_1_bare_text_of_a_failed_call_is_its_error() -> None:
    """Langfuse keeps text; on a failed call it is what went wrong."""
    assert read("langfuse", row("langfuse", [HI], "Connection refused", level="ERROR")) is NoCandidate.FAILED


@pytest.mark.parametrize(("platform", "fields"), FAILED_ROWS)
@pytest.mark.parametrize(
    "said", [assistant("Partly."), assistant(None, call("a", "f")), {**NULLS, "role": "assistant", "refusal": "No."}]
)
def test_rule_1_a_stream_left_early_with_a_whole_message_is_a_reply(
    platform: str, fields: dict[str, Any], said: dict[str, Any]
) -> None:
    """GeneratorExit is how a consumer stops reading: what it had read was said."""
    found = read(platform, row(platform, {"messages": [HI]}, choices(said), **fields))
    assert isinstance(found, Conversation)
    assert found.messages[-1]["content"] == (said.get("content") or said.get("refusal"))
