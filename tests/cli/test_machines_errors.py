"""What is the machine's fault is said in one sentence that names the place and the setting, not in a traceback."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import langfuse_row, write_rows
from real_platform import free_port
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from oumi_assets.orchestration.home import state_trouble

_LITTLE_ROOM = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from oumi_assets.cli import main
main()
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A file to import or upload."""
    return write_rows(tmp_path / "mine.jsonl", [langfuse_row(f"trace {number}") for number in range(10)])


@pytest.fixture
def no_folder(tmp_path: Path) -> Path:
    """A place that nobody can make, whoever they are: a file stands in its way."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "place"


def said(*command: object, **environ: object) -> str:
    """The one line on stderr of a command that fails."""
    env = {**os.environ, **{name: str(value) for name, value in environ.items()}}
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=120, check=False, env=env
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("setting", ["OUMI_UPLOADS", "OUMI_STORAGE", "DAGSTER_HOME"])
def test_dev_names_the_place_that_cannot_be_made_and_its_setting(setting: str, no_folder: Path) -> None:
    """Whoever mistyped a setting reads which one, where it leads, and what the system said."""
    sentence = said("-m", "oumi_assets", "dev", "--port", free_port(), **{setting: no_folder})
    assert sentence.startswith(f"Error: {no_folder} cannot be used: Not a directory.")
    assert f"set {setting} to another place" in sentence


def test_upload_names_the_place_that_cannot_be_made(export: Path, no_folder: Path) -> None:
    """The file is fine."""
    sentence = said("-m", "oumi_assets", "upload", export, OUMI_UPLOADS=no_folder)
    assert sentence.startswith(f"Error: {no_folder} cannot be used: Not a directory.")


@pytest.mark.parametrize("setting", ["OUMI_STORAGE", "DAGSTER_HOME"])
def test_import_does_not_call_a_place_that_cannot_be_made_an_error_of_ours(
    setting: str, export: Path, no_folder: Path
) -> None:
    """It was called one, and the page of a run was recommended."""
    sentence = said("-m", "oumi_assets", "import", export, **{setting: no_folder})
    assert f"{no_folder} cannot be used: Not a directory." in sentence
    assert f"set {setting} to another place" in sentence
    assert "an error of ours" not in sentence


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder in which the system makes nothing")
def test_a_place_where_the_system_makes_nothing_is_named(export: Path) -> None:
    """It says that such a folder does not exist, instead of refusing to make it."""
    sentence = said("-m", "oumi_assets", "import", export, OUMI_STORAGE="/proc/oumi")
    assert "/proc/oumi cannot be used: No such file or directory." in sentence
    assert "set OUMI_STORAGE to another place" in sentence


def test_a_home_that_takes_no_more_is_one_sentence_and_a_json_object(export: Path, tmp_path: Path) -> None:
    """Dagster writes every event of an import into its home; where that fails, a library prints two hundred lines."""
    home = os.environ["DAGSTER_HOME"]
    assert (
        "No import failed."
        in subprocess.run(
            [sys.executable, "-m", "oumi_assets", "datasets", "--failed"], capture_output=True, text=True, check=True
        ).stderr
    )
    # A write beyond the limit is for SQLite what one on a disk with an error is. It opens its files within the larger limit.
    for limit in (1000, 40_000):
        command = [sys.executable, "-c", _LITTLE_ROOM.replace("1000", str(limit)), "import", str(export)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert f"Dagster cannot open its state as {home}/dagster.yaml says: disk I/O error" in done.stderr
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "disk I/O error" in json.loads(done.stdout)["error"]


def test_a_full_disk_of_the_home_is_said_to_be_full() -> None:
    """SQLite's words for it stand in the middle of a library's."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(DatabaseError) as raised:
        connection.execute(text("PRAGMA max_page_count = 1"))
        connection.execute(text("CREATE TABLE events (event TEXT)"))
    home = os.environ["DAGSTER_HOME"]
    for error in (raised.value, OSError(errno.ENOSPC, "No space left on device", f"{home}/storage/run/compute_logs")):
        assert str(state_trouble(error)).startswith(f"The disk is full: no room left in {home}.")
    assert state_trouble(OSError(errno.ENOSPC, "No space left on device", "/elsewhere")) is None


def test_a_disk_that_is_full_while_uploading_is_said_to_be(export: Path, tmp_path: Path) -> None:
    """And nothing is left that the sensor could take for an upload."""
    assert said("-c", _LITTLE_ROOM, "upload", export).startswith(f"Error: The disk is full: no room left in {tmp_path}")
    assert not [*(tmp_path / "uploads").iterdir()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file that is always full")
def test_an_output_without_room_is_one_sentence() -> None:
    """People write lists into files, too."""
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "oumi_assets", "datasets", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "Error: The output could not be written: no room is left there.\n")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OUMI_WORKERS", "two"),
        ("OUMI_WORKERS", "²"),
        ("OUMI_WORKERS", "0"),
        ("OUMI_WORKERS", "-1"),
        ("OUMI_MAX_UPLOAD_BYTES", "²"),
        ("OUMI_MAX_UPLOAD_BYTES", "50GB"),
    ],
)
def test_a_number_that_cannot_be_read_is_told_and_never_becomes_the_default(setting: str, value: str) -> None:
    """Who set four processes by mistake as a word would wonder for long why all are busy."""
    assert said("-m", "oumi_assets", "datasets", **{setting: value}).startswith(f"Error: {setting} must be a number of ")
