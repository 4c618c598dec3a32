"""Timestamps of both platforms as microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min - _NAIVE_EPOCH) // _MICROSECOND


def microseconds(value: Any) -> int | None:
    """Microseconds since 1970 of a platform's time text, None when it is no time.

    Langfuse: `2026-05-19 10:00:00.123000` (UTC, no zone) or ISO with `Z`; LangSmith:
    `2026-05-19 10:00:00.123456+00:00`, the fraction absent when zero. No zone means UTC.
    """
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        moment = datetime.fromisoformat(value)
        since = (moment - (_EPOCH if moment.tzinfo else _NAIVE_EPOCH)) // _MICROSECOND
    except (ValueError, OverflowError):
        return None
    # A zone may move a moment of the first year before it, where no calendar goes.
    return since if since >= _FIRST else None
