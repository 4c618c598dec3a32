"""Every form in which Langfuse writes its observations, down to the dataset."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from builders import ANSWER, MESSAGES, langfuse_row, without
from pipeline import import_export, import_rows
from traces import rows_of

from oumi_assets.platforms import LANGFUSE
from oumi_assets.reconstruction.candidate import read_candidate
from oumi_assets.reconstruction.conversation import Candidate

OLDER = {
    **without(langfuse_row(), "sessionId", "traceName", "startTime", "endTime"),
    "projectId": "p",
    "traceName": "weather",
    "traceTimestamp": "2026-05-19 10:00:00.123",
    "startTime": "2026-05-19T10:00:00.123Z",
    "endTime": "2026-05-19T10:00:01.000Z",
    "input": MESSAGES,
    "output": ANSWER,
    "modelParameters": {"temperature": 1},
}
BUCKET = {
    "id": "row",
    "trace_id": "trace",
    "parent_observation_id": "",
    "type": "GENERATION",
    "name": "call",
    "trace_name": "weather",
    "session_id": "s-1",
    "start_time": "2026-05-19 10:00:00.123000",
    "end_time": "2026-05-19 10:00:01.000000",
    "provided_model_name": "gpt-4o",
    "tool_definitions": None,
    "input": json.dumps(MESSAGES),
    "output": json.dumps(ANSWER),
}


FORMS = {
    "events row": (langfuse_row(traceName="weather", sessionId="s-1"), "s-1"),
    "older observations row": (OLDER, None),
    "bucket row": (BUCKET, "s-1"),
    "lower-case type": (langfuse_row(traceName="weather", type="generation"), None),
    "integers as strings": (langfuse_row(traceName="weather", promptTokens="12", latencyMs="1234567890123456789"), None),
    "integer ids": (langfuse_row(traceName="weather", id=7, sessionId=1234567890123456789), "1234567890123456789"),
    "score that shadows nothing": (langfuse_row(traceName="weather", helpfulness=0.5, comments=[]), None),
    "score called level": (langfuse_row(traceName="weather", level=[0.5]), None),
    "score called name": (langfuse_row(traceName="weather", name={"value": 1}), None),
    "score called sessionId": (langfuse_row(traceName="weather", sessionId=[1.5]), None),
    "NaN beside": (langfuse_row(traceName="weather", sessionId="s-1", score=float("nan")), "s-1"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_row_gives_the_same_conversation(form: str, tmp_path: Path) -> None:
    """The same chat must not depend on which button or job exported it."""
    row, session = FORMS[form]
    found = import_rows(tmp_path, row).rows["trace"]
    assert found["messages"] == [*MESSAGES, ANSWER]
    assert found["metadata"]["source_trace_name"] == "weather"
    assert found["metadata"].get("source_session_id") == session
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.123000Z"


TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
COLUMNS: list[dict[str, Any]] = [
    {"toolDefinitions": {"f": '{"parameters": {"type": "object"}}'}},
    {"tool_definitions": {"f": '{"parameters": {"type": "object"}}'}},
    {"toolDefinitions": {}, "tools": [TOOL]},
    {"modelParameters": {"tools": [TOOL]}},
    {"model_parameters": '{"tools": [{"name": "f", "parameters": {"type": "object"}}]}'},
    {"metadata": {"tools": [TOOL]}},
]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sent", [MESSAGES, [{"role": "human", "content": "hello"}]], ids=["wire", "another dialect"])
def test_tools_are_found_in_every_column_that_keeps_them(sent: Any, column: dict[str, Any]) -> None:
    """Both tables and the bucket exports name them differently."""
    line = json.dumps(langfuse_row(input=json.dumps(sent), **column)).encode()
    found, _ = read_candidate(line, LANGFUSE, rows_of([line], LANGFUSE))
    assert isinstance(found, Candidate)
    assert found.tools == [TOOL]


def test_a_score_that_shadows_the_type_leaves_no_model_call(tmp_path: Path) -> None:
    """The exporter overwrote what the row was: null on the rows without that score, too."""
    shadowed = langfuse_row("lost", "a", type=None, input=None)
    imported = import_rows(tmp_path, shadowed, langfuse_row("lost", "b", type=0.5), langfuse_row("kept", "c"))
    assert list(imported.rows) == ["kept"]
    assert imported.drops == {"no_model_call": 1}


def test_a_score_that_shadows_the_input_costs_its_own_trace(tmp_path: Path) -> None:
    """A number where the messages were is no chat; the trace next to it is."""
    imported = import_rows(
        tmp_path, langfuse_row("lost", "a", input=0.5), langfuse_row("kept", "b", input=json.dumps(MESSAGES))
    )
    assert list(imported.rows) == ["kept"]
    assert imported.drops == {"unsupported_shape": 1}


@pytest.mark.parametrize("name", ["window.jsonl.gz", "window.jsonl"])
def test_bucket_files_are_read_compressed_whatever_their_name(name: str, tmp_path: Path) -> None:
    """Scheduled exports are gzip, and object stores like to drop the suffix."""
    (tmp_path / name).write_bytes(gzip.compress(json.dumps(BUCKET).encode()))
    imported = import_export(tmp_path / name, tmp_path)
    assert list(imported.rows) == ["trace"]
    assert imported.store.file("raw_export", "it", "export.jsonl.gz").read_bytes() == (tmp_path / name).read_bytes()


def test_overlapping_bucket_windows_give_one_conversation(tmp_path: Path) -> None:
    """Windows overlap at their edges: the row comes twice, stays in source_raw twice, and counts once."""
    imported = import_rows(tmp_path, BUCKET, {**BUCKET, "end_time": "2026-05-19 10:00:02.000000"}, BUCKET)
    assert len(imported.rows) == 1
    assert len(json.loads(imported.rows["trace"]["metadata"]["source_raw"])) == 3
    assert imported.store.complete("parsed_traces", "it").counts.extra["duplicate_rows"] == 2


def test_bucket_rows_have_parents_and_ends(tmp_path: Path) -> None:
    """Their names are spelled differently; a root is one, and of a row that comes twice the later one counts."""
    root = {**BUCKET, "id": "root", "type": "SPAN", "name": "agent", "trace_name": "", "output": ""}
    call = {**BUCKET, "parent_observation_id": "root", "trace_name": "", "start_time": "2026-05-19 09:00:00.000000"}
    early = {**call, "output": json.dumps({"role": "assistant", "content": "an answer that was cut off and is longer"})}
    late = {**call, "end_time": "2026-05-19 10:00:02.000000"}
    found = import_rows(tmp_path, late, early, root).rows["trace"]
    assert found["metadata"]["source_trace_name"] == "agent"
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.123000Z"
    assert found["messages"] == [*MESSAGES, ANSWER]


def test_a_synthetic_trace_row_is_the_root(tmp_path: Path) -> None:
    """Langfuse writes `t-<traceId>` for what the trace itself was given; a name said there is the trace's."""
    root = langfuse_row("trace", "t-trace", type="SPAN", name="the trace", startTime="2026-05-19 09:00:00.000000")
    child = langfuse_row("trace", "row", parentObservationId="t-trace")
    found = import_rows(tmp_path, child, {**root, "parentObservationId": "t-trace"}).rows["trace"]
    assert found["metadata"]["source_trace_name"] == "the trace"
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T09:00:00.000000Z"


def test_a_row_whose_parent_is_not_in_the_file_is_a_root(tmp_path: Path) -> None:
    """Filtered exports hold the generation and not the span around it."""
    found = import_rows(tmp_path, langfuse_row(parentObservationId="elsewhere")).rows["trace"]
    assert found["metadata"]["source_trace_name"] == "call"


@pytest.mark.parametrize(
    ("payload", "content"),
    [
        ('[{"role": "user", "content": "tab \t, bell \x07, nul \0"}]', "tab \t, bell \x07, nul \0"),
        ('[{"role": "user", "content": "line\nbreak"}]', "line\nbreak"),
        ('[{"role": "user", "content": "NaN beside", "score": NaN}]', "NaN beside"),
        ('[{"role": "user", "content": "half \\ud83d"}]', "half \ufffd"),
    ],
)
def test_a_payload_with_decoded_control_characters_is_read_exactly(payload: str, content: str, tmp_path: Path) -> None:
    """The exporter decodes escapes once too often; what it made of a tab is still that tab."""
    found = import_rows(tmp_path, langfuse_row(input=payload)).rows["trace"]
    assert found["messages"][0]["content"] == content


@pytest.mark.parametrize(
    "fields",
    [
        {"input": '[{"role": "user", "content": "say "hi" now"}]'},
        {"input": '[{"role": "user", "content": "cut of'},
        {"input": '{"messages": [{"role": "user", "content": "x"}]} trailing'},
        {"input": '[{"role": "user", "content": "bad escape \\x"}]'},
        {"output": '{"role": "assistant", "content": "say "hi" now"}'},
        {"output": '[{"role": "assistant", "content": "cut'},
        {"output": '{"choices": [{"message": '},
        {"output": '[{"id": "fc_1", "arguments": "{"x":1}", "call_id": "call_1", "name": "w", "type": "function_call"}]'},
        {"output": '{"content": [{"type": "text", "text": "a"b"}]}'},
        {"output": '{"message": {"content": "a"b"}}'},
        {"output": '{"content": "say "hi" now", "role": "assistant"}'},
        {"output": '{"id": "c", "choices": [{"finish_reason": "stop", "message": {"content": "say "hi""}}]}'},
        {"output": '{"type": "function_call", "name": "f", "arguments": "{"x":1}"}'},
        # As the SDKs order their fields.
        {"output": '[{"arguments": "{"x":1}", "call_id": "call_1", "name": "w", "type": "function_call", "id": "fc_1"}]'},
        {"output": '{"call_id": "call_1", "input": "say "hi"", "name": "w", "type": "custom_tool_call"}'},
        {"output": '[{"citations": null, "text": "say "hi"", "type": "text"}]'},
        {"output": '[{"toolCallType": "function", "toolCallId": "c", "toolName": "w", "args": "{"x":1}"}]'},
        {"output": '{"index": 0, "message": {"role": "assistant", "content": "say "hi""}}'},
        {"output": '{"model_version": "g", "content": {"parts": [{"text": "say "hi""}], "role": "model"}}'},
        {"output": '{"ResponseMetadata": {}, "output": {"message": {"role": "assistant", "content": [{"text": "a"b"}]}}}'},
        {"output": '{"output": {"role": "assistant", "content": "say "hi""}}'},
        {"output": '{"refusal": null, "annotations": [], "content": "say "hi"", "role": "assistant"}'},
        {"output": '{"additional_kwargs": {}, "content": "say "hi"", "role": "assistant"}'},
        {"input": "[" * 5000 + "]" * 5000},
        {"output": '{"a":' * 5000 + "1" + "}" * 5000},
    ],
)
def test_a_payload_damaged_beyond_an_exact_reading_is_dropped(fields: dict[str, str], tmp_path: Path) -> None:
    """Half a message is not what was said: nothing is guessed, and the good trace survives."""
    imported = import_rows(tmp_path, langfuse_row("bad", "a", **fields), langfuse_row("good", "b"))
    assert list(imported.rows) == ["good"]
    assert imported.drops == {"payload_not_json": 1}


LITELLM = {
    "type": "TOOL",
    "name": "litellm_request",
    "metadata": {"scope.name": "litellm", "attributes.llm.request.type": "completion"},
}


def test_a_model_call_that_litellm_logs_as_a_tools_row_is_one(tmp_path: Path) -> None:
    """`langfuse_otel` calls every call with tools a tool. Rows of tools that any other library logs stay beside the chat."""
    other = {**LITELLM, "metadata": {"scope.name": "app", "note": "litellm"}}
    older = {**LITELLM, "metadata": {"scope": {"name": "litellm"}}}
    lenient = {**LITELLM, "note": float("nan")}
    rows = [
        langfuse_row(name, name, **fields) for name, fields in {"a": LITELLM, "b": older, "c": lenient, "d": other}.items()
    ]
    imported = import_rows(tmp_path, *rows)
    assert set(imported.rows) == {"a", "b", "c"}
    assert imported.drops == {"no_model_call": 1}
