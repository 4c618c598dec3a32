"""Texts too large for polars' Parquet writer, which needs about five times a value's bytes to write it.

It is given an empty text in a giant's place. Afterwards every column of a row group that lacks a giant
is written once more, page by page at the end of the file, and the footer points there. What comes of
it is an ordinary Parquet file; the few bytes that stood for the column stay in it and are never read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Self

import polars as pl

from oumi_assets.stages import parquet_footer as parquet
from oumi_assets.stages.parquet_footer import Struct

GIANT_BYTES = 32 << 20
"""From here on a text is a giant: half of the most that a row group of ordinary ones holds.

Not less: every ordinary value that shares a row group with a giant is compressed twice.
"""

_BLOCK = 1 << 20
_MOST_BYTES = 4
"""Of one character in UTF-8."""
_LEVEL = 1
"""Of gzip, the one compression that both Python and every reader of Parquet knows."""


def is_giant(size: int) -> bool:
    """Whether a text of so many bytes must not be given to polars."""
    return size >= GIANT_BYTES


class _Page(NamedTuple):
    """Consecutive values of a column, compressed and waiting on disk."""

    rows: int
    at: int
    compressed: int
    size: int


class Giant(NamedTuple):
    """A giant of a table's row, compressed: what a worker hands over in its place. `size` is what the page was before."""

    row: int
    column: str
    size: int
    page: bytes


def take_giants(columns: Sequence[str], rows: list[tuple[object, ...]]) -> list[Giant]:
    """The giants among texts of rows that are still to be a table; their places are left empty.

    `columns` are the first ones of a row, of texts or of their bytes.
    """
    found = []
    for number, row in enumerate(rows):
        for place, (column, value) in enumerate(zip(columns, row, strict=False)):
            if isinstance(value, str | bytes) and is_giant(len(value) * _MOST_BYTES):
                text = value.encode() if isinstance(value, str) else value
                if is_giant(len(text)):
                    found.append(_giant(number, column, text))
                    rows[number] = (*rows[number][:place], value[:0], *row[place + 1 :])
    return found


def _giant(row: int, column: str, text: bytes) -> Giant:
    blocks: list[bytes] = []
    size = _compress(_one(len(text), _blocks(text)), blocks.append)
    return Giant(row, column, size, b"".join(blocks))


class Giants:
    """The giants of one Parquet file, kept on disk in its folder until polars has written the rest. A context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: IO[bytes] | None = None
        self._pages: dict[str, dict[int, _Page]] = {}
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._waiting is not None:
            self._waiting.close()

    def keep(self, row: int, column: str, size: int, parts: Iterable[bytes]) -> None:
        """Keep the text of `size` bytes that these parts are, for that row of the file."""
        self._pages.setdefault(column, {})[row] = self._compressed(1, _one(size, parts))

    def add(self, giant: Giant, before: int) -> None:
        """Keep a giant of a table that comes after so many rows of the file."""
        page = _Page(1, self._end(), len(giant.page), giant.size)
        self._file().write(giant.page)
        self._pages.setdefault(giant.column, {})[before + giant.row] = page

    def spare(self, row: int, column: str, value: bytes) -> bytes:
        """What polars is to write for a text: nothing if it is a giant, which is kept."""
        if not is_giant(len(value)):
            return value
        self.keep(row, column, len(value), _blocks(value))
        return b""

    def without(self, piece: pl.DataFrame) -> pl.DataFrame:
        """The next rows of the file, their giants spared. Changes the table: nobody shall hold them in memory."""
        first, self._seen = self._seen, self._seen + piece.height
        for place, column in enumerate(piece.get_columns()):
            if column.dtype == pl.String and is_giant(int(column.estimated_size())):
                # By value: a query copies every text several times.
                values = (value and self.spare(row, column.name, value) for row, value in enumerate(_values(column), first))
                piece.replace_column(place, pl.Series(column.name, list(values), pl.Binary).cast(pl.String))
        return piece

    def put_into(self, path: Path) -> None:
        """Complete the file that polars wrote; of no giants, nothing."""
        if self._waiting is None:
            return
        with path.open("r+b") as file:
            start, footer = parquet.read_footer(file)
            # First all that is read, while the file still has its footer.
            changes = list(self._changes(path, footer))
            file.seek(start)
            file.truncate()
            for group, place, pages in changes:
                self._replace(file, group, place, pages)
            parquet.write_footer(file, footer)

    def _changes(self, path: Path, footer: Struct) -> Iterator[tuple[Struct, int, list[_Page]]]:
        """Row groups with places of columns in them, and all pages that these shall have."""
        before = 0
        for group in footer[parquet.ROW_GROUPS][1][1]:
            rows = range(before, before + group[parquet.GROUP_ROWS][1])
            before = rows.stop
            for place, chunk in enumerate(group[parquet.GROUP_COLUMNS][1][1]):
                column = parquet.column_of(chunk)
                if not self._pages.get(column, {}).keys().isdisjoint(rows):
                    yield group, place, list(self._all_pages(path, column, rows))

    def _all_pages(self, path: Path, column: str, rows: range) -> Iterator[_Page]:
        giants = self._pages[column]
        values = _values(pl.scan_parquet(path).select(column).slice(rows.start, len(rows)).collect()[column])
        for kept, run in groupby(rows, giants.__contains__):
            if kept:
                yield from map(giants.__getitem__, run)
            else:
                yield self._ordinary(values[row - rows.start] for row in run)

    def _ordinary(self, values: Iterable[bytes | None]) -> _Page:
        found = list(values)
        levels = bytes(value is not None for value in found)
        texts = ((_length(len(value)), value) for value in found if value is not None)
        return self._compressed(len(found), chain([_levels(levels)], chain.from_iterable(texts)))

    def _compressed(self, rows: int, parts: Iterable[bytes]) -> _Page:
        at = self._end()
        size = _compress(parts, self._file().write)
        return _Page(rows, at, self._end() - at, size)

    def _file(self) -> IO[bytes]:
        if self._waiting is None:
            self._waiting = _nameless(self._folder)
        return self._waiting

    def _end(self) -> int:
        return self._file().seek(0, os.SEEK_END)

    def _replace(self, file: BinaryIO, group: Struct, place: int, pages: list[_Page]) -> None:
        """Write the pages at the end of the file, and let the group's column be these."""
        first_page = file.tell()
        headers = 0
        for page in pages:
            headers += file.write(parquet.page_header(page.rows, page.size, page.compressed))
            self._copy(page, file)
        size = headers + sum(page.size for page in pages)
        rows = sum(page.rows for page in pages)
        parquet.replace_chunk(group, place, rows, first_page, size, file.tell() - first_page)

    def _copy(self, page: _Page, file: BinaryIO) -> None:
        waiting = self._file()
        waiting.seek(page.at)
        left = page.compressed
        while left:
            block = waiting.read(min(_BLOCK, left))
            if not block:
                raise EOFError("a page that waited on disk is shorter than it was")
            left -= file.write(block)


def _compress(parts: Iterable[bytes], write: Callable[[bytes], object]) -> int:
    """Write the parts compressed; their bytes before."""
    gzip = zlib.compressobj(_LEVEL, wbits=31)
    size = 0
    for part in parts:
        size += len(part)
        write(gzip.compress(part))
    write(gzip.flush())
    return size


def _one(size: int, parts: Iterable[bytes]) -> Iterator[bytes]:
    """What a page of one text is made of."""
    return chain([_levels(b"\1"), _length(size)], parts)


def _nameless(folder: Path) -> IO[bytes]:
    """A file on the folder's disk that nobody sees and that cannot be left behind."""
    return TemporaryFile(dir=folder)


def _values(column: pl.Series) -> list[bytes | None]:
    return column.cast(pl.Binary).to_list()


def _levels(present: bytes) -> bytes:
    """Which values are there and which are null: runs of one, each its length doubled and a 0 or 1."""
    runs = b"".join(b"\2" + bytes([level]) for level in present)
    return _length(len(runs)) + runs


def _length(size: int) -> bytes:
    return size.to_bytes(4, "little")


def _blocks(value: bytes) -> Iterator[bytes]:
    whole = memoryview(value)
    return (bytes(whole[start : start + _BLOCK]) for start in range(0, len(whole), _BLOCK))
