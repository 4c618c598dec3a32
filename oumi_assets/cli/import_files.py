"""`oumi-assets import` and `retry`: imports as Dagster runs in this process, so they appear in the UI."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from oumi_assets.cli.screen import STOPPED, clean, fail, messages, progress_bar, results
from oumi_assets.imports.form import AUTO, Form, trouble_with_name
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES
from oumi_assets.platforms import PLATFORMS


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the dataset, up to 128 characters. One file only.")
@click.option(
    "--platform", type=click.Choice([AUTO, *PLATFORMS]), help="The source platform; auto, the default, detects it."
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
            _print(summary, str(path), as_json)
            if importer.stopped:
                sys.exit(STOPPED)
    if len(files) > 1 and not as_json:
        messages().print(f"{len(files) - failed} imported, {failed} failed.")
    sys.exit(1 if failed else 0)


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
    _print(summary, key, as_json)
    sys.exit(STOPPED if importer.stopped else 1 if summary.error else 0)


def _print(summary: Summary, source: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(summary, source)))
    elif summary.error is not None:
        tried = f" (import {summary.key})" if summary.key else ""
        fail(f"{source}: {summary.error}{tried}")
    else:
        _print_funnel(summary, source)


def _as_json(summary: Summary, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "import": summary.key or None,
        "dataset": summary.dataset,
        "source_platform": summary.platform,
        "conversations_path": summary.conversations_path,
        "dataset_path": summary.dataset_path,
        "counts": summary.counts,
        "drops": summary.drops,
        "error": summary.error,
    }


def _print_funnel(summary: Summary, source: str) -> None:
    from rich.table import Table

    out = results()
    out.print(clean(f"{source} -> {summary.dataset} ({summary.platform}, import {summary.key})"), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for column, justify in (("", "left"), ("in", "right"), ("out", "right"), ("dropped", "right"), ("why", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for stage in STAGES:
        counts = summary.funnel[stage]
        why = ", ".join(f"{reason} {count:,}" for reason, count in counts.dropped.items())
        table.add_row(f"  {stage}", f"{counts.incoming:,}", f"{counts.outgoing:,}", f"{counts.total_dropped:,}", why)
    out.print(table)
    kept = summary.funnel[DEDUPED_DATASET].outgoing
    out.print(f"  {kept:,} conversation{'' if kept == 1 else 's'} in {summary.conversations_path}", soft_wrap=True)
