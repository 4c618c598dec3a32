"""One whole import in a process of its own, timed stage by stage; prints JSON. `run.py` starts it.

    python benchmarks/one_import.py EXPORT STORAGE

The stages are called as Dagster's assets call them, without Dagster. The conservation recount, which
reads everything again, is timed apart. Seconds of wall clock, and of processor over all processes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil

from oumi_assets.imports.deduped_dataset import make_deduped_dataset
from oumi_assets.imports.form import Form
from oumi_assets.imports.parsed_traces import make_parsed_traces
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.reconstructed_conversations import make_reconstructed_conversations
from oumi_assets.imports.recount import recount
from oumi_assets.imports.workspace import STAGES, open_workspace
from oumi_assets.settings import Environment
from oumi_assets.storage.local_uploads import SingleFile

KEY = "benchmark"


def processor_seconds() -> float:
    """User and system seconds of this process and its workers, also of those that ended."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(used.user + used.system + used.children_user + used.children_system for used in times)


def main() -> None:
    export, storage = Path(sys.argv[1]), Path(sys.argv[2])
    workspace = open_workspace(Environment(export.parent / "no-uploads", storage, 1 << 40), uploads=SingleFile(export))
    stages = {
        "raw_export": lambda: make_raw_export(workspace, KEY, Form("", "auto", export.name, True)),
        "parsed_traces": lambda: make_parsed_traces(workspace, KEY),
        "reconstructed_conversations": lambda: make_reconstructed_conversations(workspace, KEY),
        "deduped_dataset": lambda: make_deduped_dataset(workspace, KEY),
        "recount": lambda: [recount(workspace.store, stage, KEY) for stage in STAGES],
    }
    seconds, used, counts = {}, {}, {}
    for name, stage in stages.items():
        wall, processor = time.perf_counter(), processor_seconds()
        made = stage()
        seconds[name] = time.perf_counter() - wall
        used[name] = processor_seconds() - processor
        if name in STAGES:
            counts[name] = (made.counts.incoming, made.counts.outgoing)
    print(json.dumps({"wall": seconds, "processor": used, "counts": counts, "bytes": export.stat().st_size}))


if __name__ == "__main__":
    main()
