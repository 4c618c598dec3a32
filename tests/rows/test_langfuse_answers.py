"""Answers that Langfuse keeps as texts: the model's own words, whatever they look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import MESSAGES, langfuse_row
from pipeline import import_rows
from test_langfuse_rows import OLDER
from traces import rows_of

from oumi_assets.platforms import LANGFUSE
from oumi_assets.reconstruction.candidate import read_candidate
from oumi_assets.reconstruction.conversation import Candidate


@pytest.mark.parametrize(
    ("output", "text"),
    [(103, "103"), (1.5, "1.5"), ({"score": 5}, '{"score":5}'), ([1, 2], "[1,2]"), (True, "true"), (False, "false")],
)
def test_an_answer_logged_as_a_value_is_its_json_text(output: Any, text: str) -> None:
    """The older table keeps values; what no shape knows is what the model answered."""
    line = json.dumps(langfuse_row(output=output)).encode()
    found, _ = read_candidate(line, LANGFUSE, rows_of([line], LANGFUSE))
    assert isinstance(found, Candidate)
    assert found.messages == [*MESSAGES, {"role": "assistant", "content": text}]


STREAMED = [
    "103",
    "[1] see the notes",
    "{not json",
    "true",
    '"quoted"',
    "[INST] no",
    '{"id": 1, "name": "Bob"}\n\nThat is the record.',
    '[{"id": 1}] is the list.',
    '{"id": 1}\n{"id": 2}',
    '{"content": "cut by the limit of tok',
    '{"role": "Engineer", "skills": ["cut',
    '{"output": "cut by the limit of tok',
    '[{"index": 1, "title": "cut',
    '{"annotations": [{"type": "text", "label": "cut',
    '{"audio": {"type": "message", "length": "cut',
    '{"refusal": false, "type": "text", "reason": "cut',
]
JSON_MODE = [
    '{"title": "Lasagna",  "content": "Cook it."}',
    '{"message": "Hello", "score": 3}',
    '{"refusal": false, "answer": "x"}',
    '{"tool_calls": 3, "a": 1}',
    '{"output": {"score": 5}}',
    '{"candidates": [{"name": "Bob"}]}',
    '{"choices": ["a", "b"]}',
    '{"messages": ["a", "b"]}',
    '{"generations": [1]}',
    '{"role": "Engineer", "skills": ["a"]}',
    '["ai", "ml"]',
    '["a"]',
]


PART = {"type": "text", "text": "Hi."}
OF_WRITERS: dict[str, dict[str, Any]] = {
    "the AI SDK's step": {"content": [PART], "finishReason": "stop", "usage": {}, "warnings": [], "request": {}},
    "LangChain's chunk": {"content": "Hi.", "chunk_position": "last", "type": "AIMessageChunk", "tool_call_chunks": []},
    "AutoGen": {"finish_reason": "stop", "content": "Hi.", "usage": {}, "cached": False, "logprobs": None, "thought": None},
    "a cost by hand": {"content": "Hi.", "cost": 0.1, "tokens": 3, "latency": 1.0},
    "an output with a time": {"output": "Hi.", "latency_ms": 12},
    "calls with anything": {"content": "Hi.", "tool_calls": [], "provider": "x"},
}


@pytest.mark.parametrize("output", OF_WRITERS.values(), ids=OF_WRITERS)
def test_an_answer_with_figures_beside_is_the_answer(output: dict[str, Any], tmp_path: Path) -> None:
    """People log what a call cost beside what it said: that makes it no JSON of the model's."""
    found = import_rows(tmp_path, langfuse_row(output=json.dumps(output))).rows["trace"]
    assert found["messages"][-1]["content"] == "Hi."


@pytest.mark.parametrize("text", [*STREAMED, *JSON_MODE])
def test_a_streamed_answer_is_its_text_whatever_it_looks_like(text: str, tmp_path: Path) -> None:
    """Streams are logged as bare text, and models write brackets."""
    found = import_rows(tmp_path, langfuse_row(output=text)).rows["trace"]
    assert found["messages"][-1]["content"] == text


def _sdk(version: str) -> dict[str, Any]:
    """What Langfuse's Python SDK says of itself in the metadata of the current table."""
    return {"scope.name": "langfuse-sdk", "scope.version": version}


@pytest.mark.parametrize("text", [*STREAMED, "Zürich: 22 °C", 'He said "no".\n'])
def test_a_text_that_an_early_version_3_wrote_as_json_is_the_text(text: str, tmp_path: Path) -> None:
    """Python's SDK 3.0.0 to 3.2.5 put JSON's quotes around it; the texts of requests, too."""
    wrapped = langfuse_row(output=json.dumps(text), metadata=_sdk("3.2.5"), modelParameters="{}")
    request = {**wrapped, "id": "row2", "traceId": "asked", "input": json.dumps(json.dumps({"messages": MESSAGES}))}
    found = import_rows(tmp_path, wrapped, request).rows
    assert found["trace"]["messages"][-1]["content"] == text
    assert found["asked"]["messages"] == [*MESSAGES, found["trace"]["messages"][-1]]


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": _sdk("3.2.6")},
        {"metadata": _sdk("5.0.4")},
        {"metadata": {"scope.name": "openinference", "scope.version": "3.0.0"}},
        {"metadata": {}},
        {**OLDER, "input": MESSAGES, "metadata": {"scope": {"name": "langfuse-sdk", "version": "3.0.0"}}},
    ],
)
def test_quotes_that_the_model_wrote_stay(fields: dict[str, Any], tmp_path: Path) -> None:
    """Later versions log a text as it is, and the older table was parsed already."""
    found = import_rows(tmp_path, langfuse_row(**{**fields, "output": '"quoted"'})).rows["trace"]
    assert found["messages"][-1]["content"] == '"quoted"'
