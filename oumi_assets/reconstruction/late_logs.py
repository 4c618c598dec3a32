"""Requests that were written down late: a list of messages that had grown when it was logged.

LangSmith's JavaScript SDK before 0.3.68 sends a call's inputs once more, a moment after it has ended, and an agent puts
the answer (and what its tools returned) into that very list at once. What stands from the answer on was not sent.
Elsewhere an answer is never looked for: ids of calls repeat where a model counts them anew in every answer.
Source of the format: langsmith-sdk `js/src/run_trees.ts`, `patchRun`.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Draft, ModelCall
from oumi_assets.wire.content import read_content
from oumi_assets.wire.roles import WIRE_ROLES
from oumi_assets.wire.tool_calls import usable_id

_FIRST_IN_TIME = (0, 3, 68)


def may_be_late(call: ModelCall) -> bool:
    """Whether the SDK that logged the call, as LangSmith's `extra.runtime` names it, may have logged a grown list."""
    runtime: Any = call.extras.get("runtime")
    if not isinstance(runtime, dict) or runtime.get("sdk") != "langsmith-js":
        return False
    version = tuple(map(int, re.findall(r"\d{1,9}", str(runtime.get("sdk_version")))[:3]))
    return bool(version) and version < _FIRST_IN_TIME


def as_sent(asked: list[Draft], answer: list[Draft]) -> list[Draft]:
    """The messages of a request that may be late, before the answer, where it is one of them; else all.

    An answer that calls tools is known by the id of its first call (into which the SDK merges those of a stream). Another
    one may have been given before in the same words: only a request that ends with an assistant's message, as hardly any is
    sent, holds it.
    """
    if len(answer) != 1 or not asked:
        return asked
    found = _place(asked, answer[0])
    return asked[:found] if found else asked


def _place(asked: list[Draft], reply: Draft) -> int:
    """Where the answer stands, 0 where it does not (nobody is answered before having said something)."""
    called = _first_id(reply)
    if called is not None:
        return next((index for index, draft in enumerate(asked) if _first_id(draft) == called), 0)
    if reply.tool_calls or not _answers(asked[-1]):
        return 0
    said = read_content(reply.content).body
    places = range(len(asked) - 1, 0, -1)
    return next((index for index in places if said and _says(asked[index], said)), 0)


def _says(draft: Draft, said: object) -> bool:
    return _answers(draft) and not draft.tool_calls and read_content(draft.content).body == said


def _answers(draft: Draft) -> bool:
    return WIRE_ROLES.get(draft.role.lower()) == "assistant"


def _first_id(draft: Draft) -> str | None:
    """The id of the first call; None where it is the tool's name, as every call of that tool would have it."""
    first = draft.tool_calls[0] if draft.tool_calls else None
    return usable_id(first.id) if first is not None and first.id != first.name else None
