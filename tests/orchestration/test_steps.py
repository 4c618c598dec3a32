"""The step around a stage: what it says in the run's log, and to whom."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from paths import FIXTURES

from oumi_assets.core.errors import BadSetting
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import PARSED_TRACES, RAW_EXPORT, Workspace
from oumi_assets.orchestration.reporting import failure_metadata
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.orchestration.steps import opened
from oumi_assets.stages.files import DROPPED_FILE


class FakeContext:
    """As much of an asset's context as a step needs."""

    partition_key = "it"
    run_id = "of-no-run"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.log = self
        self.instance = self
        self.run = self
        self.retry_number = 0

    def add_run_tags(self, run_id: str, tags: dict[str, str]) -> None:
        """An instance keeps them; nobody reads them here."""

    def info(self, text: str) -> None:
        self.said.append(text)


def test_a_stage_logs_its_pace_and_still_reports_to_its_caller(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the UI a long import must not look as if it hung; on the terminal the bar goes on."""
    monkeypatch.setattr("oumi_assets.orchestration.steps.LOG_SECONDS", -1.0)
    context, shown = FakeContext(), []
    resource = OpenedWorkspace(replace(workspace, progress=lambda *report: shown.append(report)))
    with opened(context, resource, RAW_EXPORT) as found:  # type: ignore[arg-type]
        found.progress("indexing", 1, 100)
        found.progress("indexing", 50, 100)
    assert [report[:3] for report in shown] == [("indexing", 1, 100), ("indexing", 50, 100)]
    assert [text.startswith("indexing: ") for text in context.said] == [True]


def test_a_failure_names_commands_that_can_be_typed(workspace: Workspace) -> None:
    """Of a key with a space, too, which people may give in the UI."""
    said = failure_metadata(workspace, RAW_EXPORT, "support agent")["what now"]
    assert "oumi-assets retry 'support agent'`" in said
    assert "oumi-assets delete 'support agent'`" in said
    assert said.endswith("A file of another name is another import."), "a CSV table stays one, however often it is tried"


def test_drops_that_cannot_be_read_do_not_take_the_place_of_a_failure(workspace: Workspace, tmp_path: Path) -> None:
    """The run's page told of a file of drops that somebody had changed, and not why the import failed."""
    shutil.copyfile(FIXTURES / "bad" / "garbage_lines.jsonl", tmp_path / "uploads" / "some.jsonl")
    make_raw_export(workspace, "it", Form(file="some.jsonl"))
    workspace.store.file(RAW_EXPORT, "it", DROPPED_FILE).write_bytes(b"")
    failed = pytest.raises(dg.Failure, match="A bad setting")
    with failed, opened(FakeContext(), OpenedWorkspace(workspace), PARSED_TRACES):  # type: ignore[arg-type]
        raise BadSetting("A bad setting")
