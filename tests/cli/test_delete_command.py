"""`oumi-assets delete`: everything goes, and stays gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from commands import GOOD, run

from oumi_assets.cli import commands
from oumi_assets.core.errors import BadSetting, NotJsonl, UnknownDataset
from oumi_assets.imports.form import Form
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES, Workspace
from oumi_assets.storage.manifest import Outcome


def test_delete_removes_all_bytes_and_leaves_only_a_note(import_file: Callable[..., Summary], workspace: Workspace) -> None:
    """For good means for good: no stage keeps a copy of the traces."""
    key = import_file(GOOD, name="weather").key
    run("delete", "weather", "--yes")
    left = [path for stage in STAGES for path in Path(workspace.store.location(stage, key)).glob("*")]
    assert [path.name for path in left] == ["manifest.json"]
    note = workspace.store.manifest("raw_export", key)
    assert note is not None
    assert note.outcome is Outcome.DELETED
    assert run("datasets", "--json") == ""


def test_programs_read_what_was_deleted(import_file: Callable[..., Summary]) -> None:
    """One object per import, called as `import --json` calls it, and nothing for people between them."""
    first, second = import_file(GOOD, name="weather").key, import_file(GOOD, name="other").key
    assert [json.loads(line) for line in run("delete", "weather", second, "--yes", "--json").splitlines()] == [
        {"import": first, "dataset": "weather", "error": None},
        {"import": second, "dataset": "other", "error": None},
    ]


def test_programs_read_why_nothing_was_deleted(import_file: Callable[..., Summary]) -> None:
    """One unknown name keeps all of them."""
    import_file(GOOD, name="weather")
    refused = CliRunner().invoke(commands, ["delete", "weather", "whether", "--yes", "--json"])
    assert refused.exit_code == 1
    said = json.loads(refused.stdout)
    assert said["error"].startswith("No dataset is called whether")
    assert (said["import"], said["dataset"]) == (None, None)
    assert json.loads(run("datasets", "--json"))["dataset"] == "weather"


def test_an_import_that_runs_is_not_deleted(import_file: Callable[..., Summary], workspace: Workspace) -> None:
    """The stage that it is making would appear afterwards, and be there for good."""
    key = import_file(GOOD, name="weather").key
    with dg.DagsterInstance.get() as instance:
        again = dg.DagsterRun("trace_import", tags={"dagster/partition": key}, status=dg.DagsterRunStatus.STARTED)
        instance.add_run(again)
        with pytest.raises(BadSetting, match=f"{key} is running or waiting"):
            run("delete", "weather", "--yes")
        assert workspace.store.complete(DEDUPED_DATASET, key)
        instance.report_run_canceled(again)
    run("delete", "weather", "--yes")
    assert workspace.store.manifest(DEDUPED_DATASET, key) is None


def test_an_import_that_was_started_before_the_answer_came_is_not_deleted(
    import_file: Callable[..., Summary], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question may stand on a screen for an hour, and the sensor looks every five seconds."""
    key = import_file(GOOD, name="weather").key

    def start_and_confirm(question: str, **_: object) -> bool:
        with dg.DagsterInstance.get() as instance:
            instance.add_run(
                dg.DagsterRun("trace_import", tags={"dagster/partition": key}, status=dg.DagsterRunStatus.STARTED)
            )
        return True

    monkeypatch.setattr("click.confirm", start_and_confirm)
    with pytest.raises(BadSetting, match=f"{key} is running or waiting"):
        run("delete", "weather")
    assert workspace.store.complete(DEDUPED_DATASET, key)


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


def test_a_failed_import_can_be_deleted_too(workspace: Workspace) -> None:
    """A bad file's leftovers are nobody's to keep."""
    (workspace.uploads.root / "bad.jsonl").write_text("a,b\n1,2\n")  # type: ignore[union-attr]
    with pytest.raises(NotJsonl, match="only supports"):
        make_raw_export(workspace, "bad-1", Form(file="bad.jsonl"))
    said = run("show", "bad-1", "--dropped")
    assert said.startswith("Nothing was left out.\nIt has no dataset. Trace import only supports .jsonl files")
    run("delete", "bad-1", "--yes")
    note = workspace.store.manifest("raw_export", "bad-1")
    assert note is not None
    assert note.outcome is Outcome.DELETED


def test_several_imports_are_deleted_at_once(import_file: Callable[..., Summary]) -> None:
    """Thirty failed files are not thirty commands, each of which loads Dagster."""
    keys = [import_file(GOOD, name=name).key for name in ("one", "two", "three")]
    run("delete", "one", keys[1], "--yes")
    assert [json.loads(line)["dataset"] for line in run("datasets", "--json").splitlines()] == ["three"]


def test_nothing_is_deleted_where_one_name_is_unknown(import_file: Callable[..., Summary]) -> None:
    """Half of a list that is gone has to be found out by hand; an import named twice is one."""
    key = import_file(GOOD, name="one").key
    with pytest.raises(UnknownDataset, match="noe"):
        run("delete", "one", "noe", "--yes")
    assert "one" in run("datasets")
    assert run("delete", "one", key, "--yes").count("Deleted") == 1


def test_a_partition_that_was_never_used_can_be_forgotten() -> None:
    """Added in the UI and given up: the group's page would say "not all filled" for ever."""
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("imports", ["support-agent-may"])
    assert "Forgot the partition support-agent-may" in run("delete", "support-agent-may", "--yes")
    with dg.DagsterInstance.get() as instance:
        assert not instance.has_dynamic_partition("imports", "support-agent-may")
    with pytest.raises(UnknownDataset):
        run("delete", "support-agent-may", "--yes")
