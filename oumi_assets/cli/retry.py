"""`oumi-assets retry`: an import once more, as a Dagster run in this process."""

from __future__ import annotations

import sys

import click

from oumi_assets.cli.outcome import print_outcome
from oumi_assets.cli.screen import STOPPED, clean, progress_bar


@click.command()
@click.argument("key", metavar="IMPORT")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def retry(key: str, as_json: bool) -> None:
    """Run an import again, from its upload or its stored bytes.

    One that failed, or, after an upgrade, a finished one.
    """
    from oumi_assets.orchestration.in_process import Importer

    with Importer() as importer, progress_bar(clean(key), shown=not as_json) as report:
        summary = importer.retry(key, report)
    print_outcome(summary, key, as_json)
    sys.exit(STOPPED if importer.stopped else 1 if summary.error else 0)
