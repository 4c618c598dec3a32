"""Texts too large for polars' Parquet writer, which needs about five times a value's bytes to write it.

It is given an empty text in a giant's place. Afterwards every column of a row group that lacks a giant
is written once more, page by page at the end of the file, and the footer points there. What comes of
it is an ordinary Parquet file; the few bytes that stood for the column stay in it and are never read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Self

import polars as pl

from oumi_assets.stages import parquet_footer as parquet
from oumi_assets.stages.parquet_footer import Struct

GIANT_BYTES = 8 << 20
"""From here on a text is a giant: half of what a row group of ordinary ones holds."""

_BLOCK = 1 << 20
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
        self._pages.setdefault(column, {})[row] = self._compressed(1, chain([_levels(b"\1"), _length(size)], parts))

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
                column = _column(chunk)
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
        if self._waiting is None:
            self._waiting = _nameless(self._folder)
        at = self._waiting.seek(0, os.SEEK_END)
        gzip = zlib.compressobj(_LEVEL, wbits=31)
        size = 0
        for part in parts:
            size += len(part)
            self._waiting.write(gzip.compress(part))
        self._waiting.write(gzip.flush())
        return _Page(rows, at, self._waiting.tell() - at, size)

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
        assert self._waiting is not None
        self._waiting.seek(page.at)
        left = page.compressed
        while left:
            left -= file.write(self._waiting.read(min(_BLOCK, left)))


def _nameless(folder: Path) -> IO[bytes]:
    """A file on the folder's disk that nobody sees and that cannot be left behind."""
    return TemporaryFile(dir=folder)


def _column(chunk: Struct) -> str:
    """The column's name; of a list's inside, none that a giant has."""
    path: list[bytes] = chunk[parquet.CHUNK_META][1][parquet.META_PATH][1][1]
    return b".".join(path).decode()


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
