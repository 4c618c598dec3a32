"""`oumi-assets import` killed for real, in the middle of each stage: nothing half-made is seen, and retry finishes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from builders import langfuse_row, write_rows

from oumi_assets.core.program import program
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES, Workspace
from oumi_assets.orchestration.home import open_instance
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.stages.files import JSONL_FILE

TRACES = 4000


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Some megabytes: every stage takes long enough to be killed in it."""
    said = [{"role": "user", "content": "What is it? " * 200}, {"role": "assistant", "content": "It is nothing. " * 100}]
    asked = json.dumps([*said, {"role": "user", "content": "And?"}])
    rows = [langfuse_row(f"trace {number}", f"row {number}", input=asked, name=f"{number}") for number in range(TRACES)]
    return write_rows(tmp_path / "mine.jsonl", rows)


def command(*arguments: object) -> list[str]:
    """The command line as people run it."""
    return [sys.executable, "-m", "oumi_assets", *map(str, arguments)]


def killed_in(stage: str, export: Path, workspace: Workspace) -> str:
    """The key of an import that was killed while it made that stage; one that was quicker is let be."""
    for _ in range(10):
        known = partitions()
        running = subprocess.Popen(command("import", "--json", "--no-dedupe", export), stdout=subprocess.DEVNULL)
        key = ""
        while running.poll() is None and not begun(stage, key, workspace):
            key = key or next(iter(partitions() - known), "")
            time.sleep(0.001)
        running.kill()
        if running.wait() == -signal.SIGKILL and workspace.store.manifest(stage, key) is None:
            return key
    raise AssertionError(f"never in {stage} when it was killed")


def partitions() -> set[str]:
    """All imports there are."""
    with open_instance() as instance:
        return set(instance.get_dynamic_partitions(IMPORTS))


def begun(stage: str, key: str, workspace: Workspace) -> bool:
    """Whether the stage is being made: the ones before are there, and something is being written."""
    # Walked, not globbed: a folder may be published, and gone, while it is looked at.
    staging = workspace.store.root / ".staging"
    written = (folders or files for path, folders, files in os.walk(staging) if Path(path) != staging)
    if not key or not any(written):
        return False
    return all(workspace.store.manifest(before, key) is not None for before in STAGES[: STAGES.index(stage)])


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_import_shows_nothing_half_made_and_is_finished_by_retry(
    stage: str, export: Path, workspace: Workspace
) -> None:
    """Whoever ends a process in the middle must not find a dataset that looks whole."""
    key = killed_in(stage, export, workspace)
    assert workspace.store.manifest(DEDUPED_DATASET, key) is None
    done = subprocess.run(command("retry", "--json", key), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["kept"] == TRACES
    assert len(workspace.store.file(DEDUPED_DATASET, key, JSONL_FILE).read_text().splitlines()) == TRACES
    assert not [*(workspace.store.root / ".staging").iterdir()], "what the dead import was writing is swept"
    with dg.DagsterInstance.get() as instance:
        statuses = [run.status.value for run in instance.get_runs(dg.RunsFilter(tags={"dagster/partition": key}))]
    assert sorted(statuses) == ["FAILURE", "SUCCESS"], "no run goes on for ever in the UI"


def test_a_stopped_import_is_said_to_be_one_and_no_further_file_is_begun(export: Path, workspace: Workspace) -> None:
    """Ctrl-C is no error of anybody, and means all of the files. A terminal sends it to every process of the command."""
    running = subprocess.Popen(
        command("import", export, export),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while running.poll() is None and not (keys := partitions()):
        time.sleep(0.01)
    (key,) = keys
    while running.poll() is None and not begun(STAGES[0], key, workspace):
        time.sleep(0.001)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said == f"Error: {export}: stopped. `{program()} retry {key}` finishes it. (import {key})\n"
    assert partitions() == {key}
    assert not [*(workspace.store.root / ".staging").iterdir()]


def test_a_command_that_is_stopped_before_it_began_says_only_that() -> None:
    """Dagster loads for a second; Ctrl-C in it was answered with a word of the library."""
    code = "import sys; sys.meta_path.insert(0, type('', (), {'find_spec': stop})); from oumi_assets.cli import main; main()"
    stop = "def stop(name, *_):\n    if name == 'dagster': raise KeyboardInterrupt\n"
    done = subprocess.run(
        [sys.executable, "-c", stop + code, "import", "x.jsonl"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "Error: stopped.\n")
