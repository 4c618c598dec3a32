"""Imports run in the caller's process as Dagster runs of the named job, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dagster as dg

from oumi_assets.core.errors import BadSetting, TraceImportError, UnknownDataset
from oumi_assets.core.pace import Progress
from oumi_assets.core.program import program
from oumi_assets.imports.catalog import ambiguous, called, list_datasets
from oumi_assets.imports.form import Form
from oumi_assets.imports.summary import Summary, refused, summarize
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.failures import error_of_ours, list_failed, step_sentence
from oumi_assets.orchestration.history import UNFINISHED, form_of, runs_of_import
from oumi_assets.orchestration.home import open_instance, state_told
from oumi_assets.orchestration.housekeeping import reap_dead_runs
from oumi_assets.orchestration.internals import make_new_run_id
from oumi_assets.orchestration.interrupts import no_interrupt_lost, spare_log_processes
from oumi_assets.orchestration.job import imports_job
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.resources import OpenedWorkspace, open_here
from oumi_assets.orchestration.tags import (
    ANY_CONTENT,
    CONTENT_TAG,
    NESTED,
    PATH_TAG,
    PROCESS_TAG,
    SLOT_TAG,
    process_mark,
)
from oumi_assets.orchestration.terminal import SILENT
from oumi_assets.storage.keys import dataset_name, random_key
from oumi_assets.storage.local_uploads import SingleFile
from oumi_assets.storage.manifest import Outcome, Settings


class Importer:
    """Pays Dagster's start once for any number of imports. Use as a context manager.

    `stopped` says that somebody pressed Ctrl-C: Dagster takes the signal for itself, and ends the run.
    """

    stopped = False

    def __init__(self) -> None:
        self._workspace = open_here()
        self._workspace.store.sweep()

    def __enter__(self) -> Self:
        self._instance = open_instance()
        spare_log_processes(self._instance)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._instance.dispose()

    def import_file(self, path: Path, form: Form, progress: Progress) -> Summary:
        """Import one file under a key of its own."""
        path = path.absolute()
        file = SingleFile(path)
        try:
            with file.open(path.name):
                pass
        except TraceImportError as error:
            # A typing error is not worth a partition and a failed run for ever.
            return refused(str(error))
        workspace = replace(self._workspace, uploads=file, progress=progress)
        return self._run(random_key(form.dataset_name or dataset_name(path.name)), form, workspace, {PATH_TAG: str(path)})

    def retry(self, name: str, progress: Progress) -> Summary:
        """Run an import, by key or name, again: from its stored bytes, else from its upload as it is now.

        Raises `UnknownDataset`, `AmbiguousDataset`, `BadSetting` while it still runs.
        """
        reap_dead_runs(self._instance)
        key = self._key_of(name)
        form, tags = self._past(key)
        path = tags.get(PATH_TAG)
        uploads = SingleFile(Path(path)) if path else self._workspace.uploads
        return self._run(key, form, replace(self._workspace, uploads=uploads, progress=progress), tags)

    def _key_of(self, name: str) -> str:
        """The import of that key or name; of a name's imports, those that failed are meant first."""
        store = self._workspace.store
        raw = store.manifest(RAW_EXPORT, name)
        is_deleted = raw is not None and raw.outcome is Outcome.DELETED
        if not is_deleted and (raw is not None or runs_of_import(self._instance, name)):
            return name
        failed, made = list_failed(self._instance, store), list_datasets(store)
        for found in (called(name, failed), called(name, made)):
            if len(found) > 1:
                raise ambiguous(name, found)
            if found:
                return found[0].key
        raise UnknownDataset(name, [one.key for one in failed] + [one.name for one in made], "import")

    def _past(self, key: str) -> tuple[Form, dict[str, str]]:
        """The form an import was made with, and what its run said of its file."""
        raw, runs = self._workspace.store.manifest(RAW_EXPORT, key), runs_of_import(self._instance, key)
        if any(run.status in UNFINISHED for run in runs):
            raise BadSetting(f"Import {key} is running or waiting in the queue; there is nothing to retry yet.")
        tags = _tags_of_another_run(runs)
        if raw is not None and raw.settings is not None and raw.source is not None:
            stored = raw.outcome is Outcome.COMPLETE
            return Form(file="" if stored else raw.source.file, **_fields(raw.settings)), tags
        config = next((c for run in runs if (c := form_of(run))), {})
        return Form(**config), tags

    def _run(self, key: str, form: Form, workspace: Workspace, tags: Mapping[str, str]) -> Summary:
        run_id = make_new_run_id()
        job = imports_job(OpenedWorkspace(workspace))
        try:
            with state_told(), no_interrupt_lost():
                self._instance.add_dynamic_partitions(IMPORTS, [key])
                result = job.execute_in_process(
                    instance=self._instance,
                    partition_key=key,
                    run_config={**SILENT, "ops": {RAW_EXPORT: {"config": form._asdict()}}},
                    tags={**tags, PROCESS_TAG: process_mark(run_id), SLOT_TAG: NESTED},
                    run_id=run_id,
                    raise_on_error=False,
                )
        except TraceImportError as trouble:
            return summarize(workspace.store, key, str(trouble))
        self.stopped = _is_stopped(result)
        error = f"stopped. `{program()} retry {key}` finishes it." if self.stopped else _error(result)
        return summarize(workspace.store, key, None if result.success else error)


def _tags_of_another_run(runs: Sequence[dg.DagsterRun]) -> dict[str, str]:
    """Tags for a further run of an import, told by its earlier runs (newest first).

    An import of the sensor's takes what is in its file now; one of the command line finds its file again.
    """
    tags: dict[str, str] = {}
    if any(CONTENT_TAG in run.tags for run in runs):
        tags[CONTENT_TAG] = ANY_CONTENT
    path = next(filter(None, map(_own_path, runs)), None)
    if path is not None:
        tags[PATH_TAG] = path
    return tags


def _own_path(run: dg.DagsterRun) -> str | None:
    """The file of a command line's run. A tag typed into the UI, whose runs have an origin there, must not name a file."""
    if run.remote_job_origin is not None or CONTENT_TAG in run.tags:
        return None
    return run.tags.get(PATH_TAG)


def _fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in ("dataset_name", "source_platform", "deduplicate")}


def _is_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """The signal came in a step, or between two of them."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    errors += [event.job_failure_data.error for event in result.all_events if event.is_job_failure]
    return any(error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__ for error in errors)


def _error(result: dg.ExecuteInProcessResult) -> str:
    return step_sentence(result.all_events) or error_of_ours(result.run_id)
