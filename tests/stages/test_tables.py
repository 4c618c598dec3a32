"""Tables on their way: gathered in bounded row groups, aside on disk, and from one process to another."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from oumi_assets.stages.tables import Parts, hand_over, rows_per_group, take_over, write_pieces

TABLE = pl.DataFrame({"number": [1, 2], "text": ["a", "数据"]})


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


def test_a_table_that_is_handed_over_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever is in a stage's folder at its end is published."""
    folder = tmp_path / "made"
    folder.mkdir()
    assert_frame_equal(take_over(hand_over(TABLE, folder)), TABLE)
    assert not [*folder.iterdir()]


def test_a_table_that_stays_in_its_process_is_not_written() -> None:
    """A small import has no workers, and no time for files."""
    assert take_over(hand_over(TABLE, None)) is TABLE
