"""Imports end to end on S3: by command line and by sensor, against a real server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner
from paths import FIXTURES
from pipeline import run_stages
from servers import CuttingProxy

from oumi_assets.cli import commands
from oumi_assets.core.pace import no_progress
from oumi_assets.imports.catalog import delete_import, list_datasets
from oumi_assets.imports.form import Form
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES, Workspace
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.job import JOB
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.resources import EnvironmentWorkspace
from oumi_assets.orchestration.upload_sensor import make_upload_sensor
from oumi_assets.stages.files import JSONL_FILE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LANGFUSE = FIXTURES / "langfuse" / "v2_openai_tools.jsonl"
LONGER = FIXTURES / "langfuse" / "interleaved_60_traces.jsonl"
Put = Callable[[str, bytes], None]
Keys = Callable[[str], list[str]]


class Platform:
    """The sensor and the job, driven tick by tick and run by run."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.workspace = EnvironmentWorkspace()
        self.sensor = make_upload_sensor()
        self.results: dict[str, dg.ExecuteInProcessResult] = {}

    def tick(self) -> list[dg.RunRequest]:
        """What the sensor asks for; its partitions are added as the daemon does."""
        context = dg.build_sensor_context(instance=self.instance, resources={"workspace": self.workspace})
        found: Any = self.sensor(context)
        if isinstance(found, dg.SkipReason):
            return []
        for request in found.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(IMPORTS, request.partition_keys)
        return list(found.run_requests or [])

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """One Dagster run of a request."""
        definitions = build_definitions({"workspace": self.workspace})
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            run_config=dict(request.run_config),
            tags=dict(request.tags),
            raise_on_error=False,
        )

    def drain(self) -> list[bool]:
        """One tick and all of its runs: which of them succeeded."""
        return [self.run(request).success for request in self.tick()]


@pytest.fixture
def platform(instance: dg.DagsterInstance, bucket_name: str) -> Platform:
    """A platform on the test's bucket."""
    return Platform(instance)


@pytest.fixture
def import_to(bucket_name: str) -> Callable[[Path], Summary]:
    """Imports a file as the command line does."""
    from oumi_assets.orchestration.in_process import Importer

    def run(path: Path) -> Summary:
        with Importer() as importer:
            return importer.import_file(path, Form("", "auto", path.name, True), no_progress)

    return run


def rows_of(workspace: Workspace, key: str) -> bytes:
    """The dataset of an import."""
    return workspace.store.file(DEDUPED_DATASET, key, JSONL_FILE).read_bytes()


def local_rows(tmp_path: Path, path: Path) -> bytes:
    """The dataset that the same file becomes on local folders."""
    from pipeline import import_export

    imported = import_export(path, tmp_path / "local")
    return imported.store.file(DEDUPED_DATASET, imported.key, JSONL_FILE).read_bytes()


def test_the_command_line_imports_shows_and_deletes_in_a_bucket(bucket_name: str, keys: Keys, tmp_path: Path) -> None:
    """Whoever keeps everything in a bucket works with the same commands, in a process of its own as a user does."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "oumi_assets", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

    answer = json.loads(run("import", str(LANGFUSE), "--name", "tools", "--json"))
    folder = f"s3://{bucket_name}/storage/deduped_dataset/{answer['import']}"
    assert answer["error"] is None
    assert answer["conversations_path"] == f"{folder}/conversations.jsonl"
    assert answer["dataset_path"] == f"{folder}/dataset.parquet"
    assert json.loads(run("datasets", "--json"))["dataset"] == "tools"
    assert run("show", "tools", "1000", "--json").encode() == local_rows(tmp_path, LANGFUSE)
    run("delete", "tools", "--yes")
    assert keys("storage/") == [f"storage/raw_export/{answer['import']}/manifest.json"]
    assert run("datasets", "--json") == ""


def test_polars_reads_a_dataset_where_it_lies(workspace: Workspace, bucket_name: str, put: Put) -> None:
    """As docs/s3.md says: endpoint and credentials come from the same variables, nothing else is to be set."""
    put("tools.jsonl", LANGFUSE.read_bytes())
    imported = run_stages(workspace, "it", Form(file="tools.jsonl"))
    table = pl.read_parquet(f"s3://{bucket_name}/storage/deduped_dataset/it/dataset.parquet")
    assert table["conversation_id"].to_list() == imported.order


def test_a_dagster_run_reads_from_the_bucket_only_manifests(
    bucket_name: str, proxy: CuttingProxy, import_to: Callable[[Path], Summary]
) -> None:
    """One local copy serves all four stages and their checks: no read by offset becomes a request."""
    summary = import_to(LONGER)
    assert summary.error is None
    assert {request.path.rpartition("/")[2] for request in proxy.downloads("")} - {"manifest.json", bucket_name} == set()
    few = 100
    assert len(proxy.seen) < few


def test_a_drop_becomes_the_same_dataset_as_on_folders(
    platform: Platform, put: Put, workspace: Workspace, tmp_path: Path
) -> None:
    """Where the bytes lie must not change what users train on."""
    put("chat/été 🙂.jsonl", LONGER.read_bytes())
    (request,) = platform.tick()
    assert platform.run(request).success
    key = request.partition_key or ""
    assert rows_of(workspace, key) == local_rows(tmp_path, LONGER)
    assert platform.tick() == []


def test_metadata_says_where_in_the_bucket_a_stage_lies(platform: Platform, put: Put, bucket_name: str) -> None:
    """The asset page is where people copy the location from."""
    put("x.jsonl", LANGFUSE.read_bytes())
    (request,) = platform.tick()
    result = platform.run(request)
    for stage in STAGES:
        (event,) = result.asset_materializations_for_node(stage)
        assert event.metadata["location"].value == f"s3://{bucket_name}/storage/{stage}/{request.partition_key}"


def test_new_content_under_an_old_name_is_imported_and_the_same_content_is_not(platform: Platform, put: Put) -> None:
    """Re-uploads are common: corrected exports, and scripts that copy everything every night."""
    put("x.jsonl", LANGFUSE.read_bytes())
    assert platform.drain() == [True]
    put("x.jsonl", LANGFUSE.read_bytes())
    assert platform.drain() == []
    put("x.jsonl", LONGER.read_bytes())
    assert platform.drain() == [True]
    assert len(list_datasets(platform.workspace.open().store)) == 2


def test_a_deleted_import_is_not_brought_back(platform: Platform, put: Put, instance: dg.DagsterInstance) -> None:
    """Delete means delete, also on a machine that knows nothing of the runs."""
    put("x.jsonl", LANGFUSE.read_bytes())
    (request,) = platform.tick()
    assert platform.run(request).success
    delete_import(platform.workspace.open().store, request.partition_key or "")
    assert platform.tick() == []
    with dg.DagsterInstance.ephemeral() as other:
        assert Platform(other).tick() == []


def test_an_object_replaced_after_the_listing_fails_and_the_new_one_is_imported(platform: Platform, put: Put) -> None:
    """An import is of the version that was listed, or of none; nothing is lost by that."""
    put("x.jsonl", LANGFUSE.read_bytes())
    (stale,) = platform.tick()
    put("x.jsonl", LONGER.read_bytes())
    failed = platform.run(stale)
    assert not failed.success
    assert "changed while it was being read" in failure_of(failed)
    (fresh,) = platform.tick()
    assert fresh.partition_key != stale.partition_key
    assert platform.run(fresh).success


def test_an_object_deleted_after_the_listing_fails_in_plain_words(
    platform: Platform, put: Put, client: S3Client, bucket_name: str
) -> None:
    """Somebody tidied up: the run page must say so, and not show a botocore traceback."""
    put("x.jsonl", LANGFUSE.read_bytes())
    (request,) = platform.tick()
    client.delete_object(Bucket=bucket_name, Key="uploads/x.jsonl")
    assert failure_of(platform.run(request)).startswith("File not found: x.jsonl")


def test_a_large_drop_is_imported_over_a_bad_line(
    platform: Platform, put: Put, proxy: CuttingProxy, workspace: Workspace
) -> None:
    """Tens of megabytes through connections that break: whole, and indexed to the last row."""
    block = LONGER.read_bytes()
    line = json.dumps({"id": "pad", "traceId": "pad", "type": "SPAN", "input": "x" * 1_000_000}).encode() + b"\n"
    put("large.jsonl", block.rstrip(b"\n") + b"\n" + line * 24)
    (request,) = platform.tick()
    proxy.cuts = [9_000_000, 100, 5_000_000]
    result = platform.run(request)
    assert result.success, failure_of(result)
    raw = workspace.store.complete("raw_export", request.partition_key or "")
    assert raw.counts.incoming == block.count(b"\n") + 24
    assert len([seen for seen in proxy.downloads("large.jsonl") if seen.range]) == 3


def test_by_hand_files_are_imported_from_the_form_alone(platform: Platform, put: Put, instance: dg.DagsterInstance) -> None:
    """People give them a name and settings of their own."""
    put("by-hand/x.jsonl", LANGFUSE.read_bytes())
    assert platform.tick() == []
    instance.add_dynamic_partitions(IMPORTS, ["mine"])
    config = {"ops": {"raw_export": {"config": {"file": "by-hand/x.jsonl", "dataset_name": "Mine"}}}}
    assert platform.run(dg.RunRequest(partition_key="mine", run_config=config)).success
    again: dict[str, Any] = {"ops": {"raw_export": {"config": {}}}}
    assert platform.run(dg.RunRequest(partition_key="mine", run_config=again)).success
    (dataset,) = list_datasets(platform.workspace.open().store)
    assert dataset.name == "Mine"


def test_a_file_that_is_no_export_leaves_its_note_in_the_bucket(platform: Platform, put: Put, workspace: Workspace) -> None:
    """The failure, with its reason, is as visible as on folders, and the file is not tried for ever."""
    put("x.jsonl", b"[1, 2]\n")
    (request,) = platform.tick()
    result = platform.run(request)
    assert failure_of(result).startswith("Trace import only supports .jsonl files")
    manifest = workspace.store.manifest("raw_export", request.partition_key or "")
    assert manifest is not None
    assert manifest.error
    assert platform.tick() == []


def test_a_bucket_in_trouble_fails_a_run_in_plain_words(
    platform: Platform, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run page shows the sentence, though the place for notes is the one in trouble."""
    put("x.jsonl", LANGFUSE.read_bytes())
    (request,) = platform.tick()
    monkeypatch.setenv("OUMI_STORAGE", "s3://nowhere/storage")
    assert failure_of(platform.run(request)).startswith("The bucket nowhere does not exist.")


def test_retry_runs_a_failed_import_again_from_the_bucket(platform: Platform, put: Put) -> None:
    """The key and the form come from the note in the bucket."""
    put("x.jsonl", b"")
    (request,) = platform.tick()
    assert not platform.run(request).success
    put("x.jsonl", LANGFUSE.read_bytes())
    result = CliRunner().invoke(commands, ["retry", request.partition_key or "", "--json"])
    assert json.loads(result.stdout)["error"] is None


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """What the run page shows first."""
    events = [event for event in result.all_events if event.is_step_failure]
    data = events[0].step_failure_data.user_failure_data if events else None
    return (data.description or "") if data else ""
