"""The same dataset comes out however the work is cut into pieces and whoever does them."""

from __future__ import annotations

import json
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from paths import FIXTURES
from polars.testing import assert_frame_equal

from oumi_assets.core.errors import TransientError, WorkerKilled
from oumi_assets.core.parallel import beside, ordered_map, worker_count
from oumi_assets.platforms import PLATFORMS
from oumi_assets.stages.dataset import write_dataset
from oumi_assets.stages.files import CONVERSATIONS_FILE, JSONL_FILE, ROWS_FILE, TRACES_FILE
from oumi_assets.stages.index import index_export
from oumi_assets.stages.reconstruct import reconstruct
from oumi_assets.stages.tables import Parts, rows_per_group, write_pieces
from oumi_assets.stages.traces import parse_traces

EXPORTS = sorted(FIXTURES.glob("lang*/*.jsonl"))
WHOLE: dict[str, dict[str, int]] = {"index": {}, "traces": {}, "reconstruct": {}, "dataset": {}}
TINY = {
    "index": {"range_bytes": 3000},
    "traces": {"bucket_rows": 4},
    "reconstruct": {"batch_traces": 2, "batch_bytes": 5000},
    "dataset": {"batch_bytes": 2000},
}


def run(export: Path, folder: Path, workers: int, sizes: dict[str, dict[str, int]]) -> dict[str, Any]:
    """All stages on one file; what they wrote, by stage and file."""
    platform = PLATFORMS[export.parent.name]
    folders = {name: folder / name for name in sizes}
    for made in folders.values():
        made.mkdir(parents=True)
    rows, traces = folders["index"] / ROWS_FILE, folders["traces"] / TRACES_FILE
    conversations = folders["reconstruct"] / CONVERSATIONS_FILE
    index_export(export, folders["index"], platform, workers=workers, **sizes["index"])
    parse_traces(export, rows, folders["traces"], **sizes["traces"])
    reconstruct(export, traces, folders["reconstruct"], platform, workers=workers, **sizes["reconstruct"])
    dataset = partial(write_dataset, deduplicate=True, workers=workers, **sizes["dataset"])
    dataset(export, conversations, folders["dataset"], platform.name)
    written = [path for made in folders.values() for path in sorted(made.iterdir())]
    return {f"{p.parent.name}/{p.name}": pl.read_parquet(p) if p.suffix == ".parquet" else p.read_bytes() for p in written}


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Files of the same names, texts equal byte for byte, tables row for row."""
    assert one.keys() == other.keys()
    for name, content in one.items():
        if isinstance(content, bytes):
            assert content == other[name], name
        else:
            assert_frame_equal(content, other[name])


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_tiny_pieces_make_the_same_dataset(export: Path, tmp_path: Path) -> None:
    """A batch is a matter of memory; no user should ever see where one ended."""
    assert_same(run(export, tmp_path / "whole", 1, WHOLE), run(export, tmp_path / "tiny", 1, TINY))


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_three_workers_make_the_same_dataset_as_one(platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of cores is the machine's business, not the dataset's."""
    for stage in ("index", "reconstruct", "dataset"):
        monkeypatch.setattr(f"oumi_assets.stages.{stage}.PARALLEL_BYTES", 0)
    export = tmp_path / platform / "all.jsonl"
    export.parent.mkdir()
    export.write_bytes(b"".join(path.read_bytes() for path in EXPORTS if path.parent.name == platform))
    one, three = run(export, tmp_path / "one", 1, TINY), run(export, tmp_path / "three", 3, TINY)
    assert_same(one, three)
    assert len(one[f"dataset/{JSONL_FILE}"].splitlines()) > 10


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


def test_row_groups_are_bounded_in_bytes_whatever_the_rows(tmp_path: Path) -> None:
    """polars keeps row groups in memory: one of all rows would be the whole export."""
    assert rows_per_group(pl.Series([10] * 1000), group_bytes=160) == 16
    assert rows_per_group(pl.Series([], dtype=pl.Int64)) > 1000
    even = rows_per_group(pl.Series([10] * 500 + [10**9] + [10] * 499), group_bytes=160)
    assert even == 8, "one giant must not make every other row a group of its own"


def test_what_waits_on_disk_comes_back_in_order_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts lie in the folder that is published: none may be left in it."""
    monkeypatch.setattr("oumi_assets.stages.tables.GROUP_BYTES", 100)
    schema = pl.Schema({"n": pl.Int64(), "text": pl.String()})
    parts = Parts(tmp_path / "parts", schema)
    for number in range(20):
        parts.add(pl.DataFrame({"n": [number], "text": ["x" * 60]}, schema=schema))
    parts.write(tmp_path / "all.parquet")
    assert pl.read_parquet(tmp_path / "all.parquet")["n"].to_list() == list(range(20))
    assert [path.name for path in tmp_path.iterdir() if path.name in ("parts", "all.parquet")] == ["all.parquet"]
    write_pieces(tmp_path / "none.parquet", schema, [])
    assert pl.read_parquet(tmp_path / "none.parquet").schema == schema


def test_a_conversation_too_large_for_one_piece_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A giant trace goes to disk in blocks; its line must be what it would have been at once."""
    export = next(path for path in EXPORTS if path.stem == "wrap_openai_tools_agent")
    usual = run(export, tmp_path / "usual", 1, WHOLE)
    monkeypatch.setattr("oumi_assets.stages.giants.GIANT_BYTES", 1)
    monkeypatch.setattr("oumi_assets.stages.dataset.STREAMED_BYTES", 1)
    giant = run(export, tmp_path / "giant", 1, TINY)
    assert_same(usual, giant)
    for line in giant[f"dataset/{JSONL_FILE}"].splitlines():
        assert json.loads(json.loads(line)["metadata"]["source_raw"])


@pytest.mark.parametrize("export", EXPORTS[::7], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_row_group_by_row_group_makes_the_same_dataset(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So exports with giants are read; groups and batches of them end in the middle of everything."""
    usual = run(export, tmp_path / "usual", 1, WHOLE)
    monkeypatch.setattr("oumi_assets.stages.dataset._AHEAD_BYTES", 0)
    monkeypatch.setattr("oumi_assets.stages.dataset.BATCH_ROWS", 2)
    monkeypatch.setattr("oumi_assets.stages.reconstruct.rows_per_group", lambda sizes: 3)
    assert_same(usual, run(export, tmp_path / "groups", 1, WHOLE))


def _write_late(path: Path) -> None:
    """Work that takes longer than what it is beside; here, since a worker must be able to find it."""
    time.sleep(0.5)
    path.write_text("written")


def _write_for_ever(path: Path) -> None:
    while True:
        path.write_text("written")


def _fail() -> None:
    raise ValueError("the work")


def test_cores_are_counted_where_the_system_does_not_tell_which_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS has no such call: there, no import could even begin."""
    monkeypatch.delenv("OUMI_WORKERS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert worker_count() == os.cpu_count()


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
    with pytest.raises(WorkerKilled), beside(_die, 2):
        pass
    assert list(ordered_map(str, [1, 2], 2)) == ["1", "2"]


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_work_beside_is_done_when_the_block_is_left(workers: int, tmp_path: Path) -> None:
    """A stage must not be published while one of its files is still being written."""
    with beside(partial(_write_late, tmp_path / "file"), workers):
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_text() == "written"
    with pytest.raises(ValueError, match="the work"), beside(_fail, workers):
        pass


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_work_beside_a_failure_is_over_before_the_failure_is_told(workers: int, tmp_path: Path) -> None:
    """Whoever hears of it removes the folder, and nobody may go on writing there; nor keep a stopped run waiting."""
    path = tmp_path / "file"
    with pytest.raises(KeyError), beside(partial(_write_for_ever, path), workers):
        while workers > 1 and not path.exists():
            time.sleep(0.01)
        raise KeyError
    path.unlink(missing_ok=True)
    time.sleep(0.5)
    assert not path.exists()
    assert list(ordered_map(str, [1, 2], workers)) == ["1", "2"], "the next import finds workers"
