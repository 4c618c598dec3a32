"""The other rows of a call's trace, for the few writers whose calls do not tell everything in their own row.

Nothing is read before it is asked for: nearly every conversation stands in one row.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from oumi_assets.core.calls import LoggedRow, ModelCall, PayloadNotJson
from oumi_assets.core.json_text import NestedTooDeep, NotJson, parse_as_logged
from oumi_assets.core.rows import ForeignRow, IndexedRow
from oumi_assets.platforms import Platform
from oumi_assets.shapes.unlogged_calls import digest


class Place(NamedTuple):
    """Where a row's line lies in the export."""

    offset: int
    length: int


class _Row(NamedTuple):
    is_call: bool
    parent: bytes | None
    start: int | None
    end: int | None
    place: Place


class TraceRows:
    """The rows of a trace by their ids; of rows with one id, that of rule 13."""

    def __init__(self, places: Callable[[], Iterable[Place]], export: mmap.mmap | bytes, platform: Platform) -> None:
        self._find_places = places
        self._export = export
        self._platform = platform

    def mention(self, text: bytes) -> bool:
        """Whether any row's line holds a text."""
        return any(self._export.find(text, at.offset, at.offset + at.length) >= 0 for at in self._places)

    def above(self, row: bytes | None) -> Iterator[bytes]:
        """The lines of the rows above a row, nearest first; rows that are each other's parents come once."""
        seen: set[bytes] = set()
        while row is not None and row not in seen and (known := self._rows.get(row)) is not None:
            seen.add(row)
            row = known.parent
            if row is not None and row not in seen and row in self._rows:
                yield self._line(self._rows[row].place)

    def below(self, row: bytes | None) -> list[LoggedRow]:
        """The rows right below a row, without their inputs; those whose payloads are damaged are left out."""
        found = []
        for child in self._children.get(row, []):
            known = self._rows[child]
            call = readable_call(self._line(known.place), self._platform)
            if call is not None:
                # An input may be the whole history, and nobody asks for it.
                found.append(LoggedRow(child, known.start, msgspec.structs.replace(call, input=None)))
        return found

    def is_last(self, row: bytes | None) -> bool:
        """Whether nothing of the trace is known to have started after a row, or may have."""
        known = self._rows.get(row) if row is not None else None
        if known is None or known.start is None:
            return False
        return all(other.start is not None and other.start <= known.start for other in self._rows.values())

    def answers(self, asked: bytes) -> list[Any]:
        """The outputs of the model calls whose request has this digest (`shapes.unlogged_calls`)."""
        return self._answers.get(asked, [])

    @cached_property
    def _answers(self) -> dict[bytes, list[Any]]:
        found: dict[bytes, list[Any]] = {}
        for row in self._rows.values():
            call = readable_call(self._line(row.place), self._platform) if row.is_call else None
            asked = digest(call.input) if call is not None and not call.failed else None
            if call is not None and asked is not None:
                found.setdefault(asked, []).append(call.output)
        return found

    @cached_property
    def _places(self) -> list[Place]:
        return list(self._find_places())

    @cached_property
    def _rows(self) -> dict[bytes, _Row]:
        found: dict[bytes, _Row] = {}
        for place in self._places:
            entry = indexed(self._line(place), self._platform)
            if entry is not None and entry.row is not None:
                row, known = _Row(entry.is_call, entry.parent, entry.start, entry.end, place), found.get(entry.row)
                found[entry.row] = row if known is None else max(known, row, key=self._preferred)
        return found

    @cached_property
    def _children(self) -> dict[bytes | None, list[bytes]]:
        found: dict[bytes | None, list[bytes]] = {}
        for name, row in self._rows.items():
            found.setdefault(row.parent, []).append(name)
        return found

    def _preferred(self, row: _Row) -> tuple[object, ...]:
        return (row.end is not None, row.end or 0, row.place.length, self._line(row.place))

    def _line(self, place: Place) -> bytes:
        return bytes(self._export[place.offset : place.offset + place.length])


def readable_call(line: bytes, platform: Platform) -> ModelCall | None:
    """What a row logged, read as a call whatever it is; None where its payloads are damaged."""
    try:
        return platform.read_call(line)
    except (PayloadNotJson, NotJson, RecursionError):
        return None


def indexed(line: bytes, platform: Platform) -> IndexedRow | None:
    """What the index says of a line; None for one that it could not read either."""
    try:
        return platform.index_line(line)
    except (msgspec.DecodeError, ValueError, ForeignRow, RecursionError):
        pass
    try:
        return platform.index_object(parse_as_logged(line.decode()))
    except (NestedTooDeep, RecursionError):
        return None
