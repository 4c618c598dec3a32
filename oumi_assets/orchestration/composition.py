"""The composition page: everything Dagster knows of this project, and what may be put in its place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import dagster as dg

from oumi_assets.orchestration.drain import drain_uploads
from oumi_assets.orchestration.job import IMPORT_ASSETS, trace_import
from oumi_assets.orchestration.pull_assets import build_pull_assets
from oumi_assets.orchestration.pull_schedules import build_pull_schedules
from oumi_assets.orchestration.resources import EnvironmentWorkspace
from oumi_assets.orchestration.terminal import LOGGERS, shorten_unconfigured
from oumi_assets.orchestration.upload_sensor import make_upload_sensor


def build_definitions(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions; `overrides` replaces resources by name (tests, the command line)."""
    shorten_unconfigured()
    pulls = build_pull_assets(os.environ)
    return dg.Definitions(
        assets=[*IMPORT_ASSETS, *pulls.values()],
        jobs=[trace_import, drain_uploads],
        sensors=[make_upload_sensor()],
        schedules=build_pull_schedules(pulls),
        resources={"workspace": EnvironmentWorkspace(), **(overrides or {})},
        executor=dg.in_process_executor,
        loggers=LOGGERS,
    )
