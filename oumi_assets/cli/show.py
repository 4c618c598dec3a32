"""`oumi-assets show`: conversations of a dataset in the terminal, or what its import left out. No Dagster run is needed."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from oumi_assets.cli.datasets import list_failed_here
from oumi_assets.cli.screen import clean, messages, one_line, results
from oumi_assets.core.errors import NoDatasetOfImport, UnknownDataset
from oumi_assets.core.json_text import parse
from oumi_assets.imports.catalog import Drop, ListedImport, called, find_dataset, read_conversations, read_drops
from oumi_assets.orchestration.resources import open_here
from oumi_assets.storage.store import Store

_EXCERPT = 100
_LONGEST_ID = 200
"""Characters of an id in a line: a trace may be called whatever somebody logged."""


@click.command(short_help="Read conversations of a dataset, or what was left out.")
@click.argument("dataset")
@click.argument("n", type=click.IntRange(min=1), default=1, required=False)
@click.option("--dropped", is_flag=True, help="Show what was left out instead: N of each stage, also of a failed import.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines: the rows of conversations.jsonl as they are.")
def show(dataset: str, n: int, dropped: bool, as_json: bool) -> None:
    """Read the first N conversations of a DATASET (name or import) in the terminal."""
    store, out = open_here().store, results()
    found = _find(store, dataset, any_import=dropped)
    if dropped:
        _show_dropped(store, found, n, as_json)
        return
    for line in read_conversations(store, found.key, n):
        if as_json:
            click.echo(_in_ascii(line.decode()) if out.is_terminal else line.decode())
        else:
            _print_conversation(parse(line), out)
    if not as_json and n < found.conversations:
        _say_how_many(n, found.conversations)


def _in_ascii(text: str) -> str:
    """The same JSON: whatever might move a terminal's cursor is inside of its texts."""
    return re.sub(r"[^\x20-\x7e]", lambda found: json.dumps(found[0])[1:-1], text)


def _find(store: Store, name: str, *, any_import: bool) -> ListedImport:
    """The dataset of that name. Raises with the reason when it is an import's that has none."""
    try:
        return find_dataset(store, name, any_import=any_import)
    except (NoDatasetOfImport, UnknownDataset):
        failed = called(name, list_failed_here())
        if not failed:
            raise
        raise NoDatasetOfImport(name, failed[-1].error) from None


def _show_dropped(store: Store, found: ListedImport, n: int, as_json: bool) -> None:
    drops = list(read_drops(store, found.key, n))
    for drop in drops:
        click.echo(json.dumps(drop._asdict()) if as_json else _drop_line(drop))
    if len(drops) < found.dropped:
        _say_how_many(len(drops), found.dropped)
    elif not drops:
        messages().print("Nothing was left out.")
    # Every dataset has a conversation.
    if not found.conversations:
        why = next((failed.error for failed in list_failed_here() if failed.key == found.key), None)
        messages().print(clean(f"It has no dataset. {why or ''}".rstrip()))


def _say_how_many(shown: int, all_of_them: int) -> None:
    messages().print(f"Shown: {shown:,} of {all_of_them:,}. For more, put a number after the dataset's name.")


def _drop_line(drop: Drop) -> str:
    instead = f"(kept: {_cut(drop.kept_instead, _LONGEST_ID)})" if drop.kept_instead else ""
    # The terminal belongs to whoever may read the export; in Dagster's pages this text has no place.
    begins, trace = _cut(drop.excerpt or "", _EXCERPT), _cut(drop.trace_id or "", _LONGEST_ID)
    places = [f"line {drop.line}" if drop.line else "", trace, instead, begins]
    return one_line(f"{drop.stage}  {drop.reason}  {'  '.join(place for place in places if place)}")


def _cut(text: str, length: int) -> str:
    return text[:length] + ("..." if len(text) > length else "")


def _print_conversation(row: dict[str, Any], out: Any) -> None:
    metadata = row["metadata"]
    said = [("conversation", row["conversation_id"]), ("name", metadata["source_trace_name"])]
    said += [("session", metadata.get("source_session_id")), ("started", metadata["source_sequence_key"])]
    out.print(clean("  ".join(f"{title}: {value}" for title, value in said if value)), style="bold", soft_wrap=True)
    for tool in row.get("tools", []):
        out.print(clean(f"tool: {tool['function']['name']}"), style="dim", soft_wrap=True)
    called = {call["id"]: call["function"]["name"] for said in row["messages"] for call in said.get("tool_calls", [])}
    for message in row["messages"]:
        # Of several calls, which one a result answers.
        tool = called.get(message.get("tool_call_id"), "")
        out.print(clean(f"[{message['role']} {tool}".rstrip() + "]"), style="cyan", end=" ")
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
