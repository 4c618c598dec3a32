"""`oumi-assets datasets`, `show` and `delete`: reading and removing what imports made. No Dagster run is needed.

Dagster is asked only why an import has no dataset: it loads for a second, and lists stay quick without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Literal

import click

from oumi_assets.cli.screen import clean, messages, one_line, results
from oumi_assets.core.errors import AmbiguousDataset, NoDatasetOfImport, UnknownDataset
from oumi_assets.core.json_text import parse
from oumi_assets.core.storage_errors import usable
from oumi_assets.imports.catalog import (
    Drop,
    ListedImport,
    called,
    delete_import,
    find_dataset,
    list_datasets,
    read_conversations,
    read_drops,
)
from oumi_assets.orchestration.home import open_home
from oumi_assets.orchestration.resources import open_here
from oumi_assets.settings import read_environment
from oumi_assets.storage.store import Store


def _store() -> Store:
    return open_here().store


def _failed() -> list[ListedImport]:
    from oumi_assets.orchestration.failures import failed_here

    return failed_here()


@click.command()
@click.option("--failed", is_flag=True, help="Imports without a dataset instead, and why: they failed, or run right now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per dataset.")
def datasets(failed: bool, as_json: bool) -> None:
    """List datasets: name, platform, conversations, dropped, when. Or failed imports: name, why, when."""
    found = _failed() if failed else list_datasets(_store())
    if as_json:
        for dataset in found:
            click.echo(json.dumps(dataset._asdict()))
        return
    if not found:
        messages().print("No import failed." if failed else "There are no datasets yet. Import one: oumi-assets import FILE")
        return
    _print_table(found, _FAILED_COLUMNS if failed else _COLUMNS)


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

_EXCERPT = 100
_FOLDED = ("name", "why")
_LEAST_WIDTH = 12


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


@click.command()
@click.argument("dataset")
@click.argument("n", type=click.IntRange(min=1), default=1, required=False)
@click.option("--dropped", is_flag=True, help="What was left out instead: N of each stage, also of a failed import.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines: the rows of conversations.jsonl as they are.")
def show(dataset: str, n: int, dropped: bool, as_json: bool) -> None:
    """Read the first N conversations of a DATASET (name or import) in the terminal."""
    store, out = _store(), results()
    found = _find(store, dataset, any_import=dropped)
    if dropped:
        _show_dropped(store, found, n, as_json)
        return
    for line in read_conversations(store, found.key, n):
        if as_json:
            click.echo(_in_ascii(line.decode()) if out.is_terminal else line.decode())
        else:
            _print_conversation(parse(line), out)


def _in_ascii(text: str) -> str:
    """The same JSON: whatever might move a terminal's cursor is inside of its texts."""
    return re.sub(r"[^\x20-\x7e]", lambda found: json.dumps(found[0])[1:-1], text)


def _find(store: Store, name: str, *, any_import: bool) -> ListedImport:
    """The dataset of that name. Raises with the reason when it is an import's that has none."""
    try:
        return find_dataset(store, name, any_import=any_import)
    except (NoDatasetOfImport, UnknownDataset):
        failed = called(name, _failed())
        if not failed:
            raise
        raise NoDatasetOfImport(name, failed[-1].error) from None


def _show_dropped(store: Store, found: ListedImport, n: int, as_json: bool) -> None:
    drops = list(read_drops(store, found.key, n))
    for drop in drops:
        click.echo(json.dumps(drop._asdict()) if as_json else _drop_line(drop))
    # Every dataset has a conversation.
    made = bool(found.conversations)
    if len(drops) < found.dropped:
        messages().print(f"Shown: {len(drops)} of {found.dropped:,}. For more, name a number after the dataset.")
    elif not drops:
        messages().print("Nothing was left out." if made else "Nothing was left out so far.")
    if not made:
        why = next((failed.error for failed in _failed() if failed.key == found.key), None)
        messages().print(clean(f"It has no dataset. {why or ''}".rstrip()))


def _drop_line(drop: Drop) -> str:
    instead = f"(kept: {drop.kept_instead})" if drop.kept_instead else ""
    # The terminal belongs to whoever may read the export; in Dagster's pages this text has no place.
    excerpt = drop.excerpt or ""
    begins = excerpt[:_EXCERPT] + ("..." if len(excerpt) > _EXCERPT else "")
    places = [f"line {drop.line}" if drop.line else "", drop.name or "", instead, begins]
    return one_line(f"{drop.stage}  {drop.reason}  {'  '.join(place for place in places if place)}")


def _print_conversation(row: dict[str, Any], out: Any) -> None:
    metadata = row["metadata"]
    said = [("conversation", row["conversation_id"]), ("name", metadata["source_trace_name"])]
    said += [("session", metadata.get("source_session_id")), ("started", metadata["source_sequence_key"])]
    out.print(clean("  ".join(f"{title}: {value}" for title, value in said if value)), style="bold", soft_wrap=True)
    for tool in row.get("tools", []):
        out.print(clean(f"tool: {tool['function']['name']}"), style="dim", soft_wrap=True)
    for message in row["messages"]:
        out.print(clean(f"[{message['role']}]"), style="cyan", end=" ")
        click.echo(clean(_said(message)))
    out.print()


def _said(message: dict[str, Any]) -> str:
    content = message["content"]
    parts = [content] if isinstance(content, str) and content else []
    parts += (
        [part["text"] if part.get("type") == "text" else f"<{part.get('type')}>" for part in content]
        if isinstance(content, list)
        else []
    )
    parts += [f"-> {call['function']['name']}({call['function']['arguments']})" for call in message.get("tool_calls", [])]
    return "\n".join(parts)


@click.command()
@click.argument("dataset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(dataset: str, yes: bool) -> None:
    """Remove a DATASET (name or import) and its stored bytes for good; the sensor does not bring it back."""
    store = _store()
    # First: a home that cannot be opened afterwards would keep the partition of an import that is gone.
    open_home()
    # A delete that was killed may have left raw_export aside, by which the import is found.
    store.sweep()
    found = _find_import(store, dataset)
    from oumi_assets.orchestration.housekeeping import forget_partition, refuse_unfinished

    refuse_unfinished(found.key)
    if not yes:
        click.confirm(
            f"Delete {clean(found.name)} (import {clean(found.key)}) and its stored bytes for good?", abort=True, err=True
        )
    with usable(read_environment().storage, "OUMI_STORAGE"):
        delete_import(store, found.key)
    forget_partition(found.key)
    messages().print(
        f"Deleted {clean(found.name)} (import {clean(found.key)}). A file still in the uploads folder is not imported again."
    )


def _find_import(store: Store, name: str) -> ListedImport:
    """An import with any outcome; of one that failed before anything was stored, only Dagster knows."""
    try:
        return find_dataset(store, name, any_import=True)
    except UnknownDataset:
        known = called(name, _failed())
        if not known:
            raise
        if len(known) > 1:
            raise AmbiguousDataset(name, [failed.key for failed in known]) from None
        return known[0]
