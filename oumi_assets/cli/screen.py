"""What the terminal shows: cleaned texts, a progress bar, tables. Messages go to stderr, results to stdout."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from oumi_assets.core.characters import CONTROL_CATEGORIES, JOINERS
from oumi_assets.core.pace import Pace, no_progress
from oumi_assets.core.pace import Progress as Report
from oumi_assets.core.program import program

SCREEN_SECONDS = 0.5
WIDEST = 10_000
"""Characters of a line for programs: nothing is cut or wrapped."""
STOPPED = 130
"""The exit code of a command that somebody stopped: what shells give to Ctrl-C."""
_KEPT = f"\n\t{JOINERS}"
_HIDDEN_CATEGORIES = (*CONTROL_CATEGORIES, "Co")


def clean(text: str) -> str:
    """A text safe for a terminal: control, escape and bidi characters are replaced; newlines, tabs and joiners kept."""
    return "".join(c if c in _KEPT or unicodedata.category(c) not in _HIDDEN_CATEGORIES else "\ufffd" for c in text)


def one_line(text: str) -> str:
    """A cleaned text for a place in a line or a table: newlines and tabs are spaces."""
    return clean(text.replace("\n", " ").replace("\t", " "))


def messages() -> Console:
    """The console for people: stderr, texts as they are (`:key:` is no picture, `[x]` no style), no colours when piped."""
    return Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)


def results() -> Console:
    """The console for results: stdout, texts as they are but for tabs, which become spaces."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDEST
    return console


def imported_soon() -> str:
    """What becomes of a file in the uploads folder that the sensor watches."""
    return (
        "  A running platform imports it now, unless it has imported this content under this name before; "
        f"if none is running, it is imported once one is started ({program()} dev)."
    )


def fail(text: str) -> None:
    """One error, in one line of its own."""
    messages().print(f"Error: {clean(text)}", style="red")


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Report]:
    """A bar on a terminal, nothing when piped. Yields what stages report to."""
    console = messages()
    if not (shown and console.is_terminal):
        yield no_progress
        return
    # A file may be called [/x].jsonl: its name is no markup.
    text = partial(TextColumn, markup=False)
    columns = (text("{task.fields[title]}"), BarColumn(), text("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", title=title)
        pace = Pace(lambda text: bar.update(task, description=text), SCREEN_SECONDS)

        def report(doing: str, done: int, total: int, rows: int = 0) -> None:
            bar.update(task, completed=done, total=total)
            pace(doing, done, total, rows)

        yield report
