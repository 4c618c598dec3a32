"""Rule 3: calls that logged only their new messages, put behind the calls that they continue.

A call continues the one whose reply made the tool calls that its results answer. So calls form
trees: a sub-agent's calls answer the sub-agent's own replies, a retry is a branch, and a call that was
logged twice is two equal branches, of which one is taken. Only places and sizes are kept here;
the longest chain is read once more, when it has been chosen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import Any, NamedTuple

from oumi_assets.core.calls import Draft
from oumi_assets.prefix import HASH_BYTES
from oumi_assets.reconstruction.calls import CallEntry, Reader, rank, start_order
from oumi_assets.reconstruction.conversation import Candidate, Conversation
from oumi_assets.wire.messages import wire_messages
from oumi_assets.wire.tool_calls import usable_id


class Link(NamedTuple):
    """A call in its tree: `first_new` is the first of its request's drafts that its parent does not hold."""

    call: CallEntry
    parent: Link | None
    first_new: int
    size: int
    has_tools: bool


def is_incomplete(found: Candidate) -> bool:
    """Whether a call logged results of tools without the history that led to them."""
    if found.stored:
        return False
    history = [role for role in found.roles[: found.asked] if role != "system"]
    return "tool" in history and (history[0] == "tool" or "user" not in history)


def longest_chain(calls: Iterable[CallEntry], read: Reader) -> Link | None:
    """The call that rule 2 chooses once every call has the history it continues; reads all calls."""
    trees = _Trees()
    best: Link | None = None
    for _, together in groupby(sorted(calls, key=start_order), key=lambda call: call.start):
        for link in _linked_together(list(together), read, trees):
            if best is None or _rank(link) >= _rank(best):
                best = link
    return best


Wanted = tuple[bool, str]
"""The id of a tool call that a call answers, and whether both are a marked sub-agent's."""


def _linked_together(calls: list[CallEntry], read: Reader, trees: _Trees) -> Iterator[Link]:
    """Links of calls whose start does not tell which was first: one that answers another waits for it."""
    waiting: dict[Wanted, list[CallEntry]] = {}
    promised: set[Wanted] = set()
    adrift: set[int] = set()
    ready = deque(calls)
    while ready or waiting:
        if not ready:
            ready.extend(_of_nobody_here(waiting, promised))
            adrift.update(map(id, ready))
        call = ready.popleft()
        found, _ = read(call)
        if not isinstance(found, Candidate):
            continue
        called = trees.called(call, found)
        wanted = trees.wanted(call, found) if len(calls) > 1 and id(call) not in adrift else None
        if wanted is not None:
            waiting.setdefault(wanted, []).append(call)
            promised.update(called)
            continue
        yield trees.add(call, found)
        for said in called:
            ready.extendleft(reversed(waiting.pop(said, [])))


def _of_nobody_here(waiting: dict[Wanted, list[CallEntry]], promised: set[Wanted]) -> list[CallEntry]:
    """Takes out the calls that answer what no waiting one has called; all of them when they wait for each other."""
    lost = [wanted for wanted in waiting if wanted not in promised] or list(waiting)
    return sorted(chain.from_iterable(waiting.pop(wanted) for wanted in lost), key=start_order)


def _rank(link: Link) -> tuple[object, ...]:
    return rank(link.size, link.has_tools, link.call)


def stitched(last: Link, read: Reader) -> Conversation | None:
    """The conversation of a chain, read again from its first call on; tools of its last call that had any.

    None when its messages cannot be said together: a role may name a tool that another call's reply called.
    """
    drafts: list[Draft] = []
    tools: list[dict[str, Any]] = []
    for link in _from_first(last):
        found, _ = read(link.call)
        if isinstance(found, Candidate):
            drafts += found.drafts[link.first_new :]
            tools = found.tools or tools
    messages = wire_messages(drafts)
    return Conversation(messages, tools) if messages else None


def _from_first(last: Link) -> list[Link]:
    chain = [last]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain[::-1]


class _Trees:
    """Links each call to the one it continues. Feed it the calls in the order of their start.

    Calls of marked sub-agents and of others never continue each other.
    """

    def __init__(self) -> None:
        self._by_id: dict[Wanted, Link] = {}
        self._unanswered: dict[tuple[bool, bool, str | None], list[Link]] = {}
        self._answered: set[int] = set()
        self._seen: dict[bytes, Link] = {}
        self._twice: set[int] = set()

    def add(self, call: CallEntry, found: Candidate) -> Link:
        """The call's link; a call that was logged twice continues the same call both times."""
        said = found.prefix_hashes()[-HASH_BYTES:]
        twin = self._seen.get(said)
        if twin is not None and (twin.parent is None or id(twin.parent) in self._twice):
            self._twice.add(id(twin))
            return _linked(call, found, twin.parent, twin.first_new)
        link = _linked(call, found, *self._continued(call, found))
        self._seen[said] = link
        if link.parent is not None:
            self._answered.add(id(link.parent))
        self._expect(found, link)
        return link

    def wanted(self, call: CallEntry, found: Candidate) -> Wanted | None:
        """The id of a tool call that this call answers first, when nobody has made it yet."""
        if not is_incomplete(found) or self._continued(call, found)[0] is not None:
            return None
        asked = zip(found.roles, found.drafts, strict=True)
        call_id = usable_id(next(draft for role, draft in asked if role == "tool").tool_call_id)
        return None if call_id is None else (call.marked, call_id)

    def called(self, call: CallEntry, found: Candidate) -> list[Wanted]:
        """The ids of the tool calls of the reply."""
        return [(call.marked, call_id) for draft in found.drafts[found.asked :] for call_id in _ids(draft)]

    def _continued(self, call: CallEntry, found: Candidate) -> tuple[Link | None, int]:
        """The call that this one continues, and where its new messages begin."""
        if not is_incomplete(found):
            return None, 0
        asked = list(zip(found.messages, found.drafts[: found.asked], strict=False))
        for index in range(len(asked) - 1, -1, -1):
            known = (self._by_id.get((call.marked, call_id)) for call_id in _ids(asked[index][1]))
            link = next((link for link in known if link is not None), None)
            if link is not None:
                return link, index + 1
        first = next(index for index, (message, _) in enumerate(asked) if message["role"] != "system")
        if asked[first][0]["role"] != "tool":
            return None, 0
        return self._asker(call.marked, asked[first][1]), first

    def _asker(self, marked: bool, result: Draft) -> Link | None:
        """Whose reply called for a result: by id, else the latest unanswered call, of the tool's name if it is known.

        A call that was logged without an id comes first: who logs none with the result logs none with the call. An id that
        leads nowhere fits no other (rule 8).
        """
        call_id = usable_id(result.tool_call_id)
        if call_id is not None and (marked, call_id) in self._by_id:
            return self._by_id[marked, call_id]
        name = result.name if isinstance(result.name, str) and result.name else None
        for lost in (True, False) if call_id is None else (True,):
            waiting = self._unanswered.get((marked, lost, name), [])
            while waiting and id(waiting[-1]) in self._answered:
                waiting.pop()
            if waiting:
                return waiting[-1]
        return None

    def _expect(self, found: Candidate, link: Link) -> None:
        """Remember the calls of the reply, and apart from them those that lost their ids."""
        marked = link.call.marked
        self._by_id.update((said, link) for said in self.called(link.call, found))
        for draft in found.drafts[found.asked :]:
            for lost in (False, True):
                calls = [call for call in draft.tool_calls if not lost or usable_id(call.id) is None]
                names = {call.name for call in calls if isinstance(call.name, str)}
                for name in (None, *names) if calls else ():
                    self._unanswered.setdefault((marked, lost, name), []).append(link)


def _linked(call: CallEntry, found: Candidate, parent: Link | None, first_new: int) -> Link:
    own = found.size
    has_tools = bool(found.tools)
    if parent is None or parent.size <= first_new:
        return Link(call, None, 0, own, has_tools)
    return Link(call, parent, first_new, parent.size + own - first_new, has_tools or parent.has_tools)


def _ids(draft: Draft) -> list[str]:
    return [call_id for call in draft.tool_calls if (call_id := usable_id(call.id)) is not None]
