"""Texts too large for polars' Parquet writer, which needs about five times a value's bytes to write it.

They are kept out of the tables that it is given, and become pages of our own (`pages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from oumi_assets.stages.pages import Pages, blocks, compress, page_of_one, values_of

GIANT_BYTES = 32 << 20
"""From here on a text is a giant: half of the most that a row group of ordinary ones holds.

Not less: every ordinary value that shares a row group with a giant is compressed twice.
"""

_MOST_BYTES = 4
"""Of one character in UTF-8."""


def is_giant(size: int) -> bool:
    """Whether a text of so many bytes must not be given to polars."""
    return size >= GIANT_BYTES


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
    compressed: list[bytes] = []
    size = compress(page_of_one(len(text), blocks(text)), compressed.append)
    return Giant(row, column, size, b"".join(compressed))


def keep_giant(pages: Pages, giant: Giant, before: int) -> None:
    """Keep a giant that a worker handed over, of a table that comes after so many rows of the file."""
    pages.keep_compressed(before + giant.row, giant.column, 1, giant.size, giant.page)


def spare(pages: Pages, row: int, column: str, value: bytes) -> bytes:
    """What polars is to write for a text: nothing if it is a giant, which becomes a page."""
    if not is_giant(len(value)):
        return value
    pages.keep(row, column, len(value), blocks(value))
    return b""


class GiantSpotter:
    """Takes the giants out of the tables that one Parquet file is made of, given in order."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._seen = 0

    def without(self, piece: pl.DataFrame) -> pl.DataFrame:
        """The next rows of the file, their giants spared. Changes the table: nobody shall hold them in memory."""
        first, self._seen = self._seen, self._seen + piece.height
        for place, column in enumerate(piece.get_columns()):
            if column.dtype == pl.String and is_giant(int(column.estimated_size())):
                # By value: a query copies every text several times.
                values = (
                    value and spare(self._pages, row, column.name, value)
                    for row, value in enumerate(values_of(column), first)
                )
                piece.replace_column(place, pl.Series(column.name, list(values), pl.Binary).cast(pl.String))
        return piece
