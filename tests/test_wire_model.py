"""Every row of every dataset keeps the OpenAI wire rules, whatever its export looked like."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from paths import FIXTURES
from pipeline import import_export
from pydantic import ValidationError
from wire_model import check_row, unanswered

from oumi_assets.core.errors import NoConvertibleConversations, TraceImportError

EXPORTS = sorted(FIXTURES.rglob("*.jsonl"))


def _named(path: Path) -> str:
    return str(path.relative_to(FIXTURES).with_suffix(""))


@pytest.mark.parametrize("path", EXPORTS, ids=_named)
def test_every_row_of_every_fixture_is_openai_wire(path: Path, tmp_path: Path) -> None:
    """A trainer that reads one row reads them all: no fixture may produce a row outside the format."""
    refusals = TraceImportError if path.parent.name == "bad" else NoConvertibleConversations
    try:
        imported = import_export(path, tmp_path, deduplicate=False)
    except refusals:
        return
    for row in imported.rows.values():
        check_row(row)
        assert unanswered(row["messages"]) == []


ROW: dict[str, Any] = {
    "conversation_id": "t1",
    "messages": [
        {"role": "user", "content": "weather in Rome?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
            ],
        },
        {"role": "tool", "content": "sunny", "tool_call_id": "c1"},
        {"role": "assistant", "content": "Sunny."},
    ],
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}],
    "metadata": {
        "source_platform": "langfuse",
        "source_trace_id": "t1",
        "source_trace_name": None,
        "source_sequence_key": "2026-05-19T10:00:00.000000Z",
        "source_raw": [],
    },
}

BROKEN = {
    "an unknown role": (["messages", 0, "role"], "developer"),
    "null content without calls": (["messages", 3, "content"], None),
    "empty content beside calls": (["messages", 1, "content"], ""),
    "text alone as parts": (["messages", 0, "content"], [{"type": "text", "text": "hi"}]),
    "an image in another writer's form": (["messages", 0, "content"], [{"type": "input_image", "image_url": "x"}]),
    "a part without a type": (["messages", 0, "content"], [{"image": "x"}]),
    "arguments as an object": (["messages", 1, "tool_calls", 0, "function", "arguments"], {"city": "Rome"}),
    "a call without an id": (["messages", 1, "tool_calls", 0, "id"], ""),
    "no calls as an empty list": (["messages", 1, "tool_calls"], []),
    "a key of a writer": (["messages", 3, "annotations"], []),
    "a null key": (["messages", 3, "refusal"], None),
    "a result without a call's id": (["messages", 2, "tool_call_id"], None),
    "a flat tool": (["tools", 0], {"type": "function", "name": "weather"}),
    "no tools as an empty list": (["tools"], []),
    "a conversation without a reply": (["messages", 3], {"role": "user", "content": "hm"}),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_row_that_breaks_a_rule_is_found(change: tuple[list[Any], Any]) -> None:
    """A model that accepts everything would prove nothing."""
    (*path, last), value = change
    row = copy.deepcopy(ROW)
    at: Any = row
    for key in path:
        at = at[key]
    at[last] = value
    with pytest.raises((ValidationError, AssertionError)):
        check_row(row)


def test_a_row_that_keeps_the_rules_is_accepted() -> None:
    """The changes above break a good row, not one that was bad before."""
    check_row(ROW)
    assert unanswered(ROW["messages"]) == []


def test_repeated_ids_and_results_without_calls_are_found() -> None:
    """Results are matched with calls by id: two calls of one id, or an id nobody used, mislead a trainer."""
    row = copy.deepcopy(ROW)
    row["messages"][1]["tool_calls"] *= 2
    with pytest.raises(ValidationError):
        check_row(row)
    assert unanswered(ROW["messages"][2:]) == ["c1"]
