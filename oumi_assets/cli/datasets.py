"""`oumi-assets datasets`: the list of what imports made, or of imports without a dataset. No Dagster run is needed.

Dagster is asked only why an import has no dataset: it loads for a second, and lists stay quick without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import click

from oumi_assets.cli.screen import WIDEST, clean, messages, one_line, results
from oumi_assets.core.program import program
from oumi_assets.imports.catalog import ListedImport, list_datasets
from oumi_assets.imports.workspace import DEDUPED_DATASET
from oumi_assets.orchestration.resources import open_here
from oumi_assets.settings import read_environment
from oumi_assets.stages.files import JSONL_FILE, PARQUET_FILE

if TYPE_CHECKING:
    from rich.table import Table

_Column = tuple[str, Literal["left", "right"], Callable[[ListedImport], str]]
_NAME: _Column = ("name", "left", lambda dataset: one_line(dataset.name))
_WHEN_AND_KEY: tuple[_Column, ...] = (
    ("when (UTC)", "left", lambda dataset: dataset.when),
    ("import", "left", lambda dataset: one_line(dataset.key)),
)
_COLUMNS: tuple[_Column, ...] = (
    _NAME,
    ("platform", "left", lambda dataset: dataset.platform or ""),
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
    "To run one again: {program} retry IMPORT. To forget some, and the red checks that they left in the UI: "
    "{program} delete IMPORT..."
)
_SHORTEST_NAME = 16
_JSON = {"key": "import", "name": "dataset", "platform": "source_platform"}
"""Fields that are called as `import --json` calls them."""
_FILES = (("conversations_path", JSONL_FILE), ("dataset_path", PARQUET_FILE))
"""And its paths, of a dataset that was made."""


@click.command(short_help="List datasets, or imports that failed.")
@click.option(
    "--failed", is_flag=True, help="List imports without a dataset instead, and why: they failed, or are still running."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per dataset.")
def datasets(failed: bool, as_json: bool) -> None:
    """List datasets: name, platform, conversations, dropped, when. Or failed imports: name, why, when."""
    store = open_here().store
    found = list_failed_here() if failed else list_datasets(store)
    if as_json:
        for dataset in found:
            files = {name: None if failed else store.location(DEDUPED_DATASET, dataset.key, file) for name, file in _FILES}
            click.echo(json.dumps({_JSON.get(name, name): value for name, value in dataset._asdict().items()} | files))
        return
    if not found:
        where = clean(str(read_environment().storage))
        none = f"There are no datasets in {where} yet. Import one: {program()} import FILE"
        messages().print("No import failed." if failed else none)
        return
    if failed:
        # A reason is a sentence or two.
        _print_paragraphs(found, _FAILED_COLUMNS)
        messages().print(_AFTERWARDS.format(program=program()))
    else:
        _print_table(found)


def list_failed_here() -> list[ListedImport]:
    """Imports without a dataset, and why. Loads Dagster."""
    from oumi_assets.orchestration.failures import failed_here

    return failed_here()


def _print_table(found: list[ListedImport]) -> None:
    """One line a dataset, with names as long as the terminal has room for.

    Keys are copied whole to other commands: where these leave too little room, paragraphs.
    """
    from rich.cells import cell_len

    out = results()
    longest = max(cell_len(one_line(dataset.name)) for dataset in found)
    needed = out.measure(_table(found, longest), options=out.options.update_width(WIDEST)).maximum
    room = longest - max(needed - out.width, 0)
    if out.is_terminal and room < min(longest, _SHORTEST_NAME):
        _print_paragraphs(found, _COLUMNS)
    else:
        out.print(_table(found, room))


def _table(found: list[ListedImport], room: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title, justify, _ in _COLUMNS:
        table.add_column(title, justify=justify, no_wrap=True)
    for dataset in found:
        name, *others = (value(dataset) for _, _, value in _COLUMNS)
        shown = Text(name)
        shown.truncate(room, overflow="ellipsis")
        table.add_row(shown, *others)
    return table


def _print_paragraphs(found: list[ListedImport], columns: tuple[_Column, ...]) -> None:
    out = results()
    for dataset in found:
        for number, (title, _, value) in enumerate(columns):
            out.print(f"  {title}: {value(dataset)}" if number else value(dataset), soft_wrap=True)
