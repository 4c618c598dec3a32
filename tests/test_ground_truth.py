"""Every conversation of the real exports equals what was really said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ground_truth
import pytest
from pipeline import Imported, import_export

FILES = ground_truth.files()
COUNTED = [file for file in FILES if any(truth.accepted for truth in file.truths)]


def _named(file: ground_truth.File) -> str:
    return f"{file.path.parent.name}/{file.path.stem}"


@pytest.mark.parametrize("file", COUNTED, ids=_named)
def test_every_conversation_equals_its_ground_truth(file: ground_truth.File, tmp_path: Path) -> None:
    """Users train on these rows: roles, content, calls, ids, links, tools and sessions must be the real ones."""
    imported = import_export(file.path, tmp_path, deduplicate=False)
    assert set(imported.rows) == {truth.trace_id for truth in file.truths if truth.accepted}
    for truth in file.truths:
        if truth.accepted:
            _assert_equal(imported.rows[truth.trace_id], truth)


def _assert_equal(row: dict[str, Any], truth: ground_truth.Truth) -> None:
    messages = ground_truth.comparable(row["messages"])
    assert messages in [ground_truth.wire_truth(accepted) for accepted, _ in truth.accepted]
    assert row.get("tools", []) in [ground_truth.wire_truth_tools(tools) for _, tools in truth.accepted]
    session = None if truth.session_id is None else str(truth.session_id)
    assert row["metadata"].get("source_session_id") == session


@pytest.mark.parametrize("file", [file for file in COUNTED if file.kept is not None], ids=_named)
def test_deduplication_keeps_exactly_the_longest_conversations(file: ground_truth.File, tmp_path: Path) -> None:
    """A session logged turn by turn must not be trained on once per turn."""
    imported: Imported = import_export(file.path, tmp_path)
    assert set(imported.rows) == file.kept
