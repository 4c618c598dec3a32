"""What the platform's terminal shows: one line for each import, and no stack trace for a wrong file."""

from __future__ import annotations

import os
import re
import shutil
import sys

import dagster as dg
import pytest
from paths import FIXTURES
from ticks import BROKEN, FIXTURE, Platform, drop

from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.orchestration.composition import build_definitions
from oumi_assets.orchestration.home import open_instance
from oumi_assets.orchestration.job import JOB
from oumi_assets.orchestration.partitions import IMPORTS
from oumi_assets.orchestration.resources import OpenedWorkspace
from oumi_assets.settings import PROJECT_ROOT
from oumi_assets.storage.local_uploads import LocalUploads

MADE = re.compile(r"\d\d:\d\d:\d\d  good\d*-[0-9a-f]{16}: a dataset of \d+ conversations?")
WRONG = re.compile(r"\d\d:\d\d:\d\d  wrong-[0-9a-f]{16}: failed: This file is not a trace export we know: .*")


@pytest.mark.parametrize("others", [0, 3], ids=["a run each", "a drain"])
def test_every_import_is_one_line(others: int, platform: Platform, capfd: pytest.CaptureFixture[str]) -> None:
    """A person who dropped two files reads two lines; what each step did is on the run's page."""
    assert isinstance(platform.workspace.uploads, LocalUploads)
    names = ["good", *(f"good{number}" for number in range(others))]
    for name in names:
        drop(platform.workspace.uploads.root, f"{name}.jsonl", FIXTURE)
    drop(platform.workspace.uploads.root, "wrong.jsonl", BROKEN)
    for request in platform.tick():
        platform.run(request)
    lines = capfd.readouterr().err.splitlines()
    assert len([line for line in lines if MADE.fullmatch(line)]) == len(names)
    assert len([line for line in lines if WRONG.fullmatch(line)]) == 1
    assert len(lines) == len(names) + 1


def test_an_import_by_hand_has_its_line_too(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    """A run from the UI has only the form as its config: Dagster gives it a console of its own, and stack traces."""
    assert isinstance(workspace.uploads, LocalUploads)
    drop(workspace.uploads.root, "by-hand/wrong.jsonl", BROKEN)
    drop(workspace.uploads.root, "by-hand/good.jsonl", FIXTURE)
    drop(workspace.uploads.root, "by-hand/some.jsonl", FIXTURES / "bad" / "garbage_lines.jsonl")
    names = ("some", "good", "wrong")
    _run_as_the_ui_does(workspace, {name: {"file": f"by-hand/{name}.jsonl"} for name in names})
    some, good, wrong = capfd.readouterr().err.splitlines()
    assert re.search(r"  some: a dataset of \d+ conversations?; left out: malformed_json \d", some)
    assert good.endswith("  good: a dataset of 1 conversation")
    assert "  wrong: failed: This file is not a trace export we know" in wrong


def test_a_run_that_fails_before_any_step_has_its_line(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever ends an import, the terminal says that one ended."""

    @dg.resource
    def broken(context: dg.InitResourceContext) -> None:
        raise RuntimeError("no workspace today")

    _run_as_the_ui_does(workspace, {"early": {"file": "by-hand/good.jsonl"}}, broken)
    (line,) = capfd.readouterr().err.splitlines()
    assert re.search("  early: failed: an error of ours, not of your file; the page of Dagster run .* has the details", line)


def test_a_dagster_that_keeps_its_loggers_elsewhere_loads_the_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of Dagster's changes them, and a long log is better than no platform."""
    monkeypatch.delattr("dagster._core.execution.context_creation_job")
    monkeypatch.setitem(sys.modules, "dagster._core.execution.context_creation_job", None)
    assert build_definitions().resolve_job_def(JOB)


def _run_as_the_ui_does(workspace: Workspace, forms: dict[str, dict[str, str]], resource: object = None) -> None:
    """Each form under a key; the process has loaded the definitions, and Dagster its settings as `dev` has them."""
    resources = {"workspace": resource or OpenedWorkspace(workspace)}
    job = build_definitions(resources).resolve_job_def(JOB)
    shutil.copy(PROJECT_ROOT / "dagster_home" / "dagster.yaml", os.environ["DAGSTER_HOME"])
    with open_instance() as instance:
        instance.add_dynamic_partitions(IMPORTS, list(forms))
        for key, form in forms.items():
            config = {"ops": {RAW_EXPORT: {"config": form}}}
            job.execute_in_process(run_config=config, instance=instance, partition_key=key, raise_on_error=False)
