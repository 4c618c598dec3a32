"""The command line on a real terminal, where it draws bars and colours."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import NamedTuple


class Shown(NamedTuple):
    """How a command ended, and everything that the terminal was sent."""

    code: int
    text: str


def on_a_terminal(*arguments: object, columns: int = 200) -> Shown:
    """Run a command of ours with a terminal for its output."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "oumi_assets", *map(str, arguments)]
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns)}
    try:
        running = subprocess.Popen(command, env=environ, stdin=its, stdout=its, stderr=its, start_new_session=True)
        os.close(its)
        text = b""
        # A terminal whose last program has ended cannot be read any more.
        with suppress(OSError):
            while block := os.read(ours, 1 << 16):
                text += block
        return Shown(running.wait(timeout=60), text.decode(errors="replace"))
    finally:
        os.close(ours)
