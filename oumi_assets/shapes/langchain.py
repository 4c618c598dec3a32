"""LangChain messages, as its tracers serialize them on either platform.

- LangSmith: `{"lc": 1, "type": "constructor", "id": [.., "HumanMessage"], "kwargs": {..}}`, nested one
  level in `inputs.messages`; replies in `outputs.generations[0][0].message`
- Langfuse's handler: wire-like messages whose calls are `{name, args, id, type: "tool_call"}`, with
  tool definitions appended as messages of role `tool`
Source of the format: langchain_core `messages` and `load.serializable`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape, first_list

_CLASS_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "function",
    "chat": "chat",
}


def request(value: Any) -> Request | None:
    """`{"messages": [[...]]}`: one list of messages inside the batch's list."""
    batch = value if isinstance(value, list) else first_list(value, "messages")
    if len(batch) == 1 and isinstance(batch[0], list) and batch[0] and isinstance(batch[0][0], dict):
        return Request(messages=batch[0], tools=first_list(value, "tools"))
    return None


def reply(value: Any) -> Reply | None:
    """The first generation's message; generations without a message are a text completion."""
    generations = value.get("generations") if isinstance(value, dict) else None
    if not isinstance(generations, list):
        return None
    first = generations[0] if generations else None
    if isinstance(first, list):
        first = first[0] if first else None
    message = first.get("message") if isinstance(first, dict) else None
    return Reply([message] if isinstance(message, dict) else [])


def message(value: Any) -> list[Draft] | None:
    """A serialized LangChain message, or a wire-like one that carries LangChain's own keys."""
    if not isinstance(value, dict):
        return None
    kwargs = value.get("kwargs")
    if isinstance(kwargs, dict) and isinstance(value.get("id"), list):
        return _draft(_class_role(value["id"], kwargs), kwargs)
    if isinstance(value.get("role"), str) and ("additional_kwargs" in value or _has_langchain_calls(value)):
        return _draft(value["role"], value)
    return None


def _draft(role: str | None, fields: dict[str, Any]) -> list[Draft] | None:
    if role is None:
        return None
    additional = fields.get("additional_kwargs")
    additional = additional if isinstance(additional, dict) else {}
    return [
        Draft(
            role=role,
            content=fields.get("content"),
            tool_calls=_tool_calls(fields, additional),
            tool_call_id=fields.get("tool_call_id"),
            name=fields.get("name"),
            refusal=additional.get("refusal"),
            reasoning=additional.get("reasoning_content"),
        )
    ]


def _class_role(path: list[Any], kwargs: dict[str, Any]) -> str | None:
    """`HumanMessage` and `HumanMessageChunk` are `human`; a ChatMessage names its role itself."""
    name = path[-1] if path and isinstance(path[-1], str) else ""
    role = _CLASS_ROLES.get(name.removesuffix("Chunk").removesuffix("Message").lower())
    if role == "chat":
        own = kwargs.get("role")
        return own if isinstance(own, str) else None
    return role


def _tool_calls(fields: dict[str, Any], additional: dict[str, Any]) -> list[ToolCallDraft]:
    """Parsed calls and unparsable ones; where both exist, the raw argument text of the API wins."""
    raw = [call for call in map(openai_chat.tool_call, first_list(additional, "tool_calls")) if call]
    texts = {call.id: call.arguments for call in raw if isinstance(call.id, str)}
    calls = [*first_list(fields, "tool_calls"), *first_list(fields, "invalid_tool_calls")]
    drafts = [draft for draft in map(_tool_call, calls) if draft]
    for draft in drafts:
        if isinstance(draft.id, str):
            draft.arguments = texts.get(draft.id, draft.arguments)
    return drafts or raw


def _tool_call(value: Any) -> ToolCallDraft | None:
    if isinstance(value, dict) and "args" in value and "name" in value:
        return ToolCallDraft(name=value["name"], arguments=value["args"], id=value.get("id"))
    return openai_chat.tool_call(value)


def _has_langchain_calls(value: dict[str, Any]) -> bool:
    return any(isinstance(call, dict) and "args" in call for call in first_list(value, "tool_calls", "invalid_tool_calls"))


def tool(value: Any) -> Any | None:
    """A tool definition logged as a message: role `tool`, an object as content, no `tool_call_id`."""
    if isinstance(value, dict) and value.get("role") == "tool" and not value.get("tool_call_id"):
        content = value.get("content")
        if isinstance(content, dict) and content.get("type") == "function" and isinstance(content.get("function"), dict):
            return content
    return None


SHAPE = Shape("langchain", request=request, reply=reply, message=message, tool=tool)
