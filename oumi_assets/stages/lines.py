"""Lines of a stored export: split on `\\n` only, trimmed, by byte offset (trace-shapes rule 17); and their number."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from oumi_assets.core.rows import LinePlace

BLANKS = b" \t\r\v\f"
_OPENING, _CLOSING = b"{}"
_PIECE = 1 << 16
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


def lines_of(export: mmap.mmap | bytes, within: Range) -> Iterator[LinePlace]:
    """Places of all lines that start in the range, a blank one's length 0; line numbers count from 1 in the range."""
    position = _first_line_start(export, within)
    number = 0
    end = min(within.end, len(export))
    while position < end:
        newline = export.find(b"\n", position)
        stop = len(export) if newline < 0 else newline
        number += 1
        if export[position] == _OPENING and export[stop - 1] == _CLOSING:
            yield number, position, stop - position
        else:
            yield _trimmed(export, number, position, stop)
        position = stop + 1


def _first_line_start(export: mmap.mmap | bytes, within: Range) -> int:
    """Where the range's first line begins; its end where none does.

    The search ends there, too: a line of 100 MB is not searched once for every range in it.
    """
    if within.start == 0 or export[within.start - 1 : within.start] == b"\n":
        return within.start
    newline = export.find(b"\n", within.start, within.end)
    return within.end if newline < 0 else newline + 1


def _trimmed(export: mmap.mmap | bytes, number: int, start: int, stop: int) -> LinePlace:
    # Not only at the head of the file: exports that were put together have one at every seam.
    if export[start : start + len(BOM)] == BOM:
        start += len(BOM)
    while start < stop and export[start] in BLANKS:
        blank = export[start : min(start + _PIECE, stop)]
        start += len(blank) - len(blank.lstrip(BLANKS))
    while stop > start and export[stop - 1] in BLANKS:
        blank = export[max(stop - _PIECE, start) : stop]
        stop -= len(blank) - len(blank.rstrip(BLANKS))
    return number, start, stop - start


def count_lines(path: Path) -> int:
    """Non-blank lines of a file, counted from its bytes and by other means than the index."""
    count, tail = 0, b""
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            *lines, tail = (tail + block).split(b"\n")
            count += sum(map(_is_given, lines))
            # A line of 100 MB is not gathered: it has said enough, and cannot become blank.
            if len(tail) > len(BOM) and _is_given(tail):
                tail = _SOMETHING
    return count + _is_given(tail)


_SOMETHING = b"."


def _is_given(line: bytes) -> bool:
    return bool(line.removeprefix(BOM).strip(BLANKS))
