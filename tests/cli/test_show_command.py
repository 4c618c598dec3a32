"""`oumi-assets show`: what was said, as it was said, and what was dropped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import langfuse_row, write_rows
from commands import GOOD, run
from paths import FIXTURES

from oumi_assets.cli.show import _in_ascii
from oumi_assets.core.errors import AmbiguousDataset, NoDatasetOfImport, UnknownDataset
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import Workspace


def test_show_prints_roles_texts_and_tool_calls(import_file: Callable[..., Summary]) -> None:
    """Reading a conversation needs no notebook."""
    import_file(GOOD, name="Weather agent")
    shown = run("show", "Weather agent")
    for text in ("[system]", "[user]", "[assistant]", "[tool now]", '-> get_forecast({"city": "Paris", "days": 1})'):
        assert text in shown


def test_texts_are_shown_as_they_are(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """What looks like an emoji code, a style or a tab was said just so, and joiners hold words and pictures together."""
    said = "status :warning: and :key: 10:on:5 [red]x[/red] [/x]\tend می\u200cخواهم 👩\u200d🔬"
    name = "tools :key: [/x] 👩\u200d🔬"
    import_file(_said(said, tmp_path), name=name)
    shown = run("show", name)
    assert said in shown
    assert "name: :key: [b]" in shown
    assert name in run("datasets")


def test_what_was_dropped_is_shown_as_it_is_on_a_terminal_too(
    import_file: Callable[..., Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs read the JSON: a picture in the place of a name is another name."""
    import_file(_said("hello", tmp_path, "one :key:", "two :key:"), name="twice")
    monkeypatch.setenv("FORCE_COLOR", "1")
    (dropped,) = map(json.loads, run("show", "twice", "--dropped", "--json").splitlines())
    assert ":key:" in dropped["trace_id"]
    assert ":key:" in run("show", "twice", "--dropped")


def _said(text: str, folder: Path, *traces: str) -> Path:
    """An export of conversations that are the same but for their ids."""
    asked = json.dumps([{"role": "user", "content": text}])
    rows = [langfuse_row(trace, trace, input=asked, traceName=":key: [b]") for trace in traces or ("trace",)]
    return write_rows(folder / "said.jsonl", rows)


def test_two_datasets_of_one_name_are_told_apart_by_their_keys(import_file: Callable[..., Summary]) -> None:
    """Deleting the wrong one of two would be for good."""
    keys = {import_file(GOOD, name="same").key for _ in range(2)}
    with pytest.raises(AmbiguousDataset) as raised:
        run("show", "same")
    assert all(key in str(raised.value) for key in keys)
    assert "[user]" in run("show", keys.pop())


def test_of_a_dataset_that_left_nothing_out_it_says_so(import_file: Callable[..., Summary]) -> None:
    """An empty answer looks like a broken one."""
    import_file(GOOD, name="whole")
    assert run("show", "whole", "--dropped") == "Nothing was left out.\n"


def test_an_unknown_dataset_names_those_there_are(import_file: Callable[..., Summary]) -> None:
    """A typing error is answered with the right name."""
    import_file(GOOD, name="weather")
    with pytest.raises(UnknownDataset, match="weather"):
        run("show", "wether")


def test_a_failed_import_is_not_unknown(import_file: Callable[..., Summary]) -> None:
    """Whoever looks for its dataset is told why there is none and where to look."""
    failed = import_file(FIXTURES / "langfuse" / "v5_no_generation.jsonl", name="spans")
    assert failed.error
    for name in ("spans", failed.key):
        with pytest.raises(NoDatasetOfImport, match="datasets --failed") as raised:
            run("show", name)
        assert failed.error in str(raised.value)


def test_terminal_output_carries_no_escape_sequences(tmp_path: Path, import_file: Callable[..., Summary]) -> None:
    """A trace must not be able to move the cursor, set the title or reverse the text of whoever reads it."""
    evil = "a\u001b]0;title\u0007\u202eb\u0000"
    row = {
        "id": evil, "traceId": evil, "type": "GENERATION", "traceName": evil, "sessionId": evil,
        "startTime": "2026-01-01T00:00:00Z", "parentObservationId": None,
        "input": json.dumps([{"role": "user", "content": evil}]), "output": evil,
    }  # fmt: skip
    path = tmp_path / "a\u001b]0;title\u0007\u202eb\nc.jsonl"
    path.write_text(json.dumps(row))
    key = import_file(path).key
    shown = run("datasets") + run("show", key)
    assert len(run("datasets").splitlines()) == 2
    assert not {character for character in shown if ord(character) < 32 and character not in "\n\t"}
    assert "\u202e" not in shown


def test_numbers_of_any_length_can_be_read(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """Python refuses to convert more than 4,300 digits; nobody asked it to."""
    digits = "9" * 5000
    part = '{"type": "file", "file": {"size": ' + digits + ', "name": "\u00fc\u202e"}}'
    row = langfuse_row(input='[{"role": "user", "content": [' + part + "]}]")
    key = import_file(write_rows(tmp_path / "a.jsonl", [row])).key
    assert "<file>" in run("show", key)
    assert digits in run("show", key, "--json")


def test_json_on_a_terminal_is_the_same_in_ascii() -> None:
    """A trace must not move the cursor of whoever reads it."""
    text = '{"a": "\x7f\u202e\U0001f600", "b": 1e-05}'
    assert _in_ascii(text) == '{"a": "\\u007f\\u202e\\ud83d\\ude00", "b": 1e-05}'
    assert json.loads(_in_ascii(text)) == json.loads(text)


def test_what_was_dropped_can_be_read_also_of_a_failed_import(
    import_file: Callable[..., Summary], workspace: Workspace
) -> None:
    """Whoever misses a conversation must find it and the reason."""
    import_file(FIXTURES / "bad" / "garbage_lines.jsonl", name="garbage")
    shown = run("show", "garbage", "10", "--dropped").splitlines()
    assert [line.split()[:2] for line in shown] == [["raw_export", "malformed_json"]] * 3 + [
        ["deduped_dataset", "prefix_of_longer"]
    ] * 3
    assert shown[0].endswith("line 2  not json at all")
    assert "Shown: 2 of 6." in run("show", "garbage", "--dropped")
    failed = import_file(FIXTURES / "langfuse" / "v5_no_generation.jsonl", name="spans")
    assert failed.error
    assert "no_model_call" in run("show", "spans", "--dropped")


def test_a_broken_line_is_shown_by_its_beginning(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """A number of a line in an export of a gigabyte cannot be looked up; and what is in it must not write on the screen."""
    path = tmp_path / "mine.jsonl"
    broken = b"{\x1b[31m\tbroken \xff " + b"x" * 500
    path.write_bytes(b"\n".join([json.dumps(langfuse_row("trace")).encode(), broken, b"[1]"]))
    import_file(path, name="mine")
    shown = run("show", "mine", "10", "--dropped").splitlines()
    assert shown[0] == "raw_export  invalid_utf8  line 2  {\ufffd[31m broken \ufffd " + "x" * 84 + "..."
    assert shown[1] == "raw_export  not_an_object  line 3  [1]"
    first, second = (json.loads(line) for line in run("show", "mine", "10", "--dropped", "--json").splitlines())
    assert (len(first["excerpt"]), second["excerpt"]) == (200, "[1]")


def test_show_says_how_many_there_are(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """One conversation on the screen is not one in the dataset."""
    rows = [langfuse_row(name, name, input=json.dumps([{"role": "user", "content": name}])) for name in "abc"]
    import_file(write_rows(tmp_path / "three.jsonl", rows), name="three")
    assert "Shown: 1 of 3. For more, put a number after the dataset's name." in run("show", "three")
    assert "Shown:" not in run("show", "three", "3")


def test_an_id_of_megabytes_is_cut_in_a_line(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """A trace is called whatever somebody logged; its whole id is in the JSON."""
    import_file(_said("hello", tmp_path, "a" * 1_000_000, "b" * 1_000_000), name="twice")
    assert len(run("show", "twice", "--dropped")) < 1000
    (dropped,) = map(json.loads, run("show", "twice", "--dropped", "--json").splitlines())
    assert len(dropped["trace_id"]) == 1_000_000
