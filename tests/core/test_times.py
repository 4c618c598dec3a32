"""Timestamps of both platforms: what is a time, and when."""

from __future__ import annotations

from typing import Any

import pytest

from oumi_assets.core.times import microseconds


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01 00:00:01.500000",
        "1970-01-01T00:00:01.5Z",
        "1970-01-01 01:00:01.500000+01:00",
        "1969-12-31T23:00:01.500-01:00",
    ],
)
def test_a_time_is_the_same_however_it_is_written(text: str) -> None:
    """Rows of one trace may come from several exporters."""
    assert microseconds(text) == 1_500_000


def test_the_first_moment_is_one() -> None:
    """Some writers put it where they know no time; it can be written down again."""
    assert microseconds("0001-01-01T00:00:00Z") == microseconds("0001-01-01")
    assert microseconds("0001-01-01") is not None


@pytest.mark.parametrize(
    "value", [None, "", "yesterday", 1.5, "20260519", "2026-W21", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+05:00"]
)
def test_what_is_no_time_is_none(value: Any) -> None:
    """Also digits that may be anything, and a moment before the first year, which no calendar can write down again."""
    assert microseconds(value) is None
