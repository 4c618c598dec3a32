"""The daily schedules: what they ask for, and what they wait for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

from oumi_assets.orchestration.composition import build_definitions
from pulls.langsmith_server import KEY, LangSmithServer

HALF_PAST_MIDNIGHT = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


def tick(name: str) -> Any:
    """One tick of a schedule, half an hour after the first day."""
    definitions = build_definitions()
    context = dg.build_schedule_context(
        scheduled_execution_time=HALF_PAST_MIDNIGHT, repository_def=definitions.get_repository_def()
    )
    data = definitions.resolve_schedule_def(name).evaluate_tick(context)
    return data.skip_message or [dict(request.tags) for request in data.run_requests]


def test_schedules_say_what_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """They run from the start, so that setting a key is all there is to do."""
    for name in ("langsmith_pull_schedule", "langfuse_pull_schedule"):
        assert build_definitions().resolve_schedule_def(name).default_status is dg.DefaultScheduleStatus.RUNNING
    # Before the first tick, a schedule's page has only this.
    schedules = [build_definitions().resolve_schedule_def(f"{one}_pull_schedule") for one in ("langsmith", "langfuse")]
    says = [str(schedule.description) for schedule in schedules]
    assert "while LANGSMITH_API_KEY or LANGSMITH_PROJECT is not set" in says[0]
    assert "while LANGFUSE_PUBLIC_KEY or LANGFUSE_SECRET_KEY is not set" in says[1]
    assert tick("langsmith_pull_schedule") == "LANGSMITH_API_KEY is not set"
    assert tick("langfuse_pull_schedule") == "LANGFUSE_PUBLIC_KEY is not set"
    monkeypatch.setenv("LANGSMITH_API_KEY", KEY)
    assert tick("langsmith_pull_schedule") == "LANGSMITH_PROJECT is not set"


def test_a_schedule_asks_for_yesterday_of_every_project(langsmith_project: LangSmithServer) -> None:
    """One Dagster run each, so that they fail alone."""
    partitions = [tags["dagster/partition"] for tags in tick("langsmith_pull_schedule")]
    assert partitions == ["2026-11-20|support", "2026-11-20|billing"]


def test_a_schedule_waits_for_a_long_settling_lag(
    langsmith_project: LangSmithServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a lag of two hours, yesterday is not complete at half past midnight."""
    monkeypatch.setenv("OUMI_PULL_LAG_MINUTES", "120")
    assert tick("langsmith_pull_schedule")[0]["dagster/partition"] == "2026-11-19|support"
