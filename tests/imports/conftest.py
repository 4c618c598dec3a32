"""What people put into the uploads folder to import it by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paths import FIXTURES

from oumi_assets.settings import Environment

GOOD = FIXTURES / "langfuse" / "v5_openai_incremental_plain.jsonl"


@pytest.fixture
def uploads(environment: Environment) -> Path:
    """The uploads folder with one good export for people in it."""
    (environment.uploads / "by-hand").mkdir()
    shutil.copy(GOOD, environment.uploads / "by-hand" / "monday.jsonl")
    return environment.uploads
