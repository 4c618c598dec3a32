"""Telling the platform of an upload, and saying what it is when it has none."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders import langfuse_row, langsmith_row, without, write_rows
from paths import FIXTURES
from pipeline import import_export

from oumi_assets.core.errors import (
    MixedPlatforms,
    NotJsonl,
    PlatformMismatch,
    TraceImportError,
    UnknownExport,
)
from oumi_assets.core.json_text import parse_as_logged
from oumi_assets.detection import read_signature
from oumi_assets.langfuse import signature as langfuse_signature
from oumi_assets.langsmith import signature as langsmith_signature

JUNK = '{"event": "heartbeat", "filler": "' + "x" * 400 + '"}'


@pytest.mark.parametrize("declared", ["auto", "langsmith"])
def test_rows_after_thousands_of_unknown_lines_are_found(declared: str, tmp_path: Path) -> None:
    """A log that was prepended must not hide the export behind it."""
    rows = [JUNK] * 5000 + [langsmith_row()] + [JUNK] * 5000
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, platform=declared)
    assert list(imported.rows) == ["trace"]
    assert imported.drops == {"missing_trace_id": 10_000}


def test_rows_of_the_other_platform_after_thousands_of_unknown_lines_are_a_mismatch(tmp_path: Path) -> None:
    """What was declared is honoured, but not against the file's own word."""
    path = write_rows(tmp_path / "a.jsonl", [JUNK] * 5000 + [langfuse_row()] + [JUNK] * 5000)
    with pytest.raises(PlatformMismatch, match="is a Langfuse export, but LangSmith was declared"):
        import_export(path, tmp_path, platform="langsmith")


def test_rows_of_both_platforms_are_told_though_one_was_declared(tmp_path: Path) -> None:
    """Declaring the other one would not help: the sentence must not say so."""
    path = write_rows(tmp_path / "a.jsonl", [langfuse_row(), langsmith_row()])
    with pytest.raises(MixedPlatforms):
        import_export(path, tmp_path, platform="langfuse")


def test_a_declared_platform_serves_rows_that_nobody_recognises(tmp_path: Path) -> None:
    """A row without its type is no known row, but whoever exported it knows what it is."""
    rows = [without(langfuse_row("a"), "startTime", "parentObservationId")]
    path = write_rows(tmp_path / "a.jsonl", rows)
    with pytest.raises(UnknownExport):
        import_export(path, tmp_path)
    assert list(import_export(path, tmp_path, platform="langfuse", key="again").rows) == ["a"]


def test_runs_without_their_place_in_a_trace_are_told_what_they_lack(tmp_path: Path) -> None:
    """Who selects fields keeps trace_id and run_type; that rows lack these is not what helps them."""
    row = {"id": "r", "trace_id": "t", "run_type": "llm", "inputs": {}, "outputs": {}}
    with pytest.raises(UnknownExport, match="and dotted_order or parent_run_id"):
        import_export(write_rows(tmp_path / "a.jsonl", [row]), tmp_path)


def test_a_declared_platform_does_not_make_a_finished_dataset_an_export(tmp_path: Path) -> None:
    """Its lines were called damaged, and a new export was recommended."""
    path = write_rows(tmp_path / "a.jsonl", [{"messages": [{"role": "user", "content": "hi"}]}])
    with pytest.raises(UnknownExport, match="a fine-tuning file or a finished dataset"):
        import_export(path, tmp_path, platform="langsmith")


@pytest.mark.parametrize("first", ["[garbled", '[{"id": "cut off', '{"id": "cut off', "\0\0", "id,name,value", "<html>"])
def test_a_broken_first_line_is_one_drop(first: str, tmp_path: Path) -> None:
    """The first line says nothing about the file: people cut exports anywhere."""
    path = write_rows(tmp_path / "a.jsonl", [first, langfuse_row("a"), langfuse_row("b", "row2")])
    imported = import_export(path, tmp_path, deduplicate=False)
    assert sorted(imported.rows) == ["a", "b"]
    assert imported.drops == {"malformed_json": 1}


def test_a_first_line_longer_than_the_head_is_a_line_like_any_other(tmp_path: Path) -> None:
    """Agent traces begin with payloads of megabytes: no newline in the first 64 KiB means nothing."""
    long = langfuse_row("long", metadata={"filler": "x" * 200_000, "return": "\r"})
    path = write_rows(tmp_path / "a.jsonl", [long, langfuse_row("short", "row2")])
    assert sorted(import_export(path, tmp_path, deduplicate=False).rows) == ["long", "short"]


def test_rows_of_the_other_platform_are_told_wherever_they_are(tmp_path: Path) -> None:
    """The sample may miss them; the scan may not."""
    rows = [langfuse_row(f"t{number}") for number in range(3000)]
    rows[1234] = langsmith_row()
    with pytest.raises(MixedPlatforms, match="a Langfuse export with a LangSmith row on line 1235"):
        import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path)


def test_a_langfuse_bucket_row_in_a_langsmith_export_is_told(tmp_path: Path) -> None:
    """Both spell `trace_id`: only the observation's type gives it away."""
    bucket = {"id": "o", "trace_id": "t", "type": "SPAN", "parent_observation_id": None, "start_time": "2026-05-19"}
    path = write_rows(tmp_path / "a.jsonl", [langsmith_row(), langsmith_row("b"), bucket])
    with pytest.raises(MixedPlatforms, match="a LangSmith export with a Langfuse row on line 3"):
        import_export(path, tmp_path)


def _zip_of_nothing() -> bytes:
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").close()
    return file.getvalue()


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE traces (id)")
        return database.serialize()


def _parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"id": [1]}).write_parquet(file)
    return file.getvalue()


_ONE = json.dumps(langfuse_row("a"))
_TWO = json.dumps(langsmith_row("b"))
FORMATS: dict[str, tuple[Any, str]] = {
    "array": (f"[{_ONE}, {_ONE}]", "Langfuse import only supports .jsonl files: it is one JSON array"),
    "array, one object a line": (f"[\n{_TWO},\n{_TWO},\n{_TWO}\n]\n", "LangSmith import only supports"),
    "array cut short": (f"[\n{_ONE},\n{_ONE},\n", "Langfuse import only supports .jsonl files: it is one JSON array"),
    "empty array": ("[]\n", "Trace import only supports .jsonl files: it is one JSON array"),
    "pretty object": (
        json.dumps(langfuse_row(), indent=2),
        "Langfuse import only supports .jsonl files: it is a JSON object",
    ),
    "single trace": (
        '{"trace": {}, "observations": []}\n',
        "Langfuse import only supports .jsonl files: it is the download",
    ),
    "only line cut": (_ONE[:-20], "Langfuse import only supports .jsonl files: none of its lines is a complete"),
    "web page": ("<!doctype html>\n<p>Sign in</p>\n", "Trace import only supports .jsonl files: it looks like an HTML"),
    "csv with semicolons": ('"id";"traceId"\n"1";"2"\n', "Langfuse import only supports .jsonl files: it looks like a CSV"),
    "a table with tabs": ("id\tname\n1\t2\n", "Trace import only supports .jsonl files: it looks like a CSV"),
    "csv of Windows": ("id,name\r\n1,2\r\n", "Trace import only supports .jsonl files: it looks like a CSV"),
    "csv of runs": ("id,run_type\n1,llm\n", "LangSmith import only supports .jsonl files: it looks like a CSV"),
    "csv of runs in order": ("id,dotted_order\n1,2\n", "LangSmith import only supports .jsonl files: it looks like a CSV"),
    "csv": ('"id","traceId","type"\n"1","2","SPAN"\n', "Langfuse import only supports .jsonl files: it looks like a CSV"),
    "json in json": (
        json.dumps(_TWO) + "\n",
        "LangSmith import only supports .jsonl files: its lines are texts of JSON in quotes",
    ),
    "binary": ("abc\0\0\0def\n", "Trace import only supports .jsonl files: it is a binary file"),
    "zstd": (b"\x28\xb5\x2f\xfd abc", "Trace import only supports .jsonl files: it is compressed with zstd"),
    "UTF-16, big end first": ("\ufeff{}".encode("utf-16-be"), "Trace import only supports .jsonl files: it is UTF-16 text"),
    "empty zip": (_zip_of_nothing, "Trace import only supports .jsonl files: it is a zip archive"),
    "bzip2": (bz2.compress(b"{}"), "Trace import only supports .jsonl files: it is compressed with bzip2. Unpack it"),
    "xz": (lzma.compress(b"{}"), "Trace import only supports .jsonl files: it is compressed with xz. Unpack it"),
    "SQLite": (_database, "Trace import only supports .jsonl files: it is an SQLite database"),
    "Parquet": (_parquet, "Trace import only supports .jsonl files: it is a Parquet file"),
    "gzip in gzip": (gzip.compress(gzip.compress(b"{}")), "Trace import only supports .jsonl files: it is compressed twice"),
    "prose": ("Dear all\nhere are the traces\n", "This file is not a trace export we know"),
    "blank": (" \r\n\t\n", "This file is empty"),
    "bom only": ("\ufeff\n", "This file is empty"),
    "gzip of nothing": (gzip.compress(b""), "This file is empty"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_other_formats_are_called_by_their_name(name: str, tmp_path: Path) -> None:
    """Who drops the wrong file needs to hear which file it was."""
    content, sentence = FORMATS[name]
    content = content() if callable(content) else content
    (tmp_path / "a.jsonl").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TraceImportError) as raised:
        import_export(tmp_path / "a.jsonl", tmp_path)
    assert str(raised.value).startswith(sentence)


BLANKS = "\n" * 200_000


@pytest.mark.parametrize("content", [BLANKS + "Dear all\n", "Dear all\n" + BLANKS])
def test_blank_lines_do_not_make_a_file_empty(content: str, tmp_path: Path) -> None:
    """Nothing but blanks is all that the sentence is true of."""
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(UnknownExport):
        import_export(tmp_path / "a.jsonl", tmp_path)


def test_a_row_among_blank_lines_is_imported(tmp_path: Path) -> None:
    """Both ends of the file say nothing."""
    path = write_rows(tmp_path / "a.jsonl", [BLANKS, langfuse_row("a"), BLANKS])
    assert list(import_export(path, tmp_path).rows) == ["a"]


NAMES = {
    "a.csv": "its name says that it is a CSV table. Re-export",
    "a.tsv": "its name says that it is a table. Re-export",
    "A.XLSX": "its name says that it is a spreadsheet. Re-export",
    "a.parquet": "its name says that it is a Parquet file. Re-export",
    "a.json": "its name says that it is one JSON value (the JSON export), not one row a line. If it holds",
    "a.jsonl.zip": "its name says that it is a zip archive. Unpack it and import the .jsonl file inside",
    "jsonl": "its name does not end in .jsonl (or .jsonl.gz). If it holds one row a line, rename it to .jsonl.",
    "a.ndjson": "its name does not end in .jsonl (or .jsonl.gz). If it holds one row a line, rename it to .jsonl.",
}


@pytest.mark.parametrize("name", NAMES)
def test_other_names_are_refused_before_a_byte_is_read(name: str, tmp_path: Path) -> None:
    """The name is the promise; a spreadsheet is not read to find out that it is none."""
    write_rows(tmp_path / name, [langfuse_row()])
    with pytest.raises(NotJsonl) as raised:
        import_export(tmp_path / name, tmp_path, platform="langfuse")
    assert str(raised.value).startswith(f"Langfuse import only supports .jsonl files: {NAMES[name]}")


def test_names_in_upper_case_are_names_like_any_other(tmp_path: Path) -> None:
    """Some systems write suffixes so."""
    assert list(import_export(write_rows(tmp_path / "A.JSONL", [langfuse_row("a")]), tmp_path).rows) == ["a"]


def test_a_gzip_file_of_another_name_is_to_be_called_what_it_is(tmp_path: Path) -> None:
    """Renamed to .jsonl it would be imported as well, but its name would say something else."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"{}"))
    with pytest.raises(NotJsonl, match=r"rename it to \.jsonl\.gz\."):
        import_export(tmp_path / "a.gz", tmp_path)


SIGNS = (
    langfuse_signature.is_row,
    langfuse_signature.is_traces_table_row,
    langsmith_signature.is_row,
    langsmith_signature.is_dataset_row,
)


@pytest.mark.parametrize("folder", ["bad", "langfuse", "langsmith"])
def test_what_is_kept_of_a_line_tells_the_same_as_all_of_it(folder: str) -> None:
    """A sign that looks at a field which is not kept would never see it, in any file."""
    lines = [line for path in (FIXTURES / folder).glob("*.jsonl") for line in path.read_bytes().splitlines()]
    objects = [(line, kept) for line in lines if (kept := read_signature(line)) is not None]
    assert objects
    for line, kept in objects:
        row = parse_as_logged(line.decode(errors="replace"))
        assert [is_it(row) for is_it in SIGNS] == [is_it(kept) for is_it in SIGNS]
