"""A process is told from another by its start, whatever the clock says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from oumi_assets.core.processes import is_alive, process_tag


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="starts are read from /proc")
def test_a_process_stays_alive_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a laptop's sleep every running import would be taken for dead, its run failed, its files removed."""
    mine, started = process_tag(os.getpid()), psutil.Process().create_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: started + 3600)
    assert is_alive(mine)


def test_a_process_is_told_by_its_start_whatever_its_program_is_called(tmp_path: Path) -> None:
    """A name with a parenthesis and spaces stands before the start where the system tells both."""
    program = tmp_path / "a) S 1 2 3"
    program.symlink_to(sys.executable)
    with subprocess.Popen([str(program), "-c", "import time; time.sleep(60)"]) as running:
        tag = process_tag(running.pid)
        try:
            assert is_alive(tag)
            assert not is_alive(f"{tag}0")
        finally:
            running.kill()
    assert not is_alive(tag)
