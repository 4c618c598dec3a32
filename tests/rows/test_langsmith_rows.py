"""Every form in which LangSmith's runs are written, down to the dataset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import ANSWER, MESSAGES, langsmith_row, without, write_rows
from pipeline import import_export, import_rows

NEWER = {
    **without(langsmith_row(), "parent_run_id", "extra"),
    "run_type": "LLM",
    "status": "SUCCESS",
    "project_id": "p",
    "thread_id": "s-1",
    "metadata": {"ls_provider": "openai"},
    "parent_run_ids": [],
}
COMMAND_LINE = {
    **without(langsmith_row(), "id", "dotted_order", "extra", "parent_run_id"),
    "run_id": "row",
    "custom_metadata": {"thread_id": "s-1"},
}


def _of_columns(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the bulk export's Parquet files: no column holds an object."""
    return {key: json.dumps(value) if isinstance(value, dict) else value for key, value in row.items()}


def _in_thread(**metadata: Any) -> dict[str, Any]:
    return langsmith_row(extra={"metadata": metadata})


FORMS = {
    "SDK row": (_in_thread(session_id="s-1"), "s-1"),
    "newer SDK row": (NEWER, "s-1"),
    "newer row with thread metadata": ({**NEWER, "metadata": {"session_id": "s-0"}}, "s-0"),
    "command-line row": (COMMAND_LINE, "s-1"),
    "bulk export": (_of_columns(_in_thread(session_id="s-1")), "s-1"),
    "bulk export of a newer row": (_of_columns({**NEWER, "thread_id": None, "metadata": {"thread_id": "s-1"}}), "s-1"),
    "thread_id": (_in_thread(thread_id="s-2"), "s-2"),
    "conversation_id": (_in_thread(conversation_id="s-3"), "s-3"),
    "session before thread": (_in_thread(conversation_id="c", thread_id="t", session_id="s"), "s"),
    "empty session, then thread": (_in_thread(session_id="", thread_id="t"), "t"),
    "integer": (_in_thread(thread_id=42), "42"),
    "integer zero": (_in_thread(thread_id=0), "0"),
    "long integer": (_in_thread(thread_id=1234567890123456789), "1234567890123456789"),
    "long integer on the lenient path": (
        langsmith_row(extra={"metadata": {"thread_id": 1234567890123456789}}, score=float("nan")),
        "1234567890123456789",
    ),
    "wrong type": (_in_thread(session_id=["s"], thread_id=1.5, conversation_id=True), None),
    "project is no thread": (langsmith_row(session_id="project"), None),
    "no offset": (langsmith_row(start_time="2026-05-19 10:00:00.123456"), None),
    "other offset": (langsmith_row(start_time="2026-05-19T12:00:00.123456+02:00"), None),
    "NaN literal": (langsmith_row(feedback={"score": float("nan"), "max": float("inf")}), None),
    "attachments": (langsmith_row(attachments={"a.png": {"presigned_url": "https://x", "reader": "<_io.BytesIO>"}}), None),
    "extra of a wrong type": (langsmith_row(extra="none"), None),
    "extra that is cut off": (langsmith_row(extra='{"metadata": {"thread_id": "s'), None),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_run_gives_the_same_conversation(form: str, tmp_path: Path) -> None:
    """The same call must not depend on the SDK's version or on the tool that wrote it down."""
    row, session = FORMS[form]
    found = import_rows(tmp_path, row).rows["trace"]
    assert found["messages"] == [*MESSAGES, ANSWER]
    assert found["metadata"]["source_trace_name"] == "ChatOpenAI"
    assert found["metadata"].get("source_session_id") == session
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.123456Z"


def test_a_time_without_a_fraction_is_that_second(tmp_path: Path) -> None:
    """Python leaves the fraction out when it is zero, once in a million runs."""
    found = import_rows(tmp_path, langsmith_row(start_time="2026-05-19 10:00:00+00:00")).rows["trace"]
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.000000Z"


def test_a_thread_said_only_by_a_child_run_is_the_traces(tmp_path: Path) -> None:
    """LangGraph puts the thread on the runs below, and only there."""
    root = langsmith_row("trace", "root", run_type="chain", name="agent", outputs={})
    child = langsmith_row("trace", "child", parent_run_id="root", extra={"metadata": {"thread_id": 5}})
    found = import_rows(tmp_path, child, root).rows["trace"]
    assert found["metadata"]["source_session_id"] == "5"
    assert found["metadata"]["source_trace_name"] == "agent"


def test_each_thread_key_is_looked_for_everywhere_before_the_next(tmp_path: Path) -> None:
    """Rule 16: a `session_id` on a child comes before a `thread_id` on the root."""
    root = langsmith_row("trace", "root", run_type="chain", extra={"metadata": {"thread_id": "t"}})
    child = langsmith_row("trace", "child", parent_run_id="root", extra={"metadata": {"session_id": "s"}})
    assert import_rows(tmp_path, root, child).rows["trace"]["metadata"]["source_session_id"] == "s"


@pytest.mark.parametrize("beside", [{}, {"score": float("nan")}], ids=["strictly read", "leniently read"])
def test_the_nearest_ancestor_of_a_newer_row_is_its_parent(beside: dict[str, Any], tmp_path: Path) -> None:
    """Newer rows list all ancestors; a child is no root just because it has no `parent_run_id`."""
    root = {**NEWER, "id": "root", "run_type": "CHAIN", "name": "agent", "outputs": {}}
    step = {**NEWER, "id": "step", "run_type": "CHAIN", "name": "step", "parent_run_ids": ["root"]}
    call = {**NEWER, "id": "call", "parent_run_ids": ["gone", "step"], "start_time": "2026-05-19T09:00:00Z", **beside}
    found = import_rows(tmp_path, call, step, root).rows["trace"]
    assert found["metadata"]["source_trace_name"] == "agent"
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.123456Z"


def test_a_windowed_export_without_its_root_still_has_a_name_and_a_time(tmp_path: Path) -> None:
    """The root ended after the window: its children are all there is."""
    late = langsmith_row("trace", "late", parent_run_id="gone", name="late", start_time="2026-05-19T11:00:00Z")
    early = langsmith_row("trace", "early", parent_run_id="gone", name="early", run_type="tool")
    found = import_rows(tmp_path, late, early).rows["trace"]
    assert found["metadata"]["source_trace_name"] == "early"
    assert found["metadata"]["source_sequence_key"] == "2026-05-19T10:00:00.123456Z"


@pytest.mark.parametrize("row", [NEWER, COMMAND_LINE])
def test_overlapping_windows_repeat_ids_and_count_once(row: dict[str, Any], tmp_path: Path) -> None:
    """Rule 13 holds for `run_id` as for `id`."""
    imported = import_rows(tmp_path, row, row)
    assert len(json.loads(imported.rows["trace"]["metadata"]["source_raw"])) == 2
    assert imported.store.complete("parsed_traces", "it").counts.extra["duplicate_rows"] == 1


@pytest.mark.parametrize("fields", [{"status": "ERROR"}, {"status": "pending"}, {"error": {"message": "no"}}])
def test_a_failed_run_without_an_answer_is_only_a_failed_call(fields: dict[str, Any], tmp_path: Path) -> None:
    """Newer rows shout their status, and some writers make an object of the error."""
    imported = import_rows(tmp_path, langsmith_row("bad", "a", outputs={}, **fields), langsmith_row("good", "b"))
    assert list(imported.rows) == ["good"]
    assert imported.drops == {"only_failed_calls": 1}


def test_half_characters_anywhere_are_replaced_and_lose_nothing(tmp_path: Path) -> None:
    """Rule 5: cut emoji in names, threads, ids, tool names and keys must not end an import."""
    half = "\ud83d"
    call = {"id": half, "type": "function", "function": {"name": half, "arguments": {half: [half]}}}
    tool = {"type": "function", "function": {"name": half, "description": half, "parameters": {half: half}}}
    row = langsmith_row(
        half,
        half,
        name=half,
        dotted_order=half,
        start_time=half,
        tags=[half],
        inputs={"messages": [{"role": "user", "content": [{"type": half, half: half}], "name": half}], "tools": [tool]},
        outputs={"role": "assistant", "content": half, "tool_calls": [call]},
        extra={"metadata": {"thread_id": half, half: half}},
    )
    found = import_rows(tmp_path, row).rows["\ufffd"]
    assert found["metadata"]["source_trace_name"] == found["metadata"]["source_session_id"] == "\ufffd"
    assert found["messages"][-1]["tool_calls"][0]["function"]["name"] == found["tools"][0]["function"]["name"] == "\ufffd"
    assert json.loads(found["metadata"]["source_raw"]) == [row]


def test_ids_that_differ_only_in_half_characters_are_two_traces(tmp_path: Path) -> None:
    """Ids are compared as they were, though both read the same afterwards."""
    path = write_rows(tmp_path / "a.jsonl", [langsmith_row("\ud800", "a"), langsmith_row("\ud801", "b")])
    imported = import_export(path, tmp_path, deduplicate=False)
    assert imported.store.complete("deduped_dataset", "it").counts.outgoing == 2
