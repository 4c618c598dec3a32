"""From drafts to wire messages: the one place where a wire message is put together.

Key order is fixed (role, content, name, tool_calls, tool_call_id, refusal, reasoning_content), so
equal conversations are equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.wire.content import Content, read_content
from oumi_assets.wire.roles import wire_role
from oumi_assets.wire.tool_calls import CallIds


def wire_messages(drafts: Iterable[Draft]) -> list[dict[str, Any]] | None:
    """The conversation's messages, or None when one has a role that no chat knows."""
    ids = CallIds()
    messages: list[dict[str, Any]] = []
    for index, draft in enumerate(drafts):
        role = wire_role(draft.role, ids)
        if role is None:
            return None
        messages.append(_message(index, role, draft, ids))
    return messages


def _message(index: int, role: str, draft: Draft, ids: CallIds) -> dict[str, Any]:
    said = read_content(draft.content, is_result=role == "tool", calls=draft.tool_calls)
    refusal = draft.refusal if isinstance(draft.refusal, str) and draft.refusal else said.refusal
    calls = ids.calls(index, draft.tool_calls) if role == "assistant" and draft.tool_calls else []
    message: dict[str, Any] = {"role": role, "content": _content(said, refusal, bool(calls))}
    if isinstance(draft.name, str) and draft.name:
        message["name"] = draft.name
    if calls:
        message["tool_calls"] = calls
    if role == "tool":
        message["tool_call_id"] = ids.result(index, draft)
    if role != "assistant":
        return message
    if refusal:
        message["refusal"] = refusal
    reasoning = draft.reasoning if isinstance(draft.reasoning, str) and draft.reasoning else said.reasoning
    if reasoning:
        message["reasoning_content"] = reasoning
    return message


def _content(said: Content, refusal: str | None, has_calls: bool) -> str | list[dict[str, Any]] | None:
    """Null only beside tool calls; a refusal speaks where nothing else was said."""
    if said.body:
        return said.body
    if refusal:
        return refusal
    return None if has_calls else ""
