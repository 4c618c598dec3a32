"""Reading only the calls that may win chooses what reading all of them would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from paths import FIXTURES
from pipeline import import_export

from oumi_assets.core.errors import TraceImportError
from oumi_assets.reconstruction.sizes import Sizes

EXPORTS = sorted([*FIXTURES.glob("lang*/*.jsonl"), *FIXTURES.glob("shapes/**/*.jsonl")])


def rows(path: Path, folder: Path) -> dict[str, dict[str, Any]] | None:
    """The dataset, or None when nothing can be converted."""
    try:
        return import_export(path, folder, deduplicate=False).rows
    except TraceImportError:
        return None


def both_ways(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """The dataset when calls that cannot win are not read, and when every call is."""
    few = rows(path, folder / "few")
    monkeypatch.setattr(Sizes, "may_win", lambda *_: True)
    return few, rows(path, folder / "all")


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_real_export_reads_the_same(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a call can become without being read is only a bound: where it is wrong, the wrong call wins silently."""
    few, everything = both_ways(path, tmp_path, monkeypatch)
    assert few == everything


def text(value: Any) -> str:
    return json.dumps(value)


USER, ASSISTANT = {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SAID = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": f"{n}"}]} for n in range(4)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # A tool's result logged as the user's: the second call continues the first.
        (
            ([{"role": "system", "content": "s"}, USER, ASSISTANT, USER], {"role": "assistant", "tool_calls": [CALL]}),
            ([{"role": "user", "tool_call_id": "c1", "content": "22"}], {"role": "assistant", "content": "done"}),
        ),
        # A reply of several messages.
        (([USER], SAID), ([USER, ASSISTANT, USER], ASSISTANT)),
        # Instructions that only the answer tells.
        (
            ([USER], {"object": "response", "instructions": [USER, ASSISTANT, USER, ASSISTANT], "output": SAID[:1]}),
            ([USER, ASSISTANT, USER], ASSISTANT),
        ),
    ],
)
def test_a_call_may_become_more_messages_than_its_list_has(
    first: tuple[Any, Any], second: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be counted for certain is read."""
    lines = [
        {"id": str(at), "traceId": "t", "type": "GENERATION", "startTime": f"2026-01-0{at}", "parentObservationId": None}
        | {"input": text(asked), "output": text(answered)}
        for at, (asked, answered) in enumerate((first, second), start=1)
    ]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(map(text, lines)))
    few, everything = both_ways(path, tmp_path, monkeypatch)
    assert few is not None
    assert few == everything
