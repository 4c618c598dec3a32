"""Partitions of pulls: any project's name becomes one that Dagster takes, and is found again."""

from __future__ import annotations

import pytest

from oumi_assets.orchestration.pull_partitions import day_and_project, pull_partition, pull_partitions
from oumi_assets.pulls.sources import LANGSMITH

NAMES = ["support", "Support Agent", "a|b", "a...b", "[a]", "line\nbreak", "客服", "\ud800"]


@pytest.mark.parametrize("name", NAMES)
def test_a_project_of_any_name_has_partitions_and_is_pulled_by_its_own_name(name: str) -> None:
    """A stand-in must be told from other projects, and lead back to the name that the platform knows."""
    environment = {"LANGSMITH_PROJECT": name}
    key = pull_partition("2026-11-20", name)
    assert key.count("|") == 1
    assert key.isprintable()
    assert pull_partitions(LANGSMITH, environment).has_partition_key(key)
    assert day_and_project(key, LANGSMITH, environment) == ("2026-11-20", name)


def test_projects_that_look_alike_have_partitions_of_their_own() -> None:
    """One would be pulled twice, and the other never."""
    assert len({pull_partition("2026-11-20", name) for name in ("a|b", "a||b", "a...b", "a[b")}) == 4
