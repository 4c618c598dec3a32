"""The dataset card is what people copy from: its recipe loads what was said, all of it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from builders import langfuse_row, write_rows
from pipeline import import_export

from oumi_assets.imports.card import CARD_FILE
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
PARTS = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]
PLAIN, WITH_TOOLS = 120, 10


def _export(path: Path) -> Path:
    """Plain conversations first, more of them than a data frame looks at; then some with tools and parts."""
    plain = [
        langfuse_row(f"{number:03}", f"row {number}", startTime=f"2026-05-19 10:00:00.{number:03}000")
        for number in range(PLAIN)
    ]
    asked = {"messages": [{"role": "user", "content": PARTS}], "tools": [TOOL]}
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    late = [
        langfuse_row(
            f"{number:03}",
            f"row {number}",
            startTime=f"2026-05-19 11:00:00.{number:03}000",
            input=json.dumps(asked),
            output=json.dumps(called),
        )
        for number in range(PLAIN, PLAIN + WITH_TOOLS)
    ]
    return write_rows(path, plain + late)


def _recipes(card: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", card.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_recipe_of_the_card_loads_every_message_part_and_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data frame that guesses from the first rows leaves out what only later rows have, and says nothing."""
    imported = import_export(_export(tmp_path / "export.jsonl"), tmp_path, deduplicate=False)
    card = imported.store.file(DEDUPED_DATASET, imported.key, CARD_FILE)
    assert "| 130 | 130 | 0 | traces -> conversations |" in card.read_text()
    monkeypatch.chdir(card.parent)
    loaded: dict[str, Any] = {}
    exec(_recipes(card)[0], loaded)

    rows = loaded["conversations"]
    assert ["tools" in row for row in rows] == [False] * PLAIN + [True] * WITH_TOOLS
    assert rows[-1]["tools"] == [TOOL]
    assert [message["content"] for message in rows[-1]["messages"]] == [PARTS, None]
    assert rows[-1]["messages"][1]["tool_calls"] == [CALL]
    assert {row["conversation_id"]: row for row in rows} == imported.rows

    table = loaded["table"]
    assert [json.loads(text) for text in table["messages"]] == [row["messages"] for row in rows]
    assert [json.loads(text) if text else None for text in table["tools"]] == [row.get("tools") for row in rows]


def test_the_recipe_for_chat_templates_leaves_no_null_and_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the wire form, templates of many models fail, or teach the model JSON inside of a string and the word None."""
    arguments = ['{"city":"Rome","days":[1,2]}', "{}", '{"city": "Ro']
    calls = [
        {"id": f"call_{place}", "type": "function", "function": {"name": "look", "arguments": text}}
        for place, text in enumerate(arguments)
    ]
    called = {"role": "assistant", "content": None, "tool_calls": calls}
    row = langfuse_row(input=json.dumps([{"role": "user", "content": PARTS}]), output=json.dumps(called))
    imported = import_export(write_rows(tmp_path / "a.jsonl", [row]), tmp_path)
    card = imported.store.file(DEDUPED_DATASET, imported.key, CARD_FILE)
    monkeypatch.chdir(card.parent)
    loaded: dict[str, Any] = {}
    for recipe in _recipes(card):
        exec(recipe, loaded)

    asked, answered = loaded["conversations"][0]["messages"]
    assert asked["content"] == PARTS
    assert answered["content"] == ""
    assert [call["function"]["arguments"] for call in answered["tool_calls"]] == [
        {"city": "Rome", "days": [1, 2]},
        {},
        '{"city": "Ro',
    ]


KEYS = ["monday", "My_import", 'it\'s `mine` & "yours" <b>', "``` | *"]


@pytest.mark.parametrize("key", KEYS)
def test_the_card_names_folder_and_command_of_any_key(key: str, tmp_path: Path) -> None:
    """A key may be typed: what the card says of it is copied into a shell, where Markdown's escapes would be in the way."""
    rows = [langfuse_row(), langfuse_row("no-call", "b", type="SPAN")]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, key=key)
    card = imported.store.file(DEDUPED_DATASET, key, CARD_FILE).read_text()
    folder = imported.store.file(RAW_EXPORT, key, "dropped.parquet").parent.name
    assert f"`<stage>/{folder}/dropped.parquet`" in card
    span = re.search(r"^(`+)( ?)(oumi-assets show .*)\2\1 lists it", card, flags=re.MULTILINE)
    assert span is not None
    assert span[1] not in span[3], "backticks inside would end the span"
    assert shlex.split(span[3]) == ["oumi-assets", "show", key, "100", "--dropped"]


def test_a_file_may_be_called_anything(tmp_path: Path) -> None:
    """Cards are read in terminals and on pages: no name moves a cursor, turns a line around or is markup there."""
    name = "\x1b[31m\u202e\U000e0041[a](b) <img src=x>\n# x.jsonl"
    imported = import_export(write_rows(tmp_path / name, [langfuse_row()]), tmp_path)
    card = imported.store.file(DEDUPED_DATASET, imported.key, CARD_FILE).read_text()
    (line,) = (line for line in card.splitlines() if line.startswith("| source file |"))
    assert line == (r"| source file | \\x1b\[31m\\u202e\\U000e0041\[a\](b) &lt;img src=x&gt; \# x.jsonl |")
    assert card.replace("\n", "").isprintable()
