"""Long imports say how fast they go and how long they will take, gently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oumi_assets.core.pace import Pace, describe
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.orchestration.steps import opened


def test_bytes_and_traces_are_told_with_their_rate_and_the_time_left() -> None:
    """A bar without numbers does not tell whether to wait or to go for lunch."""
    assert describe("indexing", 1_000_000_000, 4_000_000_000, 5) == "indexing: 1.0 of 4.0 GB, 200.0 MB/s, 15 s left"
    told = describe("indexing", 1_000_000_000, 4_000_000_000, 5, rows=180_000)
    assert told == "indexing: 1.0 of 4.0 GB, 200.0 MB/s, 36,000 rows/s, 15 s left"
    assert describe("reconstructing", 500, 1500, 2.0) == "reconstructing: 500 of 1,500 traces, 250 traces/s, 4 s left"
    assert describe("copying", 0, 10, 0) == "copying: 0.0 of 0.0 GB, 0.0 MB/s"


def test_reports_are_passed_on_at_a_gentle_rate() -> None:
    """A stage reports every few megabytes; the run's log is kept for ever."""
    now = [0.0]
    said: list[str] = []
    pace = Pace(said.append, 10.0, lambda: now[0])
    for second in range(36):
        now[0] = float(second)
        pace("indexing", second, 100)
    assert len(said) == 3
    pace("writing", 1, 100)
    assert len(said) == 3, "what has only begun has no rate yet"


class FakeContext:
    """As much of an asset's context as a step needs."""

    partition_key = "it"
    run_id = "of-no-run"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.log = self
        self.instance = self
        self.run = self

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
