"""Long imports say how fast they go and how long they will take, gently."""

from __future__ import annotations

from oumi_assets.core.pace import Pace, describe


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
