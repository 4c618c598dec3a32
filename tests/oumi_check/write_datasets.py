"""Writes the dataset of every fixture, with the reason why we expect Oumi to refuse a row beside each.

Run by `make oumi-check` in the project's environment: `python write_datasets.py FOLDER`.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import ANSWER, MESSAGES
from pipeline import import_export
from test_oumi_rules import READ, REFUSED

from oumi_assets.core.errors import TraceImportError
from oumi_assets.imports.workspace import STAGES
from oumi_assets.oumi_rules import oumi_refusal
from oumi_assets.stages.files import JSONL_FILE, PARQUET_FILE

FIXTURES = Path(__file__).parents[1] / "fixtures"


def main(folder: Path) -> None:
    """One `<name>.jsonl` per fixture that imports, and `<name>.expected.json`: a reason or null for each line."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for export in sorted(FIXTURES.rglob("*.jsonl")):
        name = "-".join(export.relative_to(FIXTURES).with_suffix("").parts)
        try:
            made = import_export(export, folder / "work" / name, deduplicate=False)
        except TraceImportError:
            continue
        shutil.copy(made.store.file(STAGES[-1], made.key, JSONL_FILE), folder / f"{name}.jsonl")
        table = pl.read_parquet(made.store.file(STAGES[-1], made.key, PARQUET_FILE))
        expected = [
            oumi_refusal(messages.encode(), tools) for messages, tools in table.select("messages", "tools").iter_rows()
        ]
        (folder / f"{name}.expected.json").write_text(json.dumps(expected))
    shutil.rmtree(folder / "work", ignore_errors=True)
    _write_tools(folder)


def _write_tools(folder: Path) -> None:
    """The tools of the unit tests, one a row: no fixture has a schema that Oumi refuses."""
    rows = [{"conversation_id": "t", "messages": [*MESSAGES, ANSWER], "tools": [tool]} for tool in [*READ, *REFUSED]]
    (folder / "tools.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "tools.expected.json").write_text(json.dumps([None] * len(READ) + ["tool_schema"] * len(REFUSED)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
