"""What the platform's terminal shows: one line for each import, and no stack trace for a wrong file."""

from __future__ import annotations

import re

import pytest
from ticks import BROKEN, FIXTURE, Platform, drop

from oumi_assets.storage.local_uploads import LocalUploads

MADE = re.compile(r"\d\d:\d\d:\d\d  good\d*-[0-9a-f]{16}: a dataset of \d+ conversations?")
WRONG = re.compile(r"\d\d:\d\d:\d\d  wrong-[0-9a-f]{16}: This file is not a trace export we know: .*")


@pytest.mark.parametrize("others", [0, 3], ids=["a run each", "a drain"])
def test_every_import_is_one_line(others: int, platform: Platform, capfd: pytest.CaptureFixture[str]) -> None:
    """A person who dropped two files reads two lines; what each step did is on the run's page."""
    assert isinstance(platform.workspace.uploads, LocalUploads)
    names = ["good", *(f"good{number}" for number in range(others))]
    for name in names:
        drop(platform.workspace.uploads.root, f"{name}.jsonl", FIXTURE)
    drop(platform.workspace.uploads.root, "wrong.jsonl", BROKEN)
    for request in platform.tick():
        platform.run(request)
    lines = capfd.readouterr().err.splitlines()
    assert len([line for line in lines if MADE.fullmatch(line)]) == len(names)
    assert len([line for line in lines if WRONG.fullmatch(line)]) == 1
    assert len(lines) == len(names) + 1
