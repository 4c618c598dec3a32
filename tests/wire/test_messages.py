"""What a message has beside its content: only what was said, and only where the wire has a place for it."""

from __future__ import annotations

from typing import Any

import pytest

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.wire.messages import wire_messages

CALL = ToolCallDraft("f", "{}", "c1")
USER = {"role": "user", "content": "hi"}
ANSWER = {"role": "assistant", "content": "a"}
CASES: dict[str, tuple[Draft, dict[str, Any]]] = {
    "a user's calls": (Draft("user", "hi", tool_calls=[CALL]), USER),
    "a name": (Draft("user", "hi", name="bob"), {**USER, "name": "bob"}),
    "an empty name": (Draft("user", "hi", name=""), USER),
    "a name that is no text": (Draft("user", "hi", name=7), USER),
    "a refusal": (Draft("assistant", None, refusal="No."), {"role": "assistant", "content": "No.", "refusal": "No."}),
    "an empty refusal": (Draft("assistant", "a", refusal=""), ANSWER),
    "a refusal that is no text": (Draft("assistant", "a", refusal=False), ANSWER),
    "an empty refusal beside a part's": (
        Draft("assistant", [{"type": "refusal", "refusal": "No."}], refusal=""),
        {"role": "assistant", "content": "No.", "refusal": "No."},
    ),
    "a user's refusal and reasoning": (Draft("user", "hi", refusal="No.", reasoning="Hm."), USER),
    "a result's refusal and reasoning": (
        Draft("tool", "a", tool_call_id="c", refusal="No.", reasoning="Hm."),
        {"role": "tool", "content": "a", "tool_call_id": "c"},
    ),
    "reasoning": (Draft("assistant", "a", reasoning="Hm."), {**ANSWER, "reasoning_content": "Hm."}),
    "reasoning that is no text": (Draft("assistant", "a", reasoning=["Hm."]), ANSWER),
    "empty reasoning beside a part's": (
        Draft("assistant", [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "a"}], reasoning=""),
        {**ANSWER, "reasoning_content": "Hm."},
    ),
    "a field's reasoning before a part's": (
        Draft("assistant", [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "a"}], reasoning="Oh."),
        {**ANSWER, "reasoning_content": "Oh."},
    ),
}


@pytest.mark.parametrize(("draft", "message"), CASES.values(), ids=CASES)
def test_a_message_has_what_was_said_and_nothing_else(draft: Draft, message: dict[str, Any]) -> None:
    """Rules 6 and 7: an empty field would be taken for something that the model is to learn."""
    assert wire_messages([draft]) == [message]
