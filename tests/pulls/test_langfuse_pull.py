"""Pulling from Langfuse's public API against a loopback server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import ground_truth
import pytest
from pipeline import import_export

from oumi_assets.pulls import http
from oumi_assets.pulls.errors import AnswerNotUnderstood, KeyRefused, PlatformUnreachable, QueryRefused, UnknownProject
from oumi_assets.pulls.http import ATTEMPTS
from pulls.langfuse_server import PROJECT, SECRET_KEY, LangfuseServer
from pulls.loopback import Fault
from pulls.traces import DAY_1, DAY_2, DAY_3, FIRST, SECOND, day_of, export_rows, observation, pulled, rows_of, visible

HOUR = timedelta(hours=1)
EXPORTS = ["v5_openai_tools", "v5_langchain_chain", "v5_multi_agent", "v5_openai_incremental_plain", "interleaved_60_traces"]
TRUTHS = {file.path.stem: file for file in ground_truth.files() if file.path.parent.name == "langfuse"}


def names(uploads: Path, found: Any) -> list[str]:
    """Trace and observation of each row."""
    return sorted(row["id"] for row in rows_of(uploads, found))


@pytest.mark.parametrize("export", EXPORTS)
def test_a_pulled_export_imports_as_what_was_really_said(
    export: str, langfuse: LangfuseServer, uploads: Path, tmp_path: Path
) -> None:
    """What the API returns must become the same conversations as the UI's export."""
    path = f"langfuse/{export}.jsonl"
    langfuse.load(export_rows(path))
    found = pulled("langfuse", PROJECT, day_of(path), uploads)
    assert found.record.rows == len(export_rows(path))
    imported = import_export(uploads / found.record.export, tmp_path / "it", deduplicate=False)
    truths = {truth.trace_id: truth for truth in TRUTHS[export].truths if truth.accepted}
    assert set(imported.rows) == set(truths)
    for identity, truth in truths.items():
        ground_truth.assert_equal(imported.rows[identity], truth)


def test_all_pages_are_read(langfuse: LangfuseServer, uploads: Path) -> None:
    """The interleaved export on pages of twenty."""
    langfuse.page_size = 20
    langfuse.load(export_rows("langfuse/interleaved_60_traces.jsonl"))
    found = pulled("langfuse", "default", day_of("langfuse/interleaved_60_traces.jsonl"), uploads)
    assert found.record.rows == len({row["id"] for row in rows_of(uploads, found)}) == 215
    assert found.record.traces == 60


def test_a_trace_belongs_to_the_window_of_its_first_observation(langfuse: LangfuseServer, uploads: Path) -> None:
    """A trace that goes on over midnight is whole in the first window, and not in the second."""
    langfuse.load([observation("late", "1", DAY_2 - HOUR, DAY_2), observation("late", "2", DAY_2 + HOUR, DAY_2 + HOUR)])
    langfuse.load([observation("edge", "1", DAY_2 - HOUR, DAY_2), observation("edge", "2", DAY_2, DAY_2)])
    langfuse.load([observation("new", "1", DAY_2, DAY_2 + HOUR)])
    first, second = (pulled("langfuse", "default", window, uploads) for window in (FIRST, SECOND))
    assert names(uploads, first) == ["edge-1", "edge-2", "late-1", "late-2"]
    assert names(uploads, second) == ["new-1"]


def test_an_observation_without_a_trace_is_one_by_itself(langfuse: LangfuseServer, uploads: Path) -> None:
    """What two of them have in common is only that they name none; the import counts them as such."""
    langfuse.load([observation("t", name, DAY_1, DAY_2, traceId=None) for name in "12"])
    found = pulled("langfuse", "default", FIRST, uploads)
    assert (names(uploads, found), found.record.traces) == (["t-1", "t-2"], 2)


def test_a_server_that_asks_for_hours_of_patience_is_asked_again_sooner(
    langfuse: LangfuseServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that sleeps for a day holds its place in the queue."""
    monkeypatch.setattr(http, "LONGEST_WAIT", 0.01)
    langfuse.load([observation("t", "1", DAY_1, DAY_2)])
    langfuse.faults = [Fault("observations", status=429, headers=(("Retry-After", "86400"),))]
    assert pulled("langfuse", "default", FIRST, uploads).record.rows == 1


def test_an_unfinished_observation_holds_its_trace_back(langfuse: LangfuseServer, uploads: Path) -> None:
    """Half a conversation must not become a training row; an event never ends and holds nothing back."""
    running = [observation("t", "1", DAY_2 - HOUR, DAY_2), observation("t", "2", DAY_2 - HOUR, None)]
    point = [observation("e", "1", DAY_1, DAY_2), observation("e", "2", DAY_1, None, type="EVENT")]
    langfuse.load(running + point)
    first = pulled("langfuse", "default", FIRST, uploads, now=DAY_2 + HOUR)
    assert (names(uploads, first), first.record.unfinished) == (["e-1", "e-2"], 1)
    langfuse.load([observation("t", "2", DAY_2 - HOUR, DAY_2 + HOUR)])
    second = pulled("langfuse", "default", SECOND, uploads, now=DAY_3 + HOUR)
    assert (names(uploads, second), second.record.earlier) == (["t-1", "t-2"], 1)


def test_a_trace_waits_for_its_root(langfuse: LangfuseServer, uploads: Path) -> None:
    """OpenTelemetry sends a span when it ends, the root last: a trace without one is still running."""
    langfuse.load([observation("t", "child", DAY_2 - HOUR, DAY_2, parentObservationId="t-root")])
    langfuse.load(
        [observation("r", "child", DAY_1, DAY_2, parentObservationId="of another service", isRootObservation=True)]
    )
    first = pulled("langfuse", "default", FIRST, uploads, now=DAY_2 + HOUR)
    assert (names(uploads, first), first.record.unfinished) == (["r-child"], 1)
    # It is the last to arrive, and the first to start.
    langfuse.load([observation("t", "root", DAY_2 - 2 * HOUR, DAY_2 + HOUR)])
    second = pulled("langfuse", "default", SECOND, uploads, now=DAY_2 + 2 * HOUR)
    assert names(uploads, second) == ["t-child", "t-root"]


def test_long_metadata_is_whole(langfuse: LangfuseServer, uploads: Path) -> None:
    """The API cuts metadata at 200 characters, and some frameworks log their tools there."""
    langfuse.page_size = 1
    tools = '[{"type": "function", "function": {"name": "' + "x" * 1000 + '"}}]'
    metadata = {"attributes.gen_ai.tool.definitions": tools, "short": "as it is", "a,b": "y" * 300}
    langfuse.load(
        [observation("t", "1", DAY_1, DAY_2, metadata=metadata), observation("t", "2", DAY_1, DAY_2, metadata=None)]
    )
    row = next(row for row in rows_of(uploads, pulled("langfuse", "default", FIRST, uploads)) if row["metadata"])
    assert row["metadata"] == {**metadata, "a,b": "y" * 200}


def test_metadata_of_many_long_keys_is_asked_for_in_several_requests(langfuse: LangfuseServer, uploads: Path) -> None:
    """Servers and proxies refuse a URL of more than some thousand characters."""
    metadata = {f"{number:02}{'k' * 900}": "v" * 300 for number in range(10)}
    langfuse.load([observation("t", "1", DAY_1, DAY_2, metadata=metadata)])
    (row,) = rows_of(uploads, pulled("langfuse", "default", FIRST, uploads))
    assert row["metadata"] == metadata
    assert max(len(asked.query.get("expandMetadata", "")) for asked in langfuse.log) < 4100


@pytest.mark.parametrize("metadata", ["x" * 300, ["x" * 300], 5])
def test_metadata_without_keys_stays_as_it_is(metadata: object, langfuse: LangfuseServer, uploads: Path) -> None:
    """People log texts and lists as metadata, too."""
    langfuse.load([observation("t", "1", DAY_1, DAY_2, metadata=metadata)])
    (row,) = rows_of(uploads, pulled("langfuse", "default", FIRST, uploads))
    assert row["metadata"] == metadata


def test_a_filter_chooses_whole_traces(langfuse: LangfuseServer, uploads: Path) -> None:
    """A trace is taken whole when one of its observations matches."""
    langfuse.load([observation("wanted", name, DAY_1, DAY_2) for name in ("chosen", "other")])
    langfuse.load([observation("unwanted", "other", DAY_1, DAY_2), observation("next day", "chosen", DAY_2, DAY_3)])
    condition = '[{"type": "string", "column": "name", "operator": "=", "value": "chosen"}]'
    found = pulled("langfuse", "default", FIRST, uploads, filter=condition)
    assert names(uploads, found) == ["wanted-chosen", "wanted-other"]
    with pytest.raises(QueryRefused, match="--filter"):
        pulled("langfuse", "default", FIRST, uploads, filter="name = chosen")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("observations", status=429, headers=(("Retry-After", "0"),), times=3),
        Fault("observations", status=500, skip=1, times=2),
        Fault("observations", cut_connection=True, skip=3),
        Fault("observations", truncate=True, skip=1),
        Fault("observations", headers=(("Content-Encoding", "gzip"),), skip=1),
    ],
    ids=["429", "500", "cut on page 4", "truncated", "no gzip"],
)
def test_what_goes_wrong_for_a_moment_is_tried_again(fault: Fault, langfuse: LangfuseServer, uploads: Path) -> None:
    """Pages fail every day; a pull must not."""
    langfuse.page_size = 50
    langfuse.load(export_rows("langfuse/interleaved_60_traces.jsonl"))
    langfuse.faults = [fault]
    found = pulled("langfuse", "default", day_of("langfuse/interleaved_60_traces.jsonl"), uploads)
    assert (found.record.rows, fault.times) == (215, 0)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, KeyRefused, ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"]),
        (400, QueryRefused, ["--filter"]),
        (422, QueryRefused, ["--filter"]),
        (404, AnswerNotUnderstood, ["LANGFUSE_HOST"]),
        (503, PlatformUnreachable, ["Pull again later", "503"]),
    ],
)
def test_a_refusal_says_what_to_do_and_leaves_no_export(
    status: int, error: type[Exception], words: list[str], langfuse: LangfuseServer, uploads: Path
) -> None:
    """The first line must be enough to mend it, and must not carry any part of the key."""
    langfuse.page_size = 50
    langfuse.load(export_rows("langfuse/interleaved_60_traces.jsonl"))
    langfuse.faults = [Fault("observations", status=status, skip=7, times=99)]
    with pytest.raises(error) as raised:
        pulled("langfuse", "default", day_of("langfuse/interleaved_60_traces.jsonl"), uploads)
    assert all(word in str(raised.value) for word in words)
    assert SECRET_KEY not in str(raised.value)
    assert visible(uploads) == []


def test_a_server_that_hangs_up_every_time_is_named_by_its_setting(langfuse: LangfuseServer, uploads: Path) -> None:
    """The exceptions underneath quote the server and what it was asked for."""
    langfuse.faults = [Fault("observations", cut_connection=True, times=99)]
    with pytest.raises(PlatformUnreachable, match="Pull again later: Langfuse could not be reached") as raised:
        pulled("langfuse", "default", FIRST, uploads)
    assert "check LANGFUSE_HOST" in str(raised.value)
    assert raised.value.__suppress_context__
    assert langfuse.count("observations") == ATTEMPTS


def test_a_page_of_a_proxy_is_no_answer(langfuse: LangfuseServer, uploads: Path) -> None:
    """A login page has status 200, too."""
    langfuse.faults = [Fault("observations", page="<html>Who are you?</html>")]
    with pytest.raises(AnswerNotUnderstood, match="LANGFUSE_HOST"):
        pulled("langfuse", "default", FIRST, uploads)


def test_a_server_that_does_not_tell_the_project_is_believed(langfuse: LangfuseServer, uploads: Path) -> None:
    """Older ones have no such address."""
    langfuse.load([observation("t", "1", DAY_1, DAY_2)])
    langfuse.faults = [Fault("projects", status=404)]
    assert pulled("langfuse", "another", FIRST, uploads).record.rows == 1


def test_a_project_that_is_not_the_keys_own_is_refused(langfuse: LangfuseServer, uploads: Path) -> None:
    """A key pair pulls its own project whatever is typed; the wrong dataset would carry the right name."""
    langfuse.load([observation("t", "1", DAY_1, DAY_2)])
    with pytest.raises(UnknownProject, match="LANGFUSE_PUBLIC_KEY"):
        pulled("langfuse", "another", FIRST, uploads)
    assert pulled("langfuse", PROJECT, FIRST, uploads).record.rows == 1


def test_a_cursor_that_stands_still_ends_the_pull(
    langfuse: LangfuseServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that repeats itself must not fill the disk."""
    langfuse.load([observation("t", "1", DAY_1, DAY_2)])
    same = {"data": [{"id": "x", "startTime": DAY_1.isoformat()}], "meta": {"cursor": "same"}}
    monkeypatch.setattr(langfuse, "answer", lambda asked, headers: same)
    with pytest.raises(AnswerNotUnderstood):
        pulled("langfuse", "default", FIRST, uploads)
    assert langfuse.count("observations") == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [], "meta": [1]},
        {"data": [], "meta": {"cursor": 7}},
        {"data": [{"id": ["x"], "startTime": DAY_1.isoformat()}]},
        {"data": {"id": "x"}},
        {},
        [],
        {"data": [{"id": "x"}]},
    ],
)
def test_an_answer_of_another_form_is_one_clear_error(
    answer: object, langfuse: LangfuseServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in between may answer with anything."""
    monkeypatch.setattr(langfuse, "answer", lambda asked, headers: answer)
    with pytest.raises(AnswerNotUnderstood):
        pulled("langfuse", "default", FIRST, uploads)
    assert visible(uploads) == []
