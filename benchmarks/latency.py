"""Single drops, one after the other: seconds from the file's appearance to the finished dataset, and where they go.

    PYTHONPATH=. python benchmarks/latency.py [DROPS]

Dagster's own times say where: until the sensor created the run, until the queue launched it, until its
process began (start and imports), and the import itself.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import dagster as dg
from bench_platform import Bench, running

PARTS = ("sensor", "queue", "process start", "import")


def one_drop(bench: Bench, instance: dg.DagsterInstance, number: int) -> tuple[float, dict[str, float]]:
    """Seconds in all, and by part."""
    dropped, began = time.time(), time.monotonic()
    bench.drop(f"drop-{number}")
    bench.wait_for(number + 1)
    seconds = time.monotonic() - began
    finished = time.time()
    [record] = instance.get_run_records(limit=1)
    created = record.create_timestamp.timestamp()
    events = instance.all_logs(record.dagster_run.run_id)
    at = {event.dagster_event.event_type_value: event.timestamp for event in reversed(events) if event.dagster_event}
    marks = (dropped, created, at["PIPELINE_STARTING"], at["PIPELINE_START"], finished)
    return seconds, {part: later - earlier for part, earlier, later in zip(PARTS, marks, marks[1:], strict=False)}


def main() -> None:
    """The median drop."""
    drops = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with running() as bench:
        os.environ["DAGSTER_HOME"] = str(bench.home)
        time.sleep(10)
        with dg.DagsterInstance.get() as instance:
            found = [one_drop(bench, instance, number) for number in range(drops)]
    print(f"median of {drops} drops: {statistics.median(seconds for seconds, _ in found):.1f} s")
    for part in PARTS:
        print(f"  {part:14} {statistics.median(parts[part] for _, parts in found):5.1f} s")


if __name__ == "__main__":
    main()
