"""The conservation check can fail: it counts what lies on disk, and compares it with what was reported."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl
import pytest
from paths import FIXTURES
from pipeline import Imported, import_export

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


def _without_a_row(imported: Imported, asset: str, name: str, counts: Counts | None = None) -> None:
    """Take the last row out of a published table; the manifest names the file as it is then, and counts if given."""
    path = imported.store.file(asset, "it", name)
    table = pl.read_parquet(path)
    assert table.height
    table.head(table.height - 1).write_parquet(path)
    manifest = imported.store.complete(asset, "it")
    stored = {**manifest.files, name: msgspec.structs.replace(manifest.files[name], size=path.stat().st_size)}
    changed = msgspec.structs.replace(manifest, files=stored, counts=counts or manifest.counts)
    (path.parent / "manifest.json").write_bytes(msgspec.json.encode(changed))


def _import(asset: str, folder: Path) -> Imported:
    """An import of a file that the stage drops something of."""
    return import_export(GARBAGE if asset == "raw_export" else MIXED, folder)


@pytest.mark.parametrize("asset", TABLES)
@pytest.mark.parametrize("name", ["its table", "dropped.parquet"])
def test_a_row_that_went_missing_fails_the_check(asset: str, name: str, tmp_path: Path) -> None:
    """A check that cannot fail says nothing."""
    imported = _import(asset, tmp_path)
    _without_a_row(imported, asset, TABLES[asset] if name == "its table" else name)
    assert not recount(imported.store, asset, "it").holds


@pytest.mark.parametrize("asset", ["raw_export", "reconstructed_conversations"])
@pytest.mark.parametrize("kept", [True, False])
def test_a_lost_row_that_nobody_reported_fails_the_check(asset: str, kept: bool, tmp_path: Path) -> None:
    """A stage that forgets a row forgets to count it, too: then nothing but in = out + dropped tells."""
    imported = _import(asset, tmp_path)
    counts = imported.store.complete(asset, "it").counts
    if kept:
        _without_a_row(imported, asset, TABLES[asset], msgspec.structs.replace(counts, outgoing=counts.outgoing - 1))
    else:
        *_, reason = counts.dropped
        fewer = {**counts.dropped, reason: counts.dropped[reason] - 1}
        _without_a_row(imported, asset, "dropped.parquet", msgspec.structs.replace(counts, dropped=fewer))
    found = recount(imported.store, asset, "it")
    assert all(one == other for one, other in found.also.values()), "all that was reported is what is there"
    assert not found.holds


def test_counts_that_were_reported_wrongly_fail_the_check(tmp_path: Path) -> None:
    """The numbers the UI plots are the manifest's: they must be the ones on disk."""
    imported = import_export(MIXED, tmp_path)
    manifest = imported.store.complete("parsed_traces", "it")
    wrong = msgspec.structs.replace(manifest, counts=Counts(61, 58, {"no_model_call": 3}, manifest.counts.extra))
    folder = Path(imported.store.location("parsed_traces", "it"))
    (folder / "manifest.json").write_bytes(msgspec.json.encode(wrong))
    assert not recount(imported.store, "parsed_traces", "it").holds
