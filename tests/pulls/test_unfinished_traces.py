"""Traces that are not finished when their window is pulled: remembered, and brought exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oumi_assets.pulls import state
from oumi_assets.pulls.client import Row
from oumi_assets.pulls.folder import LocalFolder
from oumi_assets.pulls.naming import NOTES, series_name
from oumi_assets.pulls.pull import Asked, pull
from oumi_assets.pulls.window import Window
from pulls.langsmith_server import LangSmithServer
from pulls.traces import DAY_1, DAY_2, DAY_3, FIRST, SECOND, THIRD, pulled, rows_of, trace, trace_names, visible

HOUR = timedelta(hours=1)
AFTER_DAY_1, AFTER_DAY_2, AFTER_DAY_3 = DAY_2 + HOUR, DAY_3 + HOUR, DAY_3 + timedelta(hours=25)


def test_an_unfinished_trace_comes_whole_with_a_later_pull(langsmith: LangSmithServer, uploads: Path) -> None:
    """Half a conversation must not become a training row because it was pulled too early."""
    langsmith.load("p", trace("done", DAY_1 + HOUR, DAY_1 + 2 * HOUR) + trace("running", DAY_2 - HOUR, None))
    first = pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    assert (trace_names(uploads, first), first.record.rows, first.record.unfinished) == (["done"], 2, 1)
    assert (first.record.traces, first.record.bytes) == (1, (uploads / first.record.export).stat().st_size)
    langsmith.load("p", trace("running", DAY_2 - HOUR, DAY_2 + HOUR) + trace("new", DAY_2 + HOUR, DAY_2 + 2 * HOUR))
    second = pulled("langsmith", "p", SECOND, uploads, now=AFTER_DAY_2)
    assert trace_names(uploads, second) == ["new", "running"]
    assert (second.record.traces, second.record.earlier, second.record.unfinished) == (2, 1, 0)
    assert {row["status"] for row in rows_of(uploads, second)} == {"success"}
    third = pulled("langsmith", "p", THIRD, uploads, now=AFTER_DAY_3)
    assert third.record.rows == 0


def test_a_trace_whose_root_ended_waits_for_its_children(langsmith: LangSmithServer, uploads: Path) -> None:
    """A reply that is still being streamed in the background belongs to the conversation."""
    rows = trace("background", DAY_2 - HOUR, DAY_2)
    rows[1]["end_time"] = None
    langsmith.load("p", rows)
    assert pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1).record.unfinished == 1


def test_after_a_day_an_unfinished_trace_comes_as_it_is(langsmith: LangSmithServer, uploads: Path) -> None:
    """A crashed program never ends its traces; they must not be waited for for ever."""
    langsmith.load("p", trace("crashed", DAY_2 - HOUR, None))
    assert pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1).record.rows == 0
    second = pulled("langsmith", "p", SECOND, uploads, now=AFTER_DAY_2)
    assert (trace_names(uploads, second), second.record.unfinished) == (["crashed"], 0)
    assert pulled("langsmith", "p", THIRD, uploads, now=AFTER_DAY_3).record.rows == 0


def test_a_backfill_of_old_days_waits_for_nothing(langsmith: LangSmithServer, uploads: Path) -> None:
    """What has not ended after a month will not."""
    langsmith.load("p", trace("old", DAY_1 + HOUR, None))
    found = pulled("langsmith", "p", FIRST, uploads, now=DAY_1 + timedelta(days=30))
    assert (trace_names(uploads, found), found.record.unfinished) == (["old"], 0)


def test_a_trace_that_is_still_unfinished_is_still_remembered(langsmith: LangSmithServer, uploads: Path) -> None:
    """Between two pulls that both come early, nothing may be lost."""
    langsmith.load("p", trace("running", DAY_2 - HOUR, None))
    pulled("langsmith", "p", FIRST, uploads, now=DAY_2 + HOUR)
    again = pulled("langsmith", "p", THIRD, uploads, now=DAY_2 + 2 * HOUR)
    assert (again.record.rows, again.record.unfinished) == (0, 1)


def test_a_remembered_trace_inside_the_window_is_not_doubled(langsmith: LangSmithServer, uploads: Path) -> None:
    """Asking for the same window again brings a trace once, though it is remembered too."""
    langsmith.load("p", trace("running", DAY_2 - HOUR, None) + trace("done", DAY_1, DAY_1 + HOUR))
    pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    langsmith.load("p", trace("running", DAY_2 - HOUR, DAY_2))
    again = pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1 + HOUR, again=True)
    assert sorted(row["id"] for row in rows_of(uploads, again)) == sorted({row["id"] for row in rows_of(uploads, again)})
    assert (trace_names(uploads, again), again.record.unfinished) == (["done", "running"], 0)


class Remembering:
    """A platform that notes which traces it is asked for, and from when on."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows
        self.asked: list[tuple[str, datetime]] = []

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        return iter(self._rows)

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        self.asked.append((trace, started))
        return iter(())


@pytest.mark.parametrize("order", [1, -1])
def test_a_remembered_trace_is_asked_for_from_its_first_row_on(order: int, uploads: Path) -> None:
    """Platforms look for rows from a time on; what came before it would be missing in the middle of the conversation."""
    rows = [Row("t", DAY_1 + hours * HOUR, hours != 2, hours == 1, b"{}") for hours in (1, 2, 3)]
    folder, now = LocalFolder(uploads), DAY_1 + 4 * HOUR
    pull(Remembering(*rows[::order]), folder, Asked("langsmith", "p", FIRST), now=now)
    later = Remembering()
    pull(later, folder, Asked("langsmith", "p", SECOND), now=now)
    assert later.asked == [("t", DAY_1 + HOUR)]


def _kill_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(*{"export": (LocalFolder, "put"), "state": (state, "write_state")}[step], killed)


@pytest.mark.parametrize("step", ["export", "state"])
def test_a_pull_killed_while_it_publishes_loses_and_doubles_nothing(
    step: str, langsmith: LangSmithServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before its export appeared: it did not happen. After: the next pull knows what it remembered."""
    langsmith.load("p", trace("done", DAY_1 + HOUR, DAY_1 + 2 * HOUR) + trace("running", DAY_2 - HOUR, None))
    with monkeypatch.context() as patched:
        _kill_at(step, patched)
        with pytest.raises(KeyboardInterrupt):
            pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    first = pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    assert (first.before, first.record.unfinished) == (step == "state", 1)
    langsmith.load("p", trace("running", DAY_2 - HOUR, DAY_2 + HOUR))
    pulled("langsmith", "p", SECOND, uploads, now=AFTER_DAY_2)
    names = [row["name"] for name in visible(uploads) for row in _rows(uploads / name) if row["id"] == row["trace_id"]]
    assert sorted(names) == ["done", "running"]


def test_what_a_killed_pull_left_is_settled_once(
    langsmith: LangSmithServer, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a later pull remembers must not be replaced by it."""
    langsmith.load("p", trace("done", DAY_1 + HOUR, DAY_1 + 2 * HOUR) + trace("running", DAY_2 - HOUR, None))
    with monkeypatch.context() as patched:
        _kill_at("state", patched)
        with pytest.raises(KeyboardInterrupt):
            pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    langsmith.load("p", trace("late", DAY_2 + HOUR, None))
    assert pulled("langsmith", "p", SECOND, uploads, now=DAY_2 + 2 * HOUR).record.unfinished == 2
    langsmith.load("p", trace("running", DAY_2 - HOUR, DAY_3) + trace("late", DAY_2 + HOUR, DAY_3))
    third = pulled("langsmith", "p", THIRD, uploads, now=AFTER_DAY_3)
    assert trace_names(uploads, third) == ["late", "running"]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b'{"unfinished": {"\xff'])
def test_damaged_notes_stop_no_later_pull(
    content: bytes, langsmith: LangSmithServer, uploads: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A computer lost its power while a note was written: its traces may be forgotten, the days to come may not."""
    langsmith.load("p", trace("done", DAY_1, DAY_1 + HOUR))
    first = pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_1)
    of = series_name("langsmith", "p", None)
    for name in (f"{of}.json", f"{of}.pending.json", f"{first.record.export}.json"):
        (uploads / NOTES / name).write_bytes(content)
    assert pulled("langsmith", "p", SECOND, uploads, now=AFTER_DAY_2).record.unfinished == 0
    again = pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_2)
    assert (again.before, again.record.export) == (False, first.record.export)
    assert caplog.text.count("is damaged") == 3
    assert pulled("langsmith", "p", FIRST, uploads, now=AFTER_DAY_2).before
