"""Rules 13, 15 and 16: duplicate rows, roots, sequence keys, names and sessions, whatever the order of the rows."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders import langfuse_row, langsmith_row, without, write_rows
from pipeline import import_export
from traces import rows_of

from oumi_assets.platforms import LANGFUSE


def _import(tmp_path: Path, rows: list[dict[str, Any]], key: str = "it") -> dict[str, Any]:
    """The one conversation of some rows."""
    imported = import_export(write_rows(tmp_path / f"{key}.jsonl", rows), tmp_path, deduplicate=False, key=key)
    (found,) = imported.rows.values()
    return found


def _answer(text: str, **fields: Any) -> dict[str, Any]:
    return langfuse_row(output=json.dumps({"role": "assistant", "content": text}), **fields)


DUPLICATES = {
    "identical": ([_answer("same"), _answer("same")], "same"),
    "the latest end": ([_answer("late", endTime="2026-05-19 12:00:00"), _answer("much longer text")], "late"),
    "an end before none": ([_answer("ended"), _answer("never ended", endTime=None)], "ended"),
    "neither has ended": ([_answer("longer text", endTime=None), _answer("short", endTime=None)], "longer text"),
    "then the longer": ([_answer("longer text"), _answer("short")], "longer text"),
    "then the greater bytes": ([_answer("aaa"), _answer("bbb"), _answer("abc")], "bbb"),
}


@pytest.mark.parametrize("case", DUPLICATES)
def test_of_rows_with_one_id_the_last_word_is_used(case: str, tmp_path: Path) -> None:
    """Rule 13: a run exported while it was pending comes again when it is done."""
    rows, used = DUPLICATES[case]
    for number, order in enumerate(itertools.permutations(rows)):
        found = _import(tmp_path, list(order), key=f"order-{number}")
        assert found["messages"][-1]["content"] == used
        assert json.loads(found["metadata"]["source_raw"]) == list(order)


@pytest.mark.parametrize("case", DUPLICATES)
def test_of_rows_with_one_id_the_same_is_used_wherever_a_call_asks_for_its_traces_rows(case: str) -> None:
    """Rule 13 again: few writers need other rows than the call's own, which are not looked for in the index."""
    rows, used = DUPLICATES[case]
    for order in itertools.permutations(rows):
        lines = [json.dumps({**row, "parentObservationId": "parent"}).encode() for row in order]
        (found,) = rows_of(lines, LANGFUSE).below(b"parent")
        assert found.call.output["content"] == used


def test_one_id_in_two_traces_is_two_rows(tmp_path: Path) -> None:
    """Ids made by hand repeat from trace to trace; only within a trace do they mean the same row."""
    path = write_rows(tmp_path / "a.jsonl", [_answer("one", trace="a"), _answer("two", trace="b")])
    imported = import_export(path, tmp_path, deduplicate=False)
    assert {trace: row["messages"][-1]["content"] for trace, row in imported.rows.items()} == {"a": "one", "b": "two"}


def _span(row: str, **fields: Any) -> dict[str, Any]:
    return langfuse_row("trace", row, **{"type": "SPAN", "name": row, "input": "", "output": "", **fields})


CALL = langfuse_row("trace", "call", parentObservationId="root", startTime="2026-05-19 08:00:00", name="call")
SAID = {
    "the root's start, not the earliest": (
        [CALL, _span("root")],
        {"source_sequence_key": "2026-05-19T10:00:00.123000Z", "source_trace_name": "root"},
    ),
    "the earliest of several roots": (
        [CALL, _span("root"), _span("other", startTime="2026-05-19 09:00:00")],
        {"source_sequence_key": "2026-05-19T09:00:00.000000Z", "source_trace_name": "other"},
    ),
    "a root without a time leaves it to the rest": (
        [CALL, _span("root", startTime="")],
        {"source_sequence_key": "2026-05-19T08:00:00.000000Z", "source_trace_name": "root"},
    ),
    "parents in a circle: no root": (
        [CALL, _span("root", parentObservationId="call")],
        {"source_sequence_key": "2026-05-19T08:00:00.000000Z", "source_trace_name": None},
    ),
    "its own parent: no root": (
        [{**CALL, "parentObservationId": "call"}],
        {"source_sequence_key": "2026-05-19T08:00:00.000000Z", "source_trace_name": None},
    ),
    "no valid time": (
        [{**CALL, "startTime": "yesterday"}, _span("root", startTime=17)],
        {"source_sequence_key": None, "source_trace_name": "root"},
    ),
    "the root's trace name before an earlier child's": (
        [{**CALL, "traceName": "child's"}, _span("root", traceName="root's")],
        {"source_trace_name": "root's"},
    ),
    "any trace name before the root's own name": (
        [{**CALL, "traceName": "child's"}, _span("root")],
        {"source_trace_name": "child's"},
    ),
    "the earlier child's": (
        [{**CALL, "traceName": "early"}, _span("root"), _span("late", parentObservationId="root", traceName="late")],
        {"source_trace_name": "early"},
    ),
    "a time before none": (
        [
            {**CALL, "traceName": "timed"},
            _span("root"),
            _span("a", parentObservationId="root", traceName="never", startTime=""),
        ],
        {"source_trace_name": "timed"},
    ),
    "the smaller id at one time": (
        [CALL, _span("b", traceName="b"), _span("a", traceName="a")],
        {"source_trace_name": "a"},
    ),
    "the root's session, then the others'": (
        [{**CALL, "sessionId": "child"}, _span("root", sessionId="root")],
        {"source_session_id": "root"},
    ),
    "a session only on a child": ([{**CALL, "sessionId": "child"}, _span("root")], {"source_session_id": "child"}),
}


@pytest.mark.parametrize("case", SAID)
def test_what_a_trace_is_called_and_when_it_was(case: str, tmp_path: Path) -> None:
    """Rules 15 and 16: names and times are what people look for, so no export order may change them."""
    rows, said = SAID[case]
    for number, order in enumerate(itertools.permutations(rows)):
        metadata = _import(tmp_path, list(order), key=f"order-{number}")["metadata"]
        assert {key: metadata.get(key) for key in said} == said


def test_a_langsmith_trace_is_never_named_after_a_child(tmp_path: Path) -> None:
    """Rule 16: the root run's name, else null."""
    root = langsmith_row("trace", "root", run_type="chain", name=None)
    assert (
        _import(tmp_path, [root, langsmith_row("trace", "a", parent_run_id="root")])["metadata"]["source_trace_name"] is None
    )


BARE = [
    without(_answer(text, sessionId=session, traceName=name), "id", "startTime", "endTime")
    for text, session, name in [("aa", "s1", "n1"), ("bb", "s2", "n2"), ("cc", "s3", "n3"), ("bb", "s2", "n2")]
]


@pytest.mark.parametrize("rows", [BARE, BARE[:2], [{**row, "startTime": "2026-05-19 10:00:00"} for row in BARE]])
def test_rows_without_ids_or_times_give_the_same_in_any_order(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """Nothing tells these rows apart but their bytes: not even then may the order of the file decide."""
    results = []
    for number, order in enumerate(itertools.permutations(rows)):
        found = _import(tmp_path, list(order), key=f"order-{number}")
        del found["metadata"]["source_raw"]
        results.append(found)
    assert all(found == results[0] for found in results)


def test_the_dataset_is_ordered_by_sequence_key_then_trace_id_with_unknown_times_last(tmp_path: Path) -> None:
    """People read a dataset from its beginning; sessions must come in the order they happened."""
    starts = {"d": None, "c": "2026-05-19 10:00:00", "b": "2026-05-19 10:00:00", "a": "2026-05-19 11:00:00", "e": "never"}
    rows = [langfuse_row(trace, trace, startTime=start) for trace, start in starts.items()]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, deduplicate=False)
    assert imported.order == ["b", "c", "a", "d", "e"]


def test_calls_inside_another_run_are_pointed_at(tmp_path: Path) -> None:
    """A whole trace in one row (`read_run(load_child_runs=True)`) has model calls, and the reason alone would deny them."""
    rows = [
        langsmith_row("good"),
        langsmith_row("nested", run_type="chain", child_runs=[langsmith_row("nested", "child", parent_run_id="row")]),
        langsmith_row("empty", run_type="chain", child_runs=[]),
        langsmith_row("flat", run_type="chain", child_runs=None),
        *(langsmith_row("two", row, run_type="chain", child_runs=[langsmith_row("two", "child")]) for row in "ab"),
    ]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path)
    drops = pl.read_parquet(imported.store.file("parsed_traces", "it", "dropped.parquet"))
    paths = dict(drops.select("trace_id", "path").iter_rows())
    assert paths == {"nested": "$.child_runs", "empty": "$", "flat": "$", "two": "$"}
