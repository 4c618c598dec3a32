"""LangSmith's wrappers of the Claude Agent SDK.

In JavaScript every block of an answer is a message, and every result; in Python the run above has the system prompt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from both_platforms import Case, assert_read, parametrize
from model_calls import assistant, call, langsmith_row, result, system, user
from pipeline import import_export
from traces import choose_from, run

ASK = user("Weather in Rome?")
NAME = "mcp__w__get_weather"
CALLS = [call("toolu_1", NAME, '{"city":"Rome"}'), call("toolu_2", NAME, '{"city":"Oslo"}')]
CALLED = assistant("Looking.", *CALLS, reasoning_content="Hm.")
DONE = assistant("Final answer.")


def _block(answer: Any, **block: Any) -> dict[str, Any]:
    """A message that the SDK streams: one block of the answer."""
    return {"id": answer, "type": "message", "model": "claude", "stop_reason": None, "content": [block], "role": "assistant"}


def _result(call_id: str, text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": False, "role": "tool"}


ROME = {"type": "tool_use", "id": "toolu_1", "name": NAME, "input": {"city": "Rome"}}
OSLO = {"type": "tool_use", "id": "toolu_2", "name": NAME, "input": {"city": "Oslo"}}
ANSWER = [
    _block("msg_1", type="thinking", thinking="Hm.", signature="sig=="),
    _block("msg_1", type="text", text="Looking."),
    _block("msg_1", **ROME),
    _block("msg_1", **OSLO),
]
RESULTS = [_result("toolu_2", "20C in Oslo"), _result("toolu_1", "20C in Rome")]
WIRE_RESULTS = [result("toolu_2", "20C in Oslo"), result("toolu_1", "20C in Rome")]
REPLY = {"output": {"messages": [_block("msg_2", type="text", text="Final answer.")]}}

CASES = [
    Case(
        "blocks of one answer, results in another order than the calls",
        {"messages": [ASK, *ANSWER, *RESULTS]},
        REPLY,
        [ASK, CALLED, *WIRE_RESULTS, DONE],
    ),
    Case(
        "the answer as one message of all its blocks",
        {"messages": [ASK]},
        {"output": {"messages": [{**ANSWER[0], "content": [block for part in ANSWER for block in part["content"]]}]}},
        [ASK, CALLED],
    ),
    Case(
        "answers with ids of their own",
        {"messages": [ASK, _block("msg_1", type="text", text="a"), _block("msg_2", type="text", text="b"), ASK]},
        REPLY,
        [ASK, assistant("a"), assistant("b"), ASK, DONE],
    ),
    Case(
        "another answer between blocks of one id",
        {"messages": [ASK, ANSWER[1], _block("msg_2", type="text", text="b"), ANSWER[1], ASK]},
        REPLY,
        [ASK, assistant("Looking."), assistant("b"), assistant("Looking."), ASK, DONE],
    ),
]


@parametrize(CASES)
def test_an_agents_turn_is_one_message(case: Case) -> None:
    """Four messages for one answer would teach a model to stop after its first block."""
    assert_read(case)


@pytest.mark.parametrize("answer", [None, "", 7, ["msg"]])
def test_messages_without_an_id_in_common_stay_apart(answer: Any) -> None:
    """Nothing says that they are one answer."""
    said = _block(answer, type="text", text="a")
    assert_read(Case("", [ASK, said, said], "b", [ASK, assistant("a"), assistant("a"), assistant("b")]))


def test_rule_3_results_in_blocks_are_put_behind_their_calls() -> None:
    """A result's block names its call as any tool message does."""
    rows = [run(1, [system("s"), ASK], CALLED), run(2, [system("s"), *RESULTS], DONE)]
    assert choose_from(rows).messages == [system("s"), ASK, CALLED, *WIRE_RESULTS, DONE]


def test_rule_2_calls_of_blocks_never_hide_a_longer_one() -> None:
    """Blocks are fewer messages than they look: such calls are read, and what they become is compared."""
    blocks = run(1, [ASK, *ANSWER, *RESULTS], DONE)
    longer = run(2, [ASK, assistant("a"), ASK, assistant("b"), ASK], DONE)
    for rows in ([blocks, longer], [longer, blocks]):
        assert len(choose_from(rows).messages) == 6


def _of_python(row_id: str, parent: str | None, inputs: Any, outputs: Any, **fields: Any) -> bytes:
    extra = {"metadata": {"ls_integration": "claude-agent-sdk", "ls_agent_type": "root"}}
    return langsmith_row(inputs, outputs, id=row_id, parent_run_id=parent, extra=extra, **fields)


def _said_in(rows: list[bytes], folder: Path) -> Any:
    export = folder / "export.jsonl"
    export.write_bytes(b"\n".join(rows))
    (said,) = import_export(export, folder).rows.values()
    return said["messages"]


TURN = _of_python(
    "turn", "root", {"messages": [ASK]}, {"role": "assistant", "content": [{"type": "text", "text": "Sunny."}]}
)


def _conversation(**inputs: Any) -> bytes:
    return _of_python("root", None, {"prompt": "Weather in Rome?", **inputs}, None, run_type="chain")


def test_the_system_prompt_of_the_conversations_run_is_said_first(tmp_path: Path) -> None:
    """No turn tells it, and every turn of the main agent was made with it."""
    said = [system("Be brief."), ASK, assistant("Sunny.")]
    assert _said_in([TURN, _conversation(system="Be brief.")], tmp_path) == said


@pytest.mark.parametrize("inputs", [{}, {"system": "preset: claude_code\nappend: Be brief."}, {"system": {"type": "file"}}])
def test_a_prompt_that_nobody_logged_is_not_made_up(inputs: Any, tmp_path: Path) -> None:
    """Of Anthropic's own prompt there is only a name."""
    assert _said_in([TURN, _conversation(**inputs)], tmp_path) == [ASK, assistant("Sunny.")]


def test_the_turns_of_a_subagent_have_another_prompt(tmp_path: Path) -> None:
    """They stand below the subagent's run, which has none."""
    inner = _of_python("sub", "root", {"prompt": "Look."}, None, run_type="chain")
    turn = json.dumps({**json.loads(TURN), "parent_run_id": "sub"}).encode()
    assert _said_in([turn, inner, _conversation(system="Be brief.")], tmp_path) == [ASK, assistant("Sunny.")]
