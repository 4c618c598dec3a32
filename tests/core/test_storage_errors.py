"""What the system said of a place is understood, also where a library passes it on in words alone."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from oumi_assets.core.storage_errors import is_full, passes

_NO_DESCRIPTOR_LEFT = """
import os, resource, sys
import polars as pl
from oumi_assets.core.storage_errors import passes
table = pl.LazyFrame({"a": [1]})
table.sink_parquet(sys.argv[1] + "/first")
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
try:
    table.sink_parquet(sys.argv[1] + "/second")
except OSError as error:
    for descriptor in taken:
        os.close(descriptor)
    print(error.errno, passes(error))
"""


def test_a_fault_that_passes_is_known_in_the_words_of_polars(tmp_path: Path) -> None:
    """It raises an error of the system without its number where a file cannot be made."""
    command = [sys.executable, "-c", _NO_DESCRIPTOR_LEFT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "None True\n"


@pytest.mark.parametrize(
    ("error", "full", "passing"),
    [
        (OSError("No space left on device (os error 28): /storage/.staging/a/traces.parquet"), True, False),
        (OSError("Disk quota exceeded (os error 122): /storage/.staging/a/traces.parquet"), True, False),
        (OSError("Input/output error (os error 5): /storage/raw_export/a/rows.parquet"), False, True),
        (OSError("File name too long (os error 36): ...nnn"), False, False),
        (OSError(errno.EACCES, "Permission denied", "/storage (os error 28)"), False, False),
    ],
)
def test_an_error_is_told_by_its_number(error: OSError, full: bool, passing: bool) -> None:
    """A disk may have room and no inode left: then a table's file cannot be made, and nothing is wrong with the upload."""
    assert (is_full(error), passes(error)) == (full, passing)
