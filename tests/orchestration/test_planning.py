"""The planner decides from tables: what is new, in flight, interrupted, finished; alone or drained."""

from __future__ import annotations

import pytest

from oumi_assets.orchestration.planning import (
    MAX_ATTEMPTS,
    MAX_DRAINED,
    MAX_DRAINS,
    MAX_SINGLE,
    PAUSES,
    Launch,
    PastRun,
    RunStatus,
    Standing,
    launches_of,
    plan,
    settled,
    standing_after,
)
from oumi_assets.storage.keys import key_for_content
from oumi_assets.storage.uploads import Upload

NOW = 1_000_000.0


def _uploads(count: int, mtime_ns: int = 5) -> list[Upload]:
    return [Upload(f"{number:06}.jsonl", 10, mtime_ns) for number in range(count)]


@pytest.mark.parametrize(
    ("runs", "expected", "attempt"),
    [
        ([], Standing.NEW, 1),
        ([PastRun(RunStatus.NOT_STARTED)], Standing.NEW, 1),
        ([PastRun(RunStatus.UNFINISHED)], Standing.IN_FLIGHT, 2),
        ([PastRun(RunStatus.FAILURE, 1, True)], Standing.INTERRUPTED, 2),
        ([PastRun(RunStatus.NOT_STARTED, 2), PastRun(RunStatus.FAILURE, 1, True)], Standing.INTERRUPTED, 2),
        ([PastRun(RunStatus.FAILURE, 2, True), PastRun(RunStatus.FAILURE, 1, True)], Standing.INTERRUPTED, 3),
        ([PastRun(RunStatus.FAILURE, MAX_ATTEMPTS, True)], Standing.GIVEN_UP, MAX_ATTEMPTS + 1),
        ([PastRun(RunStatus.FAILURE, 1, False)], Standing.GIVEN_UP, 2),
        ([PastRun(RunStatus.CANCELED, 1, True)], Standing.GIVEN_UP, 2),
        ([PastRun(RunStatus.SUCCESS, 1, True)], Standing.GIVEN_UP, 2),
        ([PastRun(RunStatus.FAILURE, 1, True), PastRun(RunStatus.UNFINISHED)], Standing.IN_FLIGHT, 2),
        ([PastRun(RunStatus.FAILURE, 1, True, NOW - PAUSES[0] + 1)], Standing.RESTING, 2),
        ([PastRun(RunStatus.FAILURE, 1, True, NOW - PAUSES[0])], Standing.INTERRUPTED, 2),
        ([PastRun(RunStatus.FAILURE, 4, True, NOW - PAUSES[0])], Standing.RESTING, 5),
        ([PastRun(RunStatus.FAILURE, 4, True, NOW - PAUSES[3])], Standing.INTERRUPTED, 5),
        ([PastRun(RunStatus.FAILURE, len(PAUSES), True, NOW)], Standing.RESTING, len(PAUSES) + 1),
        ([PastRun(RunStatus.FAILURE, len(PAUSES) + 1, True, 0.0)], Standing.GIVEN_UP, len(PAUSES) + 2),
        ([PastRun(RunStatus.FAILURE, 1, True, NOW + PAUSES[0] - 1)], Standing.RESTING, 2),
        ([PastRun(RunStatus.FAILURE, 1, True, NOW + 1e9)], Standing.INTERRUPTED, 2),
        ([PastRun(RunStatus.FAILURE, 0, True, NOW - PAUSES[0] + 1)], Standing.RESTING, 1),
        ([PastRun(RunStatus.FAILURE, 0, True, NOW - PAUSES[0])], Standing.INTERRUPTED, 1),
    ],
)
def test_an_import_stands_where_its_runs_left_it(runs: list[PastRun], expected: Standing, attempt: int) -> None:
    """Only an interruption is tried again, a bounded number of times; a run that never was queued is asked for again.

    A place in trouble gets more time than a process that was killed. A person's own run is no attempt of the sensor's.
    A run of years ahead ended before the clock was set right.
    """
    assert standing_after(runs, NOW) == (expected, attempt)


def test_every_attempt_has_a_run_key_of_its_own() -> None:
    """Dagster remembers run keys for ever: a second attempt under the first one's key would never start."""
    upload = _uploads(1)[0]
    assert len({Launch("key", upload, attempt).run_key for attempt in (1, 2, 3)}) == 3


def test_files_of_equal_time_are_all_planned_by_name() -> None:
    """A time cursor loses ties; files copied together share their modification time."""
    uploads = _uploads(500)
    assert [launch.upload for launch in launches_of(reversed(uploads), set())] == uploads


def test_keys_that_dagster_does_not_know_come_first_and_then_the_oldest() -> None:
    """A fresh drop must not wait behind a hundred thousand files whose import is known."""
    old, new, known = Upload("old", 1, 1), Upload("new", 1, 9), Upload("known", 1, 0)
    planned = launches_of([known, new, old], {key_for_content("known", known.content_tag)})
    assert [launch.upload for launch in planned] == [old, new, known]


def test_a_file_that_grows_between_two_looks_waits() -> None:
    """Half an export imported is worse than one imported five seconds later."""
    steady, growing, gone = Upload("a", 5, 1), Upload("b", 5, 1), Upload("c", 5, 1)
    again = {"a": steady, "b": Upload("b", 6, 2)}
    launches = [Launch(upload.name, upload) for upload in (steady, growing, gone)]
    assert [launch.upload for launch in settled(launches, again.get, 10)] == [steady]


def test_an_empty_file_waits_for_its_bytes_but_not_for_ever() -> None:
    """A copy begins empty; a file that stays empty deserves its error message."""
    launch = Launch("a", Upload("a", 0, 1_000))
    again = {"a": launch.upload}
    assert settled([launch], again.get, 2_000) == []
    assert settled([launch], again.get, 61_000_000_000) == [launch]


def test_an_empty_file_of_the_future_does_not_wait_for_it() -> None:
    """Archives and clocks that were wrong leave such times; a file server's clock is ahead by some seconds."""
    ahead, future = (Launch(name, Upload(name, 0, int(seconds * 1e9))) for name, seconds in (("a", 5), ("b", 4e9)))
    uploads = {"a": ahead.upload, "b": future.upload}
    assert settled([ahead, future], uploads.get, 0) == [future]


@pytest.mark.parametrize(
    ("ready", "queued", "drains", "singles", "drained"),
    [
        (0, 0, 0, 0, 0),
        (1, 0, 0, 1, 0),
        (MAX_SINGLE, MAX_SINGLE, MAX_DRAINS, MAX_SINGLE, 0),
        (MAX_SINGLE + 1, 0, 0, 0, MAX_SINGLE + 1),
        (1, MAX_SINGLE + 1, 0, 0, 1),
        (1000, 0, 0, 0, MAX_DRAINED),
        (1000, 0, MAX_DRAINS, 0, 0),
    ],
)
def test_few_uploads_run_alone_and_many_are_drained(
    ready: int, queued: int, drains: int, singles: int, drained: int
) -> None:
    """Seconds of process start for each of a thousand small files would take hours."""
    launches = launches_of(_uploads(ready), set())
    planned = plan(launches, queued=queued, drains=drains)
    assert (len(planned.singles), len(planned.drained)) == (singles, drained)
    assert planned.launches == launches[: singles + drained]
