"""`oumi-assets datasets`, `show` and `delete`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from builders import langfuse_row, write_rows
from click.testing import CliRunner
from paths import FIXTURES

from oumi_assets.cli import commands
from oumi_assets.cli.show import _in_ascii
from oumi_assets.core.errors import AmbiguousDataset, BadSetting, NoDatasetOfImport, UnknownDataset
from oumi_assets.imports.form import Form
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES, Workspace
from oumi_assets.orchestration.job import imports_job
from oumi_assets.orchestration.resources import EnvironmentWorkspace
from oumi_assets.storage.manifest import Outcome

GOOD = FIXTURES / "langfuse" / "v5_openai_tools.jsonl"


def run(*arguments: str) -> str:
    """The command's output; its errors are raised."""
    return CliRunner().invoke(commands, arguments, catch_exceptions=False).output


def test_datasets_lists_name_platform_counts_and_key(import_file: Callable[..., Summary]) -> None:
    """The list is how people find what they imported."""
    summary = import_file(GOOD, name="Weather agent")
    (row,) = map(json.loads, run("datasets", "--json").splitlines())
    assert (row["name"], row["platform"], row["conversations"], row["dropped"]) == ("Weather agent", "langfuse", 1, 0)
    assert row["key"] == summary.key
    assert "Weather agent" in run("datasets")


def test_no_datasets_says_what_to_do() -> None:
    """An empty list is the first thing a new user sees."""
    assert "oumi-assets import FILE" in run("datasets")


@pytest.mark.parametrize("columns", [40, 80])
def test_keys_are_whole_in_the_narrowest_table(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """A key is there to be copied; a name can be read in several lines."""
    made = import_file(GOOD, name="The weather agent that we run for everybody, in May and June")
    failed = import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl", name="The weather agent's first export")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    assert made.key in run("datasets")
    assert failed.key in run("datasets", "--failed")


def test_show_prints_roles_texts_and_tool_calls(import_file: Callable[..., Summary]) -> None:
    """Reading a conversation needs no notebook."""
    import_file(GOOD, name="Weather agent")
    shown = run("show", "Weather agent")
    for text in ("[system]", "[user]", "[assistant]", "[tool]", '-> get_forecast({"city": "Paris", "days": 1})'):
        assert text in shown


def test_texts_are_shown_as_they_are(import_file: Callable[..., Summary], tmp_path: Path) -> None:
    """What looks like an emoji code, a style or a tab to a terminal library was said just so."""
    said = "status :warning: and :key: 10:on:5 [red]x[/red] [/x]\tend"
    name = "tools :key: [/x]"
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
    assert ":key:" in dropped["name"]
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


def test_failed_imports_are_listed_with_their_reason(import_file: Callable[..., Summary]) -> None:
    """Two days later nobody remembers what the terminal said; trying again is no way to ask."""
    failed = import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl", name="Monday's export")
    import_file(GOOD, name="fine")
    (row,) = map(json.loads, run("datasets", "--failed", "--json").splitlines())
    assert (row["name"], row["key"], row["error"]) == ("Monday's export", failed.key, failed.error)
    listed = run("datasets", "--failed")
    assert listed.split("\n")[0].split() == ["name", "why", "when", "(UTC)", "import"]
    assert "Monday's export" in listed
    assert "Langfuse import only supports .jsonl files" in listed
    assert "fine" not in listed


def test_an_import_that_only_dagster_knows_is_listed_and_explained_too() -> None:
    """It failed before anything was stored."""
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("imports", ["monday-1"])
        job = imports_job(EnvironmentWorkspace())
        form = {"file": "mondya.jsonl"}
        config = {"ops": {"raw_export": {"config": form}}}
        job.execute_in_process(instance=instance, partition_key="monday-1", run_config=config, raise_on_error=False)
    assert "File not found: mondya.jsonl" in run("datasets", "--failed")
    for arguments in (("show", "monday-1"), ("show", "mondya", "--dropped")):
        with pytest.raises(NoDatasetOfImport, match="File not found: mondya.jsonl"):
            run(*arguments)


def test_listing_datasets_does_not_load_dagster() -> None:
    """It takes a second; a list is asked for often."""
    code = "import sys; from oumi_assets.cli import commands; commands(['datasets'], standalone_mode=False); "
    command = [sys.executable, "-c", code + "print('dagster' in sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False"]


def test_delete_removes_all_bytes_and_leaves_only_a_note(import_file: Callable[..., Summary], workspace: Workspace) -> None:
    """For good means for good: no stage keeps a copy of the traces."""
    key = import_file(GOOD, name="weather").key
    run("delete", "weather", "--yes")
    left = [path for stage in STAGES for path in Path(workspace.store.location(stage, key)).glob("*")]
    assert [path.name for path in left] == ["manifest.json"]
    note = workspace.store.manifest("raw_export", key)
    assert note is not None
    assert note.outcome is Outcome.DELETED
    assert json.loads(run("datasets", "--json") or "[]") == []


def test_an_import_that_runs_is_not_deleted(import_file: Callable[..., Summary], workspace: Workspace) -> None:
    """The stage that it is making would appear afterwards, and be there for good."""
    key = import_file(GOOD, name="weather").key
    with dg.DagsterInstance.get() as instance:
        again = dg.DagsterRun("trace_import", tags={"dagster/partition": key}, status=dg.DagsterRunStatus.STARTED)
        instance.add_run(again)
        with pytest.raises(BadSetting, match=f"{key} is running or waits"):
            run("delete", "weather", "--yes")
        assert workspace.store.complete(DEDUPED_DATASET, key)
        instance.report_run_canceled(again)
    run("delete", "weather", "--yes")
    assert workspace.store.manifest(DEDUPED_DATASET, key) is None


@pytest.mark.parametrize("by", ["name", "key"])
def test_what_another_machine_published_after_a_delete_can_be_deleted(
    by: str, import_file: Callable[..., Summary], workspace: Workspace
) -> None:
    """Its runs cannot be seen from here; the traces it brought back must not stay for ever."""
    key = import_file(GOOD, name="weather").key
    run("delete", "weather", "--yes")
    with workspace.store.staging() as folder:
        (folder / "conversations.jsonl").write_bytes(b"{}")
        workspace.store.publish(folder, new_manifest(DEDUPED_DATASET, key, None))
    assert run("datasets", "--json") == run("datasets", "--failed", "--json") == ""
    with pytest.raises(UnknownDataset):
        run("show", "weather")
    called = {"name": "weather", "key": key}[by]
    run("delete", called, "--yes")
    assert workspace.store.manifest(DEDUPED_DATASET, key) is None
    with pytest.raises(UnknownDataset):
        run("delete", called, "--yes")


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


def test_a_failed_import_can_be_deleted_too(workspace: Workspace) -> None:
    """A bad file's leftovers are nobody's to keep."""
    (workspace.uploads.root / "bad.jsonl").write_text("a,b\n1,2\n")  # type: ignore[union-attr]
    with pytest.raises(Exception, match="only supports"):
        make_raw_export(workspace, "bad-1", Form(file="bad.jsonl"))
    said = run("show", "bad-1", "--dropped")
    assert said.startswith("Nothing was left out so far.\nIt has no dataset. Trace import only supports .jsonl files")
    run("delete", "bad-1", "--yes")
    note = workspace.store.manifest("raw_export", "bad-1")
    assert note is not None
    assert note.outcome is Outcome.DELETED


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
