"""Long imports say how fast they go and how long they will take, gently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES

from oumi_assets.core.pace import Pace, describe
from oumi_assets.imports.summary import Summary


def test_bytes_and_traces_are_told_with_their_rate_and_the_time_left() -> None:
    """A bar without numbers does not tell whether to wait or to go for lunch."""
    assert describe("indexing", 1_000_000_000, 4_000_000_000, 5) == "indexing: 1.0 of 4.0 GB, 200.0 MB/s, 15 s left"
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


def test_the_log_of_a_run_tells_the_pace_and_no_text_of_traces(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logs live on in the event database: numbers only."""
    import dagster as dg

    monkeypatch.setattr("oumi_assets.orchestration.reporting.LOG_SECONDS", -1.0)
    export: Path = FIXTURES / "langsmith" / "wrap_openai_tools_agent.jsonl"
    summary = import_file(export)
    assert summary.error is None
    with dg.DagsterInstance.get() as instance:
        run = instance.get_runs(limit=1)[0]
        logged = [entry.user_message for entry in instance.all_logs(run.run_id)]
    paces = [text for text in logged if " of " in text and "left" in text]
    assert all("TKT" not in text for text in paces)
