"""Runs the four stages on a file without an orchestrator: quick enough for hundreds of cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from builders import write_rows

from oumi_assets.imports.deduped_dataset import make_deduped_dataset
from oumi_assets.imports.form import Form
from oumi_assets.imports.parsed_traces import make_parsed_traces
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations
from oumi_assets.imports.recount import recount
from oumi_assets.imports.summary import summarize
from oumi_assets.imports.workspace import STAGES, Workspace, open_workspace
from oumi_assets.settings import Environment
from oumi_assets.stages.files import JSONL_FILE
from oumi_assets.storage.local_uploads import SingleFile
from oumi_assets.storage.store import Store


class Imported(NamedTuple):
    """What a file became: rows of the dataset by conversation id, drops by reason, and where it lies."""

    rows: dict[str, dict[str, Any]]
    drops: dict[str, int]
    store: Store
    key: str

    @property
    def order(self) -> list[str]:
        """Conversation ids as the dataset orders them."""
        return list(self.rows)


def import_export(
    path: Path, folder: Path, *, platform: str = "auto", deduplicate: bool = True, key: str = "it"
) -> Imported:
    """Import a file into a folder. Raises our errors; checks that every stage conserves what it was given."""
    environment = Environment(folder / "uploads", folder / "storage", 1 << 40)
    workspace = open_workspace(environment, uploads=SingleFile(path))
    return run_stages(workspace, key, Form("", platform, path.name, deduplicate))


def import_rows(folder: Path, *rows: dict[str, Any], name: str = "a.jsonl") -> Imported:
    """Import these rows, and keep what begins alike."""
    return import_export(write_rows(folder / name, rows), folder, deduplicate=False)


def run_stages(workspace: Workspace, key: str, form: Form) -> Imported:
    """All four stages, one after the other."""
    make_raw_export(workspace, key, form)
    make_parsed_traces(workspace, key)
    make_reconstructed_conversations(workspace, key)
    make_deduped_dataset(workspace, key)
    for stage in STAGES:
        found = recount(workspace.store, stage, key)
        assert found.holds, (stage, found)
    lines = workspace.store.file(STAGES[-1], key, JSONL_FILE).read_bytes().split(b"\n")[:-1]
    rows = [json.loads(line) for line in lines]
    drops = summarize(workspace.store, key).drops
    assert "internal_error" not in drops, "a bug of ours: the drop's path names the exception"
    return Imported({row["conversation_id"]: row for row in rows}, drops, workspace.store, key)
