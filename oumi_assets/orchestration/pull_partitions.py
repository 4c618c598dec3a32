"""Partitions of a pull: a day of a project. Days are UTC; projects are those the environment names at load.

Static projects, because a backfill must be possible from the partitions page as soon as the UI
is up, and what may be pulled changes with the environment only (docs/adr).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import dagster as dg

from oumi_assets.pulls.sources import Source
from oumi_assets.storage.keys import PARTITION_SYNTAX, slug

DAY, PROJECT = "day", "project"
FIRST_DAY = "2025-01-01"
"""Older than what the platforms keep by default (LangSmith: up to 400 days)."""
_REFUSED = ("|", *PARTITION_SYNTAX)


def pull_partitions(source: Source, environ: Mapping[str, str]) -> dg.MultiPartitionsDefinition:
    """Day by project; no partition at all while no project is named."""
    projects = [project_key(name) for name in source.named_projects(environ)]
    return dg.MultiPartitionsDefinition(
        {
            DAY: dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone="UTC"),
            PROJECT: dg.StaticPartitionsDefinition(projects),
        }
    )


def pull_partition(day: str, project: str) -> dg.MultiPartitionKey:
    """The partition of one day of one project."""
    return dg.MultiPartitionKey({DAY: day, PROJECT: project_key(project)})


def project_key(project: str) -> str:
    """A project's name, or a stand-in for a name that Dagster refuses in a partition."""
    if project.isprintable() and not any(text in project for text in _REFUSED):
        return project
    return f"{slug(project)}-{hashlib.sha256(project.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def day_and_project(key: str, source: Source, environ: Mapping[str, str]) -> tuple[str, str]:
    """The day and the project's own name of a partition."""
    day, _, project = key.partition("|")
    return day, {project_key(name): name for name in source.named_projects(environ)}.get(project, project)
