"""What all pulls share: windows, names, writing once and whole, bounded memory, one pull at a time."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oumi_assets.core.errors import BadSetting
from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.pulls import folder as folders
from oumi_assets.pulls.client import Row
from oumi_assets.pulls.errors import BadWindow, PullBusy, WindowNotSettled
from oumi_assets.pulls.folder import LocalFolder
from oumi_assets.pulls.http import retry_after
from oumi_assets.pulls.naming import export_name, series_name
from oumi_assets.pulls.pull import Asked, pull
from oumi_assets.pulls.sources import LANGFUSE, LANGSMITH, settling_lag
from oumi_assets.pulls.window import Window, chosen_window, day_window
from oumi_assets.storage.keys import is_pulled
from oumi_assets.storage.local_uploads import LocalUploads
from oumi_assets.storage.scratch import host_tag
from pulls.langsmith_server import LangSmithServer
from pulls.traces import DAY_1, DAY_2, FIRST, SECOND, pulled, trace, visible

HOUR, LAG = timedelta(hours=1), timedelta(minutes=10)
NOON = datetime(2026, 11, 22, 12, 0, 30, 5, tzinfo=UTC)


class Scripted:
    """A platform without a network."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows

    def window_rows(self, window: Window, filter: str | None) -> Iterator[Row]:
        return self._rows

    def trace_rows(self, trace: str, started: datetime) -> Iterator[Row]:
        return iter(())


def test_a_window_without_bounds_is_the_last_settled_day() -> None:
    """Traces of the last minutes are still arriving."""
    window = chosen_window(None, None, NOON, LAG)
    assert window.end == datetime(2026, 11, 22, 11, 50, 30, tzinfo=UTC)
    assert window.end - window.start == timedelta(hours=24)


def test_bounds_are_utc_unless_they_say_otherwise() -> None:
    """An export of another day than the one meant would go unnoticed."""
    window = chosen_window("2026-11-21", "2026-11-22T01:00:00+02:00", NOON, LAG)
    assert window == (datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 21, 23, tzinfo=UTC))
    assert chosen_window("2026-11-21T00:00:00.7", "2026-11-22T01:00:00.3+02:00", NOON, LAG) == window, "whole seconds"


def test_an_end_that_has_not_settled_is_moved_back() -> None:
    """Asking up to now must not lose what is still arriving: the next window begins where this one ended."""
    assert chosen_window("2026-11-22", "2026-11-23", NOON, LAG).end == datetime(2026, 11, 22, 11, 50, 30, tzinfo=UTC)


NO_WINDOWS = [
    ("yesterday", None),
    ("2026-11-22", "2026-11-21"),
    ("2027-01-01", None),
    (None, "0001-01-01"),
    ("0001-01-01T00:00+05:00", None),
]


@pytest.mark.parametrize(("start", "end"), NO_WINDOWS)
def test_a_window_that_is_none_is_refused(start: str | None, end: str | None) -> None:
    """Wrong usage is told apart from an empty project."""
    with pytest.raises(BadWindow):
        chosen_window(start, end, NOON, LAG)


def test_a_window_in_the_future_is_said_to_lie_there() -> None:
    """Its end is moved back to what has settled: an end that nobody typed explains nothing."""
    with pytest.raises(BadWindow, match="None of the window has settled yet: it starts at 2027-01-01"):
        chosen_window("2027-01-01", "2027-01-02", NOON, LAG)


def test_a_day_is_pulled_only_when_it_has_settled() -> None:
    """A day pulled at its last minute would be taken for the whole day ever after."""
    assert day_window("2026-11-20", DAY_2 + LAG, LAG) == FIRST
    with pytest.raises(WindowNotSettled, match="Pull 2026-11-20 again after"):
        day_window("2026-11-20", DAY_2 + LAG - timedelta(seconds=1), LAG)


def test_names_tell_projects_filters_and_windows_apart() -> None:
    """Two projects whose names look alike on disk must not be taken for one."""
    names = {
        export_name(series_name(platform, project, filter), window)
        for platform in ("langsmith", "langfuse")
        for project in ("Support Bot", "support-bot", "../../etc", "客服")
        for filter in (None, 'eq(name, "x")')
        for window in (FIRST, SECOND)
    }
    assert len(names) == 32
    assert all(is_pulled(name) and "/" not in name for name in names)
    assert export_name("langsmith-p-00000000", FIRST) == "langsmith-p-00000000-20261120T000000Z-20261121T000000Z.jsonl"
    assert not is_pulled("langsmith-export-of-monday.jsonl")


def test_a_window_is_pulled_once(langsmith: LangSmithServer, uploads: Path) -> None:
    """Costs and signed URLs change between two pulls of the same data: bytes cannot tell that it is the same."""
    langsmith.load("p", trace("one", DAY_1, DAY_1 + HOUR))
    first = pulled("langsmith", "p", FIRST, uploads)
    asked = len(langsmith.log)
    second = pulled("langsmith", "p", FIRST, uploads)
    assert (second.record, second.before) == (first.record, True)
    assert (visible(uploads), len(langsmith.log)) == ([first.record.export], asked)


def test_a_window_stays_pulled_when_its_export_is_deleted(langsmith: LangSmithServer, uploads: Path) -> None:
    """People tidy up what was imported; it must not come back with the next pull."""
    langsmith.load("p", trace("one", DAY_1, DAY_1 + HOUR))
    (uploads / pulled("langsmith", "p", FIRST, uploads).record.export).unlink()
    assert pulled("langsmith", "p", FIRST, uploads).before
    assert visible(uploads) == []


def test_asking_again_makes_another_export_each_time(langsmith: LangSmithServer, uploads: Path) -> None:
    """Whoever asks for it gets a second import, and the first stays as it is."""
    langsmith.load("p", trace("one", DAY_1, DAY_1 + HOUR))
    names = [pulled("langsmith", "p", FIRST, uploads, again=True).record.export for _ in range(3)]
    assert visible(uploads) == sorted(names)
    assert len(set(names)) == 3
    assert all(map(is_pulled, names))


def test_an_empty_window_leaves_no_file_and_may_be_pulled_again(langsmith: LangSmithServer, uploads: Path) -> None:
    """An empty day is no failure; and what arrives late can still be fetched."""
    langsmith.load("p", trace("other day", DAY_2, DAY_2 + HOUR))
    assert (pulled("langsmith", "p", FIRST, uploads).record.rows, visible(uploads)) == (0, [])
    langsmith.load("p", trace("late", DAY_1, DAY_1 + HOUR))
    assert pulled("langsmith", "p", FIRST, uploads).record.rows


def test_nothing_of_a_pull_is_visible_before_it_is_whole(uploads: Path) -> None:
    """The sensor looks every five seconds, also in the middle of a pull."""
    seen: list[list[str]] = []

    def rows() -> Iterator[Row]:
        for number in range(3):
            seen.append([upload.name for upload in LocalUploads(uploads).watched()])
            yield Row(str(number), DAY_1, True, True, b"{}")

    found = pull(Scripted(rows()), LocalFolder(uploads), Asked("langsmith", "p", FIRST))
    assert seen == [[], [], []]
    assert [upload.name for upload in LocalUploads(uploads).watched()] == [found.record.export]


def test_the_last_progress_is_the_whole(uploads: Path) -> None:
    """The bar of a pull must not end in the middle."""
    rows = (Row(str(number % 2), DAY_1, True, True, b"{}") for number in range(7))
    reported: list[tuple[int, int, int]] = []
    pull(Scripted(rows), LocalFolder(uploads), Asked("langsmith", "p", FIRST), lambda *done: reported.append(done))
    assert reported[-1] == (7, 2, 21)


def test_what_a_killed_pull_wrote_aside_is_swept(uploads: Path) -> None:
    """A machine that stops during a pull must not lose disk for ever."""
    leftover = uploads / ".pulls" / f"aside-{host_tag()}-999999999-1-abcdefgh"
    leftover.mkdir(parents=True)
    pull(Scripted(iter(())), LocalFolder(uploads), Asked("langsmith", "p", FIRST))
    assert not leftover.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_named(number: int, uploads: Path) -> None:
    """Nobody should have to read a traceback to learn that the disk is full."""

    def rows() -> Iterator[Row]:
        raise OSError(number, os.strerror(number))
        yield

    with pytest.raises(DiskFull):
        pull(Scripted(rows()), LocalFolder(uploads), Asked("langsmith", "p", FIRST))


def test_memory_does_not_grow_with_rows(uploads: Path) -> None:
    """A day may have a million runs: 100 MB of rows pass through a few."""
    line = b'{"text": "' + b"x" * 5000 + b'"}'
    rows = (Row(str(number % 100), DAY_2 - HOUR, number % 100 > 0, True, line) for number in range(20_000))
    tracemalloc.start()
    try:
        found = pull(Scripted(rows), LocalFolder(uploads), Asked("langsmith", "p", FIRST), now=DAY_2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.record.rows, found.record.unfinished) == (19_800, 1)
    assert peak < 4_000_000


def test_another_pull_of_the_project_is_waited_for(uploads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pulls of a backfill would both bring the traces that are remembered."""
    monkeypatch.setattr(folders, "LOCK_SECONDS", 0)
    holder = f"""
import pathlib, sys
from oumi_assets.pulls.folder import LocalFolder
with LocalFolder(pathlib.Path({str(uploads)!r})).lock({series_name("langsmith", "p", None)!r}):
    print("held", flush=True)
    sys.stdin.readline()
"""
    command = [sys.executable, "-c", holder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(PullBusy):
            pull(Scripted(iter(())), LocalFolder(uploads), Asked("langsmith", "p", FIRST))
        process.communicate(b"\n", timeout=30)
    pull(Scripted(iter(())), LocalFolder(uploads), Asked("langsmith", "p", FIRST))


def test_a_lock_that_is_a_link_is_not_opened(uploads: Path, tmp_path: Path) -> None:
    """Whoever may write to that folder must not choose a file elsewhere."""
    (uploads / ".pulls").mkdir(parents=True)
    (uploads / ".pulls" / f"{series_name('langsmith', 'p', None)}.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        pull(Scripted(iter(())), LocalFolder(uploads), Asked("langsmith", "p", FIRST))
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_and_its_notes_are_on_the_disk_before_they_appear(uploads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss of power must not leave a half export under a whole one's name, which is never pulled again."""
    fsync, rename, synced = os.fsync, Path.rename, set()

    def seen(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    def appearing(path: Path, target: Path) -> Path:
        assert path.stat().st_ino in synced
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", seen)
    monkeypatch.setattr(Path, "rename", appearing)
    rows = iter([Row("t", DAY_1, True, True, b"{}")])
    pull(Scripted(rows), LocalFolder(uploads), Asked("langsmith", "p", FIRST))
    assert len(synced) == 4


def test_retry_after_is_seconds_or_a_date() -> None:
    """RFC 9110 allows both; anything else means our own waiting."""
    assert retry_after("7") == 7
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert (retry_after(None), retry_after("soon")) == (None, None)


def test_settings_that_are_missing_or_wrong_are_named() -> None:
    """A schedule says which one; a wrong lag is not taken for none."""
    assert LANGSMITH.missing_setting({}) == "LANGSMITH_API_KEY"
    assert LANGSMITH.missing_setting({"LANGSMITH_API_KEY": "k"}) == "LANGSMITH_PROJECT"
    assert LANGSMITH.missing_setting({"LANGSMITH_API_KEY": "k", "LANGSMITH_PROJECT": " a, b,a,"}) is None
    assert LANGSMITH.named_projects({"LANGSMITH_PROJECT": " a, b,a,"}) == ["a", "b"]
    assert LANGFUSE.missing_setting({"LANGFUSE_PUBLIC_KEY": "k"}) == "LANGFUSE_SECRET_KEY"
    assert LANGFUSE.named_projects({}) == ["default"]
    assert settling_lag({"OUMI_PULL_LAG_MINUTES": "90"}) == timedelta(minutes=90)
    for wrong in ("an hour", "²", "9" * 14):
        with pytest.raises(BadSetting, match="OUMI_PULL_LAG_MINUTES"):
            settling_lag({"OUMI_PULL_LAG_MINUTES": wrong})
