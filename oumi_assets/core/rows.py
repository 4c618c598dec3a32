"""The index: one entry per row of the export, small enough to sort and group without the payloads.

A platform module fills an `IndexedRow` from one line; nothing here reads JSON.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
from msgspec import Raw

from oumi_assets.core.json_text import scrub_text

UNKNOWN_SIZE = -1
"""Messages of a call that the scan could not count for certain: it may hold any number."""


class ForeignRow(Exception):
    """The line bears a field of the other platform: its signature must be looked at."""


class IndexedRow(NamedTuple):
    """What choosing and grouping need of one row.

    Ids are bytes (UTF-8, lone surrogates passed through), because they are compared as they were.
    `sessions` follow the platform's order of precedence. `messages` counts the call with its
    reply, or is `UNKNOWN_SIZE`; `partial_history` marks calls that may log only new messages.
    """

    trace: bytes
    row: bytes | None
    parent: bytes | None
    start: int | None
    end: int | None
    name: str | None
    trace_name: str | None
    session_1: str | None
    session_2: str | None
    session_3: str | None
    order: str | None
    is_call: bool
    failed: bool
    marked: bool
    messages: int
    partial_history: bool


Location = tuple[int, int, int]
"""Where a line lies in the export: 1-based line number, byte offset, length in bytes."""

ROWS = pl.Schema(
    {
        "line": pl.UInt64(),
        "offset": pl.UInt64(),
        "length": pl.UInt64(),
        "trace": pl.Binary(),
        "row": pl.Binary(),
        "parent": pl.Binary(),
        "start": pl.Int64(),
        "end": pl.Int64(),
        "name": pl.String(),
        "trace_name": pl.String(),
        "session_1": pl.String(),
        "session_2": pl.String(),
        "session_3": pl.String(),
        "order": pl.String(),
        "is_call": pl.Boolean(),
        "failed": pl.Boolean(),
        "marked": pl.Boolean(),
        "messages": pl.Int32(),
        "partial_history": pl.Boolean(),
    }
)
"""`Location` and `IndexedRow` side by side: the schema of raw_export's `rows.parquet`."""


def id_bytes(value: str | None) -> bytes | None:
    """An id as bytes for comparing; an empty one is none."""
    return value.encode("utf-8", "surrogatepass") if value else None


def id_text(value: bytes) -> str:
    """An id as people read it: lone surrogates become U+FFFD."""
    return value.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def text_or_none(value: Any) -> str | None:
    """A non-empty text, an integer as its digits, or None."""
    if value is None:
        return None
    if isinstance(value, str):
        return scrub_text(value) or None
    return integer_digits(value)


def integer_digits(value: Any) -> str | None:
    """An integer as it was written (as `Raw` when it is longer than Python converts), None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Raw):
        token = bytes(value).decode()
        return token if token.removeprefix("-").isdecimal() else None
    return None
