"""Windows of time: a pull takes the traces whose root started in one. Half open, whole seconds, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from oumi_assets.pulls.errors import BadWindow, WindowNotSettled

DEFAULT_LENGTH = timedelta(hours=24)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_STAMP = "%Y%m%dT%H%M%SZ"


class Window(NamedTuple):
    """From `start` up to, and without, `end`."""

    start: datetime
    end: datetime

    @property
    def stamp(self) -> str:
        """As file names carry it: `20261121T000000Z-20261122T000000Z`."""
        return f"{self.start.strftime(_STAMP)}-{self.end.strftime(_STAMP)}"

    def __str__(self) -> str:
        return f"{self.start.isoformat()} to {self.end.isoformat()}"


def chosen_window(start: str | None, end: str | None, now: datetime, lag: timedelta) -> Window:
    """The window of two texts; without them the 24 hours before what has settled.

    An end that has not settled yet is moved back to what has. Raises `BadWindow`.
    """
    settled = (now - lag).replace(microsecond=0)
    until = min(_moment(end), settled) if end else settled
    since = _moment(start) if start else until - DEFAULT_LENGTH
    if end and since >= until and since < _moment(end):
        raise BadWindow(
            f"None of the window has settled yet: it starts at {since.isoformat()}, and traces are pulled until "
            f"{until.isoformat()}. Later ones may still be arriving, or lie in the future."
        )
    if since >= until:
        raise BadWindow(f"The window is empty: it starts at {since.isoformat()} and ends at {until.isoformat()}.")
    return Window(since, until)


def day_window(day: str, now: datetime, lag: timedelta) -> Window:
    """One UTC day. Raises `WindowNotSettled`: half a day pulled under its name would lose the rest."""
    start = _moment(day)
    window = Window(start, start + timedelta(days=1))
    if window.end + lag > now:
        raise WindowNotSettled(day, window.end + lag)
    return window


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip()).replace(microsecond=0)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadWindow(f"{text!r} is not a time: write it like 2026-11-21 or 2026-11-21T08:00:00Z.") from None
    if moment < _EARLIEST:
        raise BadWindow(f"{text!r} is before the year {_EARLIEST.year}: no trace is that old.")
    return moment
