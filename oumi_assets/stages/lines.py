"""Lines of a stored export: split on `\\n` only, trimmed, by byte offset (trace-shapes rule 17)."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from oumi_assets.core.rows import Location

BLANKS = b" \t\r\v\f"
BOM = b"\xef\xbb\xbf"


class Range(NamedTuple):
    """Bytes of an export of `total` bytes; the lines that start inside belong to it."""

    start: int
    end: int
    total: int


def ranges(size: int, step: int) -> list[Range]:
    """The whole file in consecutive ranges."""
    return [Range(start, min(start + step, size), size) for start in range(0, size, step)]


@contextmanager
def open_export(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of an export, mapped and not read: only what is touched uses memory."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def lines_of(export: mmap.mmap | bytes, within: Range) -> Iterator[tuple[Location, bool]]:
    """Places of all lines that start in the range, and whether each is blank; line numbers count from 1 in the range."""
    position = _first_line_start(export, within.start)
    number = 0
    while position < within.end:
        newline = export.find(b"\n", position)
        stop = len(export) if newline < 0 else newline
        number += 1
        location = _trimmed(export, number, position, stop)
        yield location, location.length == 0
        position = stop + 1


def _first_line_start(export: mmap.mmap | bytes, start: int) -> int:
    if start == 0 or export[start - 1 : start] == b"\n":
        return start
    newline = export.find(b"\n", start)
    return len(export) if newline < 0 else newline + 1


def _trimmed(export: mmap.mmap | bytes, number: int, start: int, stop: int) -> Location:
    if start == 0 and export[:3] == BOM:
        start = 3
    while start < stop and export[start : start + 1] in BLANK_BYTES:
        start += 1
    while stop > start and export[stop - 1 : stop] in BLANK_BYTES:
        stop -= 1
    return Location(number, start, stop - start)


BLANK_BYTES = frozenset(bytes([byte]) for byte in BLANKS)
