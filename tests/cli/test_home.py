"""Dagster's home may be anywhere, and may be new: whichever command comes first makes it ready."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from paths import FIXTURES

GOOD = FIXTURES / "langfuse" / "v5_openai_tools.jsonl"


def run(folder: Path, home: object, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command in that folder, with that `DAGSTER_HOME`."""
    command = [sys.executable, "-m", "oumi_assets", *map(str, arguments)]
    env = {**os.environ, "DAGSTER_HOME": str(home)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_an_import_in_a_new_home_sends_nothing_and_says_nothing_of_dagster(tmp_path: Path) -> None:
    """Telemetry is off, says the README: not only where the platform was started before."""
    home = tmp_path / "new" / "home"
    done = run(tmp_path, home, "import", GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "telemetry" not in done.stdout.lower()
    assert (home / "history").is_dir(), "it is the home that was used"
    assert not [path for path in home.rglob("*") if path.name == "event.log" or "telemetry" in path.name]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, '"DAGSTER_POSTGRES_URL" which is not set'),
        ("postgresql://dagster:secret@127.0.0.1:9/d", "No module named 'psycopg'"),
        ("postgresql+psycopg2://dagster:secret@127.0.0.1:9/d", "Connection refused"),
        ("postgres//dagster:secret@127.0.0.1", "Could not parse"),
    ],
)
@pytest.mark.parametrize("command", [("import", GOOD), ("datasets", "--failed")], ids=["import", "datasets"])
def test_a_database_that_cannot_be_opened_is_one_sentence(
    url: str | None, told: str, command: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is down is everyday life, and two hundred lines of three libraries name it nowhere."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("storage: {postgres: {postgres_url: {env: DAGSTER_POSTGRES_URL}}}\n")
    monkeypatch.delenv("DAGSTER_POSTGRES_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
    done = run(tmp_path, home, *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: Dagster cannot open its state")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr


def test_settings_that_a_home_has_are_left_alone(tmp_path: Path) -> None:
    """They may name a database."""
    settings = tmp_path / "dagster_home" / "dagster.yaml"
    before = settings.read_text()
    assert run(tmp_path, tmp_path / "dagster_home", "import", GOOD).returncode == 0
    assert settings.read_text() == before


def test_a_relative_home_lies_where_the_command_is_typed(tmp_path: Path) -> None:
    """Dagster itself would refuse it, `delete` only after the bytes are gone."""
    assert run(tmp_path, "mine", "import", GOOD, "--name", "weather").returncode == 0
    assert (tmp_path / "mine" / "history").is_dir()
    deleted = run(tmp_path, "mine", "delete", "weather", "--yes")
    assert deleted.returncode == 0, deleted.stderr


def test_a_home_that_cannot_be_used_is_told_before_anything_is_deleted(tmp_path: Path) -> None:
    """Else the bytes are gone and the partition stays."""
    run(tmp_path, tmp_path / "home", "import", GOOD, "--name", "weather")
    refused = run(tmp_path, GOOD / "home", "delete", "weather", "--yes")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: {GOOD / 'home'} cannot be used")
    assert "weather" in run(tmp_path, tmp_path / "home", "datasets").stdout


def test_a_new_home_may_be_opened_by_several_commands_at_once(tmp_path: Path) -> None:
    """`make dev`, and the first import in another terminal: Dagster's tables were made twice, and never opened again."""
    home = tmp_path / "new"
    with ThreadPoolExecutor(4) as pool:
        done = [*pool.map(lambda _: run(tmp_path, home, "import", GOOD), range(4))]
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 4
    assert len(run(tmp_path, home, "datasets", "--json").stdout.splitlines()) == 4
