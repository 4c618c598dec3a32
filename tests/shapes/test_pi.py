"""pi's own messages, and blocks of tools that no shape knows."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported, call, parametrize
from model_calls import assistant, langfuse_row, read, result, user

from oumi_assets.reconstruction.candidate import NoCandidate

CALLED = {"type": "toolCall", "id": "c1", "name": "read", "arguments": {"path": "a"}}
TURN = {
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "thinkingSignature": "x"},
        {"type": "text", "text": "Sure."},
        CALLED,
    ],
    "api": "anthropic-messages",
    "provider": "anthropic",
    "stopReason": "toolUse",
    "timestamp": 1764453600000,
}
RETURNED = {
    "role": "toolResult",
    "toolCallId": "c1",
    "toolName": "read",
    "content": [{"type": "text", "text": "inside"}],
    "isError": False,
}
WIRE_TURN = assistant("Sure.", call("c1", "read", '{"path":"a"}'), reasoning_content="Hm.")
CASES = [
    Case("an answer that calls", [user("Go.")], TURN, [user("Go."), WIRE_TURN]),
    Case(
        "a result",
        [user("Go."), TURN, RETURNED],
        {"role": "assistant", "content": [{"type": "text", "text": "Done."}], "stopReason": "stop"},
        [user("Go."), WIRE_TURN, {**result("c1", "inside"), "name": "read"}, assistant("Done.")],
    ),
]
UNKNOWN: list[dict[str, Any]] = [
    {"type": "toolRequest", "id": "c1", "tool": "read"},
    {"type": "toolresult", "id": "c1", "content": [{"type": "text", "text": "inside"}]},
    {"id": "c1", "call_id": None, "function": {"name": "read", "arguments": {}}},
    {"type": "toolCall", "id": "c1", "name": "read", "input": {"path": "a"}},
    {"type": "toolCall", "id": "c1", "arguments": {"path": "a"}},
]


@parametrize(CASES)
def test_pi_logs(case: Case) -> None:
    """As its sessions hold them."""
    assert_read(case)


@pytest.mark.parametrize("block", UNKNOWN)
def test_unknown_blocks_of_tools_are_no_words(block: dict[str, Any]) -> None:
    """Whoever wrote them called or answered something."""
    turn = {"role": "assistant", "content": [{"type": "text", "text": "Sure."}, block]}
    assert_unsupported([user("Go."), turn, user("And?")], "Done.")
    assert read("langfuse", langfuse_row([user("Go.")], turn)) is NoCandidate.NO_REPLY
