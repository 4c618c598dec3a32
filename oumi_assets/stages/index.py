"""raw_export: from the stored bytes to an index of rows, one streaming pass.

Envelopes are decoded by typed structs that leave payloads unparsed; only lines the strict parser
refuses are read whole, by Python's own parser, before they are given up.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import polars as pl

from oumi_assets.core.drops import DROPPED_ROWS, EXCERPT_BYTES, RowDrop
from oumi_assets.core.errors import EmptyFile
from oumi_assets.core.json_text import NestedTooDeep, NotJson, parse_as_logged
from oumi_assets.core.pace import Progress, no_progress
from oumi_assets.core.parallel import ordered_map, workers_for
from oumi_assets.core.rows import ROWS, ForeignRow, IndexedRow
from oumi_assets.detection import Sample, Signature, read_signature
from oumi_assets.platforms import PLATFORMS, Platform, other_platform
from oumi_assets.stages.files import DROPPED_FILE, ROWS_FILE
from oumi_assets.stages.lines import Range, lines_of, open_export, ranges
from oumi_assets.stages.tables import Parts, Rows, write_pieces

MAX_LINE = 256 << 20
RANGE_BYTES = 16 << 20
_SAMPLE_PLACES = 64
_SAMPLE_LINES = 8
_SAMPLE_LINE_BYTES = 8 << 20
_HEAD_BYTES = 1 << 16
_TAIL_BYTES = 1 << 10


class IndexCounts(NamedTuple):
    """Non-blank lines of an export, and the rows among them; where the first row of the other platform ended it all."""

    lines: int
    rows: int
    foreign: int | None


class _Piece(NamedTuple):
    """What one range held: tables, lines (blank ones too), and the first row of the other platform."""

    rows: pl.DataFrame
    drops: pl.DataFrame
    numbered: int
    lines: int
    foreign: int | None


def take_sample(path: Path) -> Sample:
    """Both ends of the file, and what tells the platform in a few lines at each of many places spread over it."""
    with open_export(path) as export:
        step = max(len(export) // _SAMPLE_PLACES, 1)
        places = (Range(start, start + step, len(export)) for start in range(0, len(export), step))
        rows = [row for within in places for row in islice(_signatures(export, within), _SAMPLE_LINES)]
        if all(row is None for row in rows):
            rows += islice((row for row in _long_signatures(export) if row is not None), 1)
        return Sample(bytes(export[:_HEAD_BYTES]), bytes(export[-_TAIL_BYTES:]), rows)


def all_signatures(path: Path) -> Iterator[Signature | None]:
    """What tells the platform in every line, for a file whose sample said nothing."""
    with open_export(path) as export:
        yield from _signatures(export, Range(0, len(export), len(export)))


def _signatures(export: mmap.mmap | bytes, within: Range) -> Iterator[Signature | None]:
    for _, offset, length in lines_of(export, within):
        if 0 < length <= _SAMPLE_LINE_BYTES:
            yield read_signature(export[offset : offset + length])


def _long_signatures(export: mmap.mmap | bytes) -> Iterator[Signature | None]:
    """The same of lines that are too long for a sample, among the first ones: there may be no other."""
    for _, offset, length in islice(lines_of(export, Range(0, len(export), len(export))), _SAMPLE_PLACES):
        if _SAMPLE_LINE_BYTES < length <= MAX_LINE:
            yield read_signature(export[offset : offset + length])


def index_export(
    export: Path,
    folder: Path,
    platform: Platform,
    *,
    workers: int = 1,
    progress: Progress = no_progress,
    range_bytes: int = RANGE_BYTES,
    max_line: int = MAX_LINE,
) -> IndexCounts:
    """Write `rows.parquet` and `dropped.parquet` for an export. Raises `EmptyFile`."""
    size = export.stat().st_size
    pieces = ranges(size, range_bytes)
    work = partial(_index_range, export, platform.name, max_line)
    drops = Parts(folder / "dropped-parts", DROPPED_ROWS)
    whole = _Whole(drops)
    results = zip(ordered_map(work, pieces, workers_for(size, workers)), pieces, strict=True)
    write_pieces(folder / ROWS_FILE, ROWS, whole.take(results, progress))
    drops.write(folder / DROPPED_FILE)
    if whole.lines == 0:
        raise EmptyFile
    return IndexCounts(whole.lines, whole.rows, whole.foreign)


class _Whole:
    """Puts the ranges together: line numbers of the whole file, and what was counted on the way."""

    def __init__(self, drops: Parts) -> None:
        self.lines = 0
        self.rows = 0
        self.drops = drops
        self.foreign: int | None = None

    def take(self, results: Iterable[tuple[_Piece, Range]], progress: Progress) -> Iterator[pl.DataFrame]:
        """Rows of each range in turn; ends at the first row of the other platform."""
        before = 0
        for piece, within in results:
            renumber = pl.col("line") + before
            self.drops.add(piece.drops.with_columns(renumber))
            self.lines += piece.lines
            self.rows += piece.rows.height
            progress("indexing", within.end, within.total, self.lines)
            yield piece.rows.with_columns(renumber)
            if piece.foreign is not None:
                self.foreign = before + piece.foreign
                return
            before += piece.numbered


def _index_range(path: Path, platform_name: str, max_line: int, within: Range) -> _Piece:
    platform = PLATFORMS[platform_name]
    rows, drops = Rows(ROWS), Rows(DROPPED_ROWS)
    numbered, lines = 0, 0
    foreign = None
    with open_export(path) as export:
        for location in lines_of(export, within):
            numbered, offset, length = location
            if length == 0:
                continue
            lines += 1
            found = RowDrop.LINE_TOO_LONG if length > max_line else _index_line(export[offset : offset + length], platform)
            if found is None:
                foreign = numbered
                break
            if isinstance(found, RowDrop):
                drops.append((found.value, *location, export[offset : offset + min(length, EXCERPT_BYTES)]))
            else:
                rows.append((*location, *found))
    return _Piece(rows.frame(), drops.frame(), numbered, lines, foreign)


def _index_line(line: bytes, platform: Platform) -> IndexedRow | RowDrop | None:
    """The row, or why the line is dropped; None for a row of the other platform."""
    if not line.isascii():
        # msgspec does not look at the bytes of what it skips.
        try:
            line.decode()
        except UnicodeDecodeError:
            return RowDrop.INVALID_UTF8
    try:
        row = platform.index_line(line)
    except RecursionError:
        return RowDrop.NESTED_TOO_DEEP
    except (msgspec.DecodeError, ValueError, ForeignRow):
        return _index_leniently(line, platform)
    return RowDrop.MISSING_TRACE_ID if row is None else row


def _index_leniently(line: bytes, platform: Platform) -> IndexedRow | RowDrop | None:
    """The same for a line that the strict parser refused, by Python's own."""
    try:
        fields = parse_as_logged(line.decode())
        if not isinstance(fields, dict):
            return RowDrop.NOT_AN_OBJECT
        if other_platform(platform).is_row(fields):
            return None
        row = platform.index_object(fields)
    except (NestedTooDeep, RecursionError):
        return RowDrop.NESTED_TOO_DEEP
    except NotJson:
        return RowDrop.MALFORMED_JSON
    return RowDrop.MISSING_TRACE_ID if row is None else row
