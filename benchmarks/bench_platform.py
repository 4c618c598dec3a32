"""A platform in folders of its own, for the benchmarks: started, watched through its storage, ended."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oumi_assets.cli.process_tree import ProcessTree

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "fixtures" / "langfuse" / "v5_openai_tools.jsonl"
PATIENCE = 900.0


class Bench:
    """The folders of a running platform."""

    def __init__(self, folder: Path, port: int) -> None:
        self.uploads, self.storage, self.home = folder / "uploads", folder / "storage", folder / "home"
        self.environ = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}",
            "OUMI_UPLOADS": str(self.uploads),
            "OUMI_STORAGE": str(self.storage),
            "DAGSTER_HOME": str(self.home),
        }

    def drop(self, name: str) -> None:
        """A small real export appears in the uploads folder, whole at once."""
        shutil.copyfile(SAMPLE, self.uploads / f"{name}.part")
        (self.uploads / f"{name}.part").rename(self.uploads / f"{name}.jsonl")

    def datasets(self) -> int:
        """Finished datasets."""
        return len(list((self.storage / "deduped_dataset").glob("*/manifest.json")))

    def wait_for(self, count: int) -> None:
        """Until so many datasets are there."""
        deadline = time.monotonic() + PATIENCE
        while self.datasets() < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.datasets()} of {count} datasets after {PATIENCE:g} seconds")
            time.sleep(0.05)


@contextmanager
def running(module: str = "oumi_assets.definitions") -> Iterator[Bench]:
    """A started platform whose UI answers; gone afterwards, folders too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="oumi-bench-") as name:
        bench = Bench(Path(name), port)
        for folder in (bench.uploads, bench.storage, bench.home):
            folder.mkdir()
        shutil.copyfile(ROOT / "dagster_home" / "dagster.yaml", bench.home / "dagster.yaml")
        command = [sys.executable, "-m", "dagster", "dev", "-m", module, "-h", "127.0.0.1", "-p", str(port)]
        tree = ProcessTree(command, bench.environ, Path(name), bench.home, output=subprocess.DEVNULL)
        try:
            _wait_for_ui(port)
            yield bench
        finally:
            tree.stop()
            tree.wait()


def _wait_for_ui(port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=10).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise TimeoutError("the UI did not come up")
