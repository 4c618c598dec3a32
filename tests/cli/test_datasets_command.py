"""`oumi-assets datasets`: what is listed, and how."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from commands import GOOD, run
from paths import FIXTURES

from oumi_assets.core.errors import NoDatasetOfImport
from oumi_assets.imports.summary import Summary
from oumi_assets.orchestration.job import imports_job
from oumi_assets.orchestration.resources import EnvironmentWorkspace


def test_datasets_lists_name_platform_counts_and_key(import_file: Callable[..., Summary]) -> None:
    """The list is how people find what they imported."""
    summary = import_file(GOOD, name="Weather agent")
    (row,) = map(json.loads, run("datasets", "--json").splitlines())
    assert (row["dataset"], row["source_platform"]) == ("Weather agent", "langfuse")
    assert (row["conversations"], row["dropped"], row["import"]) == (1, 0, summary.key)
    assert (row["conversations_path"], row["dataset_path"]) == (summary.conversations_path, summary.dataset_path)
    assert "Weather agent" in run("datasets")


def test_no_datasets_says_what_to_do() -> None:
    """An empty list is the first thing a new user sees."""
    assert "oumi-assets import FILE" in run("datasets")


@pytest.mark.parametrize("columns", [40, 80])
def test_keys_are_whole_on_the_narrowest_terminal(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """A key is there to be copied: a table that does not fit becomes paragraphs, without spaces at their ends."""
    made = import_file(GOOD, name="The weather agent that we run for everybody, in May and June")
    failed = import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl", name="The weather agent's first export")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    for key, listed in ((made.key, run("datasets")), (failed.key, run("datasets", "--failed"))):
        assert f"  import: {key}\n" in listed
        assert all(line == line.rstrip() for line in listed.splitlines())


def test_a_long_name_leaves_the_other_columns_whole(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One export with a long name is no reason to read all others in another form."""
    short, long = import_file(GOOD, name="weather"), import_file(GOOD, name="The weather agent, " + "long " * 20)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    titles, *rows = run("datasets").splitlines()
    assert len(rows) == 2
    assert "conversations" in titles
    for row, made, name in zip(rows, (short, long), ("weather ", "The weather agent,"), strict=True):
        assert row.startswith(name)
        assert made.key in row
    assert "\N{HORIZONTAL ELLIPSIS}  langfuse" in rows[1]


def test_a_program_gets_whole_lines(import_file: Callable[..., Summary]) -> None:
    """What is piped has no width: names and keys are searched for and cut out."""
    made = import_file(GOOD, name="The weather agent, " + "long " * 20)
    _, row = run("datasets").splitlines()
    assert row.split("  ")[0] == made.dataset
    assert made.key in row


def test_failed_imports_are_listed_with_their_reason(import_file: Callable[..., Summary]) -> None:
    """Two days later nobody remembers what the terminal said; trying again is no way to ask."""
    failed = import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl", name="Monday's export")
    import_file(GOOD, name="fine")
    (row,) = map(json.loads, run("datasets", "--failed", "--json").splitlines())
    assert (row["dataset"], row["import"], row["error"]) == ("Monday's export", failed.key, failed.error)
    listed = run("datasets", "--failed")
    assert listed.startswith("Monday's export\n  why: Langfuse import only supports .jsonl files")
    assert f"  import: {failed.key}\n" in listed
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


def test_listing_datasets_loads_neither_dagster_nor_polars() -> None:
    """One takes a second, the other half of one; a list is asked for often."""
    code = "import sys; from oumi_assets.cli import commands; commands(['datasets'], standalone_mode=False); "
    command = [sys.executable, "-c", code + "print({'dagster', 'polars'} & {*sys.modules})"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"


def test_imports_whose_storage_was_moved_say_so(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They did not fail: somebody moved a folder, or set another one."""
    import_file(GOOD, name="weather")
    monkeypatch.setenv("OUMI_STORAGE", str(tmp_path / "elsewhere"))
    assert str(tmp_path / "elsewhere") in run("datasets").replace("\n", "")
    (row,) = map(json.loads, run("datasets", "--failed", "--json").splitlines())
    assert row["error"].startswith("It was imported, but nothing of it lies in the storage now.")


def test_failed_imports_are_listed_with_what_can_be_done(import_file: Callable[..., Summary]) -> None:
    """Deleting them is what turns the checks of the assets green again, which nobody would guess."""
    import_file(FIXTURES / "bad" / "langfuse_csv_named.jsonl")
    said = run("datasets", "--failed")
    assert "oumi-assets retry IMPORT" in said
    assert "oumi-assets delete IMPORT" in said
