"""A full disk is said in one sentence, and leaves nothing that could be taken for a result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from paths import FIXTURES

EXPORT = FIXTURES / "langsmith" / "wrap_openai_tools_agent.jsonl"

# The limit is the process's own, so the import runs in one of its own; the signal would kill it at once.
_LIMITED = """
import dataclasses, resource, signal, sys
from pathlib import Path
from oumi_assets.core import parallel
from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.parsed_traces import make_parsed_traces
from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations
from oumi_assets.imports.deduped_dataset import make_deduped_dataset
from oumi_assets.imports.workspace import open_workspace
from oumi_assets.settings import Environment
from oumi_assets.storage.local_uploads import SingleFile

export, root, limited, limit = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
workspace = open_workspace(Environment(root / "uploads", root / "storage", 1 << 40), uploads=SingleFile(export))
in_two_processes = sys.argv[5:] == ["in two processes"]
if in_two_processes:
    workspace = dataclasses.replace(workspace, workers=2)
stages = {
    "raw_export": lambda: make_raw_export(workspace, "key", Form("", "auto", export.name, True)),
    "parsed_traces": lambda: make_parsed_traces(workspace, "key"),
    "reconstructed_conversations": lambda: make_reconstructed_conversations(workspace, "key"),
    "deduped_dataset": lambda: make_deduped_dataset(workspace, "key"),
}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for name, stage in stages.items():
    if name == limited:
        # Not before: workers have the limit of the time at which they start.
        parallel.PARALLEL_BYTES = 0 if in_two_processes else parallel.PARALLEL_BYTES
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        stage()
    except DiskFull as error:
        sys.exit(f"{name}: {error}")
"""


@pytest.mark.parametrize(
    ("stage", "limit"),
    [
        ("raw_export", 1000),
        ("parsed_traces", 500),
        ("reconstructed_conversations", 500),
        ("deduped_dataset", 4000),
        ("deduped_dataset", 30_000),
    ],
)
def test_no_room_is_an_error_of_ours_and_leaves_nothing_visible(stage: str, limit: int, tmp_path: Path) -> None:
    """Whoever finds a half-written dataset would train on it."""
    command = [sys.executable, "-c", _LIMITED, str(EXPORT), str(tmp_path), stage, str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"{stage}: The disk is full")
    assert not (tmp_path / "storage" / stage).exists() or not [*(tmp_path / "storage" / stage).iterdir()]
    assert not [*(tmp_path / "storage" / ".staging").iterdir()]


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize(
    ("stage", "limit"),
    [
        ("reconstructed_conversations", 500),
        ("reconstructed_conversations", 8000),
        ("deduped_dataset", 4000),
        ("deduped_dataset", 30_000),
    ],
)
def test_it_is_the_same_error_when_two_processes_write(stage: str, limit: int, tmp_path: Path) -> None:
    """The disk is as full for a worker; its error must not come back as one nobody knows."""
    command = [sys.executable, "-c", _LIMITED, str(EXPORT), str(tmp_path), stage, str(limit), "in two processes"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"{stage}: The disk is full"), done.stderr
    assert not [*(tmp_path / "storage" / ".staging").iterdir()]


def test_what_was_made_before_the_disk_was_full_stays(tmp_path: Path) -> None:
    """After making room the import goes on where it stopped, from stages that are whole."""
    command = [sys.executable, "-c", _LIMITED, str(EXPORT), str(tmp_path), "deduped_dataset", "4000"]
    subprocess.run(command, capture_output=True, timeout=120, check=False)
    manifest = json.loads((tmp_path / "storage" / "reconstructed_conversations" / "key" / "manifest.json").read_text())
    assert manifest["outcome"] == "complete"
