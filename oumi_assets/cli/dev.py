"""`oumi-assets dev`: the platform on this machine: UI, sensor, schedules, on embedded defaults."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click

from oumi_assets.cli.screen import messages
from oumi_assets.core.errors import BadSetting
from oumi_assets.imports.workspace import STAGES
from oumi_assets.orchestration.resources import open_here, uploads_here
from oumi_assets.settings import PROJECT_ROOT, Environment, dagster_home, read_environment
from oumi_assets.storage.location import Location

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
def dev(port: int) -> None:
    """Start the platform: UI on 127.0.0.1, the sensor watching the uploads folder."""
    environment, home = read_environment(), dagster_home()
    _refuse_taken_port(port)
    prepare(home)
    _greet(environment, port)
    sys.exit(_run(port, home))


def prepare(home: Path) -> None:
    """The places of uploads and results, leftovers of dead processes, runs of dead processes."""
    store = open_here().store
    home.mkdir(parents=True, exist_ok=True)
    uploads_here().prepare()
    store.prepare()
    store.sweep()
    store.sweep_remote(STAGES)
    os.environ["DAGSTER_HOME"] = str(home)
    import dagster as dg

    from oumi_assets.orchestration.housekeeping import reap_dead_runs

    with dg.DagsterInstance.get() as instance:
        reaped = reap_dead_runs(instance)
    if reaped:
        messages().print(f"{reaped} runs of an earlier process were unfinished and are marked as failed.")


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise BadSetting(f"Port {port} is taken. Choose another: oumi-assets dev --port {port + 1}") from None


def _greet(environment: Environment, port: int) -> None:
    sample = _relative(PROJECT_ROOT / "samples" / "langfuse.jsonl")
    program = _relative(Path(sys.executable).parent / "oumi-assets")
    messages().print(
        f"\nStarting on http://{HOST}:{port} (ready in about 15 seconds; Ctrl+C stops it)\n\n"
        f"  drop a file    {_drop(environment.uploads, program)}\n"
        f"  try a sample   {program} import {sample} {sample.replace('langfuse', 'langsmith')}\n"
        f"  see datasets   {program} datasets\n"
        f"  results in     {_relative(environment.storage)}/deduped_dataset/\n"
    )


def _drop(uploads: Location, program: str) -> str:
    """How a file gets to where the sensor looks."""
    if isinstance(uploads, Path):
        return f"cp YOUR-EXPORT.jsonl {_relative(uploads)}/"
    return f"{program} upload YOUR-EXPORT.jsonl"


def _relative(location: Location) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    if isinstance(location, Path) and location.is_relative_to(here):
        location = location.relative_to(here)
    return str(location)


def _run(port: int, home: Path) -> int:
    """`dagster dev` in a session of its own: started from a script it would not hear SIGTERM otherwise."""
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(PROJECT_ROOT / "workspace.yaml"),
        "-h",
        HOST,
        "-p",
        str(port),
    ]
    environ = {**os.environ, "DAGSTER_HOME": str(home)}
    process = subprocess.Popen(command, env=environ, start_new_session=True, cwd=PROJECT_ROOT)

    def stop(number: int, frame: object) -> None:
        process.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return max(process.wait(), 0)
