"""One model call as a platform exports it, read the way an import reads it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from mutations import odd_rows
from traces import is_read, rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation

ODD_ROWS = 30


class Logged(NamedTuple):
    """A call as one platform's SDK logs it, and the conversation that it is."""

    name: str
    platform: str
    input: Any
    output: Any
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] = []  # noqa: RUF012
    fields: dict[str, Any] = {}  # noqa: RUF012


def langfuse_row(input_: Any, output: Any, /, **fields: Any) -> bytes:
    """A row of the current Tracing table: payloads are JSON text, or the text itself."""
    row = {"id": "o1", "traceId": "t1", "type": "GENERATION", "name": "call", "parentObservationId": None}
    times = {"startTime": "2026-05-19T10:00:00.000Z"}
    return json.dumps({**row, **times, "input": _text(input_), "output": _text(output), **fields}).encode()


def langsmith_row(inputs: Any, outputs: Any, **fields: Any) -> bytes:
    """A run as the SDK dumps it."""
    row = {"id": "r1", "trace_id": "t1", "run_type": "llm", "dotted_order": "20260519T100000000000Zr1", "error": None}
    times = {"start_time": "2026-05-19 10:00:00.000000+00:00"}
    return json.dumps({**row, **times, "status": "success", "inputs": inputs, "outputs": outputs, **fields}).encode()


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value)


def row(platform: str, input_: Any, output: Any, **fields: Any) -> bytes:
    """A row of either platform."""
    return (langfuse_row if platform == "langfuse" else langsmith_row)(input_, output, **fields)


def read(platform: str, line: bytes) -> Conversation | NoCandidate:
    """The conversation that a row holds, or why it holds none."""
    return read_candidate(line, PLATFORMS[platform], rows_of([line], PLATFORMS[platform]))[0]


def assert_read(logged: Logged) -> None:
    """The conversation comes out of the row, and its count never stands in its way."""
    line = row(logged.platform, logged.input, logged.output, **logged.fields)
    found = read(logged.platform, line)
    assert isinstance(found, Conversation), found
    assert found.messages == logged.messages
    assert found.tools == logged.tools
    assert is_read(line, PLATFORMS[logged.platform], len(found.messages))
    assert_nothing_raises(logged.platform, line)


def assert_nothing_raises(platform: str, line: bytes) -> None:
    """Of a row that a writer's own code opens, no value can be such that the trace ends as an error of ours."""
    for odd in odd_rows(line, ODD_ROWS):
        read(platform, odd)


def parametrize(cases: list[Logged]) -> pytest.MarkDecorator:
    """One test per case, named as the case."""
    return pytest.mark.parametrize("logged", cases, ids=[f"{case.platform}: {case.name}" for case in cases])


def call(call_id: str, name: str, arguments: str = "{}") -> dict[str, Any]:
    """A wire tool call."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def user(content: Any) -> dict[str, Any]:
    """A wire user message."""
    return {"role": "user", "content": content}


def system(content: Any) -> dict[str, Any]:
    """A wire system message."""
    return {"role": "system", "content": content}


def assistant(content: Any, *calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A wire assistant message."""
    return {"role": "assistant", "content": content, **({"tool_calls": list(calls)} if calls else {}), **more}


def result(call_id: str, content: Any) -> dict[str, Any]:
    """A wire tool message."""
    return {"role": "tool", "content": content, "tool_call_id": call_id}
