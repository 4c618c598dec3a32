"""The same dataset comes out however the work is cut into pieces and whoever does them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from all_stages import EXPORTS, TINY, WHOLE, assert_same, run_on_files

from oumi_assets.stages.files import JSONL_FILE


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_tiny_pieces_make_the_same_dataset(export: Path, tmp_path: Path) -> None:
    """A batch is a matter of memory; no user should ever see where one ended."""
    assert_same(run_on_files(export, tmp_path / "whole", 1, WHOLE), run_on_files(export, tmp_path / "tiny", 1, TINY))


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_three_workers_make_the_same_dataset_as_one(platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of cores is the machine's business, not the dataset's."""
    monkeypatch.setattr("oumi_assets.core.parallel.PARALLEL_BYTES", 0)
    export = tmp_path / platform / "all.jsonl"
    export.parent.mkdir()
    export.write_bytes(b"".join(path.read_bytes() for path in EXPORTS if path.parent.name == platform))
    one, three = run_on_files(export, tmp_path / "one", 1, TINY), run_on_files(export, tmp_path / "three", 3, TINY)
    assert_same(one, three)
    assert len(one[f"dataset/{JSONL_FILE}"].splitlines()) > 10


def test_a_conversation_too_large_for_one_piece_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A giant trace goes to disk in blocks; its line must be what it would have been at once."""
    export = next(path for path in EXPORTS if path.stem == "wrap_openai_tools_agent")
    usual = run_on_files(export, tmp_path / "usual", 1, WHOLE)
    monkeypatch.setattr("oumi_assets.stages.giants.GIANT_BYTES", 1)
    monkeypatch.setattr("oumi_assets.stages.dataset.STREAMED_BYTES", 1)
    giant = run_on_files(export, tmp_path / "giant", 1, TINY)
    assert_same(usual, giant)
    for line in giant[f"dataset/{JSONL_FILE}"].splitlines():
        assert json.loads(json.loads(line)["metadata"]["source_raw"])


@pytest.mark.parametrize("export", EXPORTS[::7], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_row_group_by_row_group_makes_the_same_dataset(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So exports with giants are read; groups and batches of them end in the middle of everything."""
    usual = run_on_files(export, tmp_path / "usual", 1, WHOLE)
    monkeypatch.setattr("oumi_assets.stages.dataset._AHEAD_BYTES", 0)
    monkeypatch.setattr("oumi_assets.stages.dataset.BATCH_ROWS", 2)
    monkeypatch.setattr("oumi_assets.stages.reconstruct.rows_per_group", lambda sizes: 3)
    assert_same(usual, run_on_files(export, tmp_path / "groups", 1, WHOLE))
