"""The command line, one module a command. Heavy imports happen inside the commands that need them."""

from __future__ import annotations

import sys
from typing import Any

import click

from oumi_assets import __version__
from oumi_assets.cli.datasets import datasets
from oumi_assets.cli.delete import delete
from oumi_assets.cli.dev import dev
from oumi_assets.cli.import_files import import_files
from oumi_assets.cli.pull import pull
from oumi_assets.cli.retry import retry
from oumi_assets.cli.screen import STOPPED, fail
from oumi_assets.cli.show import show
from oumi_assets.cli.upload import upload
from oumi_assets.core.errors import TraceImportError
from oumi_assets.core.storage_errors import is_full
from oumi_assets.orchestration.home import state_trouble


class _Commands(click.Group):
    """Every command that is stopped says so, and nothing else."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            fail("stopped.")
            sys.exit(STOPPED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="oumi-assets")
def commands() -> None:
    """Turn Langfuse and LangSmith trace exports into Conversation datasets."""


for command in (dev, import_files, datasets, show, retry, delete, upload, pull):
    commands.add_command(command)


def main() -> None:
    """Run a command: exit 0 done, 1 something failed (one sentence on stderr), 2 wrong usage, 130 stopped with Ctrl-C."""
    try:
        commands(prog_name="oumi-assets")
    except Exception as error:
        if (said := _said_of(error)) is None:
            raise
        fail(said)
        sys.exit(1)


def _said_of(error: Exception) -> str | None:
    """The sentence of an error that users can do something about; None for one of ours."""
    if isinstance(error, TraceImportError):
        return str(error)
    if (trouble := state_trouble(error)) is not None:
        return str(trouble)
    # A place of ours raises `DiskFull`: this is where the output goes.
    full = isinstance(error, OSError) and is_full(error)
    return "The output could not be written: no room is left there." if full else None
