"""A command of `oumi-assets` in this process, and an export to give it."""

from __future__ import annotations

from click.testing import CliRunner
from paths import FIXTURES

from oumi_assets.cli import commands

GOOD = FIXTURES / "langfuse" / "v5_openai_tools.jsonl"


def run(*arguments: str) -> str:
    """The command's output; its errors are raised."""
    return CliRunner().invoke(commands, arguments, catch_exceptions=False).output
