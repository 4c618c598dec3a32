"""Columns of a Parquet file that polars does not write: their pages are compressed by us and put into its file.

polars is given an empty text for each of their values. Afterwards every such column of a row group is written once more,
page by page at the end of the file, and the footer points there. What comes of it is an ordinary Parquet file; the few
bytes that stood for the column stay in it and are never read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Self

import polars as pl
from zstandard import ZstdCompressor

from oumi_assets.stages import parquet_footer as parquet
from oumi_assets.stages.parquet_footer import Struct

COMPRESSION_LEVEL = 1
"""zstd's fastest ordinary level: 8 % larger files than its default, written in three quarters of the time."""

PAGE_BYTES = 1 << 20
"""Texts share a page up to this size."""

STREAMED_BYTES = 4 << 20
"""From here on a text is compressed in blocks, so that it never exists as a whole."""

_BLOCK = 1 << 20


class _Page(NamedTuple):
    """Consecutive values of a column, compressed and waiting on disk."""

    rows: int
    at: int
    compressed: int
    size: int


class Pages:
    """Pages of one Parquet file, kept on disk in its folder until polars has written the rest. A context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: IO[bytes] | None = None
        self._pages: dict[str, dict[int, _Page]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._waiting is not None:
            self._waiting.close()

    def keep(self, row: int, column: str, size: int, parts: Iterable[bytes]) -> None:
        """Keep the text of `size` bytes that these parts are, for that row of the file."""
        self._keep(row, column, self._compressed(1, page_of_one(size, parts)))

    def keep_many(self, row: int, column: str, texts: Sequence[bytes]) -> None:
        """Keep texts for consecutive rows, of which that one is the first, in one page."""
        page = b"".join([_levels(b"\1" * len(texts)), *chain.from_iterable((_length(len(text)), text) for text in texts)])
        self.keep_compressed(row, column, len(texts), len(page), _compressor().compress(page))

    def keep_compressed(self, row: int, column: str, rows: int, size: int, page: bytes) -> None:
        """Keep a page that had `size` bytes before it was compressed."""
        found = _Page(rows, self._end(), len(page), size)
        self._file().write(page)
        self._keep(row, column, found)

    def _keep(self, row: int, column: str, page: _Page) -> None:
        self._pages.setdefault(column, {})[row] = page

    def put_into(self, path: Path) -> None:
        """Write the pages into the file that polars wrote; where there are none it stays as it is."""
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
        """Those that were kept, and one of the values that polars wrote for each gap between them."""
        kept = self._pages[column]
        written: list[bytes | None] | None = None
        row = rows.start
        while row < rows.stop:
            page = kept.get(row)
            if page is None:
                if written is None:
                    # At once, and only if there is a gap.
                    table = pl.scan_parquet(path).select(column).slice(rows.start, len(rows)).collect()
                    written = values_of(table[column])
                stop = next((later for later in range(row, rows.stop) if later in kept), rows.stop)
                page = self._ordinary(written[row - rows.start : stop - rows.start])
            row += page.rows
            if row > rows.stop:
                raise ValueError(f"a page of {column} reaches into the next row group")
            yield page

    def _ordinary(self, values: list[bytes | None]) -> _Page:
        levels = bytes(value is not None for value in values)
        texts = ((_length(len(value)), value) for value in values if value is not None)
        return self._compressed(len(values), chain([_levels(levels)], chain.from_iterable(texts)))

    def _compressed(self, rows: int, parts: Iterable[bytes]) -> _Page:
        at = self._end()
        size = compress(parts, self._file().write)
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


class Column:
    """One column that is ours from the first row to the last: texts in order, in pages that end where row groups do."""

    def __init__(self, pages: Pages, name: str, group_rows: int) -> None:
        self._pages = pages
        self._name = name
        self._group_rows = group_rows
        self._row = 0
        self._texts: list[bytes] = []
        self._waiting = 0

    def append(self, text: bytes) -> None:
        """The next row's text."""
        self._texts.append(text)
        self._waiting += len(text)
        self._row += 1
        if self._waiting >= PAGE_BYTES or self._row % self._group_rows == 0:
            self.flush()

    def append_streamed(self, size: int, parts: Iterable[bytes]) -> None:
        """The next row's text of `size` bytes, in small parts: a page of its own."""
        self.flush()
        self._pages.keep(self._row, self._name, size, parts)
        self._row += 1

    def flush(self) -> None:
        """Make a page of what is there; to be called after the last row."""
        if self._texts:
            self._pages.keep_many(self._row - len(self._texts), self._name, self._texts)
        self._texts, self._waiting = [], 0


def compress(parts: Iterable[bytes], write: Callable[[bytes], object]) -> int:
    """Write the parts compressed; their bytes before."""
    zstd = _compressor().compressobj()
    size = 0
    for part in parts:
        size += len(part)
        write(zstd.compress(part))
    write(zstd.flush())
    return size


def page_of_one(size: int, parts: Iterable[bytes]) -> Iterator[bytes]:
    """What a page of one text is made of."""
    return chain([_levels(b"\1"), _length(size)], parts)


def blocks(value: bytes) -> Iterator[bytes]:
    """A text in parts of a megabyte at most, for one that is compressed in blocks."""
    whole = memoryview(value)
    return (bytes(whole[start : start + _BLOCK]) for start in range(0, len(whole), _BLOCK))


def values_of(column: pl.Series) -> list[bytes | None]:
    """The texts of a column as bytes; None for null."""
    return column.cast(pl.Binary).to_list()


def _compressor() -> ZstdCompressor:
    return ZstdCompressor(COMPRESSION_LEVEL)


def _nameless(folder: Path) -> IO[bytes]:
    """A file on the folder's disk that nobody sees and that cannot be left behind."""
    return TemporaryFile(dir=folder)


def _levels(present: bytes) -> bytes:
    """Which values are there and which are null: runs of one, each its length doubled and a 0 or 1."""
    runs = b"".join(b"\2" + bytes([level]) for level in present)
    return _length(len(runs)) + runs


def _length(size: int) -> bytes:
    return size.to_bytes(4, "little")
