"""What `import` and `retry` say of an import that ended: its funnel, or its error."""

from __future__ import annotations

import json
from typing import Any

import click

from oumi_assets.cli.screen import clean, fail, results
from oumi_assets.imports.summary import Summary
from oumi_assets.imports.workspace import DEDUPED_DATASET, STAGES, UNITS


def print_outcome(summary: Summary, source: str, as_json: bool) -> None:
    """Results to stdout, an error to stderr; as JSON, both to stdout. `source` is what the command was given."""
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
    table.add_column("", no_wrap=True)
    for column in ("in", "out", "dropped"):
        table.add_column(column, justify="right")
    table.add_column("unit")
    table.add_column("why")
    for stage in STAGES:
        counts = summary.funnel[stage]
        why = ", ".join(f"{reason} {count:,}" for reason, count in counts.dropped.items())
        numbers = (f"{count:,}" for count in (counts.incoming, counts.outgoing, counts.total_dropped))
        table.add_row(f"  {stage}", *numbers, UNITS[stage], why)
    out.print(table)
    kept = summary.funnel[DEDUPED_DATASET].outgoing
    out.print(f"  {kept:,} conversation{'' if kept == 1 else 's'} in {summary.conversations_path}", soft_wrap=True)
