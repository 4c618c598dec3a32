"""Fixtures that every test may use: fresh folders, never the developer's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import HealthCheck, settings
from ticks import Platform

from oumi_assets.imports.form import Form
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import Workspace, open_workspace
from oumi_assets.orchestration import upload_sensor
from oumi_assets.settings import Environment, read_environment
from oumi_assets.storage.local_uploads import LocalUploads

settings.register_profile("suite", max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("fuzz", settings.get_profile("suite"), max_examples=3000)
settings.load_profile("suite")

_LIMITS = ("OUMI_MAX_UPLOAD_BYTES", "OUMI_WORKERS", "OUMI_PULL_LAG_MINUTES")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the developer's uploads, storage or Dagster home."""
    for name in ("uploads", "storage", "dagster_home"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("OUMI_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("OUMI_STORAGE", str(tmp_path / "storage"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster_home"))
    (tmp_path / "dagster_home" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's keys: with them, a platform that a test starts would pull their traces."""
    for name in os.environ:
        if name.startswith(("LANGSMITH_", "LANGCHAIN_", "LANGFUSE_")) or name in _LIMITS:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensor's second look comes at once: nothing writes while tests look."""
    monkeypatch.setattr(upload_sensor, "SECOND_LOOK_SECONDS", 0.0)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """The test's own folders."""
    return read_environment()


@pytest.fixture
def workspace(environment: Environment) -> Workspace:
    """A workspace on the test's own folders."""
    return open_workspace(environment)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance that lives in memory."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def platform(instance: dg.DagsterInstance, workspace: Workspace) -> Platform:
    """A sensor on fresh folders."""
    return Platform(instance, workspace)


@pytest.fixture
def uploads(workspace: Workspace) -> Path:
    """The watched folder."""
    assert isinstance(workspace.uploads, LocalUploads)
    return workspace.uploads.root


@pytest.fixture
def import_file() -> Iterator[Callable[..., Summary]]:
    """Imports one file as the command line does: a Dagster run in this process."""
    from oumi_assets.core.pace import no_progress
    from oumi_assets.orchestration.in_process import Importer

    with Importer() as importer:

        def run(path: Path, *, name: str = "", platform: str = "auto", deduplicate: bool = True) -> Summary:
            return importer.import_file(path, Form(name, platform, path.name, deduplicate), no_progress)

        yield run
