"""The workspace as a Dagster resource: opened when a step or a tick starts, never when definitions load."""

from __future__ import annotations

from typing import Protocol

from oumi_assets.imports.workspace import Workspace, open_workspace
from oumi_assets.settings import read_environment


class WorkspaceSource(Protocol):
    """What assets and sensor ask for their workspace."""

    def open(self) -> Workspace:
        """The workspace. Raises `BadSetting`."""
        ...


class EnvironmentWorkspace:
    """The folders and limits that the environment names, read at every opening."""

    def open(self) -> Workspace:
        """The workspace of `OUMI_UPLOADS` and `OUMI_STORAGE`."""
        return open_workspace(read_environment())


class OpenedWorkspace:
    """A workspace that the caller opened already: the command line, tests."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def open(self) -> Workspace:
        """That workspace."""
        return self._workspace
