"""Dagster's home, made ready before Dagster looks at it. What Dagster keeps there is its own business."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from oumi_assets.core.errors import StateUnusable, TraceImportError
from oumi_assets.core.storage_errors import DiskFull, is_full, usable
from oumi_assets.settings import PROJECT_ROOT, dagster_home

if TYPE_CHECKING:
    from dagster import DagsterInstance

_SETTINGS = "dagster.yaml"
_MADE = "tables.made"
_PASSWORD = re.compile(r"://\S+@")
_LONGEST = 300
_ROOM = 1 << 20
"""Bytes that the smallest of Dagster's databases takes while it is written to."""


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
    with FileLock(home / f"{_MADE}.lock"):
        if not made.exists():
            _instance(home).dispose()
            made.touch()


def open_instance() -> DagsterInstance:
    """Dagster's instance of that home; to be closed. Raises `PlaceUnusable`, `StateUnusable`."""
    return _instance(open_home())


@contextmanager
def state_told() -> Iterator[None]:
    """While Dagster reads and writes its state: raises `DiskFull` or `StateUnusable` for what a database says of itself."""
    try:
        yield
    except Exception as error:
        if (trouble := state_trouble(error)) is None:
            raise
        raise trouble from None


def state_trouble(error: Exception) -> TraceImportError | None:
    """What users read of an error of Dagster's database, or of a file in its home for which no room is left; else None."""
    home = dagster_home()
    if isinstance(error, OSError):
        named = isinstance(error.filename, str) and Path(error.filename).is_relative_to(home)
        return DiskFull(str(home)) if named and is_full(error) else None
    # Told by its name: the library is Dagster's, and not loaded where nothing went wrong.
    if not any(base.__module__ == "sqlalchemy.exc" for base in type(error).__mro__):
        return None
    reason = _reason(error)
    return DiskFull(str(home)) if _says_full(reason, home) else StateUnusable(home / _SETTINGS, reason)


def _says_full(reason: str, home: Path) -> bool:
    """SQLite calls a disk that is full just when a file is to be made an error of its own."""
    return "disk is full" in reason or ("disk I/O error" in reason and shutil.disk_usage(home).free < _ROOM)


def _instance(home: Path) -> DagsterInstance:
    from dagster import DagsterInstance

    logging.disable(logging.WARNING)  # Dagster tells each of several tries to reach a database.
    try:
        return DagsterInstance.get()
    # What people write into dagster.yaml is loaded here: any class of any library, with errors of its own.
    except Exception as error:  # noqa: BLE001
        raise state_trouble(error) or StateUnusable(home / _SETTINGS, _reason(error)) from None
    finally:
        logging.disable(logging.NOTSET)


def _reason(error: BaseException) -> str:
    """The line that says what began it, without the password of an address."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    faults = getattr(error, "errors", None)
    told = faults[0].message.partition("Stack Trace:")[0].strip() if faults else str(error).strip().partition("\n")[0]
    # Of a setting, the last line is what was wrong with it, behind the name of a class.
    last = re.sub(r"^[\w.]+Error: ", "", told.rpartition("\n")[2])
    return _PASSWORD.sub("://...@", last or type(error).__name__).rstrip(".")[:_LONGEST]
