"""What the run page and the asset page of an import hold: counts, reasons, places; and never a trace's text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from paths import FIXTURES

from oumi_assets.imports.workspace import STAGES, Workspace
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.resources import OpenedWorkspace


def run(
    workspace: Workspace, instance: dg.DagsterInstance, file: Path, key: str = "it", form: Mapping[str, str | None] = {}
) -> dg.ExecuteInProcessResult:
    """One import by hand of a file, copied below the uploads."""
    (workspace.uploads.root / file.name).write_bytes(file.read_bytes())  # type: ignore[union-attr]
    instance.add_dynamic_partitions("imports", [key])
    job = build_definitions({"workspace": OpenedWorkspace(workspace)}).resolve_job_def("trace_import")
    return job.execute_in_process(
        instance=instance,
        partition_key=key,
        run_config={"ops": {"raw_export": {"config": {"file": file.name, **form}}}},
        raise_on_error=False,
    )


def _materializations(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, dg.MetadataValue]]:
    events = [event for event in result.all_events if event.is_step_materialization]
    return {event.asset_key.to_user_string(): dict(event.materialization.metadata) for event in events}  # type: ignore[union-attr]


def test_every_asset_reports_counts_reasons_rows_and_its_place(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """The UI is where people see how many rows each asset dropped and why."""
    found = _materializations(run(workspace, instance, FIXTURES / "langfuse" / "interleaved_60_traces.jsonl"))
    numbers = {
        stage: tuple(found[stage][name].value for name in ("in", "out", "dropped", "dagster/row_count")) for stage in STAGES
    }
    assert numbers == {
        "raw_export": (215, 215, 0, 215),
        "parsed_traces": (60, 57, 3, 57),
        "reconstructed_conversations": (57, 55, 2, 55),
        "deduped_dataset": (55, 36, 19, 36),
    }
    assert found["raw_export"]["unit"].value == "lines -> rows"
    (reason,) = found["parsed_traces"]["reasons"].records
    assert reason.data["reason"] == "no_model_call"
    assert (reason.data["count"], reason.data["share"]) == (3, "5.0%")
    assert reason.data["example"].startswith("line ")
    assert "reasons" not in found["raw_export"], "an empty table tells nothing"
    conversations = Path(str(found["deduped_dataset"]["conversations"].value))
    assert conversations.read_bytes().count(b"\n") == 36
    for stage in STAGES:
        assert Path(str(found[stage]["location"].value)) == Path(workspace.store.location(stage, "it"))


def test_fields_that_stand_empty_are_left_empty(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """The table of fields says "empty: the file's name"; a field without a value is null in YAML, which the editor takes."""
    form = {"dataset_name": None, "source_platform": None, "deduplicate": None}
    result = run(workspace, instance, FIXTURES / "langfuse" / "v5_openai_tools.jsonl", form=form)
    assert result.success
    metadata = _materializations(result)["raw_export"]
    found = [metadata[name].value for name in ("dataset", "source_platform", "deduplicate")]
    assert found == ["v5_openai_tools", "langfuse", True]


def test_a_form_without_a_file_says_how_to_name_one(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """`file:` with nothing behind it, in a new import, is an import of nothing."""
    result = run(workspace, instance, FIXTURES / "langfuse" / "v5_openai_tools.jsonl", form={"file": None})
    (failure,) = (event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure)
    assert failure is not None
    assert str(failure.description).startswith("Nothing to import: set `file` of raw_export")


def test_a_platform_that_is_none_is_refused_before_a_run_starts() -> None:
    """The UI's editor says what a run's config cannot be, and offers what it can."""
    job = build_definitions().resolve_job_def("trace_import")
    with pytest.raises(dg.DagsterInvalidConfigError, match="source_platform not in enum"):
        dg.validate_run_config(job, {"ops": {"raw_export": {"config": {"source_platform": "phoenix"}}}})


def test_conservation_is_a_passing_check_on_each_asset(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """The check counts again from disk, so it can fail; here it must not."""
    result = run(workspace, instance, FIXTURES / "bad" / "garbage_lines.jsonl")
    checks = {check.asset_key.to_user_string(): check for check in result.get_asset_check_evaluations()}
    assert set(checks) == set(STAGES)
    assert all(check.passed for check in checks.values())
    assert checks["raw_export"].metadata["in"].value == 11
    assert checks["raw_export"].metadata["dropped"].value == 3


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("bad/langfuse_csv_named.jsonl", "Langfuse import only supports .jsonl files: "),
        (
            "bad/langsmith_dataset_rows.jsonl",
            "This file looks like a LangSmith dataset export. Use the LangSmith API trace export, not the dataset export.",
        ),
        ("langfuse/v5_no_generation.jsonl", "No convertible conversations found in the uploaded file: no_model_call 3"),
        ("bad/empty.jsonl", "This file is empty"),
    ],
)
def test_a_failure_begins_with_its_sentence(
    workspace: Workspace, instance: dg.DagsterInstance, file: str, says: str
) -> None:
    """It is the first thing on the failed run's page, with no traceback of ours behind it."""
    result = run(workspace, instance, FIXTURES / file)
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert not result.success
    assert failure.user_failure_data is not None
    assert (failure.user_failure_data.description or "").startswith(says)
    assert failure.error is not None
    assert failure.error.cause is None


def test_a_failed_import_reports_what_it_dropped(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """The counts that explain a failure belong on its page."""
    result = run(workspace, instance, FIXTURES / "langfuse" / "v5_no_generation.jsonl")
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    metadata = failure.user_failure_data.metadata  # type: ignore[union-attr]
    assert metadata["parsed_traces: dropped"].value == 3


def test_no_trace_text_reaches_the_event_log(workspace: Workspace, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    """The event database lives on after a dataset is deleted, and everybody with the UI reads it."""
    secret = "SECRET-WORD"
    call = {"type": "GENERATION", "name": secret, "output": secret}
    rows = [
        {"id": "1", "traceId": "t1", **call, "input": json.dumps([{"role": "user", "content": secret}])},
        {"id": "2", "traceId": "t2", **call, "input": secret, "traceName": secret, "startTime": secret},
        {"id": "3", "traceId": "t3", "type": "SPAN", "startTime": None, "input": secret, "sessionId": secret},
    ]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join([*map(json.dumps, rows), f"not json {secret}", f'["{secret}"]', f'{{"{secret}": 1}}']))
    result = run(workspace, instance, path)
    assert result.success
    assert workspace.store.complete("raw_export", "it").counts.total_dropped == 3
    log = "\n".join(str(record) for record in instance.all_logs(result.run_id))
    assert secret not in log


def test_ids_in_the_table_of_reasons_are_escaped_and_cut(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """An id may be 10,000 characters of anything."""
    found = _materializations(run(workspace, instance, FIXTURES / "bad" / "hostile_ids.jsonl"))
    tables = [found[stage]["reasons"] for stage in STAGES if "reasons" in found[stage]]
    examples = [record.data["example"] for table in tables for record in table.records]
    assert examples
    assert all(len(example) <= 200 and str(example).isprintable() for example in examples)
