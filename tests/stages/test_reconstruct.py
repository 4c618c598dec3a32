"""A bug of ours costs the trace that found it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from builders import langfuse_row, write_rows

from oumi_assets.core.calls import UnreadCall
from oumi_assets.platforms import LANGFUSE, PLATFORMS
from oumi_assets.stages.files import CONVERSATIONS_FILE, DROPPED_FILE, ROWS_FILE, TRACES_FILE
from oumi_assets.stages.index import index_export
from oumi_assets.stages.reconstruct import reconstruct
from oumi_assets.stages.traces import parse_traces


def _open_call(line: bytes) -> UnreadCall | None:
    if b"unlucky" in line:
        raise KeyError("a bug")
    return LANGFUSE.open_call(line)


def test_a_trace_that_leads_to_an_error_of_ours_is_a_drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of good traces beside it are not to be lost for it; the drop says where it is to be looked for."""
    monkeypatch.setitem(PLATFORMS, "langfuse", LANGFUSE._replace(open_call=_open_call))
    export = write_rows(tmp_path / "a.jsonl", [langfuse_row("good", "1"), langfuse_row("unlucky", "2")])
    index_export(export, tmp_path, LANGFUSE)
    traces = tmp_path / "traces"
    traces.mkdir()
    parse_traces(export, tmp_path / ROWS_FILE, traces)
    counted = reconstruct(export, traces / TRACES_FILE, tmp_path, LANGFUSE)
    assert (counted.traces, counted.conversations) == (2, 1)
    assert pl.read_parquet(tmp_path / CONVERSATIONS_FILE)["conversation_id"].to_list() == ["good"]
    drop = pl.read_parquet(tmp_path / DROPPED_FILE).row(0, named=True)
    assert (drop["reason"], drop["trace_id"]) == ("internal_error", "unlucky")
    assert re.fullmatch(r"\$ \(KeyError, oumi_assets\.reconstruction\.candidate:\d+\)", drop["path"])
