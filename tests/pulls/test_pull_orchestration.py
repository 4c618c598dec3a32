"""Pulls in Dagster: partitions, metadata, failures, and the import that a pull leads to."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from oumi_assets.imports.workspace import RAW_EXPORT, STAGES, Workspace
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.pull_partitions import project_key, pull_partition
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.orchestration.upload_sensor import make_upload_sensor
from pulls.langfuse_server import LangfuseServer
from pulls.langsmith_server import KEY, LangSmithServer
from pulls.loopback import Fault
from pulls.traces import DAY_1, DAY_2, export_rows, trace, visible

HOUR = timedelta(hours=1)


def pull_day(instance: dg.DagsterInstance, project: str, day: str = "2026-11-20", **form: Any) -> dg.ExecuteInProcessResult:
    """One Dagster run of the pull job."""
    config = {"ops": {"langsmith_export": {"config": form}}} if form else None
    job = build_definitions().resolve_job_def("langsmith_pull")
    return job.execute_in_process(
        instance=instance, partition_key=pull_partition(day, project), run_config=config, raise_on_error=False
    )


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Metadata of the one materialization."""
    (event,) = result.asset_materializations_for_node("langsmith_export")
    return {name: value.value for name, value in event.metadata.items()}


def test_a_day_shows_what_was_pulled_as_integers(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, uploads: Path
) -> None:
    """Integers are what the UI plots over the days."""
    metadata = metadata_of(pull_day(instance, "support"))
    size = (uploads / metadata["file"]).stat().st_size
    assert {name: metadata[name] for name in ("runs", "traces", "bytes")} == {"runs": 2, "traces": 1, "bytes": size}
    assert metadata["project"] == "support"


def backfilled(instance: dg.DagsterInstance, days: tuple[str, str], project: str) -> dg.ExecuteInProcessResult:
    """One Dagster run of a backfill over a range of days."""
    start, end = (str(pull_partition(day, project)) for day in days)
    tags = {"dagster/asset_partition_range_start": start, "dagster/asset_partition_range_end": end}
    job = build_definitions().resolve_job_def("langsmith_pull")
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def test_days_backfilled_in_one_run_keep_their_own_counts(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, uploads: Path
) -> None:
    """A sum of ten days plotted on each of them would be wrong ten times."""
    langsmith_project.load("billing", trace("three", DAY_2, DAY_2 + HOUR) + trace("four", DAY_2, DAY_2 + HOUR))
    result = backfilled(instance, ("2026-11-19", "2026-11-21"), "billing")
    events = result.asset_materializations_for_node("langsmith_export")
    assert {(event.partition, event.metadata["traces"].value) for event in events} == {
        ("2026-11-19|billing", 0),
        ("2026-11-20|billing", 1),
        ("2026-11-21|billing", 2),
    }
    assert len(visible(uploads)) == 2


def test_a_backfill_is_a_run_for_ten_days_of_one_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects fail apart from each other, and thirty days are no thirty starts of a process."""
    monkeypatch.setenv("LANGSMITH_PROJECT", "support,billing")
    definition = build_definitions().resolve_assets_def("langsmith_export")
    days = [f"{DAY_1 - timedelta(days=number):%Y-%m-%d}" for number in range(30)]
    keys = [pull_partition(day, project) for day in days for project in ("support", "billing")]
    assert definition.partitions_def is not None
    ranges = definition.partitions_def.subset_with_partition_keys(keys).get_partition_key_ranges(definition.partitions_def)
    assert sorted((str(found.start), str(found.end)) for found in ranges) == [
        (f"{days[-1]}|{project}", f"{days[0]}|{project}") for project in ("billing", "support")
    ]
    assert definition.backfill_policy == dg.BackfillPolicy.multi_run(10)


def test_an_empty_day_is_a_materialization(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, uploads: Path
) -> None:
    """A Sunday without traffic is no failure; and whoever expected some is told where to look."""
    metadata = metadata_of(pull_day(instance, "support", "2026-11-10"))
    assert (metadata["runs"], visible(uploads)) == (0, [])
    assert all(word in metadata["note"] for word in ("LANGSMITH_API_KEY", "workspace", "exact project name"))


def test_a_day_pulled_again_is_left_alone_unless_asked(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, uploads: Path
) -> None:
    """A backfill over days that were pulled already must not double their datasets."""
    first, second = (metadata_of(pull_day(instance, "support")) for _ in range(2))
    assert (second["file"], second["runs"], "pulled before" in second["note"]) == (first["file"], 2, True)
    third = metadata_of(pull_day(instance, "support", again=True))
    assert visible(uploads) == sorted([first["file"], third["file"]])


def test_of_two_projects_one_may_fail(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, uploads: Path
) -> None:
    """A renamed project must not keep the others back; its failure begins with what to do."""
    del langsmith_project.projects["support"]
    failed, done = pull_day(instance, "support"), pull_day(instance, "billing")
    (failure,) = [event for event in failed.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    description = failure.step_failure_data.user_failure_data.description or ""
    assert description.startswith("Check LANGSMITH_API_KEY, the workspace")
    assert "support" in description
    assert (done.success, len(visible(uploads))) == (True, 1)


def test_the_key_is_nowhere_in_dagster(langsmith_project: LangSmithServer, instance: dg.DagsterInstance) -> None:
    """Everybody who can open the UI can read runs, events and logs."""
    langsmith_project.faults = [Fault("/runs/query", status=403, skip=1, times=9)]
    for project in ("support", "billing"):
        result = pull_day(instance, project)
        logs = [str(record) for record in instance.all_logs(result.run_id)]
        run = instance.get_run_by_id(result.run_id)
        assert KEY not in "".join(logs) + repr(run)
        assert KEY[:12] not in "".join(logs)


def test_a_project_name_that_dagster_refuses_has_a_stand_in(
    langsmith: LangSmithServer, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LangSmith allows any name; a partition key does not."""
    monkeypatch.setenv("LANGSMITH_PROJECT", "a|b [prod]")
    langsmith.load("a|b [prod]", trace("one", DAY_1 + HOUR, DAY_1 + 2 * HOUR))
    assert project_key("support") == "support"
    assert metadata_of(pull_day(instance, "a|b [prod]"))["project"] == "a|b [prod]"


@pytest.fixture
def looks(workspace: Workspace, instance: dg.DagsterInstance) -> Any:
    """Evaluates the upload sensor once; returns its run requests."""
    resource = OpenedWorkspace(workspace)
    sensor = make_upload_sensor()

    def look() -> list[dg.RunRequest]:
        context = dg.build_sensor_context(instance=instance, resources={"workspace": resource})
        result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        return list(result.run_requests or [])

    return look


def import_requested(request: dg.RunRequest, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """What the daemon does with a sensor's request."""
    instance.add_dynamic_partitions("imports", [str(request.partition_key)])
    job = build_definitions().resolve_job_def("trace_import")
    return job.execute_in_process(
        instance=instance, partition_key=request.partition_key, run_config=request.run_config, tags=request.tags
    )


def test_an_import_names_the_pull_it_was_made_of(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, workspace: Workspace, looks: Any
) -> None:
    """From a dataset one must find the window and the Dagster run it came from."""
    pulled = pull_day(instance, "support")
    (request,) = looks()
    result = import_requested(request, instance)
    made = workspace.store.complete(RAW_EXPORT, str(request.partition_key))
    pull = made.pull
    assert made.settings is not None
    assert made.settings.dataset_name == "support 2026-11-20"
    assert str(request.partition_key).startswith("support-20261120-")
    assert pull is not None
    assert (pull.platform, pull.project, pull.run_id) == ("langsmith", "support", pulled.run_id)
    assert (pull.start, pull.end) == (DAY_1.isoformat(), DAY_2.isoformat())
    (event,) = result.asset_materializations_for_node(RAW_EXPORT)
    assert event.metadata["pull_run"] == dg.MetadataValue.dagster_run(pulled.run_id)
    assert event.metadata["pull_window"].value == f"{pull.start} to {pull.end}"


def test_a_damaged_record_of_a_pull_keeps_no_import_back(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, workspace: Workspace, looks: Any, uploads: Path
) -> None:
    """The traces are whole; what is not known is where they came from."""
    export = metadata_of(pull_day(instance, "support"))["file"]
    record = uploads / ".pulls" / f"{export}.json"
    record.write_text(record.read_text().replace(DAY_1.isoformat(), "some day"))
    (request,) = looks()
    assert import_requested(request, instance).success
    made = workspace.store.complete(RAW_EXPORT, str(request.partition_key))
    assert made.pull is None
    assert made.settings is not None
    assert f"{made.settings.dataset_name}.jsonl" == export


def test_an_import_made_again_still_names_its_pull(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, workspace: Workspace, looks: Any
) -> None:
    """Materializing an import once more from its stored bytes must not cut it off from where it came from."""
    pull_day(instance, "support")
    (request,) = looks()
    import_requested(request, instance)
    import_requested(dg.RunRequest(partition_key=request.partition_key), instance)
    pull = workspace.store.complete(RAW_EXPORT, str(request.partition_key)).pull
    assert pull is not None
    assert pull.project == "support"


def test_other_bytes_under_a_pulls_name_are_the_same_import(
    langsmith_project: LangSmithServer, instance: dg.DagsterInstance, looks: Any, uploads: Path
) -> None:
    """Project and window are the identity; a copy back into the folder with other costs is not a new dataset."""
    export = uploads / metadata_of(pull_day(instance, "support"))["file"]
    (request,) = looks()
    import_requested(request, instance)
    content = export.read_bytes()
    export.unlink()
    export.write_bytes(content.replace(b"null", b"0"))
    os.utime(export, (1, 1))
    assert looks() == []


def test_a_month_backfilled_is_a_dataset_for_each_day_with_traces(
    langsmith: LangSmithServer,
    instance: dg.DagsterInstance,
    workspace: Workspace,
    looks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each dataset holds the traces of its own day, and no trace is in two of them."""
    monkeypatch.setenv("LANGSMITH_PROJECT", "support")
    days = [DAY_1 - timedelta(days=number) for number in range(4)]
    for day in days[:3]:
        langsmith.load("support", trace(f"{day:%d}", day + HOUR, day + 2 * HOUR))
    for day in days:
        assert pull_day(instance, "support", f"{day:%Y-%m-%d}").success
    requests = looks()
    assert all(import_requested(request, instance).success for request in requests)
    kept = [workspace.store.complete(STAGES[-1], str(request.partition_key)).counts.outgoing for request in requests]
    assert kept == [1, 1, 1]


def test_langfuse_pulls_in_its_own_words(langfuse: LangfuseServer, instance: dg.DagsterInstance) -> None:
    """Without a project named, the keys' own project is pulled."""
    rows = export_rows("langfuse/v5_openai_tools.jsonl")
    langfuse.load([{**row, "startTime": "2026-11-20T10:00:00Z", "endTime": "2026-11-20T11:00:00Z"} for row in rows])
    job = build_definitions().resolve_job_def("langfuse_pull")
    result = job.execute_in_process(instance=instance, partition_key=pull_partition("2026-11-20", "default"))
    (event,) = result.asset_materializations_for_node("langfuse_export")
    assert event.metadata["observations"].value == len(rows)
