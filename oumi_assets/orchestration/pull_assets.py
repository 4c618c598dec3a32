"""The exports pulled from the platforms: one asset each, partitioned by day and project.

No edge leads from here to an import: a day of a project cannot map to an import honestly (an
empty day makes none). The import's manifest and metadata name the pull instead.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from oumi_assets.core.errors import TraceImportError
from oumi_assets.orchestration.assets import OWNERS
from oumi_assets.orchestration.pull_partitions import day_and_project, pull_partitions
from oumi_assets.orchestration.resources import WorkspaceSource
from oumi_assets.orchestration.typed_form import TypedForm
from oumi_assets.pulls.export_file import PullProgress
from oumi_assets.pulls.folder import ExportFolder, export_folder
from oumi_assets.pulls.pull import Asked, Pulled, pull
from oumi_assets.pulls.sources import LAG, SOURCES, Source, settling_lag
from oumi_assets.pulls.window import day_window

GROUP = "pulls"
DAYS_PER_RUN = 10
"""Days of one project that a backfill pulls in one Dagster run: a run costs seconds before it begins."""
_LOG_EVERY = 10_000


class PullForm(TypedForm):
    """What may be asked of a pull. Keys and projects are settings of the environment, never of a run."""

    again: bool = Field(False, description="Pull a day that was pulled before once more, into another export and import.")


def build_pull_assets(environ: Mapping[str, str]) -> dict[str, dg.AssetsDefinition]:
    """The asset of each platform, by the platform's name."""
    with warnings.catch_warnings():
        # Dagster calls that parameter a beta; exactly that warning is silenced (its version is pinned).
        warnings.filterwarnings("ignore", message="Parameter `backfill_policy` of function `asset`", category=dg.BetaWarning)
        return {name: _export_asset(source, environ) for name, source in SOURCES.items()}


def pull_environment(source: Source) -> dict[str, str]:
    """The settings of a pull as they are now, keys among them: read in the step, kept nowhere."""
    names = (*source.keys, *source.settings, source.projects, LAG)
    values = {name: dg.EnvVar(name).get_value() for name in names}
    return {name: value for name, value in values.items() if value}


def _export_asset(source: Source, environ: Mapping[str, str]) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{source.platform}_export",
        description=f"One day of a {source.title} project as a trace export in the uploads folder: the whole traces that "
        f"started that day (UTC), in {source.title}'s own {source.rows}. The upload sensor imports it.",
        group_name=GROUP,
        partitions_def=pull_partitions(source, environ),
        owners=OWNERS,
        kinds={"jsonl", "file"},
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=DAYS_PER_RUN),
    )
    def export(
        context: dg.AssetExecutionContext, config: PullForm, workspace: dg.ResourceParam[WorkspaceSource]
    ) -> dg.MaterializeResult:
        with _failures_in_plain_words():
            folder = export_folder(workspace.open().uploads)
            for key in context.partition_keys:
                pulled = _pull_partition(context, source, key, folder, again=config.again)
                context.add_asset_metadata(_metadata(source, pulled), partition_key=key)
            return dg.MaterializeResult()

    return export


def _pull_partition(
    context: dg.AssetExecutionContext, source: Source, key: str, folder: ExportFolder, *, again: bool
) -> Pulled:
    environment = pull_environment(source)
    day, project = day_and_project(key, source, environment)
    window = day_window(day, datetime.now(UTC), settling_lag(environment))
    asked = Asked(source.platform, project, window, again=again, run_id=context.run.run_id)
    return pull(source.open(environment, project), folder, asked, _logged(context, source))


@contextmanager
def _failures_in_plain_words() -> Iterator[None]:
    """One of our errors becomes a failure that begins with what to do, without a traceback before it."""
    try:
        yield
    except TraceImportError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None


def _logged(context: dg.AssetExecutionContext, source: Source) -> PullProgress:
    logged = 0

    def report(rows: int, traces: int, size: int) -> None:
        nonlocal logged
        if rows - logged >= _LOG_EVERY:
            logged = rows
            context.log.info(f"{rows:,} {source.rows} of {traces:,} traces so far, {size:,} bytes")

    return report


def _metadata(source: Source, pulled: Pulled) -> dict[str, Any]:
    """Integers are plotted over the days; nothing here is a key or trace text."""
    record = pulled.record
    metadata: dict[str, Any] = {
        source.rows: record.rows,
        "traces": record.traces,
        "bytes": record.bytes,
        "dagster/row_count": record.rows,
        "traces_of_earlier_days": record.earlier,
        "traces_still_unfinished": record.unfinished,
        "project": record.project,
        "window": f"{record.start} to {record.end}",
    }
    if record.rows:
        metadata["file"] = record.export
    if pulled.before:
        metadata["note"] = f"This window was pulled before ({record.pulled}); nothing was pulled now."
    elif not record.rows:
        metadata["note"] = f"No finished trace, so no file. If there should be some: check {source.checks}."
    return metadata
