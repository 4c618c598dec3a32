"""Rule 2: which model call of a trace becomes its conversation.

Calls are read in the order of the messages they may hold, and reading stops as soon as no
unread call can hold as many as the best one read: agents log their whole history with every
call, so nearly always one call of a trace is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from oumi_assets.core.calls import Conversation
from oumi_assets.core.drops import TraceDrop
from oumi_assets.core.rows import UNKNOWN_SIZE
from oumi_assets.reconstruction.candidate import NoCandidate

MAX_MESSAGES = 1000
_ANY_NUMBER = 1 << 62


class CallEntry(NamedTuple):
    """The index entry of one model call, as far as choosing needs it."""

    line: int
    offset: int
    length: int
    messages: int
    marked: bool
    start: int | None
    order: str | None
    row: bytes | None


class Chosen(NamedTuple):
    """The conversation of a trace, and the call it came from."""

    conversation: Conversation
    call: CallEntry


class NotChosen(NamedTuple):
    """Why the trace has no conversation: the telling call and the place inside it."""

    reason: TraceDrop
    call: CallEntry
    path: str


Reader = Callable[[CallEntry], tuple[Conversation | NoCandidate, str]]


def choose(calls: Iterable[CallEntry], read: Reader) -> Chosen | NotChosen:
    """The call with the most messages; ties: unmarked, with tools, later, larger order, larger id."""
    best: Chosen | None = None
    best_rank: tuple[object, ...] = ()
    failures: list[tuple[NoCandidate, CallEntry, str]] = []
    for call in sorted(calls, key=_most_promising_first):
        if best is not None and _upper_bound(call) < len(best.conversation.messages):
            break
        found, path = read(call)
        if isinstance(found, NoCandidate):
            failures.append((found, call, path))
        elif best is None or _rank(found, call) > best_rank:
            best, best_rank = Chosen(found, call), _rank(found, call)
    if best is None:
        return _why_none(failures)
    if len(best.conversation.messages) > MAX_MESSAGES:
        return NotChosen(TraceDrop.OVER_1000_MESSAGES, best.call, "$")
    return best


def _upper_bound(call: CallEntry) -> int:
    return _ANY_NUMBER if call.messages == UNKNOWN_SIZE else call.messages


def _most_promising_first(call: CallEntry) -> tuple[object, ...]:
    return (-_upper_bound(call), *_identity(call))


def _rank(found: Conversation, call: CallEntry) -> tuple[object, ...]:
    return (len(found.messages), not call.marked, bool(found.tools), *_identity(call))


def _identity(call: CallEntry) -> tuple[object, ...]:
    start = -_ANY_NUMBER if call.start is None else call.start
    return (start, call.order or "", call.row or b"", call.length)


_REASONS = {
    NoCandidate.NOT_JSON: TraceDrop.PAYLOAD_NOT_JSON,
    NoCandidate.UNSUPPORTED: TraceDrop.UNSUPPORTED_SHAPE,
    NoCandidate.NO_REPLY: TraceDrop.NO_ASSISTANT_TURN,
    NoCandidate.FAILED: TraceDrop.ONLY_FAILED_CALLS,
}
_TELLING = (NoCandidate.NO_REPLY, NoCandidate.NOT_JSON, NoCandidate.UNSUPPORTED, NoCandidate.FAILED)
"""A call that succeeded says more than one that failed; a damaged one more than an unknown shape."""


def _why_none(failures: list[tuple[NoCandidate, CallEntry, str]]) -> NotChosen:
    seen = Counter(found for found, _, _ in failures)
    telling = next(kind for kind in _TELLING if seen[kind])
    _, call, path = max((failure for failure in failures if failure[0] is telling), key=lambda f: _identity(f[1]))
    return NotChosen(_REASONS[telling], call, path)
