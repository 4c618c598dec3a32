"""The daily pulls: defined running, and skipping with a reason while a setting is missing."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from oumi_assets.orchestration.pull_assets import pull_environment
from oumi_assets.orchestration.pull_partitions import pull_partition
from oumi_assets.orchestration.terminal import SHORT_LINES
from oumi_assets.pulls.sources import SOURCES, Source, settling_lag

AT_HALF_PAST_MIDNIGHT = "30 0 * * *"


def build_pull_schedules(assets: dict[str, dg.AssetsDefinition]) -> list[dg.ScheduleDefinition]:
    """The schedule of each platform's asset."""
    return [_schedule(SOURCES[name], asset) for name, asset in assets.items()]


def _schedule(source: Source, asset: dg.AssetsDefinition) -> dg.ScheduleDefinition:
    job = dg.define_asset_job(
        f"{source.platform}_pull",
        selection=dg.AssetSelection.assets(asset),
        executor_def=dg.in_process_executor,
        description=f"Pulls one day of one {source.title} project into the uploads folder.",
    )

    @dg.schedule(
        name=f"{source.platform}_pull_schedule",
        job=job,
        cron_schedule=AT_HALF_PAST_MIDNIGHT,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=(
            f"Pulls yesterday's traces of every project of {source.projects}, once they have settled. "
            f"Skips, and says why, while {' or '.join(source.needed)} is not set where the platform runs."
        ),
    )
    def tick(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        environment = pull_environment(source)
        missing = source.missing_setting(environment)
        if missing is not None:
            return dg.SkipReason(f"{missing} is not set")
        settled = context.scheduled_execution_time - settling_lag(environment)
        day = (settled - timedelta(days=1)).strftime("%Y-%m-%d")
        # A run of its own for each project: when one fails, the others are pulled all the same.
        keys = [pull_partition(day, project) for project in source.named_projects(environment)]
        return [dg.RunRequest(run_key=str(key), partition_key=key, run_config=SHORT_LINES) for key in keys]

    return tick
