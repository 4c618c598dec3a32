"""Stages of an import that an earlier version made are refused with a sentence that says what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import polars as pl
import pytest
from paths import FIXTURES
from pipeline import import_export

from oumi_assets.core.errors import ImportExists, OutdatedStage
from oumi_assets.imports.form import Form
from oumi_assets.imports.parsed_traces import make_parsed_traces
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations
from oumi_assets.imports.workspace import Workspace, open_workspace
from oumi_assets.settings import Environment
from oumi_assets.storage.local_uploads import SingleFile

EXPORT = FIXTURES / "langsmith" / "wrap_openai_tools_agent.jsonl"


def outdated(folder: Path, asset: str, name: str) -> Workspace:
    """A workspace whose only import lacks a column of one table, as before that column was thought of."""
    imported = import_export(EXPORT, folder)
    path = imported.store.file(asset, "it", name)
    table = pl.read_parquet(path)
    if asset == "raw_export":
        table = table.drop("request_at")
    else:
        calls = pl.col("calls").list.eval(pl.element().struct.field("line").pipe(pl.struct))
        table = table.with_columns(calls)
    table.write_parquet(path)
    manifest = imported.store.complete(asset, "it")
    files = {**manifest.files, name: msgspec.structs.replace(manifest.files[name], size=path.stat().st_size)}
    (path.parent / "manifest.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, files=files)))
    return open_workspace(Environment(folder / "uploads", folder / "storage", 1 << 40), uploads=SingleFile(EXPORT))


def test_an_index_of_an_earlier_version_is_made_again(tmp_path: Path) -> None:
    """Who materializes one asset after an update must not read of columns that are not there."""
    workspace = outdated(tmp_path, "raw_export", "rows.parquet")
    with pytest.raises(OutdatedStage, match="Materialize raw_export for this partition again"):
        make_parsed_traces(workspace, "it")
    make_raw_export(workspace, "it", Form())
    assert make_parsed_traces(workspace, "it").counts.outgoing


def test_traces_of_an_earlier_version_are_parsed_again(tmp_path: Path) -> None:
    """The same for the stage behind it; what was imported stays."""
    workspace = outdated(tmp_path, "parsed_traces", "traces.parquet")
    with pytest.raises(OutdatedStage, match="Materialize parsed_traces for this partition again"):
        make_reconstructed_conversations(workspace, "it")
    make_parsed_traces(workspace, "it")
    assert make_reconstructed_conversations(workspace, "it").counts.outgoing


def hashed_otherwise(folder: Path, export: Path) -> Workspace:
    """A workspace whose only import was made when files were described by their SHA-256."""
    imported = import_export(export, folder)
    path = imported.store.file("raw_export", "it", "export.jsonl").parent / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for described in (manifest["source"], *manifest["files"].values()):
        described["sha256"] = described.pop("blake3")
    path.write_text(json.dumps(manifest))
    return open_workspace(Environment(folder / "uploads", folder / "storage", 1 << 40), uploads=SingleFile(export))


def test_an_import_with_another_hash_is_made_again_of_its_file(tmp_path: Path) -> None:
    """Nobody's import may be lost to them because we have changed how files are described."""
    workspace = hashed_otherwise(tmp_path, EXPORT)
    made = make_raw_export(workspace, "it", Form("", "auto", EXPORT.name, True))
    assert made.source is not None
    assert made.source.blake3
    assert make_parsed_traces(workspace, "it").counts.outgoing


def test_another_file_is_still_told_from_one_with_another_hash(tmp_path: Path) -> None:
    """Its size is known."""
    changed = tmp_path / EXPORT.name
    shutil.copy(EXPORT, changed)
    workspace = hashed_otherwise(tmp_path, changed)
    changed.write_bytes(changed.read_bytes() + changed.read_bytes())
    with pytest.raises(ImportExists, match="content"):
        make_raw_export(workspace, "it", Form("", "auto", EXPORT.name, True))
