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
    except TraceImportError as error:
        fail(str(error))
        sys.exit(1)
    except OSError as error:
        if not is_full(error):
            raise
        # A place of ours raises `DiskFull`: this is where the output goes.
        fail("The output could not be written: no room is left there.")
        sys.exit(1)
