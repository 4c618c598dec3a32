"""Texts too large for polars' writer: the file is one that polars reads, whatever lies beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from all_stages import TINY, WHOLE, assert_same, run_on_files
from builders import langfuse_row, write_rows
from paths import FIXTURES
from pipeline import import_export
from polars.testing import assert_frame_equal

from oumi_assets.stages.files import JSONL_FILE, PARQUET_FILE
from oumi_assets.stages.giants import take_giants
from oumi_assets.stages.pages import Pages
from oumi_assets.stages.parquet_footer import read_footer, write_footer
from oumi_assets.stages.tables import write_pieces

SCHEMA = pl.Schema({"name": pl.String(), "text": pl.String(), "places": pl.List(pl.UInt64()), "size": pl.Int64()})
GIANT = 1000


@pytest.fixture(autouse=True)
def _small_giants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oumi_assets.stages.giants.GIANT_BYTES", GIANT)
    monkeypatch.setattr("oumi_assets.stages.pages._BLOCK", 300)


def table(giants: set[int], rows: int = 20) -> pl.DataFrame:
    """A giant text in these rows; nulls, empty and odd texts in the others."""
    others = [None, "", "short", "über 数据"]
    texts = [f"{row} 数据 " * 400 if row in giants else others[row % 4] for row in range(rows)]
    names = ["n" * GIANT if row in giants and row % 2 else f"row {row}" for row in range(rows)]
    columns = {"name": names, "text": texts, "places": [[row, row] for row in range(rows)], "size": range(rows)}
    return pl.DataFrame(columns, schema=SCHEMA)


@pytest.mark.parametrize("giants", [{0}, {19}, {3, 4, 9}, set(range(20)), {7, 12}], ids=str)
@pytest.mark.parametrize("group_rows", [1, 3, 8, 100])
def test_a_table_with_giants_is_read_as_it_was_given(giants: set[int], group_rows: int, tmp_path: Path) -> None:
    """A giant may be anywhere among its neighbours, and in any number."""
    pieces = [table(giants)[start : start + 5] for start in range(0, 20, 5)]
    path = tmp_path / "made" / "a.parquet"
    path.parent.mkdir()
    write_pieces(path, SCHEMA, pieces, group_rows)
    assert_frame_equal(pl.read_parquet(path), table(giants))
    assert_frame_equal(pl.scan_parquet(path).filter(size=7).collect(), table(giants).filter(size=7))
    assert [*path.parent.iterdir()] == [path], "nothing that waited stays"


@pytest.mark.parametrize("of", [str, str.encode])
def test_rows_of_a_worker_give_up_all_their_giants(of: Callable[[str], str | bytes]) -> None:
    """Also several of one row; what is as many bytes in fewer characters is one, what only may be is none."""
    giant, wide, nearly = of("x" * GIANT), of("数" * (GIANT // 3 + 1)), of("x" * (GIANT - 1))
    rows: list[tuple[object, ...]] = [(nearly, of("a"), 1), (giant, wide, 2), (of("b"), wide, 3)]
    found = take_giants(("name", "text"), rows)
    assert rows == [(nearly, of("a"), 1), (of(""), of(""), 2), (of("b"), of(""), 3)]
    assert [(one.row, one.column) for one in found] == [(1, "name"), (1, "text"), (2, "text")]


def test_a_giant_given_in_parts_never_was_in_the_table(tmp_path: Path) -> None:
    """That is what it is for: the dataset's `source_raw` goes from the export to the file piece by piece."""
    wanted = table({3})
    pages = Pages(tmp_path)
    for name in ("name", "text"):
        value = wanted[name][3].encode()
        pages.keep(3, name, len(value), (value[start : start + 7] for start in range(0, len(value), 7)))
    empty = pl.when(pl.col("size") == 3).then(pl.lit("")).otherwise(pl.col("name", "text")).name.keep()
    write_pieces(tmp_path / "a.parquet", SCHEMA, [wanted.with_columns(empty)], pages=pages)
    assert_frame_equal(pl.read_parquet(tmp_path / "a.parquet"), wanted)


def test_equal_tables_are_equal_files_and_giants_are_compressed(tmp_path: Path) -> None:
    """Whoever compares two imports compares files."""
    for name in ("a", "b"):
        write_pieces(tmp_path / name, SCHEMA, [table({3, 4, 9})], 8)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").stat().st_size < table({3, 4, 9}).estimated_size() / 2


def test_a_table_without_giants_is_as_polars_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary export must not pay for what is rare."""
    monkeypatch.setattr(Pages, "keep", None)
    write_pieces(tmp_path / "a.parquet", SCHEMA, [table(set())])
    assert_frame_equal(pl.read_parquet(tmp_path / "a.parquet"), table(set()))


def test_a_footer_is_written_as_it_was_read(tmp_path: Path) -> None:
    """What polars keeps there is its own business, and must survive."""
    table(set()).write_parquet(tmp_path / "a.parquet", row_group_size=4, metadata={"by": "a test"})
    before = (tmp_path / "a.parquet").read_bytes()
    with (tmp_path / "a.parquet").open("r+b") as file:
        start, footer = read_footer(file)
        file.truncate(file.seek(start))
        write_footer(file, footer)
    assert (tmp_path / "a.parquet").read_bytes() == before


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_an_export_of_giants_makes_the_same_dataset(platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are cut into blocks between characters: line and row must be what they would have been at once."""
    export = tmp_path / platform / "all.jsonl"
    export.parent.mkdir()
    export.write_bytes(b"".join(path.read_bytes() for path in sorted(FIXTURES.glob(f"{platform}/*.jsonl"))))
    monkeypatch.setattr("oumi_assets.stages.giants.GIANT_BYTES", 1 << 30)
    usual = run_on_files(export, tmp_path / "usual", 1, WHOLE)
    monkeypatch.setattr("oumi_assets.stages.giants.GIANT_BYTES", 4 * GIANT)
    monkeypatch.setattr("oumi_assets.stages.dataset.STREAMED_BYTES", 4 * GIANT)
    monkeypatch.setattr("oumi_assets.stages.pages.PAGE_BYTES", 2 * GIANT)
    monkeypatch.setattr("oumi_assets.stages.envelope._BLOCK", 5)
    assert_same(usual, run_on_files(export, tmp_path / "giants", 1, TINY))
    lines = usual[f"dataset/{JSONL_FILE}"].splitlines()
    raw = [json.loads(line)["metadata"]["source_raw"] for line in lines]
    assert usual[f"dataset/{PARQUET_FILE}"]["source_raw"].to_list() == raw
    sizes = [len(text.encode()) for text in raw]
    assert min(sizes) < 4 * GIANT < max(sizes)


def test_a_trace_that_no_parquet_value_can_hold_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One trace of 2 GB must not stop the import of all others."""
    monkeypatch.setattr("oumi_assets.stages.reconstruct.MAX_TRACE_BYTES", 2000)
    rows = [langfuse_row("small", "a"), *(langfuse_row("large", f"b{number}", name="n" * 400) for number in range(4))]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path)
    assert imported.drops == {"trace_too_large": 1}
    assert [*imported.rows] == ["small"]
