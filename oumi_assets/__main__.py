"""`oumi-assets`, and `python -m oumi_assets`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Its modules are loaded here, where Ctrl-C is no traceback yet."""
    try:
        from oumi_assets.cli import main as run

        run()
    except KeyboardInterrupt:
        print("Error: stopped.", file=sys.stderr)
        # What shells give to Ctrl-C, and `cli.screen.STOPPED`, which may not be loaded yet.
        sys.exit(130)


if __name__ == "__main__":
    main()
