"""Calls beside each other that a logger made one of: their names joined, and their arguments.

Of a stream in which the model called two tools, LangSmith's JavaScript SDK, and its Python SDK until 0.1, put together one
call `{"name": "get_weatherget_time", "arguments": "{...}{...}"}` with the first call's id. Nothing tells of it but a name
that no tool has, and that several have one behind the other.
Source of the format: langsmith-sdk `js/src/wrappers/openai.ts`, `langsmith.wrappers._openai`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft

_LONGEST = 4096
_LONGEST_OF_ONE = 256
"""Characters of names that are looked at: no API takes tools with names half as long."""

_decode = json.JSONDecoder(strict=False).raw_decode


def parted(answer: list[Draft], tools: list[dict[str, Any]]) -> list[Draft]:
    """The answer with every call by itself; none where a merged call cannot be parted with certainty."""
    names = _Names(tool["function"]["name"] for tool in tools)
    for draft in answer:
        calls = [_parted(call, names) for call in draft.tool_calls]
        if not all(calls):
            return []
        if len(calls) < sum(map(len, calls)):
            draft.tool_calls = [call for several in calls for call in several]
    return answer


def _parted(call: ToolCallDraft, names: _Names) -> list[ToolCallDraft]:
    """The calls that one is: itself, unless its name is several tools' names; none where that is not certain."""
    tools = names.joined_in(call.name) if isinstance(call.name, str) else None
    if tools is None:
        return [call]
    arguments = _texts(call.arguments)
    if not tools or len(arguments) != len(tools):
        return []
    ids = [call.id, *[None] * (len(arguments) - 1)]
    return [ToolCallDraft(*told) for told in zip(tools, arguments, ids, strict=True)]


class _Names:
    """The names of the tools that there are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._lengths = sorted({len(name) for name in self._names if 0 < len(name) <= _LONGEST_OF_ONE})

    def joined_in(self, name: str) -> list[str] | None:
        """The names that one is, one behind the other; null where it is none of these; none where there are several ways."""
        if name in self._names or len(name) > _LONGEST:
            return None
        ways = [1] + [0] * len(name)
        last = [""] * len(ways)
        for end in range(1, len(ways)):
            for length in self._lengths:
                if length > end or ways[end] > 1:
                    break
                if ways[end - length] and name[end - length : end] in self._names:
                    ways[end] += ways[end - length]
                    last[end] = name[end - length : end]
        return _backwards(last) if ways[-1] == 1 else [] if ways[-1] else None


def _backwards(last: list[str]) -> list[str]:
    """The names by the last one of each beginning."""
    found, end = [], len(last) - 1
    while end:
        found.append(last[end])
        end -= len(last[end])
    return found[::-1]


def _texts(arguments: Any) -> list[str]:
    """The JSON objects that a text is one behind the other, byte for byte; none where it is anything else."""
    texts, start = [], 0
    try:
        while isinstance(arguments, str) and start < len(arguments):
            value, end = _decode(arguments, start)
            if not isinstance(value, dict):
                return []
            texts.append(arguments[start:end])
            start = end
    except (ValueError, RecursionError):
        return []
    return texts
