"""What an import of 20 traces costs within its Dagster run, in a process of its own; prints seconds.

    DAGSTER_HOME=FOLDER OUMI_STORAGE=FOLDER python benchmarks/fixed_cost.py EXPORT

The seconds of the four steps, which are ours with Dagster's machinery around them; the start of the
process and of Dagster is not part of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg

from oumi_assets.core.pace import no_progress
from oumi_assets.imports.form import Form
from oumi_assets.orchestration.in_process import Importer


def main() -> None:
    export = Path(sys.argv[1])
    with Importer() as importer, dg.DagsterInstance.get() as instance:
        importer.import_file(export, Form(file=export.name), no_progress)
        records = instance.get_run_records()
        done = [
            event.dagster_event.step_success_data.duration_ms
            for record in records
            for event in instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
            if event.dagster_event is not None
        ]
    if len(records) != 1 or len(done) != 4:
        raise SystemExit(f"expected one run of four steps, found {len(records)} of {len(done)}")
    print(sum(done) / 1000)


if __name__ == "__main__":
    main()
