"""Dagster's home, made ready before Dagster looks at it. What Dagster keeps there is its own business."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from oumi_assets.core.storage_errors import usable
from oumi_assets.settings import PROJECT_ROOT, dagster_home

if TYPE_CHECKING:
    from dagster import DagsterInstance

_SETTINGS = "dagster.yaml"
_MADE = "tables.made"


def open_home() -> Path:
    """The folder of `DAGSTER_HOME`, made where it is missing, with the project's settings where it has none.

    Without settings Dagster would print its welcome and send usage data. Raises `PlaceUnusable`.
    """
    home = dagster_home()
    with usable(home, "DAGSTER_HOME"):
        home.mkdir(parents=True, exist_ok=True)
        if not (home / _SETTINGS).exists():
            # By a rename: another command that begins now must not read half of it.
            aside = home / f".{_SETTINGS}.{os.getpid()}"
            shutil.copyfile(PROJECT_ROOT / "dagster_home" / _SETTINGS, aside)
            aside.replace(home / _SETTINGS)
    # Dagster refuses a relative or empty one.
    os.environ["DAGSTER_HOME"] = str(home)
    with usable(home, "DAGSTER_HOME"):
        _make_tables(home)
    return home


def _make_tables(home: Path) -> None:
    """Have Dagster make its tables, once, by one process alone.

    Whoever opens a home first makes them. Two at the same moment (`dev` and the first `import`) may leave SQLite files
    with two versions, which nobody can open any more.
    """
    made = home / _MADE
    if made.exists():
        return
    from dagster import DagsterInstance

    with FileLock(home / f"{_MADE}.lock"):
        if not made.exists():
            DagsterInstance.get().dispose()
            made.touch()


def open_instance() -> DagsterInstance:
    """Dagster's instance of that home; to be closed. Raises `PlaceUnusable`."""
    from dagster import DagsterInstance

    open_home()
    return DagsterInstance.get()
