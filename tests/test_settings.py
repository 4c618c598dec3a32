"""What the environment says, and what holds where it says nothing."""

from __future__ import annotations

import os

import pytest

from oumi_assets.settings import worker_count


def test_cores_are_counted_where_the_system_does_not_tell_which_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS has no such call: there, no import could even begin."""
    monkeypatch.delenv("OUMI_WORKERS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert worker_count() == os.cpu_count()
