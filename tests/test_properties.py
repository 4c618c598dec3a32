"""What holds for every export: order does not matter, nothing is lost, nothing but our own errors is raised.

A few examples in the normal suite; `make fuzz` runs thousands.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import ground_truth
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import EXPORTS, mutated
from paths import FIXTURES
from pipeline import Imported, import_export

from oumi_assets.core.errors import TraceImportError
from oumi_assets.imports.recount import recount
from oumi_assets.imports.workspace import STAGES
from oumi_assets.platforms import PLATFORMS
from oumi_assets.stages.dataset import write_dataset
from oumi_assets.stages.files import CONVERSATIONS_FILE, JSONL_FILE, ROWS_FILE, TRACES_FILE
from oumi_assets.stages.index import index_export
from oumi_assets.stages.lines import BLANKS, BOM
from oumi_assets.stages.reconstruct import reconstruct
from oumi_assets.stages.traces import parse_traces
from oumi_assets.storage.local_store import LocalStore
from oumi_assets.storage.manifest import Outcome

REAL = [file.path for file in ground_truth.files() if file.path in EXPORTS and any(truth.accepted for truth in file.truths)]


def _import(data: bytes, folder: str, **options: Any) -> Imported:
    path = Path(folder) / "export.jsonl"
    path.write_bytes(data)
    return import_export(path, Path(folder), **options)


def _without_raw_order(imported: Imported) -> list[Any]:
    rows = []
    for row in imported.rows.values():
        raw = json.dumps(sorted(map(repr, json.loads(row["metadata"].pop("source_raw")))))
        rows.append((row, raw))
    return rows


@given(st.sampled_from(REAL), st.integers(0, 2**32))
def test_shuffling_rows_changes_only_the_order_inside_source_raw(export: Path, seed: int) -> None:
    """Exports come newest first, interleaved, or in parts: the dataset is made of what they say."""
    lines = export.read_bytes().splitlines()
    shuffled = Random(seed).sample(lines, len(lines))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        straight = _import(b"\n".join(lines), one)
        mixed = _import(b"\n".join(shuffled), two)
        assert straight.drops == mixed.drops
        assert _without_raw_order(straight) == _without_raw_order(mixed)


@pytest.mark.parametrize("export", REAL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_source_raw_is_exactly_the_rows_of_the_trace(export: Path, tmp_path: Path) -> None:
    """Who doubts a conversation must find every byte it was made of."""
    imported = import_export(export, tmp_path, deduplicate=False)
    lines = export.read_bytes().removeprefix(BOM).split(b"\n")
    by_trace: dict[str, list[bytes]] = {}
    for line in filter(None, (line.strip(BLANKS) for line in lines)):
        row = json.loads(line)
        by_trace.setdefault(row.get("traceId") or row.get("trace_id"), []).append(line)
    for trace, found in imported.rows.items():
        assert found["metadata"]["source_raw"].encode() == b"[" + b",".join(by_trace[trace]) + b"]"


@given(st.sampled_from(EXPORTS), st.integers(0, 2**32), st.integers(1, 12), st.sampled_from(["auto", *PLATFORMS]))
@example(EXPORTS[0], 0, 1, "langsmith")
def test_a_damaged_export_raises_nothing_but_our_errors_and_loses_nothing(
    export: Path, seed: int, times: int, platform: str
) -> None:
    """Whatever happened to the file, users get a dataset or a sentence, and every row is accounted for."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            imported = _import(mutated(export, seed, times), folder, platform=platform)
        except TraceImportError:
            _assert_conserved(LocalStore(Path(folder) / "storage"))
            return
        for row in imported.rows.values():
            assert 2 <= len(row["messages"]) <= 1000
            assert row["messages"][-1]["role"] == "assistant"


def _assert_conserved(store: LocalStore) -> None:
    """The stages that were finished before the import failed hold what they were given."""
    for stage in STAGES:
        made = store.manifest(stage, "it")
        assert made is None or made.outcome is not Outcome.COMPLETE or recount(store, stage, "it").holds


@given(st.sampled_from(EXPORTS), st.integers(0, 2**32))
def test_importing_twice_gives_the_same_bytes(export: Path, seed: int) -> None:
    """A dataset, or the error in its place, is a function of the file: not of time, hashing seeds or dictionary order."""
    data = mutated(export, seed, 2)
    with tempfile.TemporaryDirectory() as folder:
        assert _dataset_or_error(data, folder, "one") == _dataset_or_error(data, folder, "two")


def _dataset_or_error(data: bytes, folder: str, key: str) -> bytes | str:
    try:
        made = _import(data, folder, key=key)
    except TraceImportError as error:
        return str(error)
    return made.store.file(STAGES[-1], key, JSONL_FILE).read_bytes()


SIZES = [(1 << 24, 256, 32 << 20, 1), (1000, 3, 1, 1), (7777, 1, 50_000, 1), (20_000, 2, 1000, 3)]


@pytest.mark.parametrize("name", ["langfuse/interleaved_60_traces", "langsmith/duplicates"])
def test_sizes_of_pieces_and_workers_never_show(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the work is cut is our business: every byte of the dataset is the same."""
    monkeypatch.setattr("oumi_assets.core.parallel.PARALLEL_BYTES", 0)
    export = FIXTURES / f"{name}.jsonl"
    platform = PLATFORMS[name.split("/")[0]]
    results = []
    for number, (range_bytes, traces, batch_bytes, workers) in enumerate(SIZES):
        folder = tmp_path / str(number)
        folder.mkdir()
        counts = index_export(export, folder, platform, workers=workers, range_bytes=range_bytes)
        parse_traces(export, folder / ROWS_FILE, folder)
        reconstruct(export, folder / TRACES_FILE, folder, platform, workers=workers, batch_traces=traces)
        write_dataset(
            export,
            folder / CONVERSATIONS_FILE,
            folder,
            platform.name,
            deduplicate=True,
            workers=workers,
            batch_bytes=batch_bytes,
        )
        results.append((counts, (folder / JSONL_FILE).read_bytes()))
    assert all(result == results[0] for result in results)
