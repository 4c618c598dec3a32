"""Files of hostile sizes: no crash, no recursion error, memory in proportion, and everything still counted."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders import MESSAGES, langfuse_row, langsmith_row, write_rows
from pipeline import import_export

from oumi_assets.core.errors import FileTooLarge, NotJsonl
from oumi_assets.core.json_text import MAX_DEPTH
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import open_workspace
from oumi_assets.platforms import LANGFUSE
from oumi_assets.settings import Environment
from oumi_assets.stages.files import DROPPED_FILE, ROWS_FILE
from oumi_assets.stages.index import index_export
from oumi_assets.storage.local_uploads import SingleFile

GOOD = langfuse_row("good", "good-row")


def _measured(path: Path, folder: Path) -> dict[str, Any]:
    """What became of a file in a process of its own, and the memory it took."""
    program = [sys.executable, str(Path(__file__).parent / "measured_import.py"), str(path), str(folder)]
    finished = subprocess.run(program, capture_output=True, text=True, timeout=240, check=False)
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    assert found["holds"]
    return found


def test_a_line_of_64_megabytes_is_a_conversation(tmp_path: Path) -> None:
    """Somebody always pastes a whole book; it costs its own size a few times, once."""
    question = json.dumps([{"role": "user", "content": "x" * (64 << 20)}])
    path = write_rows(tmp_path / "a.jsonl", [langfuse_row("big", "a", input=question), GOOD])
    found = _measured(path, tmp_path / "out")
    assert (found["kept"], found["drops"]) == (2, {})
    assert found["megabytes"] < 500


def test_100_megabytes_without_a_newline_are_one_drop(tmp_path: Path) -> None:
    """A disk image named .jsonl must not be taken apart byte by byte, nor be held many times."""
    path = write_rows(tmp_path / "a.jsonl", [GOOD])
    with path.open("ab") as file:
        file.write(b"x" * 100_000_000)
    found = _measured(path, tmp_path / "out")
    assert (found["kept"], found["drops"]) == (1, {"malformed_json": 1})
    assert found["megabytes"] < 800


def test_100_megabytes_of_blanks_are_nothing(tmp_path: Path) -> None:
    """Preallocated files end in blanks; they are trimmed in pieces, not one by one."""
    path = write_rows(tmp_path / "a.jsonl", [GOOD, " " * 50_000_000])
    with path.open("ab") as file:
        file.write(b"\t" * 50_000_000)
    assert _measured(path, tmp_path / "out")["drops"] == {}


def test_a_trace_of_200_000_rows_is_one_conversation(tmp_path: Path) -> None:
    """A service that never closed its trace: one list of all its rows must not cost many times the file."""
    rows = (
        langfuse_row("trace", f"row-{number}", type="SPAN" if number % 10 else "GENERATION", metadata={})
        for number in range(200_000)
    )
    path = write_rows(tmp_path / "a.jsonl", rows)
    found = _measured(path, tmp_path / "out")
    assert (found["kept"], found["drops"]) == (1, {})
    assert found["megabytes"] < 500


def test_200_000_bad_lines_are_dropped_in_bounded_memory(tmp_path: Path) -> None:
    """Drops are kept with their beginning: a file of nothing else must not be collected in memory."""
    path = write_rows(tmp_path / "a.jsonl", [GOOD])
    with path.open("ab") as file:
        file.write(b"1\n" * 200_000 + (b"{" + b"z" * 5000 + b"\n") * 10_000)
    found = _measured(path, tmp_path / "out")
    assert found["drops"] == {"not_an_object": 200_000, "malformed_json": 10_000}
    assert found["megabytes"] < 800


def test_a_line_over_the_limit_is_a_drop_that_keeps_its_beginning(tmp_path: Path) -> None:
    """Rule 17 allows a line 256 MiB; the test allows it less."""
    path = write_rows(tmp_path / "a.jsonl", [langfuse_row(metadata="x" * 10_000), GOOD])
    made = tmp_path / "made"
    made.mkdir()
    assert index_export(path, made, LANGFUSE, max_line=5000) == (2, 1, None)
    (drop,) = pl.read_parquet(made / DROPPED_FILE).rows(named=True)
    assert (drop["reason"], drop["line"], drop["offset"]) == ("line_too_long", 1, 0)
    assert drop["excerpt"] == path.read_bytes()[:4096]


def test_what_waited_on_disk_while_an_export_was_indexed_is_gone_afterwards(tmp_path: Path) -> None:
    """A stage publishes whatever lies in its folder."""
    path = write_rows(tmp_path / "a.jsonl", [GOOD, *(["z" * 5000] * 5000)])
    made = tmp_path / "made"
    made.mkdir()
    index_export(path, made, LANGFUSE, range_bytes=1 << 20)
    assert {found.name for found in made.iterdir()} == {ROWS_FILE, DROPPED_FILE}


DEEP = 100_000
NESTED = {
    "a line of open brackets": ["[" * DEEP],
    "closed": ['{"traceId": "t", "type": "GENERATION", "metadata": ' + "[" * DEEP + "]" * DEEP + "}"],
    "objects": ['{"traceId": "t", "type": "GENERATION", "metadata": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"],
    "never closed": ['{"traceId": "t", "type": "GENERATION", "input": ' + "[" * DEEP],
}


@pytest.mark.parametrize("case", NESTED)
def test_a_row_nested_100_000_deep_is_a_drop(case: str, tmp_path: Path) -> None:
    """A recursion error ends an import that has nothing to do with the line that caused it."""
    imported = import_export(write_rows(tmp_path / "a.jsonl", [*NESTED[case], GOOD]), tmp_path)
    assert list(imported.rows) == ["good"]
    assert imported.drops == {"nested_too_deep": 1}


@pytest.mark.parametrize("field", ["input", "output", "metadata", "modelParameters"])
@pytest.mark.parametrize("opened", ["[", '{"a":'])
def test_a_payload_nested_100_000_deep_costs_at_most_its_trace(field: str, opened: str, tmp_path: Path) -> None:
    """Inside a string nesting is data until somebody parses it."""
    closed = {"[": "]", '{"a":': "1}"}[opened][-1]
    text = opened * DEEP + ("" if opened == "[" else "1") + closed * DEEP
    imported = import_export(write_rows(tmp_path / "a.jsonl", [langfuse_row(**{field: text}), GOOD]), tmp_path)
    assert imported.drops == ({"payload_not_json": 1} if field in ("input", "output") else {"duplicate": 1})


def _nested(text: str, depth: int) -> str:
    """JSON text with a value of that depth in the place of `DEEP`; Python's own encoder could not write it."""
    return text.replace('"DEEP"', "[" * depth + "1" + "]" * depth)


_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "DEEP"}}


def _tool(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", "parameters": parameters}}


DEEP_PLACES = {
    "content": [{"role": "user", "content": "DEEP"}],
    "part": [{"role": "user", "content": [{"type": "file", "file": "DEEP"}]}],
    "arguments": [*MESSAGES, {"role": "assistant", "tool_calls": [_CALL]}],
    "name": [{"role": "user", "content": "x", "name": "DEEP"}],
    "link": [*MESSAGES, {"role": "tool", "tool_call_id": "DEEP", "content": "x"}],
    "tools": {"messages": MESSAGES, "tools": [_tool({"type": "object", "default": "DEEP"})]},
    "schema": {"messages": MESSAGES, "tools": [_tool({"type": "object", "items": "DEEP"})]},
    "logged in pieces": [
        {"role": "tool", "tool_call_id": "c", "content": "x"},
        {"role": "assistant", "content": [{"type": "file", "file": "DEEP"}]},
    ],
}


def _nested_rows(depth: int) -> Iterator[dict[str, Any]]:
    """One depth in every place where a value is read, written or compared."""
    for place, payload in DEEP_PLACES.items():
        yield langfuse_row(f"{place}-{depth}", input=_nested(json.dumps(payload), depth))
    arguments = {"name": "f", "arguments": _nested('"DEEP"', depth)}
    yield langfuse_row(f"text-{depth}", output=json.dumps({"tool_calls": [{**_CALL, "function": arguments}]}))


def test_nesting_near_the_parsers_limit_never_ends_an_import(tmp_path: Path) -> None:
    """What can just be parsed can be too deep to be written or compared: the trace goes, the import stays."""
    rows = [row for depth in range(100, 1100, 15) for row in _nested_rows(depth)]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, deduplicate=False)
    assert len(imported.rows) + sum(imported.drops.values()) == len(rows)
    assert set(imported.drops) <= {"payload_not_json", "unsupported_shape", "nested_too_deep"}
    assert "part-100" in imported.rows


@pytest.mark.parametrize("place", DEEP_PLACES)
def test_what_is_too_deep_does_not_depend_on_the_version_of_python(place: str, tmp_path: Path) -> None:
    """The same export gives the same dataset, also on another machine."""

    def kept(depth: int) -> bool:
        row = langfuse_row("deep", input=_nested(json.dumps(DEEP_PLACES[place]), depth))
        imported = import_export(write_rows(tmp_path / "a.jsonl", [row, GOOD]), tmp_path / str(depth), deduplicate=False)
        return "deep" in imported.rows

    assert kept(100) == kept(MAX_DEPTH - 10)
    assert not kept(MAX_DEPTH + 1) or place in ("content", "arguments", "name", "link"), "these become texts"


def test_langsmith_rows_near_the_parsers_limit_never_end_an_import(tmp_path: Path) -> None:
    """Their payloads are part of the row, so the row is what is too deep."""
    rows = [
        _nested(json.dumps(langsmith_row(f"t-{depth}", inputs={"messages": DEEP_PLACES["part"]})), depth)
        for depth in range(100, 1100, 15)
    ]
    imported = import_export(write_rows(tmp_path / "a.jsonl", rows), tmp_path, deduplicate=False)
    assert len(imported.rows) + sum(imported.drops.values()) == len(rows)
    assert "t-100" in imported.rows


@pytest.mark.parametrize("name", ["bomb.jsonl.gz", "bomb.jsonl"])
def test_a_gzip_bomb_meets_the_quota(name: str, tmp_path: Path) -> None:
    """A megabyte that inflates to a gigabyte costs no more disk than the quota allows."""
    with gzip.open(tmp_path / name, "wb", compresslevel=1) as file:
        for _ in range(64):
            file.write(b"\n" * (1 << 20))
    environment = Environment(tmp_path / "uploads", tmp_path / "storage", 4 << 20)
    workspace = open_workspace(environment, uploads=SingleFile(tmp_path / name))
    with pytest.raises(FileTooLarge, match="File too large: more than"):
        make_raw_export(workspace, "it", Form(file=name))
    kept = sum(path.stat().st_size for path in environment.storage.rglob("*") if path.is_file())
    assert kept < 1 << 20


@pytest.mark.parametrize(("platform", "title"), [("auto", "Trace"), ("langsmith", "LangSmith")])
@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:40] + b"\xff" * 8 + data[48:]])
def test_damaged_gzip_is_told(damage: Any, platform: str, title: str, tmp_path: Path) -> None:
    """Half a download is no export, however many of its rows could be saved; whoever named the platform reads its name."""
    data = gzip.compress("\n".join(json.dumps(langfuse_row(str(n), str(n))) for n in range(50)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(damage(data))
    with pytest.raises(NotJsonl, match=rf"{title} import only supports .jsonl files: it is a (damaged )?gzip file"):
        import_export(tmp_path / "a.jsonl.gz", tmp_path, platform=platform)


@pytest.mark.parametrize("zeros", [1, 300, 5 << 20])
def test_gzip_members_with_zeros_between_them_are_one_export(zeros: int, tmp_path: Path) -> None:
    """Tapes and some writers fill blocks up; the rows behind the zeros are rows."""
    first, second = (gzip.compress(json.dumps(langfuse_row(name, name)).encode() + b"\n") for name in ("a", "b"))
    (tmp_path / "a.jsonl.gz").write_bytes(first + b"\0" * zeros + second + b"\0" * zeros)
    assert set(import_export(tmp_path / "a.jsonl.gz", tmp_path, deduplicate=False).rows) == {"a", "b"}


def test_ids_of_10_000_characters_are_ids(tmp_path: Path) -> None:
    """Nothing names a file after them, so nothing is too long."""
    long = "x" * 10_000
    row = langfuse_row(long, long, sessionId=long, traceName=long, parentObservationId=long)
    found = import_export(write_rows(tmp_path / "a.jsonl", [row]), tmp_path).rows[long]
    assert found["metadata"]["source_session_id"] == long
    assert found["metadata"]["source_trace_name"] == long
