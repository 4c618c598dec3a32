"""Messages of the AI SDK's user interface (`UIMessage`), which people log from their routes before they are converted.

Version 5: `{id, role, parts}`, parts `text`, `reasoning`, `file`, `step-start`, and `tool-<name>` or `dynamic-tool` that
hold a call and its result. Version 4: parts `tool-invocation`, or `content` with `toolInvocations` beside it. They become
what the SDK's own conversion makes of them: one assistant's message a step, its results behind it.
Source of the format: AI SDK `UIMessage`, `convertToModelMessages`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, kind_of, role_of
from oumi_assets.wire.roles import is_assistant

_SILENT = ("step-start", "source", "source-url", "source-document")
_NOT_OURS = frozenset({"tool-call", "tool-result", "tool-error"})
_INVOCATION = "tool-invocation"


def message(value: Any) -> list[Draft] | None:
    """A message of parts, or a text with invocations beside it."""
    if role_of(value) is None or value.get("tool_calls"):
        return None
    parts = first_list(value, "parts") or _parts_of_version_4(value)
    if not parts or not all(map(_is_part, parts)):
        return None
    if not is_assistant(value["role"]):
        return [Draft(role=value["role"], content=[_said(part) for part in parts if part["type"] not in _SILENT])]
    return _steps(value["role"], parts)


def _parts_of_version_4(value: dict[str, Any]) -> list[Any]:
    """A text that was logged beside invocations, whose results it speaks of; without these it is any message."""
    called = [{"type": _INVOCATION, "toolInvocation": item} for item in first_list(value, "toolInvocations")]
    content = value.get("content")
    return [*called, *([{"type": "text", "text": content}] if content else [])] if called else []


def _is_part(part: Any) -> bool:
    kind = kind_of(part)
    if kind is None or kind in _NOT_OURS:
        return False
    if kind in ("text", "reasoning"):
        return isinstance(part.get("text", part.get("reasoning")), str)
    return kind in ("file", *_SILENT) or kind.startswith("data-") or _invocation(part) is not None


def _invocation(part: dict[str, Any]) -> dict[str, Any] | None:
    """`{toolCallId, toolName, ...}` of a part that holds a call."""
    inner = part.get("toolInvocation") if part["type"] == _INVOCATION else part
    if not isinstance(inner, dict) or not isinstance(inner.get("toolCallId"), str):
        return None
    if part["type"] in (_INVOCATION, "dynamic-tool"):
        return inner if isinstance(inner.get("toolName"), str) else None
    return {**inner, "toolName": part["type"].removeprefix("tool-")} if part["type"].startswith("tool-") else None


def _steps(role: str, parts: list[Any]) -> list[Draft]:
    """A step ends where the next one starts, or is counted, or where words follow a result."""
    drafts: list[Draft] = []
    said: list[Any] = []
    calls: list[ToolCallDraft] = []
    results: list[Draft] = []
    number: Any = None
    for part in [*parts, {"type": "step-start"}]:
        called = None if part.get("providerExecuted") else _invocation(part)
        follows = bool(results) and called is None and part["type"] not in _SILENT
        counted = called is not None and bool(calls) and called.get("step") != number
        if (part["type"] == "step-start" or follows or counted) and (said or calls):
            drafts += [Draft(role=role, content=said or None, tool_calls=calls), *results]
            said, calls, results = [], [], []
        if called is not None:
            number = called.get("step")
            calls.append(ToolCallDraft(called["toolName"], called.get("input", called.get("args")), called["toolCallId"]))
            results += _results(called)
        elif part["type"] not in _SILENT:
            said.append(_said(part))
    return drafts or [Draft(role=role)]


def _results(called: dict[str, Any]) -> list[Draft]:
    """The result, or the error in its place; none while the tool runs."""
    found = next((called[key] for key in ("output", "result", "errorText") if called.get(key) is not None), None)
    return [] if found is None else [Draft("tool", content=found, tool_call_id=called["toolCallId"])]


def _said(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "reasoning", "text": part.get("text", part.get("reasoning"))} if part["type"] == "reasoning" else part


SHAPE = Shape("ai_sdk_ui", message=message)
