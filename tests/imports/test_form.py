"""What an import is called when nobody names it."""

from __future__ import annotations

from typing import Any

import pytest

from oumi_assets.imports.form import name_after
from oumi_assets.storage.manifest import Pull

FILE = "langsmith-support-bot-735e981b-20261122T000000Z-20261123T000000Z.jsonl"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, "Support bot 2026-11-22"),
        ({"end": "2026-11-29T00:00:00+00:00"}, "Support bot 2026-11-22 to 2026-11-29"),
        (
            {"start": "2026-11-22T08:30:00+00:00", "end": "2026-11-23T08:30:00+00:00"},
            "Support bot 2026-11-22 08:30 to 2026-11-23 08:30",
        ),
        ({"filter": 'eq(status, "success")'}, "Support bot 2026-11-22 filtered"),
        ({"export": FILE.replace(".jsonl", "-again-2.jsonl")}, "Support bot 2026-11-22 again 2"),
        ({"project": "x" * 200}, f"{'x' * 117} 2026-11-22"),
        ({"project": "red\x1b[31m"}, "red\ufffd[31m 2026-11-22"),
    ],
)
def test_a_pull_is_called_after_its_project_and_what_was_asked_for(told: dict[str, Any], name: str) -> None:
    """Its file's name is the pull's identity, and nothing that people would want to read or type."""
    start, end = "2026-11-22T00:00:00+00:00", "2026-11-23T00:00:00+00:00"
    pull = Pull(
        **{"export": FILE, "platform": "langsmith", "project": "Support bot", "start": start, "end": end, "pulled": end}
        | told
    )
    assert name_after(FILE, pull) == name


def test_a_file_is_called_as_it_is() -> None:
    """Folders and suffixes are no part of what people call it."""
    assert name_after("team a/Übersicht, Mai.JSONL.gz") == "Übersicht, Mai"
    assert name_after("\U0001f469\u200d\U0001f4bb agent.jsonl") == "\U0001f469\u200d\U0001f4bb agent", "one emoji of two"
