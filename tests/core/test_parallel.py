"""Work on several processes: results in order, failures told, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from oumi_assets.core.errors import TransientError, WorkerKilled
from oumi_assets.core.parallel import in_another_process, ordered_map


@pytest.mark.xdist_group("workers")
def test_results_come_in_the_order_of_the_pieces_and_only_when_asked_for() -> None:
    """Order is what makes results independent of speed; drawing ahead without bound would fill the memory."""
    drawn = []

    def pieces():  # type: ignore[no-untyped-def]
        for number in range(50):
            drawn.append(number)
            yield number

    results = ordered_map(str, pieces(), 2)
    assert next(results) == "0"
    assert len(drawn) <= 5
    assert [*results] == [str(number) for number in range(1, 50)]


def _write_late(path: Path) -> None:
    """Work that takes longer than what it is beside; here, since a worker must be able to find it."""
    time.sleep(0.5)
    path.write_text("written")


def _write_for_ever(path: Path) -> None:
    while True:
        path.write_text("written")


def _fail() -> None:
    raise ValueError("the work")


def _die(*piece: object) -> None:
    """As the system ends a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.xdist_group("workers")
def test_a_killed_worker_is_no_fault_of_the_file_and_the_next_import_finds_workers() -> None:
    """An import that failed for want of memory is worth another try; given up as an error of ours, it had none."""
    with pytest.raises(WorkerKilled, match="OUMI_WORKERS=1") as raised:
        list(ordered_map(_die, range(10), 2))
    assert isinstance(raised.value, TransientError)
    assert raised.value.__suppress_context__, "the pool's own traceback is nobody's business"
    assert list(ordered_map(str, [1, 2], 2)) == ["1", "2"]
    with pytest.raises(WorkerKilled), in_another_process(_die, 2):
        pass
    assert list(ordered_map(str, [1, 2], 2)) == ["1", "2"]


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_work_beside_is_done_when_the_block_is_left(workers: int, tmp_path: Path) -> None:
    """A stage must not be published while one of its files is still being written."""
    with in_another_process(partial(_write_late, tmp_path / "file"), workers):
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_text() == "written"
    with pytest.raises(ValueError, match="the work"), in_another_process(_fail, workers):
        pass


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_work_beside_a_failure_is_over_before_the_failure_is_told(workers: int, tmp_path: Path) -> None:
    """Whoever hears of it removes the folder, and nobody may go on writing there; nor keep a stopped run waiting."""
    path = tmp_path / "file"
    with pytest.raises(KeyError), in_another_process(partial(_write_for_ever, path), workers):
        while workers > 1 and not path.exists():
            time.sleep(0.01)
        raise KeyError
    path.unlink(missing_ok=True)
    time.sleep(0.5)
    assert not path.exists()
    assert list(ordered_map(str, [1, 2], workers)) == ["1", "2"], "the next import finds workers"


_WAITS_FOR_EVER = """
import os, time
from oumi_assets.core.parallel import ordered_map
print(*{*ordered_map(os.getpgid, [0] * 8, 2)}, flush=True)
time.sleep(600)
"""


@pytest.mark.xdist_group("workers")
def test_workers_end_with_the_process_that_started_them() -> None:
    """An import killed for want of memory would keep its workers', and what they hold, until the machine is restarted."""
    command = [sys.executable, "-c", _WAITS_FOR_EVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stdout is not None
        group = int(running.stdout.readline())
        running.kill()
    while _in_group(group):
        time.sleep(0.05)


def _in_group(group: int) -> bool:
    """Whether a process of that group is left. pytest's own time limit ends a wait for one that stays."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
