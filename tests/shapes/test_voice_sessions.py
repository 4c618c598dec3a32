"""Transcripts of LangSmith's voice integrations, which have no calls of tools."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import langsmith_row
from model_calls import assistant, user
from traces import rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Candidate

LANGSMITH = PLATFORMS["langsmith"]
ASKED = user("Oslo?")
SAID = assistant("It is 9.")


def _row(inputs: dict[str, Any], outputs: Any, integration: str = "openai-realtime", **fields: Any) -> bytes:
    metadata = {"ls_modality": "audio", "ls_integration": integration, "thread_id": "t1"}
    return langsmith_row(inputs, outputs, extra={"metadata": metadata}, **fields)


CALL = {"id": "c1", "type": "function", "index": 0, "function": {"name": "f", "arguments": "{}"}}
CALLED = _row({"messages": [ASKED]}, {**assistant(""), "tool_calls": [CALL]}, id="r2")
TOOL = _row({"args": {}}, {"response": {"x": 9}}, id="r3", run_type="tool")


CALLED_IN_TEXT = _row({"messages": [ASKED]}, json.dumps({**assistant(""), "tool_calls": [CALL]}), id="r2")


def _read(line: bytes, *others: bytes) -> Candidate | NoCandidate:
    return read_candidate(line, LANGSMITH, rows_of([line, *others], LANGSMITH))[0]


@pytest.mark.parametrize("integration", ["openai-realtime", "openai-agents-realtime", "gemini-live", "google-adk-live"])
@pytest.mark.parametrize("other", [CALLED, CALLED_IN_TEXT, TOOL])
def test_a_transcript_of_a_session_with_tools_is_not_read(integration: str, other: bytes) -> None:
    """A model must not learn to know what it asked a tool for."""
    line = _row({"messages": [ASKED]}, SAID, integration)
    assert _read(line, other) is NoCandidate.UNSUPPORTED
    found = _read(line)
    assert isinstance(found, Candidate)
    assert found.messages == [ASKED, SAID]


def test_other_writers_tell_what_they_called() -> None:
    """A tool's run beside their calls says nothing of these."""
    found = _read(_row({"messages": [ASKED]}, SAID, "langchain"), CALLED, TOOL)
    assert isinstance(found, Candidate)
    assert found.messages == [ASKED, SAID]
