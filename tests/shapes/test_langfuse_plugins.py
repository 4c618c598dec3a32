"""Langfuse's plugins for coding agents, where they differ from Claude Code's."""

from __future__ import annotations

from typing import Any

from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, user
from traces import choose_from, observation

from oumi_assets.reconstruction.candidate import NoCandidate

THOUGHT = {"thinking": [{"type": "thinking", "content": "Hm."}, {"type": "thinking", "content": "So."}]}
TURN = {"role": "assistant", "content": "Sure.", **THOUGHT, "tool_calls": [call("t1", "Read"), call("t2", "Shell")]}
FAILED = {"tool_use_id": "t2", "name": "Shell", "error": "denied"}
RETURNED: dict[str, Any] = {"tool_use_id": "t1", "name": "Read", "output": {"lines": 2}}
SCHEMA = {"type": "object", "properties": {}}
TOOLS = [{"name": "bash", "description": "Runs.", "parameters": SCHEMA}]
WIRE_TOOLS = [{"type": "function", "function": {"name": "bash", "description": "Runs.", "parameters": SCHEMA}}]
ELIXIR_CALL = {"type": "function", "call_id": "c1", "name": "f", "arguments": {}, "status": "complete"}
CASES = [
    Logged(
        "Cursor",
        "langfuse",
        [user("Go."), TURN, {"role": "tool", "tool_results": [RETURNED, FAILED]}],
        {"role": "assistant", "content": "Done."},
        [
            user("Go."),
            assistant("Sure.", call("t1", "Read"), call("t2", "Shell"), reasoning_content="Hm.\nSo."),
            {**result("t1", '{"lines":2}'), "name": "Read"},
            {**result("t2", "denied"), "name": "Shell"},
            assistant("Done."),
        ],
    ),
    Logged(
        "Elixir's LangChain, which has such results, too",
        "langfuse",
        [
            {"role": "user", "content": [{"type": "text", "content": "Go."}], "tool_calls": [], "tool_results": None},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "function", "call_id": "c1", "name": "f", "arguments": {}}],
            },
            {"role": "tool", "content": None, "tool_results": [{"tool_call_id": "c1", "name": "f", "content": "x"}]},
        ],
        {"role": "assistant", "content": [{"type": "text", "content": "Done."}], "tool_calls": []},
        [user("Go."), assistant(None, call("c1", "f")), {**result("c1", "x"), "name": "f"}, assistant("Done.")],
    ),
]


@parametrize(CASES)
def test_plugins_log(logged: Logged) -> None:
    """As their transcripts tell it."""
    assert_read(logged)


def test_results_without_whole_calls_are_no_conversation() -> None:
    """pi's plugin logs the names of calls alone, so what its next step answers is not told."""
    turn = {"role": "assistant", "content": "Sure.", "tool_calls": [{"id": "c1", "name": "bash"}]}
    returned = {"role": "tool", "tool_results": [{"tool_call_id": "c1", "name": "bash", "content": "a.txt"}]}
    assert read("langfuse", row("langfuse", user("Go."), turn)) is NoCandidate.NO_REPLY
    assert read("langfuse", row("langfuse", returned, {"role": "assistant", "content": "Done."})) is NoCandidate.UNSUPPORTED


def test_steps_of_opencode_are_one_conversation() -> None:
    """Each begins with the answer that it continues, and the first one's message has the tools."""
    asked = {"role": "user", "content": [{"type": "text", "text": "Go."}], "tools": TOOLS}
    turn = {"role": "assistant", **THOUGHT, "tool_calls": [{"id": "c1", "name": "bash", "arguments": "{}"}]}
    returned = {"role": "tool", "name": "bash", "tool_call_id": "c1", "content": "a.txt"}
    answer = {"role": "assistant", "content": "Done."}
    found = choose_from([observation(1, [asked], [turn]), observation(2, [turn, returned], [answer])])
    assert found.messages == [
        user("Go."),
        assistant(None, call("c1", "bash"), reasoning_content="Hm.\nSo."),
        {**result("c1", "a.txt"), "name": "bash"},
        assistant("Done."),
    ]
    assert found.tools == WIRE_TOOLS
