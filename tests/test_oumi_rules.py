"""Which rows the oumi package refuses, told without it; `make oumi-check` compares this with the package itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import ANSWER, MESSAGES, langfuse_row, write_rows
from pipeline import import_export

from oumi_assets.imports.workspace import STAGES
from oumi_assets.oumi_rules import OumiRefusal, oumi_refusal
from oumi_assets.stages.files import PARQUET_FILE

IMAGE = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}]
PLAIN = json.dumps([*MESSAGES, ANSWER], separators=(",", ":")).encode()


def _tool(parameters: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", "parameters": parameters, **fields}}


READ = [
    _tool({"type": "object", "properties": {"x": {"type": ["string", "null"]}}, "required": ["x"]}),
    _tool({"type": "object", "additionalProperties": False, "properties": {}}),
    _tool({"$defs": {"a": True}, "anyOf": [True], "x": 10**400}),
    _tool(None, strict=None, description=None),
]
REFUSED = [
    _tool({"type": "object", "properties": {"anything": True}}),
    _tool({"type": "array", "items": False}),
    _tool({"type": "array", "items": [{"type": "string"}]}),
    _tool({"type": "OBJECT", "properties": {"x": {"type": "STRING"}}}),
    _tool({"type": "object", "properties": {"x": {"type": "any"}}}),
    _tool({"type": "object", "required": "x"}),
    _tool({"type": "object", "title": 5}),
    _tool({"type": "object", "properties": {"x": {"enum": "a|b"}}}),
]


@pytest.mark.parametrize("tool", READ)
def test_tools_in_openai_form_are_read(tool: dict[str, Any]) -> None:
    """A row counted as refused without cause sends people converting what works."""
    assert oumi_refusal(PLAIN, json.dumps([tool])) is None


@pytest.mark.parametrize("tool", REFUSED)
def test_schemas_outside_oumis_subset_are_refused(tool: dict[str, Any]) -> None:
    """One such tool makes Oumi refuse the whole file, in the middle of a training run."""
    assert oumi_refusal(PLAIN, json.dumps([READ[0], tool])) is OumiRefusal.TOOL_SCHEMA


def test_content_that_only_speaks_of_parts_is_text() -> None:
    """A user may well ask about the wire format."""
    messages = [{"role": "user", "content": 'what is "content":[{"type":"text"}]?'}, ANSWER]
    assert oumi_refusal(json.dumps(messages, separators=(",", ":")).encode(), None) is None


def test_the_card_counts_the_rows_oumi_refuses(tmp_path: Path) -> None:
    """Who trains with Oumi should read it on the card and not in a stack trace."""
    rows = [
        langfuse_row("image-1", "a", input=json.dumps(IMAGE)),
        langfuse_row("image-2", "b", input=json.dumps({"messages": IMAGE, "tools": REFUSED})),
        langfuse_row("schema", "c", input=json.dumps({"messages": MESSAGES, "tools": REFUSED[:1]})),
        langfuse_row("fine", "d", input=json.dumps({"messages": MESSAGES, "tools": READ})),
    ]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, deduplicate=False)
    dataset = imported.store.file(STAGES[-1], imported.key, PARQUET_FILE)
    card = dataset.with_name("README.md").read_text()
    assert "| content\\_parts | 2 | OpenAI parts" in card
    assert "| tool\\_schema | 1 | a tool" in card


def test_the_card_is_silent_when_oumi_reads_everything(tmp_path: Path) -> None:
    """A warning that is always there is read by nobody."""
    imported = import_export(write_rows(tmp_path / "a.jsonl", [langfuse_row()]), tmp_path)
    assert "oumi package" not in imported.store.file(STAGES[-1], imported.key, "README.md").read_text()
