"""What was really said in each fixture, and how our conversations are compared with it.

The truth holds wire messages as they were sent, so the wire rules (roles, content, ids) are applied
to it first; arguments are compared parsed, and null, "" and missing content are equal.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from paths import FIXTURES


class Truth(NamedTuple):
    """One trace: every acceptable (messages, tools), none of them when it must be dropped."""

    trace_id: str
    session_id: Any
    accepted: list[tuple[Any, Any]]


class File(NamedTuple):
    """One export with its truth, and the traces that prefix deduplication keeps."""

    path: Path
    truths: list[Truth]
    kept: set[str] | None


def files() -> list[File]:
    """All fixtures with ground truth."""
    langfuse = [_langfuse(path) for path in sorted((FIXTURES / "langfuse").glob("*.jsonl"))]
    langsmith = [_langsmith(path) for path in sorted((FIXTURES / "langsmith").glob("*.jsonl"))]
    return langfuse + langsmith


def _expected(path: Path) -> Any:
    return json.loads((path.parent / "expected" / f"{path.stem}.json").read_text())


def _langfuse(path: Path) -> File:
    expected = _expected(path)
    truths = [
        Truth(entry["trace_id"], entry.get("session_id_in_export", entry["session_id"]), _accepted(entry))
        for entry in expected["conversations"]
    ]
    return File(path, truths, set(expected["kept_after_prefix_dedupe"]))


def _langsmith(path: Path) -> File:
    truths = [
        Truth(entry["trace_id"], entry.get("session_id_in_export", entry["session_id"]), _accepted(entry))
        for entry in _expected(path)
    ]
    return File(path, truths, None)


def _accepted(entry: dict[str, Any]) -> list[tuple[Any, Any]]:
    if entry.get("over_1000") or entry.get("expect", "conversation") != "conversation" or entry["messages"] is None:
        return []
    tools = entry.get("tools_in_export", entry["tools"])
    accepted = [(entry["messages"], tools)]
    for tie in entry.get("ties") or []:
        accepted.append((tie["messages"], tie.get("tools", tools)))
    for other in entry.get("alternatives") or []:
        accepted.append((other["messages"], other.get("tools", tools)))
    for key in ("after_export_ascii_inner", "after_export_utf8_inner", "after_export_parsed"):
        if isinstance(entry.get(key), list):
            accepted.append((entry[key], tools))
    return accepted


def comparable(messages: list[dict[str, Any]]) -> list[Any]:
    """A wire conversation reduced to what must be equal."""
    return [
        (
            message["role"],
            message.get("content") or None,
            [
                (call["id"], call["function"]["name"], _arguments(call["function"]["arguments"]))
                for call in message.get("tool_calls") or []
            ],
            message.get("tool_call_id"),
        )
        for message in messages
    ]


def wire_truth(messages: list[dict[str, Any]]) -> list[Any]:
    """The truth reduced the same way, by the wire rules as this module understands them (not by ours)."""
    reduced = []
    legacy_id = None
    for index, message in enumerate(messages):
        role = {"developer": "system", "function": "tool"}.get(message["role"], message["role"])
        calls = [
            (call["id"], call["function"]["name"], _arguments(call["function"]["arguments"]))
            for call in message.get("tool_calls") or []
        ]
        legacy = message.get("function_call")
        if legacy:
            legacy_id = f"call_{index}_0"
            calls = [(legacy_id, legacy["name"], _arguments(legacy["arguments"]))]
        link = message.get("tool_call_id") or (legacy_id if message["role"] == "function" else None)
        reduced.append((role, _content(message), calls, link))
    return reduced


def wire_truth_tools(tools: Any) -> list[Any]:
    """The truth's tools in wire form: nested, without nulls, the first of each name."""
    found: dict[str, Any] = {}
    for tool in tools or []:
        function = tool.get("function", tool)
        function = {key: value for key, value in function.items() if value is not None and key != "type"}
        found.setdefault(function["name"], {"type": "function", "function": function})
    return list(found.values())


def _content(message: dict[str, Any]) -> Any:
    content = message.get("content")
    if isinstance(content, list):
        if all(part["type"] in ("text", "refusal") for part in content):
            content = "\n".join(part.get("text") or part.get("refusal") for part in content)
        else:
            content = [_without_surrogates(part) for part in content]
    return _without_surrogates(content or message.get("refusal") or None)


def _without_surrogates(value: Any) -> Any:
    """Rule 5: a lone surrogate becomes U+FFFD."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    return value


def _arguments(text: str) -> Any:
    """Parsed, with number tokens as they were written."""
    try:
        return json.loads(text or "{}", parse_float=str, parse_int=str)
    except ValueError:
        return text


def assert_equal(row: dict[str, Any], truth: Truth) -> None:
    """Fail unless a row of the dataset is one that the truth accepts: messages, tools and session."""
    messages = comparable(row["messages"])
    assert messages in [wire_truth(accepted) for accepted, _ in truth.accepted]
    assert row.get("tools", []) in [wire_truth_tools(tools) for _, tools in truth.accepted]
    session = None if truth.session_id is None else str(truth.session_id)
    assert row["metadata"].get("source_session_id") == session
