"""`oumi-assets retry`: an import once more, as a Dagster run in this process."""

from __future__ import annotations

import sys

import click

from oumi_assets.cli.outcome import print_outcome
from oumi_assets.cli.screen import STOPPED, clean, progress_bar
from oumi_assets.core.errors import TraceImportError
from oumi_assets.imports.summary import Summary, refused


@click.command()
@click.argument("key", metavar="IMPORT")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def retry(key: str, as_json: bool) -> None:
    """Run an import again, from its upload or its stored bytes.

    One that failed, or, after an upgrade, a finished one.
    """
    try:
        summary, stopped = _retried(key, shown=not as_json)
    except TraceImportError as error:
        if not as_json:
            raise
        summary, stopped = refused(str(error)), False
    print_outcome(summary, key, as_json)
    sys.exit(STOPPED if stopped else 1 if summary.error else 0)


def _retried(key: str, *, shown: bool) -> tuple[Summary, bool]:
    """What became of the import, and whether somebody pressed Ctrl-C."""
    from oumi_assets.orchestration.in_process import Importer

    with Importer() as importer, progress_bar(clean(key), shown=shown) as report:
        summary = importer.retry(key, report)
    return summary, importer.stopped
