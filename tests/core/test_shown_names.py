"""Names in messages: whatever a file is called, a terminal and a page can show what is said of it."""

from __future__ import annotations

import pytest

from oumi_assets.core.characters import shown
from oumi_assets.core.errors import FileChanged, FileNotFound, FolderNotFound, NothingToImport, UnreadableFile, UnsafePath
from oumi_assets.core.storage_errors import AccessRefused, StorageRefused

HOSTILE = "\x1b[2J Zoë\u202e\ud800.jsonl"
ESCAPED = "\\x1b[2J Zoë\\u202e\\ud800.jsonl"


def test_only_what_cannot_be_printed_is_escaped() -> None:
    """A letter with an accent beside a control character stays what it is, and so does an emoji of several."""
    assert shown(HOSTILE) == ESCAPED
    assert [shown(name) for name in ("Zoë.jsonl", "👩\u200d💻.jsonl")] == ["Zoë.jsonl", "👩\u200d💻.jsonl"]


@pytest.mark.parametrize(
    "error",
    [
        FileNotFound(HOSTILE, [HOSTILE]),
        FolderNotFound(HOSTILE, HOSTILE),
        UnsafePath(HOSTILE, "it is a folder"),
        UnreadableFile(HOSTILE),
        FileChanged(HOSTILE),
        NothingToImport([HOSTILE]),
        AccessRefused(HOSTILE, "no credentials are set"),
        StorageRefused(HOSTILE, "MethodNotAllowed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_escapes_the_names_it_holds(error: Exception) -> None:
    """Nobody who raises one has to think of it."""
    assert ESCAPED in str(error)
    assert str(error).isprintable()
