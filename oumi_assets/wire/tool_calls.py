"""Rules 7 and 8: tool calls with arguments as JSON text, unique ids, and results that name their call."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.core.json_text import dump, scrub_text


def _arguments_text(value: Any) -> str:
    """A text stays byte for byte; a value is written compactly; nothing becomes `{}`."""
    if isinstance(value, str):
        return value or "{}"
    return "{}" if value is None else dump(value)


class CallIds:
    """Gives every call of a conversation its id, and every result the id of its call.

    Feed it the messages in order: `calls()` for each message that calls tools, `result()` for
    each tool message. Logged ids are kept; missing ones, lists, repeated ones and tool names are
    replaced by `call_<message index>_<position>`. An id depends on earlier messages only, so
    conversations that begin alike have ids alike.
    """

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._given: dict[str, str] = {}
        self._turn = _Turn()

    def calls(self, index: int, drafts: list[ToolCallDraft]) -> list[dict[str, Any]]:
        """Wire tool calls of the message at `index`. Messages that follow each other call in parallel."""
        if index != self._turn.last + 1:
            self._turn = _Turn()
        self._turn.last = index
        return [self._call(index, position, draft) for position, draft in enumerate(drafts)]

    def _call(self, index: int, position: int, draft: ToolCallDraft) -> dict[str, Any]:
        name = draft.name if isinstance(draft.name, str) else dump(draft.name)
        call_id = usable_id(draft.id)
        logged = call_id not in (None, name) and call_id not in self._used
        if call_id is None or not logged:
            call_id = self._new_id(index, position)
        self._used.add(call_id)
        key = _key(draft.id)
        if key:
            self._given[key] = call_id
        self._turn.expect(call_id, key, name, logged)
        function = {"name": name, "arguments": _arguments_text(draft.arguments)}
        return {"id": call_id, "type": "function", "function": function}

    def is_awaited(self, name: str) -> bool:
        """Whether a tool of this name was called just before and has not answered."""
        return self._turn.by_name(name) is not None

    def was_called(self, name: str) -> bool:
        """Whether a tool of this name was called just before."""
        return name in self._turn.names

    def result(self, index: int, draft: Draft) -> str:
        """The id of the call that the tool message at `index` answers: by id, then by name, then in order."""
        key = _key(draft.tool_call_id)
        answered = self._turn.by_key(key) if key else None
        if answered is None and key in self._given:
            return self._given[key]
        if answered is None:
            answered = self._unlinked(draft, key)
        if answered is None:
            return usable_id(draft.tool_call_id) or self._new_id(index, 0)
        self._turn.answer(answered)
        return answered

    def _unlinked(self, draft: Draft, key: str) -> str | None:
        """A call for a result whose id leads nowhere: such an id only fits calls that were logged without one.

        An id that is a waiting tool's name is that name, whatever id the call has, unless the result names another tool.
        """
        is_other = bool(draft.name) and draft.name != draft.tool_call_id
        for name, unlinked in ((draft.name, bool(key)), (draft.tool_call_id, is_other), (draft.role, bool(key))):
            call_id = self._turn.by_name(name, unlinked=unlinked) if isinstance(name, str) else None
            if call_id is not None:
                return call_id
        # A result that names a tool which nobody is waiting for answers none of the waiting calls.
        return None if draft.name else self._turn.first(unlinked=bool(key))

    def _new_id(self, index: int, position: int) -> str:
        call_id = f"call_{index}_{position}"
        while call_id in self._used:
            call_id += "_"
        return call_id


class _Turn:
    """The calls of one assistant turn and which of them wait for their result."""

    def __init__(self) -> None:
        self.last = -2
        self.names: dict[str, deque[str]] = {}
        self._unlinked: dict[str, deque[str]] = {}
        self._keys: dict[str, deque[str]] = {}
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._without_id: OrderedDict[str, None] = OrderedDict()

    def expect(self, call_id: str, key: str, name: str, logged: bool) -> None:
        """A call that waits for its result; `logged` says that it keeps the id it was logged with."""
        self._waiting[call_id] = None
        if not logged:
            self._without_id[call_id] = None
            self._unlinked.setdefault(name, deque()).append(call_id)
        self.names.setdefault(name, deque()).append(call_id)
        if key:
            self._keys.setdefault(key, deque()).append(call_id)

    def answer(self, call_id: str) -> None:
        """The call has its result."""
        self._waiting.pop(call_id, None)
        self._without_id.pop(call_id, None)

    def by_key(self, key: str) -> str | None:
        """The first waiting call that was logged with an id."""
        return _first(self._keys.get(key), self._waiting)

    def by_name(self, name: str, *, unlinked: bool = False) -> str | None:
        """The first waiting call of a tool, or only of those without a logged id."""
        if unlinked:
            return _first(self._unlinked.get(name), self._without_id)
        return _first(self.names.get(name), self._waiting)

    def first(self, *, unlinked: bool) -> str | None:
        """The first waiting call, or of those without a logged id."""
        return next(iter(self._without_id if unlinked else self._waiting), None)


def _first(calls: deque[str] | None, waiting: OrderedDict[str, None]) -> str | None:
    """The first of the calls that still waits; those before it never will again."""
    while calls and calls[0] not in waiting:
        calls.popleft()
    return calls[0] if calls else None


def _key(logged: Any) -> str:
    """A logged id of any kind as text to look it up by; empty when there is none."""
    return usable_id(logged) or ("" if logged in (None, "", [], {}) else dump(logged))


def usable_id(value: Any) -> str | None:
    """A logged id that a call can have: a text that is not empty, or a number as its digits."""
    if isinstance(value, str):
        return scrub_text(value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
