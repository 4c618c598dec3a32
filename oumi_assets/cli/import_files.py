"""`oumi-assets import`: imports as Dagster runs in this process, so they appear in the UI."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from oumi_assets.cli.outcome import print_outcome
from oumi_assets.cli.screen import STOPPED, clean, messages, progress_bar
from oumi_assets.core.errors import PLATFORM_TITLES
from oumi_assets.imports.form import AUTO, Form, trouble_with_name


@click.command("import", short_help="Import trace exports as Conversation datasets.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the dataset, up to 128 characters. One file only.")
@click.option(
    "--platform", type=click.Choice([AUTO, *PLATFORM_TITLES]), help="The source platform; auto, the default, detects it."
)
@click.option("--no-dedupe", is_flag=True, help="Keep conversations that are the beginning of longer ones.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file on stdout.")
def import_files(files: tuple[Path, ...], name: str | None, platform: str | None, no_dedupe: bool, as_json: bool) -> None:
    """Import trace exports (.jsonl) as Conversation datasets, one each.

    Needs no running platform; the imports appear in the UI as runs.
    """
    if name is not None and len(files) > 1:
        raise click.UsageError("--name goes with one file only.")
    if name is not None and (trouble := trouble_with_name(name)) is not None:
        raise click.UsageError(f"--name {trouble}")
    from oumi_assets.orchestration.in_process import Importer

    failed = 0
    with Importer() as importer:
        for path in files:
            with progress_bar(clean(path.name), shown=not as_json) as report:
                form = Form(name or "", platform or AUTO, path.absolute().name, not no_dedupe)
                summary = importer.import_file(path, form, report)
            failed += summary.error is not None
            print_outcome(summary, str(path), as_json)
            if importer.stopped:
                sys.exit(STOPPED)
    if len(files) > 1 and not as_json:
        messages().print(f"{len(files) - failed} imported, {failed} failed.")
    sys.exit(1 if failed else 0)
