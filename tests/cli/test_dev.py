"""The real platform: one command starts it, a dropped file becomes a dataset, one signal ends all of it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import dagster as dg
import psutil
import pytest
from builders import langfuse_row, write_rows
from filelock import FileLock
from real_platform import RealPlatform, free_port, kill, real_platform, until
from ticks import BROKEN, FIXTURE

from oumi_assets.cli.dev import prepare
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT, Workspace
from oumi_assets.orchestration.history import UNFINISHED, runs_of_import
from oumi_assets.orchestration.tags import PROCESS_TAG
from oumi_assets.settings import PROJECT_ROOT
from oumi_assets.storage.local_uploads import LocalUploads as Uploads
from oumi_assets.storage.manifest import Manifest

pytestmark = pytest.mark.xdist_group("real platform")

REEXECUTE = """mutation($id: String!) { launchRunReexecution(reexecutionParams: {parentRunId: $id, strategy: ALL_STEPS})
  { __typename ... on LaunchRunSuccess { run { id } } ... on PythonError { message } } }"""


def _drop(workspace: Workspace, name: str, source: Path = FIXTURE) -> Path:
    assert isinstance(workspace.uploads, Uploads)
    return Path(shutil.copyfile(source, workspace.uploads.root / name))


def _made(workspace: Workspace, asset: str, file: str) -> Manifest | None:
    keys = {m.import_key: m for m in workspace.store.manifests(RAW_EXPORT) if m.source and m.source.file == file}
    found = [m for m in workspace.store.manifests(asset) if m.import_key in keys]
    assert len(found) < 2
    return found[0] if found else None


def test_a_storage_that_was_moved_is_told_at_the_start(
    import_file: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sensor knows the files and imports nothing: without a word, all datasets seem to be lost."""
    import_file(FIXTURE)
    prepare()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("OUMI_STORAGE", str(tmp_path / "elsewhere"))
    prepare()
    assert "is empty, but imports were finished before (1)." in capsys.readouterr().err.replace("\n", " ")


def test_a_dropped_file_becomes_a_dataset_and_a_signal_ends_everything(workspace: Workspace) -> None:
    """The whole promise of `make dev`, with real processes and nothing in the place of anything."""
    with real_platform() as platform, dg.DagsterInstance.get() as instance:
        assert "Starting on http://127.0.0.1:" in platform.log.read_text()
        _drop(workspace, "good.jsonl")
        made = until(lambda: _made(workspace, DEDUPED_DATASET, "good.jsonl"))
        [run] = until(lambda: [r for r in runs_of_import(instance, made.import_key) if r.is_finished])
        assert run.is_success
        events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        counts = {str(e.asset_materialization.asset_key.path[-1]): e.asset_materialization.metadata for e in events}  # type: ignore[union-attr]
        assert counts[RAW_EXPORT]["in"].value == 11
        assert counts[DEDUPED_DATASET]["out"].value == 1

        path = _drop(workspace, "bad.jsonl", BROKEN)
        failed = until(lambda: _made(workspace, RAW_EXPORT, "bad.jsonl"))
        assert failed.error.startswith("This file is not a trace export we know")
        [run] = until(lambda: [r for r in runs_of_import(instance, failed.import_key) if r.is_finished])
        assert path.exists()

        # The user puts the right content there, and asks the UI for the failed run again.
        path.write_bytes(FIXTURE.read_bytes())
        answer = platform.query(REEXECUTE, id=run.run_id)["launchRunReexecution"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        until(lambda: workspace.store.manifest(DEDUPED_DATASET, failed.import_key))

        tree = platform.tree()
        assert len(tree) > 4
        assert platform.stop() == 0
        assert not [process for process in tree if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_relative_places_lie_where_the_command_was_typed(workspace: Workspace, tmp_path: Path) -> None:
    """And a platform whose code server ended ends too, with an error: it would import nothing for ever."""
    with real_platform(tmp_path, OUMI_UPLOADS="uploads", OUMI_STORAGE="storage") as platform:
        assert "cp YOUR-EXPORT.jsonl uploads/" in platform.log.read_text()
        _drop(workspace, "good.jsonl")
        until(lambda: _made(workspace, DEDUPED_DATASET, "good.jsonl"))
        tree = platform.tree()
        (server,) = filter(_is_code_server, tree)
        server.kill()
        until(lambda: platform.process.poll() is not None)
        assert platform.process.returncode == 1
        assert "Dagster's code server ended" in platform.log.read_text()
        assert not [process for process in tree if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def _is_code_server(process: psutil.Process) -> bool:
    try:
        return {"api", "grpc"} <= set(process.cmdline())
    except psutil.Error:
        return False


def test_a_second_platform_on_the_same_home_is_refused(tmp_path: Path) -> None:
    """Two of them would take each other's runs for dead."""
    with FileLock(tmp_path / "dagster_home" / "dev.lock"):
        refused = _dev(free_port())
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: A platform is already running")
    assert len(refused.stderr.splitlines()) == 1


def test_a_taken_port_is_told_before_anything_starts() -> None:
    """The webserver would tell it ten seconds later, in fifty lines."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = _dev(taken.getsockname()[1])
    assert refused.returncode == 1
    assert "oumi-assets dev --port" in refused.stderr


def test_a_port_that_is_taken_while_the_platform_starts_is_told(workspace: Workspace) -> None:
    """Two platforms started at once: the second greeted with the first one's UI, and went on without its own."""
    platform = RealPlatform()
    until(lambda: "Starting on" in platform.log.read_text())
    with HTTPServer(("127.0.0.1", platform.port), BaseHTTPRequestHandler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        until(lambda: platform.process.poll() is not None)
        other.shutdown()
    said = platform.log.read_text()
    assert platform.process.returncode == 1
    assert f"Error: Port {platform.port} is taken." in said
    assert "Ready" not in said


def _dev(port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "oumi_assets", "dev", "--port", str(port)]
    return subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_whoever_stops_the_platform_reads_that_imports_go_on(workspace: Workspace, tmp_path: Path) -> None:
    """A run in the middle of its work ends without a word of its own."""
    # Enough to be at work for some seconds once the run is seen.
    export = write_rows(tmp_path / "many.jsonl", (langfuse_row(f"trace {number}") for number in range(30_000)))
    with real_platform() as platform, dg.DagsterInstance.get() as instance:
        _drop(workspace, "many.jsonl", export)
        until(lambda: instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)))
        assert platform.stop() == 0
        assert "Runs were not finished (1); at the next start, the sensor imports" in platform.log.read_text()


def test_a_reader_of_its_words_that_ended_first_keeps_no_process(workspace: Workspace, tmp_path: Path) -> None:
    """Ctrl-C ends `oumi-assets dev 2>&1 | grep ...` on both sides: a word to nobody ended the command, and left Dagster."""
    command = [sys.executable, "-m", "oumi_assets", "dev", "--port", str(free_port())]
    platform = subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    begun = psutil.Process(platform.pid)
    until(lambda: len(begun.children(recursive=True)) > 1)
    tree = begun.children(recursive=True)
    try:
        assert platform.stdout
        platform.stdout.close()
        platform.send_signal(signal.SIGINT)
        assert platform.wait(60) == 0
        assert not [process for process in tree if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    finally:
        kill(tree)


def test_what_was_killed_is_finished_after_a_restart(workspace: Workspace) -> None:
    """A worker, then the whole tree is killed in the middle of imports; every upload still ends as one dataset."""
    names = [f"{number:02}.jsonl" for number in range(8)]
    first = RealPlatform().ready()
    tree = first.tree()
    try:
        with dg.DagsterInstance.get() as instance:
            for name in names:
                _drop(workspace, name)
            worker = until(lambda: _worker(instance))
            psutil.Process(worker).kill()
            until(lambda: workspace.store.manifests(RAW_EXPORT) and _worker(instance, but=worker))
            tree = first.tree()
    finally:
        kill(tree)
    with real_platform():
        until(lambda: len(workspace.store.manifests(DEDUPED_DATASET)) == len(names))
        sources = [m.source.file for m in workspace.store.manifests(RAW_EXPORT) if m.source]
        assert sorted(sources) == names
    with dg.DagsterInstance.get() as instance:
        for manifest in workspace.store.manifests(DEDUPED_DATASET):
            runs = runs_of_import(instance, manifest.import_key)
            assert sum(run.is_success for run in runs) == 1


def _worker(instance: dg.DagsterInstance, but: int = 0) -> int:
    """The process of an import that runs now; 0 while there is none."""
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        pid = run.tags.get(PROCESS_TAG, "/0-").split("/")[1].split("-")[0]
        if int(pid or 0) not in (0, but):
            return int(pid)
    return 0
