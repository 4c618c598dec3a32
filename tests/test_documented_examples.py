"""The two examples of the documentation, through the whole platform."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paths import FIXTURES
from pipeline import import_export

FORECAST = {
    "type": "function",
    "function": {"name": "get_forecast", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_the_documented_example_becomes_the_documented_conversation(platform: str, tmp_path: Path) -> None:
    """It is the first thing people try: system, user, and an assistant turn that only calls a tool."""
    imported = import_export(FIXTURES / "documented" / f"{platform}.jsonl", tmp_path)
    row = imported.rows["trace_abc"]
    call = {"id": "call_1", "type": "function", "function": {"name": "get_forecast", "arguments": '{"city":"Paris"}'}}
    assert row["messages"] == [
        {"role": "system", "content": "You are a weather assistant."},
        {"role": "user", "content": "Will it rain in Paris tomorrow?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    ]
    assert row["tools"] == [FORECAST]


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_the_metadata_names_the_trace_and_keeps_it_byte_for_byte(platform: str, tmp_path: Path) -> None:
    """Costs, models and users are not promoted: people find them in source_raw or nowhere."""
    path = FIXTURES / "documented" / f"{platform}.jsonl"
    metadata = import_export(path, tmp_path).rows["trace_abc"]["metadata"]
    raw = metadata.pop("source_raw")
    assert raw == "[" + ",".join(path.read_text().splitlines()) + "]"
    assert [row["id"] for row in json.loads(raw)] == [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert metadata == {
        "source_platform": platform,
        "source_trace_id": "trace_abc",
        "source_trace_name": "weather-agent",
        "source_sequence_key": "2026-05-19T10:00:00.000000Z",
    }
