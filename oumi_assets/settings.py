"""What the environment says: places, quota, processes, Dagster's home. Read when asked, never at import."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from oumi_assets.core.errors import BadSetting
from oumi_assets.storage.location import Location, read_location

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MAX_UPLOAD_BYTES = 50 * 1000**3


class Environment(NamedTuple):
    """Where uploads and results lie, and how large an upload may be (bytes, inflated)."""

    uploads: Location
    storage: Location
    max_upload_bytes: int


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """`OUMI_UPLOADS`, `OUMI_STORAGE`, `OUMI_MAX_UPLOAD_BYTES`, or their defaults inside the project.

    The first two are folders or `s3://bucket/prefix`. Raises `BadSetting`.
    """
    return Environment(
        uploads=_location(environ, "OUMI_UPLOADS", "uploads"),
        storage=_location(environ, "OUMI_STORAGE", "storage"),
        max_upload_bytes=_max_upload_bytes(environ),
    )


def dagster_home() -> Path:
    """`DAGSTER_HOME`, or the project's own."""
    return Path(os.environ.get("DAGSTER_HOME") or PROJECT_ROOT / "dagster_home").absolute()


def worker_count() -> int:
    """Processes to use: `OUMI_WORKERS`, else the cores this process may run on. Raises `BadSetting`."""
    configured = os.environ.get("OUMI_WORKERS", "")
    return _number("OUMI_WORKERS", configured, "processes, like 4") or _cores()


def _cores() -> int:
    """The cores this process may run on; all of them where the system does not tell (macOS)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _location(environ: Mapping[str, str], name: str, default: str) -> Location:
    return read_location(name, environ.get(name) or str(PROJECT_ROOT / default))


def _max_upload_bytes(environ: Mapping[str, str]) -> int:
    configured = environ.get("OUMI_MAX_UPLOAD_BYTES", "").replace("_", "")
    return _number("OUMI_MAX_UPLOAD_BYTES", configured, "bytes, like 5000000000") or DEFAULT_MAX_UPLOAD_BYTES


def _number(name: str, configured: str, of_what: str) -> int | None:
    """The number, at least 1, that a setting is; None where it is not set. Raises `BadSetting`."""
    text = configured.strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise BadSetting(f"{name} must be a number of {of_what}; it is set to something else.")
    return int(text)
