"""Commands in messages are there to be pasted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oumi_assets.core.program import program

FOLDER = Path(sys.executable).parent


def test_the_name_alone_where_a_shell_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an activated environment."""
    monkeypatch.setenv("PATH", f"{FOLDER}{os.pathsep}{os.environ['PATH']}")
    assert program() == "oumi-assets"


def test_a_path_that_works_from_here_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program of that name on the path, of another environment, is not ours."""
    other = tmp_path / "oumi-assets"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for folder in (tmp_path, FOLDER.parent):
        monkeypatch.chdir(folder)
        assert subprocess.run(f"{program()} --version", shell=True, check=True, capture_output=True).stdout
    assert not Path(program()).is_absolute(), "as short as it can be typed from here"
