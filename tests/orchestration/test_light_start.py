"""Dagster's code server, daemon and every run load the definitions: what they do not need must not be loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LOADED = """
import dagster, sys
before = set(sys.modules)
import oumi_assets.definitions
print(sys.argv[1] in sys.modules.keys() - before)
"""


@pytest.mark.parametrize("library", ["polars", "loky", "boto3", "langsmith"])
def test_the_definitions_load_without_the_libraries_of_the_work(library: str) -> None:
    """Half of what our definitions took to load was polars, in processes that only list assets."""
    command = [sys.executable, "-c", _LOADED, library]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["False"]
