"""Rule 2: which model call of a trace becomes its conversation.

The largest request is read first, and another only if it can hold as many messages as the best one
read: agents log their whole history with every call, so nearly always one call of a trace is read.
Where a call logged only part of its history, all calls are read and stitched (rule 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from oumi_assets.core.drops import TraceDrop
from oumi_assets.reconstruction.calls import CallEntry, Reader, rank, start_order
from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation
from oumi_assets.reconstruction.sizes import Sizes
from oumi_assets.reconstruction.stitch import is_incomplete, longest_chain, stitched
from oumi_assets.shapes.lost_calls import may_lack_calls

MAX_MESSAGES = 1000


class Chosen(NamedTuple):
    """The conversation of a trace, and the call it came from."""

    conversation: Conversation
    call: CallEntry


class NotChosen(NamedTuple):
    """Why the trace has no conversation: the telling call and the place inside it."""

    reason: TraceDrop
    call: CallEntry
    path: str


class _Failure(NamedTuple):
    """A call that offers nothing: why, and the place inside it."""

    why: NoCandidate
    call: CallEntry
    path: str


def choose(calls: Iterable[CallEntry], read: Reader, sizes: Sizes) -> Chosen | NotChosen:
    """The call with the most messages (`calls.rank`), after stitching where a call's history is incomplete."""
    calls = sorted(calls, key=_largest_first)
    best: Chosen | None = None
    failures: list[_Failure] = []
    loses_calls = False
    for call in calls:
        if best is not None and not sizes.may_win(call, best.conversation.size):
            continue
        found, path = read(call)
        if isinstance(found, NoCandidate):
            failures.append(_Failure(found, call, path))
            loses_calls |= found is NoCandidate.LOST_CALLS
        elif loses_calls and may_lack_calls(found.drafts[-1]):
            # The turn that is empty in the histories of the trace, which were read before: what it called is told nowhere.
            failures.append(_Failure(NoCandidate.LOST_CALLS, call, "$.output"))
        elif is_incomplete(found):
            return _choose_stitched(calls, read)
        else:
            sizes.learn(call, found)
            best = _better(best, Chosen(found, call))
    if best is None:
        return _why_none(failures)
    return _unless_too_long(best)


def _choose_stitched(calls: list[CallEntry], read: Reader) -> Chosen | NotChosen:
    last = longest_chain(calls, read)
    if last is None:
        return NotChosen(TraceDrop.UNSUPPORTED_SHAPE, calls[0], "$")
    conversation = stitched(last, read)
    if conversation is None:
        return NotChosen(TraceDrop.UNSUPPORTED_SHAPE, last.call, "$")
    return _unless_too_long(Chosen(conversation, last.call))


def _unless_too_long(chosen: Chosen) -> Chosen | NotChosen:
    if chosen.conversation.size > MAX_MESSAGES:
        return NotChosen(TraceDrop.OVER_1000_MESSAGES, chosen.call, "$")
    return chosen


def _largest_first(call: CallEntry) -> tuple[object, ...]:
    return (-call.request_length, *start_order(call))


def _better(best: Chosen | None, found: Chosen) -> Chosen:
    if best is None or _rank(found) > _rank(best):
        return found
    if _rank(found) == _rank(best) and found.conversation.sort_key() > best.conversation.sort_key():
        return found
    return best


def _rank(chosen: Chosen) -> tuple[object, ...]:
    said = chosen.conversation
    return rank(said.size, bool(said.tools), chosen.call)


_REASONS = {
    NoCandidate.NO_REPLY: TraceDrop.NO_ASSISTANT_TURN,
    NoCandidate.NOT_JSON: TraceDrop.PAYLOAD_NOT_JSON,
    NoCandidate.LOST_CALLS: TraceDrop.UNSUPPORTED_SHAPE,
    NoCandidate.UNSUPPORTED: TraceDrop.UNSUPPORTED_SHAPE,
    NoCandidate.FAILED: TraceDrop.ONLY_FAILED_CALLS,
}
"""The reason of a trace, by what the most telling of its calls lacks; the most telling first.

A call that succeeded says more than one that failed; a damaged one more than an unknown shape.
"""


def _why_none(failures: list[_Failure]) -> NotChosen:
    seen = {failure.why for failure in failures}
    telling = next(why for why in _REASONS if why in seen)
    last = max((failure for failure in failures if failure.why is telling), key=lambda failure: start_order(failure.call))
    return NotChosen(_REASONS[telling], last.call, last.path)
