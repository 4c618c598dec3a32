"""What becomes of every broken or hostile file of `fixtures/bad`: one table, one row a file.

A file either fails with its sentence, or its bad lines are counted by line and its good conversations survive.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from paths import FIXTURES
from pipeline import Imported, import_export

from oumi_assets.core.errors import TraceImportError
from oumi_assets.imports.workspace import STAGES

BAD = FIXTURES / "bad"

LANGFUSE_JSONL = "Langfuse import only supports .jsonl files: "
TRACE_JSONL = "Trace import only supports .jsonl files: "
MIXED = "This file holds rows of both platforms: a Langfuse export with a LangSmith row on line "
NOTHING = "No convertible conversations found in the uploaded file: "
UNKNOWN = "This file is not a trace export we know: "

GOOD = (
    "9289267fcb1a7231ba5afccfc36935dc",
    "f68176b510a9d6312bbcfd4da54b0037",
    "392fd4fcdfd9db74df1938bd29b0dca0",
    "9febfa0d168428794db844399730ca4b",
)
"""The four traces of the export that most of these files were made from."""

REFUSED = {
    "cr_only.jsonl": LANGFUSE_JSONL + "its lines end in carriage returns only (old Mac line ends). Re-export",
    "empty.jsonl": "This file is empty: ",
    "generation_without_output.jsonl": NOTHING + "no_assistant_turn 4. ",
    "langfuse_csv_named.jsonl": LANGFUSE_JSONL + "it looks like a CSV table. Re-export",
    "langfuse_export.csv": TRACE_JSONL + "its name says that it is a CSV table. Re-export",
    "langfuse_json_array_one_line.jsonl": LANGFUSE_JSONL + "it is one JSON array ",
    "langfuse_json_tree_pretty.json": TRACE_JSONL + "its name says that it is one JSON value ",
    "langfuse_json_tree_pretty.jsonl": LANGFUSE_JSONL + "it is one JSON array ",
    "langfuse_trace_download_object.jsonl": LANGFUSE_JSONL + "it is the download of a single trace {trace, observations}",
    "langfuse_traces_export.jsonl": "This file looks like an export of Langfuse's Traces table",
    "langsmith_dataset_rows.jsonl": "This file looks like a LangSmith dataset export. "
    "Use the LangSmith API trace export, not the dataset export.",
    "lone_surrogate_cesu_bytes.jsonl": NOTHING + "invalid_utf8 1. ",
    "mixed_platforms_alternating.jsonl": MIXED + "2. ",
    "mixed_platforms_langfuse_first.jsonl": MIXED + "9. ",
    "mixed_same_ids.jsonl": MIXED + "1. ",
    "no_generation_rows.jsonl": NOTHING + "no_model_call 4. ",
    "only_newlines.jsonl": "This file is empty: ",
    "openai_finetune.jsonl": UNKNOWN,
    "scalars_per_line.jsonl": UNKNOWN,
    "utf16le_bom.jsonl": TRACE_JSONL + "it is UTF-16 text. Save it as UTF-8. Or re-export",
    "zip_magic.jsonl": TRACE_JSONL + "it is a zip archive. Unpack it",
}


class Survives(NamedTuple):
    """The conversations that come out, every drop as (reason, line), and rows that repeat another one."""

    conversations: tuple[str, ...] = GOOD
    drops: tuple[tuple[str, int], ...] = ()
    duplicate_rows: int = 0


IMPORTED = {
    "blank_lines.jsonl": Survives(),
    "bom.jsonl": Survives(),
    "crlf.jsonl": Survives(),
    "deep_nesting_closed.jsonl": Survives(("trace_bad",), (("nested_too_deep", 1),)),
    "deep_nesting_inner_input.jsonl": Survives(("t_ok",), (("payload_not_json", 1),)),
    "deep_nesting_row.jsonl": Survives(("trace_bad",), (("nested_too_deep", 1),)),
    "deep_object_inner_output.jsonl": Survives(("t_ok",), (("payload_not_json", 1),)),
    "duplicate_keys.jsonl": Survives(("t2",)),
    "garbage_lines.jsonl": Survives(drops=tuple(("malformed_json", line) for line in (2, 3, 4))),
    "gzip_named.jsonl": Survives(),
    "huge_numbers.jsonl": Survives(("trace_bad",)),
    "inner_json_broken_quote.jsonl": Survives(("t_ok",), (("payload_not_json", 1),)),
    "invalid_utf8.jsonl": Survives(GOOD[:3], (("invalid_utf8", 1), ("invalid_utf8", 9), ("no_model_call", 2))),
    "lone_surrogates.jsonl": Survives(("t-\ufffd", "trace_bad")),
    "nan_infinity.jsonl": Survives(("trace_bad",)),
    "nested_objects_not_strings.jsonl": Survives(),
    "no_final_newline.jsonl": Survives(),
    "nul_bytes.jsonl": Survives(("trace_bad", *GOOD), (("malformed_json", 2),)),
    "raw_control_in_inner_json.jsonl": Survives(("trace_bad",)),
    "same_observation_twice.jsonl": Survives(duplicate_rows=8),
    "truncated_in_multibyte.jsonl": Survives(drops=(("malformed_json", 9),)),
    "truncated_last_line.jsonl": Survives(drops=(("malformed_json", 8),)),
    "u2028_inside_strings.jsonl": Survives(("trace_bad",)),
    "wrong_types.jsonl": Survives(("5", "trace_bad"), (("missing_trace_id", 2), ("missing_trace_id", 3))),
}

MESSAGES = {
    ("duplicate_keys.jsonl", "t2"): ["x", "b"],
    ("lone_surrogates.jsonl", "trace_bad"): ["x \ufffd y \ufffd", "hi 1"],
    ("nul_bytes.jsonl", "trace_bad"): ["he\0llo 1", "hi 1"],
    ("raw_control_in_inner_json.jsonl", "trace_bad"): ["raw tab \t newline \n esc \x1b nul \0", "hi 1"],
    ("u2028_inside_strings.jsonl", "trace_bad"): ["a\u2028b\u2029c\x85d\x0be", "hi 1"],
}
"""Contents that a careless reader would change."""


def test_every_bad_file_has_a_decided_outcome() -> None:
    """A file nobody decided about is a file that does what it likes."""
    decided = {*REFUSED, *IMPORTED, "hostile_ids.jsonl"}
    assert decided == set(json.loads((BAD / "MANIFEST.json").read_text()))


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_imported_says_what_it_is(name: str, tmp_path: Path) -> None:
    """The sentence is all that a user gets: it must name the problem, not a parser's state."""
    with pytest.raises(TraceImportError) as raised:
        import_export(BAD / name, tmp_path)
    assert str(raised.value).startswith(REFUSED[name])


@pytest.mark.parametrize("name", IMPORTED)
def test_bad_lines_are_counted_and_good_conversations_survive(name: str, tmp_path: Path) -> None:
    """One broken line among thousands must cost exactly that line, and be found again by its number."""
    expected = IMPORTED[name]
    imported = import_export(BAD / name, tmp_path, deduplicate=False)
    assert sorted(imported.rows) == sorted(expected.conversations)
    assert sorted(_drops(imported)) == sorted(expected.drops)
    extra = imported.store.complete("parsed_traces", imported.key).counts.extra
    assert extra["duplicate_rows"] == expected.duplicate_rows


@pytest.mark.parametrize(("name", "trace"), MESSAGES)
def test_odd_characters_reach_the_messages_as_they_were(name: str, trace: str, tmp_path: Path) -> None:
    """Line separators, NUL and control characters are what people wrote; only half a character is replaced."""
    row = import_export(BAD / name, tmp_path).rows[trace]
    assert [message["content"] for message in row["messages"]] == MESSAGES[name, trace]


def test_hostile_ids_reach_no_path_and_break_no_file(tmp_path: Path) -> None:
    """An id is data: `../../etc/passwd` names a conversation and never a file."""
    imported = import_export(BAD / "hostile_ids.jsonl", tmp_path / "inside", deduplicate=False)
    logged = [json.loads(line)["traceId"] for line in (BAD / "hostile_ids.jsonl").read_text().split("\n") if line]
    assert sorted(imported.rows) == sorted(filter(None, logged))
    assert _drops(imported) == [("missing_trace_id", 10)]
    assert {path.name for path in tmp_path.iterdir()} <= {"inside", "uploads", "storage", "dagster_home"}
    names = [path.name for path in (tmp_path / "inside" / "storage").rglob("*")]
    assert all(name.isascii() and len(name) < 100 for name in names)


def _drops(imported: Imported) -> list[tuple[str, int]]:
    """Reason and line of everything that was dropped before deduplication."""
    tables = [pl.read_parquet(imported.store.file(stage, imported.key, "dropped.parquet")) for stage in STAGES[:3]]
    return [row for table in tables for row in table.select("reason", "line").rows()]
