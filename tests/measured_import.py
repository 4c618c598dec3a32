"""Imports one file in this process and prints what came out and the most anonymous memory it took.

Run as a program, in a process of its own: `python measured_import.py FILE FOLDER`.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from pathlib import Path

from oumi_assets.imports.deduped_dataset import make_deduped_dataset
from oumi_assets.imports.form import Form
from oumi_assets.imports.parsed_traces import make_parsed_traces
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations
from oumi_assets.imports.recount import recount
from oumi_assets.imports.summary import summarize
from oumi_assets.imports.workspace import STAGES, open_workspace
from oumi_assets.settings import Environment
from oumi_assets.storage.local_uploads import SingleFile


def anonymous_megabytes() -> int:
    """Memory that is this process's own: mapped files do not count."""
    return int(re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10


def main(path: Path, folder: Path) -> None:
    """Import stage by stage, sampling the memory twenty times a second; recount what lies on disk."""
    workspace = open_workspace(Environment(folder / "uploads", folder / "storage", 1 << 40), uploads=SingleFile(path))
    before = most = anonymous_megabytes()
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.05):
            most = max(most, anonymous_megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        make_raw_export(workspace, "it", Form(file=path.name, deduplicate=False))
        for make in (make_parsed_traces, make_reconstructed_conversations, make_deduped_dataset):
            make(workspace, "it")
        holds = all(recount(workspace.store, stage, "it").holds for stage in STAGES)
    finally:
        done.set()
        watcher.join()
    found = summarize(workspace.store, "it")
    print(json.dumps({"kept": found.counts["kept"], "drops": found.drops, "holds": holds, "megabytes": most - before}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
