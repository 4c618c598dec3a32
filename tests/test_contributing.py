"""CONTRIBUTING.md is followed by people who do not know the code yet: what it names must exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes import SHAPES, read_message, read_request

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def test_every_path_in_it_exists() -> None:
    """A guide to files that moved costs more than none."""
    named = re.findall(r"`((?:oumi_assets|tests)/[^`<>\s]*)`", TEXT)
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_make_target_in_it_exists() -> None:
    """The three commands are all that a newcomer is told."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", TEXT, re.MULTILINE)) <= targets


def test_the_worked_example_works() -> None:
    """The example is real: its payload is read as the text says, and its code stands in the module."""
    payload, code = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL), re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert payload is not None
    assert code is not None
    request = read_request(ModelCall(json.loads(payload[1]), None))
    assert request is not None
    drafts = [draft for message in request.messages for draft in read_message(message) or []]
    assert [(draft.role, draft.tool_call_id) for draft in drafts][-1] == ("tool", "call_1")
    module = (ROOT / "oumi_assets/shapes/otel_genai.py").read_text()
    assert all(line.strip() in module for line in code[1].strip().splitlines())


def test_the_order_of_the_table_is_as_it_says() -> None:
    """A general shape before a specific one would take its payloads, and lose what it does not know."""
    names = [shape.name for shape in SHAPES]
    assert names.index("otel_genai") < names.index("anthropic") < names.index("openai_chat")


def test_no_shape_is_longer_than_it_says() -> None:
    """One writer's way of logging a chat fits on a few screens; what is longer holds two things."""
    (most,) = re.findall(r"at most (\d+) lines", TEXT)
    modules = (ROOT / "oumi_assets" / "shapes").glob("*.py")
    assert [module.name for module in modules if len(module.read_text().splitlines()) > int(most)] == []
