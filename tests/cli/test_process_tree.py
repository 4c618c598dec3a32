"""Starting and ending a program with everything below it: nothing may be left, nothing else be touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from oumi_assets.cli import process_tree
from oumi_assets.cli.process_tree import ProcessTree, end_leftovers

# A shell that ignores polite signals, with a child of its own.
STUBBORN = ["sh", "-c", "trap '' INT TERM; sleep 300 & wait"]


def _started(folder: Path) -> tuple[ProcessTree, list[psutil.Process]]:
    tree = ProcessTree(STUBBORN, os.environ, folder, folder)
    root = psutil.Process(int((folder / "dev.session").read_text().split("-")[0]))
    while not root.children():
        time.sleep(0.01)
    return tree, [root, *root.children(recursive=True)]


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_a_second_request_to_end_ends_a_stubborn_program_and_its_children(tmp_path: Path) -> None:
    """Ctrl-C twice means now."""
    tree, processes = _started(tmp_path)
    tree.stop()
    assert _alive(processes)
    tree.stop()
    assert tree.wait() == 0
    assert not _alive(processes)
    assert not (tmp_path / "dev.session").exists()


def test_children_whose_parent_went_first_are_ended_too(tmp_path: Path) -> None:
    """A killed parent leaves its workers running, and they write to the same storage."""
    tree, processes = _started(tmp_path)
    processes[0].kill()
    assert tree.wait() != 0
    assert not _alive(processes)


def test_an_end_that_nobody_asked_for_is_an_error(tmp_path: Path) -> None:
    """A supervisor starts again what failed, and Dagster itself says 0 when its daemon was killed."""
    assert ProcessTree(["true"], os.environ, tmp_path, tmp_path).wait() == 1


def test_who_listens_on_a_port_is_known(tmp_path: Path) -> None:
    """Another program's port is not ours; a child's is."""
    server = "import http.server as h; h.HTTPServer(('127.0.0.1', 0), None).serve_forever()"
    tree = ProcessTree(["sh", "-c", f'{sys.executable} -c "{server}" & wait'], os.environ, tmp_path, tmp_path)
    ports: list[int] = []
    while not ports:
        time.sleep(0.05)
        children = psutil.Process(int((tmp_path / "dev.session").read_text().split("-")[0])).children()
        ports = [one.laddr.port for child in children for one in child.net_connections() if one.status == psutil.CONN_LISTEN]
    assert tree.listens_on(ports[0])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert not tree.listens_on(other.getsockname()[1])
    tree.give_up()
    assert tree.wait() == 1, "not the number of a signal"


def test_a_tree_is_ended_once_its_vital_process_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes on without it does nothing any more, and says so to nobody."""
    monkeypatch.setattr(process_tree, "LOOK_SECONDS", 0.0)
    command = ["sh", "-c", "sleep 2.5 & wait; exec sleep 300"]
    tree = ProcessTree(command, os.environ, tmp_path, tmp_path, vital=("sleep", "2.5"))
    assert tree.wait() != 0
    assert tree.vital_ended


def test_a_program_that_cannot_be_recorded_is_not_left_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: nobody would find it again, and it would hold the port and the queue."""
    begun: list[int] = []

    def write_text(path: Path, text: str, encoding: str) -> None:
        begun.append(int(text.split("-")[0]))
        raise OSError("no room")

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(OSError, match="no room"):
        ProcessTree(STUBBORN, os.environ, tmp_path, tmp_path)
    assert begun
    assert not psutil.pid_exists(begun[0]) or psutil.Process(begun[0]).status() == psutil.STATUS_ZOMBIE


def test_what_a_killed_starter_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    """Otherwise a second platform would run beside the first on the same Dagster home."""
    _, processes = _started(tmp_path)
    assert end_leftovers(tmp_path) == len(processes)
    assert not _alive(processes)
    assert end_leftovers(tmp_path) == 0


def test_a_process_that_got_the_number_of_an_ended_one_is_not_touched(tmp_path: Path) -> None:
    """Process numbers are used again; a record of last week says nothing of who has the number today."""
    with subprocess.Popen(["sleep", "300"], start_new_session=True) as other:
        (tmp_path / "dev.session").write_text(f"{other.pid}-1000")
        assert end_leftovers(tmp_path) == 0
        assert other.poll() is None
        other.kill()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="starts are read from /proc")
def test_a_clock_that_was_set_hides_nothing(tmp_path: Path) -> None:
    """It moves the second in which every process began, as after a pause of a virtual machine."""
    _, processes = _started(tmp_path)
    began = psutil.Process.create_time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psutil.Process, "create_time", lambda process: began(process) + 60)
        assert end_leftovers(tmp_path) == len(processes)
    assert not _alive(processes)


def test_a_damaged_record_ends_nothing(tmp_path: Path) -> None:
    """The disk was full when it was written."""
    (tmp_path / "dev.session").write_text("12")
    assert end_leftovers(tmp_path) == 0
