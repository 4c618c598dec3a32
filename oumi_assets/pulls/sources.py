"""The platforms that exports can be pulled from, side by side: how to reach each, and what to look at when nothing came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from oumi_assets.core.errors import PLATFORM_TITLES, BadSetting
from oumi_assets.pulls.client import Client
from oumi_assets.pulls.errors import MissingSetting

LAG = "OUMI_PULL_LAG_MINUTES"
DEFAULT_LAG = timedelta(minutes=10)
_LAG_DIGITS = 6


class Source(NamedTuple):
    """How to reach one platform.

    - `rows`: what it calls its rows
    - `keys`: settings without which nothing can be pulled; `settings`: the others its client reads
    - `projects`: the setting that names the projects to pull; `own_project`: when that is not set, the name
      of whichever project the keys belong to (where keys belong to one)
    - `checks`: what to look at when nothing came
    - `connect(settings, project)`: a client of one project; its module is loaded then, because an SDK takes half a second
    """

    platform: str
    title: str
    rows: str
    keys: tuple[str, ...]
    settings: tuple[str, ...]
    projects: str
    own_project: str | None
    checks: str
    connect: Callable[[Mapping[str, str], str], Client]

    def open(self, environ: Mapping[str, str], project: str) -> Client:
        """A client for one project. Raises `MissingSetting`."""
        missing = self._missing_key(environ)
        if missing is not None:
            raise MissingSetting(missing)
        return self.connect({name: environ[name] for name in (*self.keys, *self.settings) if environ.get(name)}, project)

    @property
    def needed(self) -> tuple[str, ...]:
        """The settings without which a scheduled pull cannot run."""
        return self.keys if self.own_project else (*self.keys, self.projects)

    def missing_setting(self, environ: Mapping[str, str]) -> str | None:
        """The first setting without which a scheduled pull cannot run, None when all are there."""
        return self._missing_key(environ) or (None if self.named_projects(environ) else self.projects)

    def _missing_key(self, environ: Mapping[str, str]) -> str | None:
        return next((name for name in self.keys if not environ.get(name)), None)

    def named_projects(self, environ: Mapping[str, str]) -> list[str]:
        """The projects that the environment names, comma-separated, each once."""
        named = [name.strip() for name in environ.get(self.projects, "").split(",")]
        return list(dict.fromkeys(name for name in named if name)) or ([self.own_project] if self.own_project else [])


def _connect_langsmith(settings: Mapping[str, str], project: str) -> Client:
    from oumi_assets.pulls.langsmith import LangSmithProject

    return LangSmithProject(settings, project)


def _connect_langfuse(settings: Mapping[str, str], project: str) -> Client:
    from oumi_assets.pulls.langfuse import LangfuseProject

    return LangfuseProject(settings, project)


LANGSMITH = Source(
    platform="langsmith",
    title=PLATFORM_TITLES["langsmith"],
    rows="runs",
    keys=("LANGSMITH_API_KEY",),
    settings=("LANGSMITH_ENDPOINT", "LANGSMITH_WORKSPACE_ID"),
    projects="LANGSMITH_PROJECT",
    own_project=None,
    checks="LANGSMITH_API_KEY, the workspace (LANGSMITH_WORKSPACE_ID) and the exact project name",
    connect=_connect_langsmith,
)
LANGFUSE = Source(
    platform="langfuse",
    title=PLATFORM_TITLES["langfuse"],
    rows="observations",
    keys=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
    settings=("LANGFUSE_HOST",),
    projects="LANGFUSE_PROJECT",
    own_project="default",
    checks="LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, LANGFUSE_HOST and the exact project name",
    connect=_connect_langfuse,
)
SOURCES = {source.platform: source for source in (LANGSMITH, LANGFUSE)}


def settling_lag(environ: Mapping[str, str]) -> timedelta:
    """How long after a window's end its traces are still arriving. Raises `BadSetting`."""
    text = environ.get(LAG, "").strip()
    if not text:
        return DEFAULT_LAG
    if not text.isdecimal() or len(text) > _LAG_DIGITS:
        raise BadSetting(f"{LAG} must be a whole number of minutes, like 10; it is set to something else.")
    return timedelta(minutes=int(text))
