"""Prism's runs: one model call each, whatever was called on the way to the last text."""

from __future__ import annotations

from typing import Any

from model_calls import assistant, read, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

MESSAGE = {"type": "assistant", "content": "22.", "tool_calls": [], "additional_content": []}
LAST = {"text": "22.", "finish_reason": "stop"}
FIRST = {"text": "", "finish_reason": "tool-calls"}


def _read(*steps: Any, **fields: Any) -> Conversation | NoCandidate:
    asked = {
        "prompt": "Hi.",
        "messages": [{"type": "user", "content": "Hi.", "additional_content": []}],
        "system_prompt": "Be.",
    }
    return read("langfuse", row("langfuse", asked, {"text": "22.", "message": MESSAGE, "choices": list(steps), **fields}))


def test_a_run_of_one_step_is_read() -> None:
    """Nothing came between its request and its text."""
    found = _read(LAST)
    assert isinstance(found, Conversation)
    assert found.messages == [system("Be."), user("Hi."), assistant("22.")]


def test_a_run_of_several_steps_is_not_read() -> None:
    """Its calls are missing, and so are their results where their names are all there is."""
    assert _read(FIRST, LAST) is NoCandidate.UNSUPPORTED
    assert _read(FIRST, LAST, tool_results=[{"name": "weather", "result": "22"}]) is NoCandidate.UNSUPPORTED


def test_others_choices_are_no_steps() -> None:
    """What else an answer may offer stands in a form of its own."""
    assert isinstance(_read({"index": 0, **LAST}, {"index": 1, **LAST}), Conversation)
