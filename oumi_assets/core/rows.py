"""The index: one entry per row of the export, small enough to sort and group without the payloads.

A platform module fills an `IndexedRow` from one line; nothing here reads JSON.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
import polars as pl
from msgspec import Raw

from oumi_assets.core.json_text import scrub_text


class ForeignRow(Exception):
    """The line bears a field of the other platform: its signature must be looked at."""


class IndexedRow(NamedTuple):
    """What choosing and grouping need of one row.

    Ids are bytes (UTF-8, lone surrogates passed through), because they are compared as they were.
    `sessions` follow the platform's order of precedence. `request_at` and `request_length` say where in its line
    the request of a call lies that certainly has one reply; the length of any other row's is 0.
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
    marked: bool
    request_at: int
    request_length: int


LinePlace = tuple[int, int, int]
"""Where a line lies in the export: 1-based line number, byte offset, length in bytes."""

LOCATIONS = pl.List(pl.Struct({"offset": pl.UInt64(), "length": pl.UInt64()}))
"""In a table: where the rows of a trace lie in the export."""

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
        "marked": pl.Boolean(),
        "request_at": pl.UInt32(),
        "request_length": pl.UInt32(),
    }
)
"""`LinePlace` and `IndexedRow` side by side: the schema of raw_export's `rows.parquet`."""


NOWHERE = (0, 0)
"""The place of a request that is not to be found, or that nobody needs."""

_TRIES = 8


def place_of(value: bytes, name: bytes, line: bytes) -> tuple[int, int]:
    """Where in a line the value of a field stands, and its length in bytes; `NOWHERE` if it is not found soon.

    `name` is the field with its quotes and colon. Other objects in the line may have such a field, too; what counts is
    that these bytes stand there.
    """
    at = -1
    for _ in range(_TRIES):
        at = line.find(name, at + 1)
        if at < 0:
            break
        start = at + len(name)
        if line[start : start + 1] == b" ":
            start += 1
        if line.startswith(value, start):
            return start, len(value)
    return NOWHERE


def id_bytes(value: str | None) -> bytes | None:
    """An id as bytes for comparing; an empty one is none."""
    return value.encode("utf-8", "surrogatepass") if value else None


def id_text(value: bytes) -> str:
    """An id as people read it: lone surrogates become U+FFFD."""
    return scrub_text(value.decode("utf-8", "surrogatepass"))


def fill_leniently(row: msgspec.Struct, fields: dict[str, Any], texts: Collection[str], exact: Collection[str]) -> None:
    """Set the named fields of a row that was read leniently; a value of a wrong type counts as absent.

    In `texts`, lone surrogates are replaced; in `exact` they stay, since ids are compared as they were.
    """
    for name in (*texts, *exact):
        value = fields.get(name)
        text = value if isinstance(value, str) else _integer_digits(value)
        setattr(row, name, scrub_text(text) if text and name in texts else text)


def text_or_none(value: Any) -> str | None:
    """A non-empty text, an integer as its digits, or None."""
    if value is None:
        return None
    if isinstance(value, str):
        return scrub_text(value) or None
    return _integer_digits(value)


def _integer_digits(value: Any) -> str | None:
    """An integer as it was written (as `Raw` when it is longer than Python converts), None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Raw):
        token = bytes(value).decode()
        return token if token.removeprefix("-").isdecimal() else None
    return None
