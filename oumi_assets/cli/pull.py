"""`oumi-assets pull`: an export from a platform's API into the uploads folder. No Dagster run is needed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from rich.text import Text

from oumi_assets.cli.screen import clean, fail, imported_soon, messages, results
from oumi_assets.core.errors import BadSetting, TraceImportError
from oumi_assets.core.storage_errors import usable
from oumi_assets.orchestration.resources import uploads_here
from oumi_assets.pulls.errors import BadWindow, MissingSetting, NothingToPull
from oumi_assets.pulls.export_file import PullProgress, no_progress
from oumi_assets.pulls.folder import export_folder
from oumi_assets.pulls.pull import Asked, Pulled
from oumi_assets.pulls.pull import pull as pull_window
from oumi_assets.pulls.sources import SOURCES, Source, settling_lag
from oumi_assets.pulls.window import chosen_window


@click.command(short_help="Pull whole traces of a window from a platform's API.")
@click.argument("platform", type=click.Choice([*SOURCES]))
@click.option(
    "--project",
    "projects",
    multiple=True,
    help="Exact name; may be repeated. Default: LANGSMITH_PROJECT or LANGFUSE_PROJECT.",
)
@click.option("--start", metavar="T", help="Start of the window, like 2026-11-21T08:00Z. Default: 24 hours before its end.")
@click.option(
    "--end", metavar="T", help="End of the window, not included. Default: now, less the time that traces need to settle."
)
@click.option(
    "--filter",
    metavar="F",
    help="In the platform's own language: an expression on root runs (LangSmith), a JSON array (Langfuse).",
)
@click.option("--again", is_flag=True, help="Pull a window that was pulled before into another export.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per project on stdout.")
def pull(
    platform: str,
    projects: tuple[str, ...],
    start: str | None,
    end: str | None,
    filter: str | None,
    again: bool,
    as_json: bool,
) -> None:
    """Pull the whole traces that started in a window from a PLATFORM's API.

    The keys come from the environment: LANGSMITH_API_KEY, or LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.
    """
    source = SOURCES[platform]
    try:
        named = _named(source, projects)
        window = chosen_window(start, end, datetime.now(UTC), settling_lag(os.environ))
    except BadWindow as error:
        raise click.UsageError(str(error)) from None
    except BadSetting as error:
        if not as_json:
            raise
        click.echo(json.dumps({"platform": platform, "project": None, "error": str(error)}))
        sys.exit(1)
    asked = [Asked(platform, project, window, filter, again) for project in named]
    failed = [one for one in asked if not _pull_one(source, one, as_json)]
    sys.exit(1 if failed else 0)


def _named(source: Source, projects: Sequence[str]) -> list[str]:
    """The projects to pull. Raises `MissingSetting` where nobody named one: for a key first, which is always wanted."""
    named = list(projects) or source.named_projects(os.environ)
    missing = source.missing_setting(os.environ)
    if missing is not None and not projects and named in ([], [source.own_project]):
        raise MissingSetting(missing)
    return named


def _pull_one(source: Source, asked: Asked, as_json: bool) -> bool:
    """Pull one project and say what came of it; one that fails does not keep the others back."""
    try:
        pulled = _pulled(source, asked, shown=not as_json)
    except TraceImportError as error:
        if as_json:
            click.echo(json.dumps({"platform": source.platform, "project": asked.project, "error": str(error)}))
        else:
            fail(f"{asked.project}: {error}")
        return False
    if as_json:
        click.echo(json.dumps(_as_json(source, pulled)))
    else:
        _print(source, pulled)
    return True


def _pulled(source: Source, asked: Asked, *, shown: bool) -> Pulled:
    uploads = uploads_here()
    folder, client = export_folder(uploads), source.open(os.environ, asked.project)
    with _progress(source, asked.project, shown=shown) as report, usable(uploads.location, "OUMI_UPLOADS"):
        pulled = pull_window(client, folder, asked, report)
    if not pulled.record.rows and not pulled.record.unfinished:
        raise NothingToPull(asked.project, str(asked.window), source.checks)
    return pulled


@contextmanager
def _progress(source: Source, project: str, *, shown: bool) -> Iterator[PullProgress]:
    """A line that counts, on a terminal; there is no telling how much is to come."""
    console = messages()
    if not (shown and console.is_terminal):
        yield no_progress
        return
    title = clean(f"{source.title} {project}")
    # As a `Text`: a project may be called [/prod], which is no markup.
    with console.status(Text(f"{title}: asking")) as status:

        def report(rows: int, traces: int, size: int) -> None:
            status.update(Text(f"{title}: {rows:,} {source.rows} of {traces:,} traces, {size / 1e6:,.1f} MB"))

        yield report


def _as_json(source: Source, pulled: Pulled) -> dict[str, object]:
    record = pulled.record
    return {
        "platform": record.platform,
        "project": record.project,
        "start": record.start,
        "end": record.end,
        "file": record.export if record.rows else None,
        source.rows: record.rows,
        "traces": record.traces,
        "bytes": record.bytes,
        "unfinished": record.unfinished,
        "pulled_before": pulled.before,
        "error": None,
    }


def _print(source: Source, pulled: Pulled) -> None:
    record, out = pulled.record, results()
    where = clean(f"{record.project}, {record.start} to {record.end}")
    if pulled.before:
        out.print(f"{where}: pulled before, as {record.export}. Pull it once more with --again.", soft_wrap=True)
        return
    counted = f"{record.rows:,} {source.rows} of {record.traces:,} traces, {record.bytes:,} bytes"
    out.print(f"{where}: {counted}" + (f" in {record.export}" if record.rows else ""), soft_wrap=True)
    if record.unfinished:
        out.print(f"  {record.unfinished:,} traces are unfinished; a later pull brings them.", soft_wrap=True)
    if record.rows:
        messages().print(imported_soon())
