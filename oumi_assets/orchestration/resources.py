"""The workspace as a Dagster resource: opened when a step or a tick starts, never when definitions load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from oumi_assets.imports.workspace import Workspace, open_uploads, open_workspace
from oumi_assets.settings import Environment, read_environment
from oumi_assets.storage.uploads import Uploads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class WorkspaceSource(Protocol):
    """What assets and sensor ask for their workspace."""

    def open(self) -> Workspace:
        """The workspace. Raises `BadSetting`."""
        ...


def connect_s3() -> S3Client:
    """A connection through dagster-aws, imported only now."""
    from oumi_assets.orchestration.s3 import connect

    return connect()


def open_here() -> Workspace:
    """The workspace of `OUMI_UPLOADS` and `OUMI_STORAGE`. Raises `BadSetting`."""
    return open_workspace(read_environment(), connect=connect_s3)


def uploads_here() -> Uploads:
    """The place `OUMI_UPLOADS` names. Raises `BadSetting`."""
    return open_uploads(read_environment().uploads, connect_s3)


def our_place_around(path: object) -> tuple[Path, str] | None:
    """The folder among our places that a path is in or is, and the setting that names it."""
    environment = read_environment()
    for setting, place in (("OUMI_STORAGE", environment.storage), ("OUMI_UPLOADS", environment.uploads)):
        if isinstance(place, Path) and isinstance(path, str) and Path(path).is_relative_to(place):
            return place, setting
    return None


class EnvironmentWorkspace:
    """The places and limits that the environment names, read at every opening."""

    def __init__(self) -> None:
        self._opened: tuple[Environment, Workspace] | None = None

    def open(self) -> Workspace:
        """The workspace of now: the same one to every stage of a Dagster run while the environment stays the same."""
        environment = read_environment()
        if self._opened is None or self._opened[0] != environment:
            self._opened = environment, open_workspace(environment, connect=connect_s3)
        return self._opened[1]


class OpenedWorkspace:
    """A workspace that the caller opened already: the command line, tests."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def open(self) -> Workspace:
        """That workspace."""
        return self._workspace
