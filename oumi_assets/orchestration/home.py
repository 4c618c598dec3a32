"""Dagster's home, made ready before Dagster looks at it. What Dagster keeps there is its own business."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from oumi_assets.core.storage_errors import usable
from oumi_assets.settings import PROJECT_ROOT, dagster_home

if TYPE_CHECKING:
    from dagster import DagsterInstance

_SETTINGS = "dagster.yaml"


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
    return home


def open_instance() -> DagsterInstance:
    """Dagster's instance of that home; to be closed. Raises `PlaceUnusable`."""
    from dagster import DagsterInstance

    open_home()
    return DagsterInstance.get()
