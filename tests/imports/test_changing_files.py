"""Files that change between the look at them and the end of their copy."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from oumi_assets.core.errors import FileChanged
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import Workspace

FORM = Form(dataset_name="Monday", file="by-hand/monday.jsonl", deduplicate=False)


@pytest.mark.parametrize("last", [b"\n\n", b" "])
def test_a_file_that_is_written_to_while_it_is_copied_is_not_imported(
    last: bytes, workspace: Workspace, uploads: Path
) -> None:
    """Whether it grows or not: its end would be missing, or of another export than its beginning."""
    path = uploads / "by-hand" / "monday.jsonl"
    content = path.read_bytes()

    def writing(doing: str, done: int, total: int, rows: int = 0) -> None:
        if path.read_bytes() == content:
            path.write_bytes(content[:-1] + last)

    with pytest.raises(FileChanged, match="changed while it was being read"):
        make_raw_export(replace(workspace, progress=writing), "monday-1", FORM)


def test_a_file_that_grows_faster_than_it_is_copied_is_not_copied_for_ever(workspace: Workspace, uploads: Path) -> None:
    """A log that never rests must not fill the disk before somebody is told."""
    copied: list[int] = []

    def growing(doing: str, done: int, total: int, rows: int = 0) -> None:
        copied.append(done)
        if len(copied) < 20:
            with (uploads / "by-hand" / "monday.jsonl").open("ab") as file:
                file.write(b"\n" * (4 << 20))

    with pytest.raises(FileChanged, match="changed while it was being read"):
        make_raw_export(replace(workspace, progress=growing), "monday-1", FORM)
    assert len(copied) < 5


def test_a_gzip_file_that_is_still_written_changed_and_is_not_damaged(workspace: Workspace, uploads: Path) -> None:
    """Nobody has to save it again: once it is written completely, it is fine."""
    path = uploads / "by-hand" / "monday.jsonl"
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[:-20])
    sizes: list[int] = []

    def growing(doing: str, done: int, total: int, rows: int = 0) -> None:
        sizes.append(done)
        path.write_bytes(packed[: -10 if len(sizes) == 1 else None])

    with pytest.raises(FileChanged, match="changed while it was being read"):
        make_raw_export(replace(workspace, progress=growing), "monday-1", FORM)


def test_a_file_that_changed_since_it_was_seen_is_not_imported_under_the_old_key(
    workspace: Workspace, uploads: Path
) -> None:
    """Its new content has a key of its own, and would come twice."""
    with pytest.raises(FileChanged, match="changed while it was being read"):
        make_raw_export(workspace, "key", FORM, content_tag="1-1", watched=True)
