"""All stages on one export, without what surrounds them, in pieces of any size; and whether two such runs are the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from paths import FIXTURES
from polars.testing import assert_frame_equal

from oumi_assets.platforms import PLATFORMS
from oumi_assets.stages.dataset import write_dataset
from oumi_assets.stages.files import CONVERSATIONS_FILE, ROWS_FILE, TRACES_FILE
from oumi_assets.stages.index import index_export
from oumi_assets.stages.reconstruct import reconstruct
from oumi_assets.stages.traces import parse_traces

EXPORTS = sorted(FIXTURES.glob("lang*/*.jsonl"))
WHOLE: dict[str, dict[str, int]] = {"index": {}, "traces": {}, "reconstruct": {}, "dataset": {}}
TINY = {
    "index": {"range_bytes": 3000},
    "traces": {"bucket_rows": 4},
    "reconstruct": {"batch_traces": 2, "batch_bytes": 5000},
    "dataset": {"batch_bytes": 2000},
}


def run_on_files(export: Path, folder: Path, workers: int, sizes: dict[str, dict[str, int]]) -> dict[str, Any]:
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
