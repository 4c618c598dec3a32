"""Rules 7 and 8: tool calls with arguments as JSON text, unique ids, and results that name their call."""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.core.json_text import dump, scrub_text


def arguments_text(value: Any) -> str:
    """A text stays byte for byte; a value is written compactly; nothing becomes `{}`."""
    if isinstance(value, str):
        return value or "{}"
    return "{}" if value is None else dump(value)


class _OpenCall(msgspec.Struct):
    """A call whose result has not come yet."""

    logged_id: Any
    name: str
    id: str


class CallIds:
    """Gives every call of a conversation its id, and every result the id of its call.

    Feed it the messages in order: `calls()` for each message that calls tools, `result()` for
    each tool message. Logged ids are kept; missing ones, lists, repeated ones and tool names are
    replaced by `call_<message index>_<position>`.
    """

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._open: list[_OpenCall] = []
        self.called_names: set[str] = set()

    def calls(self, index: int, drafts: list[ToolCallDraft]) -> list[dict[str, Any]]:
        """Wire tool calls of the message at `index`."""
        self._open.clear()
        self.called_names = set()
        return [self._call(index, position, draft) for position, draft in enumerate(drafts)]

    def _call(self, index: int, position: int, draft: ToolCallDraft) -> dict[str, Any]:
        name = draft.name if isinstance(draft.name, str) else dump(draft.name)
        call_id = _usable_id(draft.id)
        if call_id is None or call_id == name or call_id in self._used:
            call_id = self._new_id(index, position)
        self._used.add(call_id)
        self._open.append(_OpenCall(draft.id, name, call_id))
        self.called_names.add(name)
        return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments_text(draft.arguments)}}

    def result(self, index: int, draft: Draft) -> str:
        """The id of the call that the tool message at `index` answers."""
        found = self._answered(draft)
        if found is not None:
            self._open.remove(found)
            return found.id
        logged = _usable_id(draft.tool_call_id)
        return logged if logged is not None else self._new_id(index, 0)

    def _answered(self, draft: Draft) -> _OpenCall | None:
        """By id, then by name, then by order; an id of another call answers that one, not these."""
        logged = draft.tool_call_id
        if logged:
            by_id = [call for call in self._open if call.logged_id == logged or call.id == logged]
            if by_id or _usable_id(logged) in self._used:
                return by_id[0] if by_id else None
        waiting = [call for call in self._open if not logged or _usable_id(call.logged_id) != call.id]
        by_name = [call for call in waiting if call.name in (draft.name, logged, draft.role)]
        return next(iter(by_name or ([] if _names_another(draft, waiting) else waiting)), None)

    def _new_id(self, index: int, position: int) -> str:
        call_id = f"call_{index}_{position}"
        while call_id in self._used:
            call_id += "_"
        return call_id


def _names_another(draft: Draft, waiting: list[_OpenCall]) -> bool:
    """A result that names a tool which nobody is waiting for answers none of the waiting calls."""
    return bool(draft.name) and all(call.name != draft.name for call in waiting)


def _usable_id(value: Any) -> str | None:
    if isinstance(value, str):
        return scrub_text(value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
