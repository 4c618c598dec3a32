"""A trace's model calls as choosing sees them: what the index knows, and the order among them (rule 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Candidate

_BEFORE_ALL = -(1 << 62)


class CallEntry(NamedTuple):
    """The index entry of one model call, as far as choosing needs it; see `core.rows.IndexedRow`."""

    line: int
    offset: int
    length: int
    request_at: int
    request_length: int
    marked: bool
    start: int | None
    order: str | None
    row: bytes | None


Reader = Callable[[CallEntry], tuple[Candidate | NoCandidate, str]]
"""Reads one call: what it offers, and the JSON path that decided it."""


def start_order(call: CallEntry) -> tuple[object, ...]:
    """By start, then dotted order, then id: never by where the row lies in the file."""
    start = _BEFORE_ALL if call.start is None else call.start
    return (start, call.order or "", call.row or b"", call.length)


def rank(size: int, has_tools: bool, call: CallEntry) -> tuple[object, ...]:
    """Rule 2: most messages; ties: unmarked, with tools, later, larger order, larger id."""
    return (size, not call.marked, has_tools, *start_order(call))
