"""Imports run in the caller's process as Dagster runs of the named job, one after the other."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import dagster as dg

from oumi_assets.core.errors import MissingImport
from oumi_assets.imports.raw_export import Form
from oumi_assets.imports.summary import Summary, summarize
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.assets import PROCESS_TAG
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.job import JOB
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.resources import OpenedWorkspace, open_here
from oumi_assets.settings import dagster_home
from oumi_assets.stages.sources import Progress
from oumi_assets.storage.keys import dataset_name, random_key
from oumi_assets.storage.local_uploads import SingleFile
from oumi_assets.storage.manifest import Outcome
from oumi_assets.storage.scratch import process_tag

# Dagster's console log would bury the result; events go to the event log, which the UI shows.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Importer:
    """Pays Dagster's start once for any number of imports. Use as a context manager."""

    def __init__(self) -> None:
        home = dagster_home()
        home.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("DAGSTER_HOME", str(home))
        self._workspace = open_here()
        self._workspace.store.sweep()

    def __enter__(self) -> Self:
        self._instance = dg.DagsterInstance.get()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._instance.dispose()

    def import_file(self, path: Path, form: Form, progress: Progress) -> Summary:
        """Import one file under a key of its own."""
        workspace = replace(self._workspace, uploads=SingleFile(path.absolute()), progress=progress)
        return self._run(random_key(form.dataset_name or dataset_name(path.name)), form, workspace)

    def retry(self, key: str, progress: Progress) -> Summary:
        """Run an import again: from its stored bytes, else from its upload. Raises `MissingImport`."""
        raw = self._workspace.store.manifest(RAW_EXPORT, key)
        if raw is None or raw.settings is None or raw.source is None or raw.outcome is Outcome.DELETED:
            raise MissingImport(RAW_EXPORT, key)
        stored = raw.outcome is Outcome.COMPLETE
        form = Form(
            raw.settings.dataset_name,
            raw.settings.source_platform,
            "" if stored else raw.source.file,
            raw.settings.deduplicate,
        )
        return self._run(key, form, replace(self._workspace, progress=progress))

    def _run(self, key: str, form: Form, workspace: Workspace) -> Summary:
        definitions = build_definitions({"workspace": OpenedWorkspace(workspace)})
        self._instance.add_dynamic_partitions(IMPORTS, [key])
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=self._instance,
            partition_key=key,
            run_config={**_QUIET, "ops": {RAW_EXPORT: {"config": form._asdict()}}},
            tags={PROCESS_TAG: process_tag(os.getpid())},
            raise_on_error=False,
        )
        return summarize(workspace.store, key, None if result.success else _error(result))


def _error(result: dg.ExecuteInProcessResult) -> str:
    """The sentence of the step that failed; anything that is none of our errors says where to look."""
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data is not None:
                return failure.user_failure_data.description or failure.user_failure_data.label
    return f"an error of ours, not of your file; the page of Dagster run {result.run_id} in the UI has the details."
