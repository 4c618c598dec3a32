"""What the sensor should start, as pure functions of what it saw: no clock, no disk, no Dagster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from oumi_assets.storage.keys import key_for_content
from oumi_assets.storage.uploads import Upload

MAX_ATTEMPTS = 3
"""How often an upload is imported whose run was interrupted (killed, out of memory)."""
PAUSES = (60.0, 300.0, 1500.0, 7200.0, 36000.0)
"""Seconds after which an import is tried again whose place was in trouble: a disk is not emptied in a minute."""
MAX_SINGLE = 3
"""Up to this many new uploads get a Dagster run of their own each; more are drained by one run."""
MAX_DRAINED = 50
"""Uploads in one drain: about a minute, so that nothing else waits long for its place in the queue."""
MAX_DRAINS = 3
"""Drains that wait or run: two run, the next is ready. The rest of a burst waits in the uploads folder."""
EMPTY_FOR_NS = 60_000_000_000
"""An empty file that nobody wrote to for a minute stays empty: its import says so."""


class Launch(NamedTuple):
    """One import to start: its key, the upload it is made of, and which attempt this is."""

    key: str
    upload: Upload
    attempt: int = 1

    @property
    def run_key(self) -> str:
        """Dagster never starts a run key twice, so that each attempt needs its own."""
        return self.key if self.attempt == 1 else f"{self.key}/{self.attempt}"


class Standing(Enum):
    """Where the import of an upload stands."""

    NEW = auto()
    """Nothing is known of it."""
    IN_FLIGHT = auto()
    """Queued or running, here or on another platform that shares the storage."""
    INTERRUPTED = auto()
    """Its last run ended without saying anything about the file."""
    RESTING = auto()
    """The same, for want of a place that works: it is tried again later."""
    FINISHED = auto()
    """It has a dataset, was deleted, or failed for what is in the file."""
    GIVEN_UP = auto()
    """Interrupted too often, canceled, or failed by an error of ours: for people to retry."""


class RunStatus(Enum):
    """What the planner distinguishes of Dagster's run statuses."""

    NOT_STARTED = auto()
    UNFINISHED = auto()
    SUCCESS = auto()
    FAILURE = auto()
    CANCELED = auto()


class PastRun(NamedTuple):
    """A Dagster run of an import. `interrupted`: it failed, but not for what is in the file.

    `rests_since` says when (seconds since 1970), where that was for want of a place that works.
    """

    status: RunStatus
    attempt: int = 1
    interrupted: bool = False
    rests_since: float | None = None


class Plan(NamedTuple):
    """What one tick requests: imports with a run each, or one drain of many; the rest waits in the folder."""

    singles: list[Launch]
    drained: list[Launch]

    @property
    def launches(self) -> list[Launch]:
        """Singles and drained, as one list."""
        return self.singles + self.drained


def launches_of(uploads: Iterable[Upload], known: Collection[str]) -> list[Launch]:
    """One launch an upload; keys Dagster does not know at all come first, oldest first.

    What is known is looked at, too: Dagster commits partitions before it reserves the runs, and a
    file whose tick died in between would never be imported.
    """
    launches = [Launch(key_for_content(upload.name, upload.content_tag), upload) for upload in uploads]
    return sorted(launches, key=lambda launch: (launch.key in known, launch.upload.mtime_ns, launch.upload.name))


def standing_after(runs: Sequence[PastRun], now: float) -> tuple[Standing, int]:
    """The standing of an import without final manifests, told by its runs (newest first), and its next attempt.

    A run that was created but never queued counts as none: asked for again under the same run key,
    Dagster starts that very run.
    """
    started = [run for run in runs if run.status is not RunStatus.NOT_STARTED]
    attempt = max((run.attempt for run in started), default=0) + 1
    if any(run.status is RunStatus.UNFINISHED for run in started):
        return Standing.IN_FLIGHT, attempt
    if not started:
        return Standing.NEW, attempt
    return _after_end(started[0], now), attempt


def _after_end(last: PastRun, now: float) -> Standing:
    if last.status is not RunStatus.FAILURE or not last.interrupted:
        return Standing.GIVEN_UP
    if last.rests_since is None:
        return Standing.INTERRUPTED if last.attempt < MAX_ATTEMPTS else Standing.GIVEN_UP
    if last.attempt > len(PAUSES):
        return Standing.GIVEN_UP
    # After a run by hand, which is no attempt of the sensor's, the first pause.
    pause = PAUSES[max(last.attempt, 1) - 1]
    return Standing.INTERRUPTED if _is_far(now - last.rests_since, pause) else Standing.RESTING


def _is_far(passed: float, limit: float) -> bool:
    """Whether so much has passed. What lies so far ahead was written by another clock, and nothing waits for that one."""
    return abs(passed) >= limit


def settled(launches: Iterable[Launch], look_again: Callable[[str], Upload | None], now_ns: int) -> list[Launch]:
    """Launches whose file had the same size and time at a second look: it is written completely."""
    return [
        launch
        for launch in launches
        if look_again(launch.upload.name) == launch.upload
        and (launch.upload.size or _is_far(now_ns - launch.upload.mtime_ns, EMPTY_FOR_NS))
    ]


def plan(ready: Sequence[Launch], *, queued: int, drains: int) -> Plan:
    """Few uploads get a run each; many, or any while runs queue up, go into one drain, oldest first."""
    if len(ready) <= MAX_SINGLE and queued <= MAX_SINGLE:
        return Plan(list(ready), [])
    if drains >= MAX_DRAINS:
        return Plan([], [])
    return Plan([], list(ready[:MAX_DRAINED]))
