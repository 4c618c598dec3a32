"""A step of a run around one stage: its workspace, its pace in the log, and what becomes of its errors."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import dagster as dg

from oumi_assets.core.errors import FileNotFound, StorageTrouble, TraceImportError, TransientError, UnreadableFile
from oumi_assets.core.pace import Pace, Progress
from oumi_assets.core.storage_errors import PlaceUnusable, is_refused, passes
from oumi_assets.imports.workspace import Workspace
from oumi_assets.orchestration.reporting import failure_metadata
from oumi_assets.orchestration.resources import WorkspaceSource, our_place_around
from oumi_assets.orchestration.tags import AT_ONCE, LATER, PROCESS_TAG, TRY_AGAIN_TAG, process_mark

MAX_RETRIES = 4
BACKOFF_SECONDS = 2.0
"""The first pause before another try; each next one is twice as long: 30 seconds in all."""
LOG_SECONDS = 10.0
"""A long import says how it goes this often in the run's log; a short one not at all."""


@contextmanager
def opened(context: dg.AssetExecutionContext, resource: WorkspaceSource, asset: str) -> Iterator[Workspace]:
    """The workspace of a stage, which logs the pace of long work.

    A fault that passes becomes a retry with growing pauses; one of our errors a Dagster failure that begins with its
    message. Both are raised `from None`: the run page shows the sentence first and not a traceback.
    """
    _spare_collector()
    context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: process_mark(context.run.run_id)})
    workspace: Workspace | None = None
    try:
        workspace = resource.open()
        with _refusals_told():
            yield replace(workspace, progress=_both(workspace.progress, Pace(context.log.info, LOG_SECONDS)))
    except (TraceImportError, OSError) as error:
        if isinstance(error, OSError) and not passes(error):
            raise
        pause = _pause(error, context.retry_number)
        if pause is not None:
            context.log.warning(f"{_sentence(error)} Next try in {pause:g} seconds.")
            raise dg.RetryRequested(MAX_RETRIES, pause) from None
        raise _failure(error, context, workspace, asset) from None


@cache
def _spare_collector() -> None:
    """What Dagster has loaded by now stays: a collection need not follow it again in the middle of a stage."""
    gc.freeze()


def _pause(error: Exception, tries: int) -> float | None:
    """Seconds until a stage is tried again that failed so after so many retries; None when it is not."""
    if tries >= MAX_RETRIES or not isinstance(error, TransientError | OSError):
        return None
    return BACKOFF_SECONDS * float(2**tries)


def _failure(
    error: TraceImportError | OSError, context: dg.AssetExecutionContext, workspace: Workspace | None, asset: str
) -> dg.Failure:
    """What ends the run. Where the file is not to blame, the sensor may plan the import again."""
    if isinstance(error, TransientError | StorageTrouble | OSError | UnreadableFile):
        context.instance.add_run_tags(context.run.run_id, {TRY_AGAIN_TAG: LATER})
    elif isinstance(error, FileNotFound):
        # It is planned again when it is there again.
        context.instance.add_run_tags(context.run.run_id, {TRY_AGAIN_TAG: AT_ONCE})
    # A storage that is in trouble is not asked for more.
    readable = None if isinstance(error, StorageTrouble) else workspace
    metadata = _metadata(readable, asset, context.partition_key) if readable else {}
    return dg.Failure(description=_sentence(error), metadata=metadata, allow_retries=False)


def _metadata(workspace: Workspace, asset: str, key: str) -> Mapping[str, Any]:
    """What else the run's page tells; nothing where it cannot be read, which must not take the failure's place."""
    try:
        return failure_metadata(workspace, asset, key)
    except (TraceImportError, OSError):
        return {}


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Raises `PlaceUnusable` when the system does not let us use a place of ours: no fault of the file, or of our code."""
    try:
        yield
    except OSError as error:
        place = our_place_around(error.filename)
        # A stage makes its place first: one that is not there by then cannot be made (below /proc), or was taken away.
        if place is None or not (is_refused(error) or not place[0].exists()):
            raise
        raise PlaceUnusable(*place, error.strerror or "") from None


def _sentence(error: TraceImportError | OSError) -> str:
    if isinstance(error, OSError):
        return f"The disk or the network failed for a moment ({error.strerror or type(error).__name__})."
    return str(error)


def _both(one: Progress, other: Progress) -> Progress:
    def report(doing: str, done: int, total: int, rows: int = 0) -> None:
        one(doing, done, total, rows)
        other(doing, done, total, rows)

    return report
