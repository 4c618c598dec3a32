"""`oumi-assets datasets`: the list of what imports made, or of imports without a dataset. No Dagster run is needed.

Dagster is asked only why an import has no dataset: it loads for a second, and lists stay quick without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import click

from oumi_assets.cli.screen import clean, messages, one_line, results
from oumi_assets.imports.catalog import ListedImport, list_datasets
from oumi_assets.orchestration.resources import open_here
from oumi_assets.settings import read_environment

_Column = tuple[str, Literal["left", "right"], Callable[[ListedImport], str]]
_NAME: _Column = ("name", "left", lambda dataset: one_line(dataset.name))
_WHEN_AND_KEY: tuple[_Column, ...] = (
    ("when (UTC)", "left", lambda dataset: dataset.created[:16].replace("T", " ")),
    ("import", "left", lambda dataset: one_line(dataset.key)),
)
_COLUMNS: tuple[_Column, ...] = (
    _NAME,
    ("platform", "left", lambda dataset: dataset.platform),
    ("conversations", "right", lambda dataset: f"{dataset.conversations:,}"),
    ("dropped", "right", lambda dataset: f"{dataset.dropped:,}"),
    *_WHEN_AND_KEY,
)
_FAILED_COLUMNS: tuple[_Column, ...] = (
    _NAME,
    ("why", "left", lambda dataset: one_line(dataset.error or "")),
    *_WHEN_AND_KEY,
)
_AFTERWARDS = (
    "To run one again: oumi-assets retry IMPORT. To forget some, and the red checks that they left in the UI: "
    "oumi-assets delete IMPORT..."
)
_FOLDED = ("name", "why")
_LEAST_WIDTH = 12


@click.command()
@click.option("--failed", is_flag=True, help="Imports without a dataset instead, and why: they failed, or run right now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per dataset.")
def datasets(failed: bool, as_json: bool) -> None:
    """List datasets: name, platform, conversations, dropped, when. Or failed imports: name, why, when."""
    found = list_failed_here() if failed else list_datasets(open_here().store)
    if as_json:
        for dataset in found:
            click.echo(json.dumps(dataset._asdict()))
        return
    if not found:
        none = f"There are no datasets in {clean(str(read_environment().storage))} yet. Import one: oumi-assets import FILE"
        messages().print("No import failed." if failed else none)
        return
    _print_table(found, _FAILED_COLUMNS if failed else _COLUMNS)
    if failed:
        messages().print(_AFTERWARDS)


def list_failed_here() -> list[ListedImport]:
    """Imports without a dataset, and why. Loads Dagster."""
    from oumi_assets.orchestration.failures import failed_here

    return failed_here()


def _print_table(found: list[ListedImport], columns: tuple[_Column, ...]) -> None:
    from rich.cells import cell_len
    from rich.table import Table

    rows = [[value(dataset) for _, _, value in columns] for dataset in found]
    table = Table(box=None, pad_edge=False)
    for number, (title, justify, _) in enumerate(columns):
        longest = max(cell_len(cell) for cell in (title, *(row[number] for row in rows)))
        # Names and reasons are folded; a key, which is copied to another command, is whole, however narrow the terminal.
        least = min(longest, _LEAST_WIDTH) if title in _FOLDED else longest
        table.add_column(title, justify=justify, overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*row)
    results().print(table, crop=False)
