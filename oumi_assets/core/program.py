"""How people type our command where they are."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def program() -> str:
    """`oumi-assets` where a shell finds it, else the path to it, as short as it can be typed from here."""
    ours = Path(sys.executable).parent / "oumi-assets"
    found = shutil.which(ours.name)
    if not ours.exists() or (found is not None and Path(found).resolve() == ours.resolve()):
        return ours.name
    here = Path.cwd()
    return shlex.quote(str(ours.relative_to(here) if ours.is_relative_to(here) else ours))
