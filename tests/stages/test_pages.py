"""A column that is written by us alone is the one that polars would have written, wherever its pages end."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from oumi_assets.stages import parquet_footer as parquet
from oumi_assets.stages.pages import Column, Pages
from oumi_assets.stages.tables import write_pieces

SCHEMA = pl.Schema({"number": pl.Int64(), "text": pl.String()})
TEXTS = ["", "a", "数据 " * 200, "long " * 500, 'said "yes"\n', "", "x" * 3000, "ü"] * 4
STREAMED = 2000


def wanted() -> pl.DataFrame:
    """What the file is to hold."""
    return pl.DataFrame({"number": range(len(TEXTS)), "text": TEXTS}, schema=SCHEMA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With nothing in it."""
    made = tmp_path / "made"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oumi_assets.stages.pages.PAGE_BYTES", 700)


@pytest.mark.parametrize("group_rows", [1, 3, 8, 100])
@pytest.mark.parametrize("piece_rows", [1, 5, 100])
def test_a_column_of_ours_is_read_as_it_was_given(group_rows: int, piece_rows: int, folder: Path) -> None:
    """Row groups, pages and the tables that polars is given end in different places."""
    pages = Pages(folder)
    column = Column(pages, "text", group_rows)
    for text in TEXTS:
        value = text.encode()
        if len(value) >= STREAMED:
            column.append_streamed(len(value), (value[start : start + 7] for start in range(0, len(value), 7)))
        else:
            column.append(value)
    column.flush()
    empty = wanted().with_columns(text=pl.lit(""))
    pieces = [empty[start : start + piece_rows] for start in range(0, len(TEXTS), piece_rows)]
    path = folder / "a.parquet"
    write_pieces(path, SCHEMA, pieces, group_rows, pages)
    assert_frame_equal(pl.read_parquet(path), wanted())
    assert_frame_equal(pl.scan_parquet(path).filter(number=7).collect(), wanted().filter(number=7))
    assert [*folder.iterdir()] == [path], "nothing that waited stays"


def test_a_footer_adds_up(folder: Path) -> None:
    """Other readers plan what they read by it: sums of columns, and where each begins."""
    pages, path = Pages(folder), folder / "a.parquet"
    column = Column(pages, "text", 8)
    for text in TEXTS:
        column.append(text.encode())
    column.flush()
    write_pieces(path, SCHEMA, [wanted().with_columns(text=pl.lit(""))], 8, pages)
    with path.open("rb") as file:
        start, footer = parquet.read_footer(file)
    groups = footer[parquet.ROW_GROUPS][1][1]
    assert len(groups) == len(TEXTS) / 8
    for group in groups:
        metas = [chunk[parquet.CHUNK_META][1] for chunk in group[parquet.GROUP_COLUMNS][1][1]]
        for total, part in (
            (parquet.GROUP_BYTES, parquet.META_BYTES),
            (parquet.GROUP_COMPRESSED, parquet.META_COMPRESSED),
        ):
            assert group[total][1] == sum(meta[part][1] for meta in metas)
        ends = [meta[parquet.META_FIRST_PAGE][1] + meta[parquet.META_COMPRESSED][1] for meta in metas]
        assert max(ends) <= start
        assert parquet.GROUP_OFFSET not in group, "which would be that of a column that moved"


def test_a_page_that_reaches_into_the_next_row_group_is_an_error(folder: Path) -> None:
    """Its last texts would be read as empty ones, and nobody would ever know."""
    pages = Pages(folder)
    pages.keep_many(0, "text", [text.encode() for text in TEXTS])
    with pytest.raises(ValueError, match="a page of text reaches into the next row group"):
        write_pieces(folder / "a.parquet", SCHEMA, [wanted()], 8, pages)
