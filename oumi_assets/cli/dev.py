"""`oumi-assets dev`: the platform on this machine: UI, sensor, schedules, on embedded defaults."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import click
from filelock import FileLock, Timeout

from oumi_assets.cli.process_tree import ProcessTree, end_leftovers
from oumi_assets.cli.screen import clean, fail, messages
from oumi_assets.core.errors import PLATFORM_TITLES, BadSetting
from oumi_assets.core.program import program
from oumi_assets.core.storage_errors import usable
from oumi_assets.imports.workspace import RAW_EXPORT, STAGES
from oumi_assets.orchestration.home import open_home, open_instance
from oumi_assets.orchestration.resources import open_here, uploads_here
from oumi_assets.settings import PROJECT_ROOT, Environment, read_environment
from oumi_assets.storage.location import Location
from oumi_assets.storage.store import Store

HOST = "127.0.0.1"
_ASSETS = "/locations/oumi_assets/asset-groups/trace_import"
"""The page to look at first: the UI opens on a timeline that imports by the command line are not on."""
_LOOK_SECONDS = 0.5
# Dagster recommends its newer command line at every start, and warns of a parameter that it sets itself.
_DAGSTERS_OWN = (
    "ignore:Function `dev_command` is superseded,ignore:Parameter `owners` of initializer `SensorDefinition.__init__`"
)


_CODE_SERVER = ("dagster", "api", "grpc")
"""Words of the command that runs our code. Whatever ends it, Dagster goes on without it and imports nothing any more."""


@click.command(short_help="Start the platform: UI, sensor, schedules.")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
def dev(port: int) -> None:
    """Start the platform: UI on 127.0.0.1, the sensor watching the uploads folder."""
    environment, home = read_environment(), open_home()
    with _only_one(home):
        if end_leftovers(home):
            messages().print("An earlier platform was killed; the processes that it left running were ended.")
        _refuse_taken_port(port)
        prepare()
        _greet(environment, port)
        code = _run(port, home, environment)
        _tell_what_was_stopped()
    sys.exit(code)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Two platforms on one Dagster home would reap each other's runs. The lock goes with its process."""
    try:
        with FileLock(home / "dev.lock", blocking=False):
            yield
    except Timeout:
        raise BadSetting(
            f"A platform is already running with DAGSTER_HOME {home}. Stop that one first, or set another DAGSTER_HOME."
        ) from None


def prepare() -> None:
    """The places of uploads and results, leftovers and runs of dead processes."""
    store, uploads = open_here().store, uploads_here()
    with usable(uploads.location, "OUMI_UPLOADS"):
        uploads.prepare()
    with usable(read_environment().storage, "OUMI_STORAGE"):
        store.prepare()
    store.sweep()
    store.sweep_remote(STAGES)
    _settle_earlier_runs(store)


def _settle_earlier_runs(store: Store) -> None:
    """End the runs of dead processes, and say what people should know of earlier ones."""
    from oumi_assets.orchestration.housekeeping import finished_imports, reap_dead_runs, runs_elsewhere

    with open_instance() as instance:
        reaped = reap_dead_runs(instance, at_start=True)
        elsewhere = runs_elsewhere(instance)
        finished = 0 if store.folders(RAW_EXPORT) else finished_imports(instance)
    if finished:
        messages().print(
            f"{clean(str(read_environment().storage))} is empty, but imports were finished before ({finished}). "
            "If their results were moved, set OUMI_STORAGE to where they are."
        )
    if reaped:
        messages().print(f"Runs of an earlier process were unfinished ({reaped}); the sensor imports their uploads again.")
    if elsewhere:
        messages().print(
            f"Unfinished runs of other machines: {', '.join(elsewhere)}. They keep their places in the queue; "
            "if such a machine is gone, terminate its runs in the UI (force termination)."
        )


def _tell_what_was_stopped() -> None:
    """Whoever presses Ctrl-C in the middle of an import wants to know what becomes of it."""
    from oumi_assets.orchestration.housekeeping import stopped_runs

    with open_instance() as instance:
        stopped = stopped_runs(instance)
    if stopped:
        _say(f"Runs were not finished ({stopped}); at the next start, the sensor imports their uploads.")


def _say(text: str) -> None:
    """Print a message, though nobody may read it: Ctrl-C ends a `| grep`, too, and a closed window has no terminal.

    Of a pipe that is broken rich makes the program's end.
    """
    try:
        messages().print(text)
    except (OSError, SystemExit):
        # What is left of it would break the program's end once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise BadSetting(_taken(port)) from None


def _greet(environment: Environment, port: int) -> None:
    samples = shlex.join(_relative(PROJECT_ROOT / "samples" / f"{platform}.jsonl") for platform in PLATFORM_TITLES)
    ours = program()
    messages().print(
        f"\nStarting on http://{HOST}:{port} (ready in about 20 seconds; Ctrl-C stops it)\n\n"
        f"  drop a file    {_way_in(environment.uploads)}\n"
        f"  try a sample   {ours} import {samples}\n"
        f"  see datasets   {ours} datasets\n"
        f"  results in     {_relative(environment.storage)}/deduped_dataset/\n"
    )


def _way_in(uploads: Location) -> str:
    """How a file gets to where the sensor looks."""
    if isinstance(uploads, Path):
        return f"cp YOUR-EXPORT.jsonl {shlex.quote(_relative(uploads))}/"
    return f"{program()} upload YOUR-EXPORT.jsonl"


def _relative(location: Location) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    if isinstance(location, Path) and location.is_relative_to(here):
        location = location.relative_to(here)
    return str(location)


def _say_when_ready(tree: ProcessTree, port: int) -> None:
    """Once the UI answers; a platform that never comes up has said why by then.

    The port was free when it was looked at, seconds before: another platform's UI may answer by now.
    """
    url = f"http://{HOST}:{port}"
    # Not through a proxy, which knows another 127.0.0.1.
    opener = build_opener(ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{url}/server_info", timeout=5):
                break
        except HTTPError:
            break
        except (OSError, HTTPException):
            time.sleep(_LOOK_SECONDS)
    if tree.listens_on(port):
        _say(f"Ready: {url} (imports and their assets: {url}{_ASSETS})")
    else:
        tree.give_up()
        fail(_taken(port))


def _taken(port: int) -> str:
    return f"Port {port} is taken. Choose another: {program()} dev --port {port + 1}"


def _command(port: int) -> list[str]:
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    command = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-h", HOST, "-p", str(port)]
    # Its services tell every tick; what an import became is told by `orchestration.terminal`.
    return [*command, "--log-level", "error"]


def _run(port: int, home: Path, places: Environment) -> int:
    """`dagster dev` in a session of its own: started from a script it would not hear signals otherwise.

    It works in the project's folder, where a relative place would be another one.
    """
    environ = {
        "PYTHONWARNINGS": _DAGSTERS_OWN,
        **os.environ,
        "OUMI_UPLOADS": str(places.uploads),
        "OUMI_STORAGE": str(places.storage),
    }
    tree = ProcessTree(_command(port), environ, PROJECT_ROOT, home, vital=_CODE_SERVER)

    told = iter(["Stopping; this takes a few seconds. Press Ctrl-C again to end it at once."])

    def stop(number: int, frame: object) -> None:
        tree.stop()
        _say(next(told, "Ending it at once."))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    Thread(target=_say_when_ready, args=(tree, port), daemon=True).start()
    code = tree.wait()
    if tree.vital_ended:
        fail("Dagster's code server ended, perhaps killed for lack of memory: nothing can be imported. Start again.")
        # Whatever `dagster dev` ends with then, also when it had to be killed.
        return 1
    return code
