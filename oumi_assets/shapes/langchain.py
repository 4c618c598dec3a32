"""LangChain messages, as its tracers and handlers serialize them on either platform.

- constructors `{"lc": 1, "type": "constructor", "id": [.., "HumanMessage"], "kwargs": {..}}`, nested one
  level in LangSmith's `inputs.messages`, or under `input` (JavaScript's `traceable`); replies in `outputs.generations`
- flat `{type: "human", content}`, stored `{type, data: {..}}`, pairs `["human", "hi"]`
- Langfuse's handlers: wire-like messages with calls `{name, args, id}`; LangChain.js logs a result under its tool's name
Source of the format: langchain_core `messages`, `load.serializable`, `outputs`; Langfuse's handlers.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request
from oumi_assets.shapes.base import Shape, first_list, messages_in, role_of, texts_of
from oumi_assets.shapes.langchain_calls import answered, has_own_blocks, reasoning, said, tool_calls, tool_results
from oumi_assets.shapes.langchain_js import unnamed_role
from oumi_assets.shapes.lost_calls import has_only_words
from oumi_assets.shapes.openai_chat import spoken
from oumi_assets.shapes.openai_replies import speaks
from oumi_assets.wire.roles import is_assistant

_ROLES = frozenset({"human", "user", "ai", "assistant", "system", "developer", "tool", "function"})
_OWN_ROLE = frozenset({"", "chat", "generic"})
_ENDS_OF_CALLS = frozenset({"tool_calls", "function_call", "tool_use"})


def request(value: Any) -> Request | None:
    """`{"messages": [[...]]}`: one list of messages inside the batch's list; `{"input": [...]}` of a traced function.

    Langfuse's first handlers lost the types of messages, and with them who said what: such a list is nobody's.
    """
    batch = messages_in(value)
    given = [] if batch else first_list(value, "input")
    if given and all(map(_is_serialized, given)):
        return Request(messages=given, tools=first_list(value, "tools"))
    inner = batch[0] if len(batch) == 1 else None
    if isinstance(inner, list) and inner and all(_is_pair(item) or _has_speaker(item) for item in inner):
        return Request(messages=inner, tools=first_list(value, "tools"))
    return None


def reply(value: Any) -> Reply | None:
    """The first generation's message, or a serialized message in one of the usual wrappers."""
    if isinstance(value, list):
        return _last_answer(value) if any(map(_is_serialized, value)) else None
    if not isinstance(value, dict):
        return None
    if _is_serialized(value):
        return _last_answer([value])
    if isinstance(value.get("kwargs"), dict) and "id" in value:
        return reply(value["kwargs"])
    if isinstance(value.get("generations"), list):
        return _of_generation(value["generations"])
    if speaks(value):
        return None
    for key in ("message", "output", "messages"):
        inner = value.get(key)
        if isinstance(inner, (dict, list)):
            return reply(inner)
    return None


def _of_generation(generations: list[Any]) -> Reply:
    """Alternatives beside the first don't count; generations without a message are a text completion."""
    first = generations[0] if generations else None
    if isinstance(first, list):
        first = first[0] if first else None
    if isinstance(first, dict) and isinstance(first.get("kwargs"), dict):
        first = first["kwargs"]
    found = first.get("message") if isinstance(first, dict) else None
    return Reply([found] if isinstance(found, dict) and not _lost_its_calls(found) else [])


def _lost_its_calls(answer: dict[str, Any]) -> bool:
    """Whether the model stopped to call tools, and the answer has none: LangChain.js 0.1 so logs those of Anthropic."""
    _, fields = _serialized_fields(answer) or ("", answer)
    about = (fields.get("response_metadata"), fields.get("additional_kwargs"))
    ends = (place.get(key) for place in about if isinstance(place, dict) for key in ("finish_reason", "stop_reason"))
    if fields.get("tool_calls") or not any(isinstance(end, str) and end in _ENDS_OF_CALLS for end in ends):
        return False
    drafts = message(answer)  # None for another shape's, which has its calls where that shape looks for them.
    return drafts is not None and all(not draft.tool_calls and has_only_words(draft) for draft in drafts)


def _last_answer(messages: list[Any]) -> Reply:
    """The assistant's last message; people append wire messages to LangChain's."""
    spoken_by = ((value, message(value)) for value in reversed(messages))
    answers = (value for value, drafts in spoken_by if is_assistant((drafts[-1].role if drafts else role_of(value)) or ""))
    return Reply(list(islice(answers, 1)))


def message(value: Any) -> list[Draft] | None:
    """A LangChain message of any serialization, or a wire-like one that carries LangChain's own keys."""
    if _is_pair(value):
        return [Draft(role=value[0], content=value[1])]
    if not isinstance(value, dict):
        return None
    serialized = _serialized_fields(value)
    if serialized is not None:
        name, fields = serialized
        role = _role(name, fields)
        return None if role is None else _drafts(role, fields, is_streamed=name.endswith("Chunk"))
    if isinstance(value.get("role"), str) and _has_own_fields(value):
        return _drafts(_role(value["role"], value) or value["role"], value)
    if "role" not in value and "additional_kwargs" in value and "content" in value:
        return _drafts(unnamed_role(value["additional_kwargs"]), value)
    return None


def _serialized_fields(value: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The class (or type) name and the fields of a constructor, a stored or a flat message."""
    path = value.get("id")
    kwargs = value.get("kwargs")
    if isinstance(kwargs, dict) and isinstance(path, (list, str)):
        names = path.split(",") if isinstance(path, str) else path
        name = names[-1] if names and isinstance(names[-1], str) else ""
        return (name, kwargs) if "Message" in name else None
    kind = value.get("type")
    if not isinstance(kind, str) or ("role" in value and not _is_own_role(kind)):
        return None
    fields = value.get("data") if isinstance(value.get("data"), dict) else value
    known = _base_name(kind) in _ROLES or _is_own_role(kind)
    return (kind, fields) if known and isinstance(fields, dict) and "content" in fields else None


def _is_serialized(value: Any) -> bool:
    return isinstance(value, dict) and _serialized_fields(value) is not None


def _base_name(name: str) -> str:
    """`HumanMessage`, `HumanMessageChunk`, `HumanChatMessage` (old JS) and `human` are `human`."""
    return name.strip().removesuffix("Chunk").removesuffix("Message").removesuffix("Chat").lower()


def _is_own_role(name: str) -> bool:
    return name != "" and _base_name(name) in _OWN_ROLE


def _role(name: str, fields: dict[str, Any]) -> str | None:
    """The role of a class; a ChatMessage (JS: generic) names its role itself."""
    if not _is_own_role(name):
        # A class of somebody's own names its role by the type it inherited.
        bases = (_base_name(found) for found in (name, fields.get("type")) if isinstance(found, str))
        return next((base for base in bases if base in _ROLES), None)
    own = fields.get("role")
    return own if isinstance(own, str) and not _is_own_role(own) else None


def _drafts(role: str, fields: dict[str, Any], *, is_streamed: bool = False) -> list[Draft]:
    additional = fields.get("additional_kwargs")
    additional = additional if isinstance(additional, dict) else {}
    answers = role in ("ai", "assistant")
    results = [] if answers else tool_results(fields)
    if results and len(results) == len(fields["content"]):
        return results
    content = fields.get("content")
    content = said(content, is_streamed=is_streamed) if answers or results else answered(content)
    return [
        *results,
        Draft(
            role=role,
            content=content or spoken(additional.get("audio")) or content,
            tool_calls=tool_calls(fields, additional) if answers else [],
            tool_call_id=fields.get("tool_call_id") or additional.get("tool_call_id"),
            name=fields.get("name") or additional.get("name"),
            refusal=additional.get("refusal") or (_refused(fields) if not content else None),
            reasoning=fields.get("reasoning_content") or reasoning(additional),
        ),
    ]


def _refused(fields: dict[str, Any]) -> str | None:
    """LangChain.js keeps what the Responses API streamed of a refusal in the response alone."""
    items = first_list(fields.get("response_metadata"), "output")
    parts = (part for item in items for part in first_list(item, "content"))
    return "\n".join(texts_of(parts, "refusal")) or None


def _is_pair(value: Any) -> bool:
    is_pair = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
    return is_pair and value[0].lower() in _ROLES and isinstance(value[1], (str, list))


def _has_speaker(value: Any) -> bool:
    return isinstance(value, dict) and any(key in value for key in ("role", "type", "kwargs"))


def _has_own_fields(value: dict[str, Any]) -> bool:
    calls = [*first_list(value, "tool_calls"), *first_list(value, "invalid_tool_calls")]
    has_calls = any(isinstance(call, dict) and "args" in call for call in calls)
    return "additional_kwargs" in value or has_calls or has_own_blocks(value)


SHAPE = Shape("langchain", request=request, reply=reply, message=message)
