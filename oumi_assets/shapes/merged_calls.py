"""Calls beside each other that a logger made one of: their names joined, and their arguments.

Of a stream in which the model called two tools, LangSmith's JavaScript SDK, and its Python SDK until 0.1, put together one
call `{"name": "get_weatherget_time", "arguments": "{...}{...}"}` with the first call's id. Nothing tells of it but a name
that no tool has, and that several have one behind the other.
Source of the format: langsmith-sdk `js/src/wrappers/openai.ts`, `langsmith.wrappers._openai`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft

_LONGEST = 4096
_decode = json.JSONDecoder(strict=False).raw_decode


def parted(answer: list[Draft], tools: list[dict[str, Any]]) -> list[Draft]:
    """The answer with every call by itself; none where a merged call cannot be parted with certainty."""
    names = {tool["function"]["name"] for tool in tools}
    for draft in answer:
        if any(is_merged(call.name, names) for call in draft.tool_calls):
            calls = [_parted(call, names) for call in draft.tool_calls]
            if not all(calls):
                return []
            draft.tool_calls = [call for several in calls for call in several]
    return answer


def is_merged(name: Any, names: Collection[str]) -> bool:
    """Whether a name is no tool's, and names of several tools one behind the other."""
    return isinstance(name, str) and name not in names and bool(_ways(name, names))


def _parted(call: ToolCallDraft, names: Collection[str]) -> list[ToolCallDraft]:
    if not is_merged(call.name, names):
        return [call]
    ways, arguments = _ways(call.name, names), _texts(call.arguments)
    if len(ways) != 1 or len(arguments) != len(ways[0]):
        return []
    ids = [call.id, *[None] * (len(arguments) - 1)]
    return [ToolCallDraft(*told) for told in zip(ways[0], arguments, ids, strict=True)]


def _ways(name: str, names: Collection[str]) -> list[list[str]]:
    """The ways to make a name of others, at most two of them."""
    if len(name) > _LONGEST:
        return []
    ways: list[list[list[str]]] = [[[]], *([] for _ in name)]
    for end in range(1, len(name) + 1):
        for last in names:
            if last and name.endswith(last, 0, end):
                ways[end] += [[*way, last] for way in ways[end - len(last)]]
        del ways[end][2:]
    return ways[-1]


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
