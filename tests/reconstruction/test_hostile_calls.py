"""Calls made to be slow: what reading one costs grows with its size, and not with the square of it.

Before they were read so, the larger of these took minutes or hours: whoever logs a trace could stop an import with a few
megabytes. Nothing is measured here but that an answer comes.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import MESSAGES, langfuse_row, langsmith_row
from pipeline import import_rows
from traces import rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation

MANY = 80_000
USER = {"role": "user", "content": "q"}
ANSWER = {"role": "assistant", "content": "a"}
Row = dict[str, Any]


def _call(number: int, name: str = "f", arguments: Any = "{}", call_id: str | None = None) -> Row:
    return {"id": call_id or f"c{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _logged(messages: Any, answer: Any = ANSWER, **fields: Any) -> Row:
    return langfuse_row(input=json.dumps(messages), output=json.dumps(answer), **fields)


@pytest.fixture(autouse=True)
def _no_work_of_minutes() -> Iterator[None]:
    """Ends a test after so much work of the processor, however busy the machine is: what is linear takes a tenth of it."""

    def stop(number: int, frame: object) -> None:
        raise AssertionError("it works on, as if every part were compared with every other")

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 40)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, former)


def _read(row: Row) -> Conversation | NoCandidate:
    """What a call offers, with all that is made of it."""
    platform = PLATFORMS["langsmith" if "run_type" in row else "langfuse"]
    line = json.dumps(row).encode()
    found, _ = read_candidate(line, platform, rows_of([line], platform))
    if isinstance(found, Conversation):
        assert found.messages_json()
        assert found.prefix_hashes()
    return found


def _thoughts() -> Row:
    thoughts = [{"type": "thinking", "thinking": "x" * 100}] * (4 * MANY)
    return _logged([USER], {"role": "assistant", "content": [*thoughts, {"type": "text", "text": "a"}]})


def _blocks_that_repeat_no_call() -> Row:
    blocks = [{"type": "tool_use", "id": f"b{number}", "name": "f", "input": {}} for number in range(MANY)]
    return _logged([USER, {"role": "assistant", "content": blocks, "tool_calls": list(map(_call, range(MANY)))}])


def _results_of_nobody() -> Row:
    calls = {"role": "assistant", "content": None, "tool_calls": list(map(_call, range(MANY)))}
    results = [{"role": "tool", "name": "f", "tool_call_id": f"x{n}", "content": "r"} for n in range(MANY)]
    return _logged([USER, calls, *results])


def _calls_of_the_last_tool() -> Row:
    tools = [{"type": "function", "function": {"name": f"tool_{number}"}} for number in range(2 * MANY)]
    calls = [_call(number, f"tool_{2 * MANY - 1}") for number in range(2 * MANY)]
    return _logged({"messages": [USER], "tools": tools}, {"role": "assistant", "content": None, "tool_calls": calls})


def _names_made_of_names() -> Row:
    tools = [{"type": "function", "function": {"name": "a" * length}} for length in range(1, 501)]
    calls = [_call(number, "a" * 2000, "{}{}") for number in range(500)]
    return _logged({"messages": [USER], "tools": tools}, {"role": "assistant", "content": "a", "tool_calls": calls})


def _results_in_reverse() -> Row:
    calls = {"role": "assistant", "content": "", "tool_calls": list(map(_call, range(MANY)))}
    results = [{"role": "tool", "tool_call_id": f"c{number}", "content": "r"} for number in reversed(range(MANY))]
    return _logged([USER, calls, *results], metadata={"scope": {"name": "openlit.instrumentation.openai"}})


def _messages_compared_with_the_answer() -> Row:
    asked = [{"role": "assistant", "content": None, "tool_calls": [_call(n, "f", {"a": n}, "c0")]} for n in range(MANY)]
    arguments = json.dumps({"z": ["y"] * MANY})
    answer = {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [_call(0, "f", arguments)]}}]}
    late = {"runtime": {"sdk": "langsmith-js", "sdk_version": "0.3.1"}}
    return langsmith_row(inputs={"messages": [USER, *asked]}, outputs=answer, extra=late)


def _pieces_of_a_stream() -> Row:
    called = [{"name": "f", "args": {}, "id": f"c{number}"} for number in range(3 * MANY)]
    pieces = [{"name": "f", "args": "{}", "id": f"c{number}", "index": number} for number in range(3 * MANY)]
    said = {"content": "", "type": "AIMessageChunk", "tool_calls": called, "tool_call_chunks": pieces}
    message = {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "AIMessageChunk"], "kwargs": said}
    return langsmith_row(outputs={"generations": [[{"text": "", "message": message}]]})


CALLS: dict[str, tuple[Callable[[], Row], int]] = {
    "thoughts": (_thoughts, 2),
    "blocks that repeat no call": (_blocks_that_repeat_no_call, 3),
    "results of nobody": (_results_of_nobody, 2 + MANY + 1),
    "calls of the last of many tools": (_calls_of_the_last_tool, 2),
    "results in reverse": (_results_in_reverse, 2 + MANY + 1),
    "pieces of a stream": (_pieces_of_a_stream, len(MESSAGES) + 1),
    "messages compared with the answer": (_messages_compared_with_the_answer, 1 + MANY + 1),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_whose_parts_could_be_compared_with_each_other_is_read(case: str) -> None:
    """Each of its parts is looked at once."""
    make, size = CALLS[case]
    found = _read(make())
    assert isinstance(found, Conversation)
    assert found.size == size


def test_names_that_are_made_of_names_in_many_ways_part_no_call() -> None:
    """A stream's calls that were made one are parted where there is one way."""
    assert _read(_names_made_of_names()) is NoCandidate.NO_REPLY


def test_a_file_of_one_long_line_is_an_export(tmp_path: Path) -> None:
    """A sample leaves long lines out; where there is no other, it must not say that there is nothing."""
    question = [{"role": "user", "content": "x" * (9 << 20)}]
    assert len(import_rows(tmp_path, _logged(question)).rows) == 1
