"""Each shape's folder of real exports: every conversation in it equals what was really said.

`fixtures/shapes/<shape>/<platform>.jsonl` was written by the shape's own SDK (its serialization, its telemetry or its
LangSmith wrapper) from one scripted conversation; `expected.json` holds, by trace id, that script's messages and tools.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pipeline import import_export
from wire_model import check_row

FOLDERS = Path(__file__).parent / "fixtures" / "shapes"
EXPORTS = sorted(FOLDERS.glob("*/lang*.jsonl"))


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_conversation_of_a_shape_equals_its_script(path: Path, tmp_path: Path) -> None:
    """Detectors are tried on payloads as SDKs write them, not as a reader likes them."""
    expected = json.loads((path.parent / "expected.json").read_text())
    imported = import_export(path, tmp_path, deduplicate=False)
    assert imported.rows
    for trace_id, row in imported.rows.items():
        check_row(row)
        assert row["messages"] == expected[trace_id]["messages"]
        assert row.get("tools") == expected[trace_id]["tools"]
    assert imported.drops == {}


def test_every_expected_conversation_is_in_an_export() -> None:
    """A truth that no export is compared with proves nothing."""
    for expected in FOLDERS.glob("*/expected.json"):
        exports = "".join(path.read_text() for path in expected.parent.glob("*.jsonl"))
        assert all(f'"{trace_id}"' in exports for trace_id in json.loads(expected.read_text()))
