"""One model call as each platform exports it, read the way an import reads it.

The same input and output are put into a Langfuse row of the current table (payloads as text), of the older table
(payloads parsed), and into a LangSmith run; all of them must become the same conversation.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from traces import is_read
from wire_model import check_conversation

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation


class Case(NamedTuple):
    """A model call, and the conversation that it is: messages and tools in wire form."""

    name: str
    input: Any
    output: Any
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] = []  # noqa: RUF012


def langfuse_row(input_: Any, output: Any, **fields: Any) -> bytes:
    """A row of the current Tracing table: payloads are JSON text, or the text itself."""
    return _row(_text(input_), _text(output), **fields)


def parsed_langfuse_row(input_: Any, output: Any, **fields: Any) -> bytes:
    """A row of the older observations table: payloads are values."""
    return _row(input_, output, **fields)


def langsmith_row(input_: Any, output: Any, **fields: Any) -> bytes:
    """A run: `inputs` and `outputs` are objects, anything else stands under the SDK's usual key."""
    row = {
        "id": "r1",
        "trace_id": "t1",
        "run_type": "llm",
        "dotted_order": "20260519T100000000000Zr1",
        "start_time": "2026-05-19 10:00:00.000000+00:00",
        "inputs": input_ if isinstance(input_, dict) else {"messages": input_},
        "outputs": output if isinstance(output, dict) else {"output": output},
    }
    return json.dumps({**row, **fields}).encode()


def _row(input_: Any, output: Any, **fields: Any) -> bytes:
    row = {"id": "o1", "traceId": "t1", "type": "GENERATION", "name": "call", "parentObservationId": None}
    return json.dumps({**row, "startTime": "2026-05-19T10:00:00.000Z", "input": input_, "output": output, **fields}).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def read(platform: str, line: bytes) -> Conversation | NoCandidate:
    """The conversation of one row, or why it holds none."""
    return read_candidate(line, PLATFORMS[platform])[0]


FORMS = {"langfuse": langfuse_row, "older langfuse": parsed_langfuse_row, "langsmith": langsmith_row}


def assert_read(case: Case) -> None:
    """The case's conversation comes out of every platform's row, is wire, and would have been read."""
    for form, make in FORMS.items():
        platform, line = form.split()[-1], make(case.input, case.output)
        found = read(platform, line)
        assert isinstance(found, Conversation), (form, found)
        assert found.messages == case.messages, form
        assert found.tools == case.tools, form
        check_conversation(found.messages, found.tools)
        assert is_read(line, PLATFORMS[platform], len(found.messages)), form


def assert_unsupported(input_: Any, output: Any) -> None:
    """No platform's row of this call becomes a conversation, and the reason is its shape."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make(input_, output)) is NoCandidate.UNSUPPORTED, form


def parametrize(cases: list[Case]) -> pytest.MarkDecorator:
    """One test per case, named as the case."""
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    """A wire tool call."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
