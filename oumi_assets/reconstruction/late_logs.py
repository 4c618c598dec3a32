"""Requests that were written down late: a list of messages that had grown when it was logged.

LangSmith's JavaScript SDK before 0.3.68 sends a call's inputs once more, a moment after it has ended, and an agent puts
the answer (and what its tools returned) into that very list at once. What stands from the answer on was not sent.
Elsewhere an answer is never looked for: ids of calls repeat where a model counts them anew in every answer.
Source of the format: langsmith-sdk `js/src/run_trees.ts`, `patchRun`.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import msgspec

from oumi_assets.core.calls import Draft, ModelCall, ToolCallDraft
from oumi_assets.shapes.base import parsed, role_of
from oumi_assets.shapes.no_answers import may_be_echo
from oumi_assets.wire.content import read_content
from oumi_assets.wire.roles import is_assistant
from oumi_assets.wire.tool_calls import usable_id

_FIRST_IN_TIME = (0, 3, 68)
"""The first version whose inputs were written down before they could grow."""


def may_be_late(call: ModelCall) -> bool:
    """Whether the SDK that logged the call, as LangSmith's `extra.runtime` names it, may have logged a grown list."""
    runtime: Any = call.extras.get("runtime")
    if not isinstance(runtime, dict) or runtime.get("sdk") != "langsmith-js":
        return False
    version = tuple(map(int, re.findall(r"\d{1,9}", str(runtime.get("sdk_version")))[:3]))
    return bool(version) and version < _FIRST_IN_TIME


def with_its_answer(call: ModelCall) -> ModelCall:
    """A call whose output is its own request's list, grown by the answer, with the answer alone; any other as it is.

    `shapes.no_answers` would take such an output for the request's messages and no answer.
    """
    messages = call.output["messages"] if may_be_echo(call.output) else []
    if not messages or not is_assistant(role_of(messages[-1]) or "") or not may_be_late(call):
        return call
    return msgspec.structs.replace(call, output={**call.output, "messages": messages[-1:]})


def as_sent(asked: list[Draft], answer: list[Draft]) -> list[Draft]:
    """The messages of a request that may be late, before the answer, where it is one of them; else all.

    An answer that calls tools is known by its first call and this one's id (the SDK merges those of a stream into it).
    Another one may have been given before in the same words: only a request that ends with an assistant's message, as hardly
    any is sent, holds it.
    """
    if len(answer) != 1 or not asked:
        return asked
    found = _place(asked, answer[0])
    return asked[:found] if found else asked


def _place(asked: list[Draft], reply: Draft) -> int:
    """Where the answer stands, 0 where it does not (nobody is answered before having said something)."""
    places = range(len(asked) - 1, 0, -1)
    if reply.tool_calls:
        told = _Told(reply.tool_calls[0])
        return next((index for index in places if _calls(asked[index], told)), 0)
    if not is_assistant(asked[-1].role):
        return 0
    said = read_content(reply.content).body
    return next((index for index in places if said and _says(asked[index], said)), 0)


def _says(draft: Draft, said: object) -> bool:
    return is_assistant(draft.role) and not draft.tool_calls and read_content(draft.content).body == said


class _Told:
    """The answer's first call. Its arguments are read once, however many messages they are compared with."""

    def __init__(self, call: ToolCallDraft) -> None:
        self.name = call.name
        self.arguments = call.arguments
        self.id = None if call.id == call.name else usable_id(call.id)

    @cached_property
    def value(self) -> Any:
        """What its arguments say."""
        return parsed(self.arguments) or {}


def _calls(draft: Draft, told: _Told) -> bool:
    """Whether a message makes the answer's first call, which begins with it where all calls of a stream are in one.

    The id alone would also be that of an earlier call where a model counts calls anew in every answer, and where it is the
    tool's name, it proves nothing.
    """
    if not draft.tool_calls:
        return False
    sent = draft.tool_calls[0]
    if told.id is None or usable_id(sent.id) != told.id:
        return False
    return str(told.name).startswith(str(sent.name)) and _begins(told, sent.arguments)


def _begins(told: _Told, sent: Any) -> bool:
    """Whether arguments begin with others, or say the same as JSON text and as a value."""
    if isinstance(told.arguments, str) and isinstance(sent, str):
        return told.arguments.startswith(sent)
    return bool(told.value == (parsed(sent) or {}))
