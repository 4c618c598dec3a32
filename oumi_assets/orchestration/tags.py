"""The tags by which Dagster runs of imports are recognised, and the mark of the process that executes one."""

from __future__ import annotations

import os
import socket

import dagster as dg

from oumi_assets.core.processes import is_alive, process_tag

PARTITION_TAG = "dagster/partition"
FAILURE_REASON_TAG = "dagster/failure_reason"

CONTENT_TAG = "oumi/content_tag"
"""What the sensor saw of the upload; its presence says that the import is the sensor's."""
ANY_CONTENT = "any"
"""The content tag of a sensor's import that is run again by hand: with what is in the file now."""
PROCESS_TAG = ".dagster/oumi_process"
"""The mark of the process that executes a run. The UI does not show tags that begin like this one, and nobody misses it."""
ATTEMPT_TAG = ".dagster/oumi_attempt"
"""Which of the sensor's attempts a run is, from 1; not shown either."""
_FORMER_TAGS = {PROCESS_TAG: "oumi/process", ATTEMPT_TAG: "oumi/attempt"}
"""What runs have that an earlier version made: another machine may still be at one of them."""
TRY_AGAIN_TAG = "oumi/try_again"
"""On a failed run: the fault was not the file's, so the sensor may plan its upload again, `AT_ONCE` or `LATER`."""
AT_ONCE = "true"
LATER = "later"
"""Where a place was in trouble, which may take a while: full, read-only, away, not ours to read."""
PATH_TAG = "oumi/path"
"""The file a command line named, so that a retry finds it again."""
SLOT_TAG = "oumi/slot"
"""What the queue counts: `worker` has a process of its own, `nested` runs inside one."""
WORKER = "worker"
NESTED = "nested"


def hidden_tag(run: dg.DagsterRun, tag: str) -> str:
    """The value of one of our hidden tags, empty for a run without it."""
    return run.tags.get(tag) or run.tags.get(_FORMER_TAGS[tag], "")


def process_mark(run_id: str) -> str:
    """This process, for this run only: a run made again copies the tags of the former one."""
    return f"{socket.gethostname()}/{process_tag(os.getpid())}/{run_id}"


def is_elsewhere(run: dg.DagsterRun) -> bool:
    """Whether another machine executes a run, or did before it went away: its processes cannot be seen from here."""
    mark = _mark(run)
    return mark is not None and mark[0] != socket.gethostname()


def has_dead_process(run: dg.DagsterRun, *, unmarked: bool, elsewhere: bool = False) -> bool:
    """Whether the process that executes a run is gone.

    `unmarked` is the answer for a run without a mark of its own, `elsewhere` that for one of another machine's name;
    should its process be here after all, it was this machine that changed its name.
    """
    mark = _mark(run)
    if mark is None:
        return unmarked
    return not is_alive(mark[1]) and (elsewhere or not is_elsewhere(run))


def _mark(run: dg.DagsterRun) -> tuple[str, str] | None:
    """Host and process tag of a run's mark, if it is its own."""
    host, _, rest = hidden_tag(run, PROCESS_TAG).partition("/")
    process, _, run_id = rest.partition("/")
    return (host, process) if run_id == run.run_id else None
