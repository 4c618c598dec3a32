"""Pulling from LangSmith with the real SDK against a loopback server."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import ground_truth
import langsmith
import pytest
from pipeline import import_export

from oumi_assets.core.errors import TraceImportError
from oumi_assets.pulls.errors import AnswerNotUnderstood, KeyRefused, PlatformUnreachable, QueryRefused, UnknownProject
from oumi_assets.settings import PROJECT_ROOT
from pulls.langsmith_server import KEY, LangSmithServer
from pulls.loopback import Fault
from pulls.traces import DAY_1, FIRST, SECOND, day_of, export_rows, pulled, rows_of, trace, trace_names, visible

HOUR = timedelta(hours=1)
EXPORTING = PROJECT_ROOT / "docs" / "exporting.md"
TRUTHS = {file.path.stem: file for file in ground_truth.files() if file.path.parent.name == "langsmith"}
EXPORTS = ["wrap_openai_tools_agent", "langchain_create_agent", "incremental_session", "legacy_functions", "error_runs"]


@pytest.fixture(params=["list_runs", "runs query"])
def sdk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An SDK that has `list_runs`, and one from which it was removed."""
    if request.param == "runs query":
        monkeypatch.delattr(langsmith.Client, "list_runs")
    return str(request.param)


@pytest.mark.parametrize("export", EXPORTS)
def test_a_pulled_export_imports_as_what_was_really_said(
    export: str, sdk: str, langsmith: LangSmithServer, uploads: Path, tmp_path: Path
) -> None:
    """Whichever way the SDK offers, the datasets must be the same."""
    path = f"langsmith/{export}.jsonl"
    langsmith.load("p", export_rows(path))
    found = pulled("langsmith", "p", day_of(path), uploads)
    imported = import_export(uploads / found.record.export, tmp_path / "it", deduplicate=False)
    truths = {truth.trace_id: truth for truth in TRUTHS[export].truths if truth.accepted}
    assert set(imported.rows) == set(truths)
    for identity, truth in truths.items():
        ground_truth.assert_equal(imported.rows[identity], truth)


def test_rows_are_those_of_the_documented_script(langsmith: LangSmithServer, uploads: Path) -> None:
    """A pulled export and one made by hand must not differ."""
    rows = export_rows("langsmith/wrap_openai_tools_agent.jsonl")
    langsmith.load("p", rows)
    found = pulled("langsmith", "p", day_of("langsmith/wrap_openai_tools_agent.jsonl"), uploads)
    pulled_rows = {row["id"]: row for row in rows_of(uploads, found)}
    assert set(pulled_rows) == {row["id"] for row in rows}
    for row in rows:
        mine = pulled_rows[row["id"]]
        assert mine.keys() == row.keys()
        same = [key for key in row if key not in ("session_id", "attachments")]
        assert {key: mine[key] for key in same} == {key: row[key] for key in same}


def test_all_pages_are_read(sdk: str, langsmith: LangSmithServer, uploads: Path) -> None:
    """Seventeen runs on pages of three."""
    langsmith.page_size = 3
    langsmith.load("p", export_rows("langsmith/incremental_session.jsonl"))
    found = pulled("langsmith", "p", day_of("langsmith/incremental_session.jsonl"), uploads)
    assert found.record.rows == len(rows_of(uploads, found)) == 17
    assert langsmith.count("/runs/query") == 6


def test_a_trace_belongs_to_the_window_of_its_root(sdk: str, langsmith: LangSmithServer, uploads: Path) -> None:
    """A trace that goes on over midnight is whole in the first window, and not in the second."""
    before_midnight = FIRST.end - timedelta(minutes=1)
    langsmith.load("p", trace("late", before_midnight, FIRST.end + HOUR, call_after=timedelta(minutes=2)))
    langsmith.load("p", trace("at midnight", SECOND.start, SECOND.start + HOUR))
    first, second = (pulled("langsmith", "p", window, uploads) for window in (FIRST, SECOND))
    assert (trace_names(uploads, first), first.record.rows) == (["late"], 2)
    assert (trace_names(uploads, second), second.record.rows) == (["at midnight"], 2)


def test_a_run_that_seems_to_start_before_its_root_belongs_to_its_trace(
    sdk: str, langsmith: LangSmithServer, uploads: Path
) -> None:
    """Another machine logged it, whose clock is behind: without it the conversation would lack a call."""
    langsmith.load("p", trace("skewed", FIRST.start, FIRST.start + HOUR, call_after=-timedelta(minutes=30)))
    found = pulled("langsmith", "p", FIRST, uploads)
    assert (trace_names(uploads, found), found.record.rows) == (["skewed"], 2)


def test_a_filter_chooses_whole_traces(sdk: str, langsmith: LangSmithServer, uploads: Path) -> None:
    """A filter on single runs would tear traces apart; and another filter is another export."""
    for name in ("wanted", "other"):
        langsmith.load("p", trace(name, DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    everything = pulled("langsmith", "p", FIRST, uploads)
    found = pulled("langsmith", "p", FIRST, uploads, filter='eq(name, "wanted")')
    assert (trace_names(uploads, found), found.record.rows) == (["wanted"], 2)
    assert found.record.export != everything.record.export


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/runs/query", status=429, headers=(("Retry-After", "0"),), times=3),
        Fault("/runs/query", status=500, skip=1, times=2),
        Fault("/runs/query", status=503),
        Fault("/runs/query", cut_connection=True, skip=3),
        Fault("/runs/query", truncate=True, skip=1),
        Fault("/sessions", status=502),
    ],
    ids=["429", "500", "503", "cut on page 4", "truncated", "project"],
)
def test_what_goes_wrong_for_a_moment_is_tried_again(
    fault: Fault, sdk: str, langsmith: LangSmithServer, uploads: Path
) -> None:
    """Pages fail every day; a pull of a million runs must not start anew for one of them."""
    langsmith.page_size = 3
    langsmith.load("p", export_rows("langsmith/incremental_session.jsonl"))
    langsmith.faults = [fault]
    found = pulled("langsmith", "p", day_of("langsmith/incremental_session.jsonl"), uploads)
    assert (found.record.rows, fault.times) == (17, 0)


def test_a_body_cut_without_a_length_is_noticed(langsmith: LangSmithServer, uploads: Path) -> None:
    """A proxy that closes the connection leaves half a page that looks whole."""
    langsmith.load("p", trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    langsmith.faults = [Fault("/runs/query", without_length=True)]
    assert pulled("langsmith", "p", FIRST, uploads).record.rows == 2


@pytest.mark.parametrize("what", ["status", "cut_connection", "truncate"])
def test_a_page_that_stays_broken_leaves_no_export(what: str, langsmith: LangSmithServer, uploads: Path) -> None:
    """Half an export would be imported as if it were the whole."""
    langsmith.page_size = 3
    langsmith.load("p", export_rows("langsmith/incremental_session.jsonl"))
    langsmith.faults = [Fault("/runs/query", skip=3, times=1000, **{what: 503 if what == "status" else True})]
    with pytest.raises(PlatformUnreachable, match="Pull again later"):
        pulled("langsmith", "p", day_of("langsmith/incremental_session.jsonl"), uploads)
    assert visible(uploads) == []
    assert [path.suffix for path in (uploads / ".pulls").iterdir()] == [".lock"]


def _refused(langsmith: LangSmithServer, case: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """Set up one way to be refused; returns the project and what else to ask for."""
    langsmith.load("p", trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    if case == "key":
        monkeypatch.setenv("LANGSMITH_API_KEY", KEY + "_of_another_company")
    if case == "workspace":
        monkeypatch.setenv("LANGSMITH_WORKSPACE_ID", "99999999-2222-4333-8444-555555555555")
    if case == "no address":
        monkeypatch.setenv("LANGSMITH_ENDPOINT", "langsmith")
    if case == "endpoint":
        monkeypatch.setenv("LANGSMITH_ENDPOINT", langsmith.url + "/nowhere")
        langsmith.faults = [Fault("/runs/query", status=404, times=99)]
    return ("P" if case == "project" else "p"), ({"filter": "eq(name"} if case == "filter" else {})


@pytest.mark.parametrize(
    ("case", "error", "words"),
    [
        ("key", KeyRefused, ["LANGSMITH_API_KEY", "workspace", "401"]),
        ("workspace", KeyRefused, ["LANGSMITH_WORKSPACE_ID", "403"]),
        ("project", UnknownProject, ["LANGSMITH_API_KEY", "workspace", "exact project name", "P"]),
        ("filter", QueryRefused, ["--filter"]),
        ("endpoint", TraceImportError, ["LANGSMITH_ENDPOINT"]),
        ("no address", TraceImportError, ["LANGSMITH_ENDPOINT"]),
    ],
)
def test_a_refusal_says_what_to_check(
    case: str,
    error: type[Exception],
    words: list[str],
    langsmith: LangSmithServer,
    uploads: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first line must be enough to mend it, and must not carry any part of the key."""
    project, asked = _refused(langsmith, case, monkeypatch)
    with pytest.raises(error) as raised:
        pulled("langsmith", project, FIRST, uploads, **asked)
    assert all(word in str(raised.value).splitlines()[0] for word in words)
    assert "lsv2" not in str(raised.value)
    assert visible(uploads) == []


def test_an_answer_that_is_no_run_is_named_as_such(langsmith: LangSmithServer, uploads: Path) -> None:
    """A login page or another service behind the endpoint is not an empty project."""
    broken = trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR)
    del broken[0]["run_type"]
    langsmith.load("p", broken)
    with pytest.raises(AnswerNotUnderstood, match="LANGSMITH_ENDPOINT"):
        pulled("langsmith", "p", FIRST, uploads)


def test_neither_key_nor_signed_url_is_logged(
    langsmith: LangSmithServer, uploads: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The SDK logs a failed attachment download with its presigned URL; the export keeps it as data."""
    rows = trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR)
    signed = f"{langsmith.url}/attachments/1?signature=abc123"
    rows[1]["s3_urls"] = {"attachment.image": {"presigned_url": signed, "mime_type": "image/png"}}
    langsmith.load("p", rows)
    caplog.set_level("WARNING")
    found = pulled("langsmith", "p", FIRST, uploads)
    attachments = [row["attachments"] for row in rows_of(uploads, found) if row["attachments"]]
    assert attachments[0]["image"]["presigned_url"] == signed
    assert "abc123" not in caplog.text
    notes = "".join(path.read_text() for path in (uploads / ".pulls").iterdir())
    assert KEY not in caplog.text + notes + found.record.export


def test_the_script_of_the_documentation_writes_an_export(langsmith: LangSmithServer, tmp_path: Path) -> None:
    """Who has no use for our pulls copies it, and must get what is imported."""
    (script,) = re.findall(r"^```python\n(.*?)^```", EXPORTING.read_text(), flags=re.MULTILINE | re.DOTALL)
    langsmith.load("support-bot", export_rows("langsmith/wrap_openai_tools_agent.jsonl"))
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported = import_export(tmp_path / "support-bot.jsonl", tmp_path / "it", deduplicate=False)
    truths = {truth.trace_id: truth for truth in TRUTHS["wrap_openai_tools_agent"].truths if truth.accepted}
    assert set(imported.rows) == set(truths)
    for identity, truth in truths.items():
        ground_truth.assert_equal(imported.rows[identity], truth)
