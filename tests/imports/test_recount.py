"""The conservation check can fail: it counts what lies on disk, and compares it with what was reported."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest
from paths import FIXTURES
from pipeline import import_export

from oumi_assets.imports.recount import recount
from oumi_assets.storage.manifest import Counts

GARBAGE = FIXTURES / "bad" / "garbage_lines.jsonl"
MIXED = FIXTURES / "langfuse" / "interleaved_60_traces.jsonl"
TABLES = {
    "raw_export": "rows.parquet",
    "parsed_traces": "traces.parquet",
    "reconstructed_conversations": "conversations.parquet",
    "deduped_dataset": "dataset.parquet",
}


@pytest.mark.parametrize("asset", TABLES)
@pytest.mark.parametrize("name", ["its table", "dropped.parquet"])
def test_a_row_that_went_missing_fails_the_check(asset: str, name: str, tmp_path: Path) -> None:
    """A check that cannot fail says nothing."""
    imported = import_export(GARBAGE if asset == "raw_export" else MIXED, tmp_path)
    path = imported.store.file(asset, "it", TABLES[asset] if name == "its table" else name)
    table = pl.read_parquet(path)
    # The file keeps its size, so that it still is what the manifest names.
    size = path.stat().st_size
    table.head(table.height - 1).write_parquet(path, compression="uncompressed")
    manifest = imported.store.complete(asset, "it")
    stored = {**manifest.files, path.name: msgspec.structs.replace(manifest.files[path.name], size=path.stat().st_size)}
    (path.parent / "manifest.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, files=stored)))
    assert size
    assert not recount(imported.store, asset, "it").holds


def test_counts_that_were_reported_wrongly_fail_the_check(tmp_path: Path) -> None:
    """The numbers the UI plots are the manifest's: they must be the ones on disk."""
    imported = import_export(MIXED, tmp_path)
    manifest = imported.store.complete("parsed_traces", "it")
    wrong = msgspec.structs.replace(manifest, counts=Counts(61, 58, {"no_model_call": 3}, manifest.counts.extra))
    folder = Path(imported.store.location("parsed_traces", "it"))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(wrong))
    assert not recount(imported.store, "parsed_traces", "it").holds
