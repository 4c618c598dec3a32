"""OpenAI chat completions, as `langfuse.openai`, `wrap_openai` and people by hand log them.

Input: a bare list of messages, or `{messages, tools | functions}`. Outputs are found by `openai_replies`.
Source of the format: OpenAI API reference, chat completions; Langfuse and LangSmith SDK wrappers.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Draft, Request, ToolCallDraft
from oumi_assets.shapes.base import Shape, first_list, kind_of, parsed, role_of, tools_beside
from oumi_assets.shapes.blocks import with_system
from oumi_assets.shapes.openai_replies import REASONING_KEYS, reply
from oumi_assets.shapes.system_prompts import system_beside

_CALL_KEYS = {"function": "arguments", "custom": "input"}
_REASONING_LISTS = ("thinking_blocks", "reasoning_details", "thinking")
_REASONING_TEXTS = ("thinking", "text", "summary", "content")
_SAYING = frozenset({"content", "tool_calls", "toolCalls", "function_call", "refusal", "audio", *REASONING_KEYS})
_TEXTS = ("text", "response", "answer", "output_text", "completion", "result", "reply")
"""What people call the words that they log by hand beside calls."""

_ABOUT = """
    additional_kwargs annotations artifact cache_control citations created createdAt created_at experimental_providerMetadata
    finishReason finish_reason id index logprobs metadata metrics model name object providerMetadata providerOptions
    provider_specific_fields response_metadata role service_tier status stop_reason stop_sequence system_fingerprint
    timestamp tool_call_id tool_name toolCallId toolName type usage usage_metadata
"""
_KEYS_ABOUT = frozenset(_ABOUT.split())
"""What a message is called or comes with: nothing of what it says."""

_OF_OTHERS = """
    functionResponse toolCall toolRequest toolResponse toolResult toolUse tool_request tool_response toolcall toolrequest
    toolresponse toolresult tooluse tool_output
"""
_TOOLS_OF_OTHERS = frozenset(_OF_OTHERS.split())
"""What blocks of tools are called by writers that no shape knows, and by no API."""

_CALL_ID = re.compile(r"(call|toolu|tooluse|chatcmpl-tool)[-_]")


def request(value: Any) -> Request | None:
    """Messages and tools of a bare list or of `{messages, tools | functions}`."""
    if isinstance(value, list):
        return Request(messages=value) if value else None
    if not isinstance(value, dict):
        return None
    messages = parsed(value.get("messages"))
    if not isinstance(messages, list) or not messages:
        return None
    tools = [*tools_beside(value, "tools"), *tools_beside(value, "functions")]
    return Request(with_system(system_beside(value, messages), messages), tools)


def message(value: Any) -> list[Draft] | None:
    """One wire message: anything with a text `role`. A missing role is the reply's business."""
    if role_of(value) is None:
        return None
    if _speaks_elsewhere(value) or _speaks_of_tools(value):
        return None
    return [
        Draft(
            role=value["role"],
            content=value.get("content") or _spoken_otherwise(value) or value.get("content"),
            tool_calls=_tool_calls(value.get("tool_calls") or value.get("toolCalls")),
            tool_call_id=_answered(value),
            name=value.get("name") or (value.get("tool_name") if value["role"] == "tool" else None),
            refusal=value.get("refusal"),
            reasoning=reasoning_of(value),
        )
    ]


def reasoning_of(value: dict[str, Any]) -> str | None:
    """A text under one of the usual names; else LiteLLM's blocks, OpenRouter's details or Langfuse's plugins' thoughts."""
    told = next((value[key] for key in REASONING_KEYS if isinstance(value.get(key), str) and value[key]), None)
    blocks = [block for block in first_list(value, *_REASONING_LISTS) if isinstance(block, dict)]
    texts = (block[key] for block in blocks for key in _REASONING_TEXTS if isinstance(block.get(key), str))
    return told or "\n".join(filter(None, texts)) or None


def _speaks_elsewhere(value: dict[str, Any]) -> bool:
    """Whether this is another writer's message that its shape could not read: nothing known here says what it says."""
    if value.get("parts") and not value.get("content"):
        return True
    others = value.keys() - _KEYS_ABOUT
    return not others & _SAYING and any(isinstance(value[key], (str, list, dict)) and value[key] for key in others)


def _speaks_of_tools(value: dict[str, Any]) -> bool:
    """Whether blocks of a content call or answer tools in a form that no shape could read: they are no words.

    Where the message has calls of its own, they repeat these.
    """
    content = value.get("content")
    if not isinstance(content, list) or value.get("tool_calls"):
        return False
    return any(kind_of(block) in _TOOLS_OF_OTHERS or _is_bare_call(block) for block in content)


def _is_bare_call(block: Any) -> bool:
    """A call without a type, as Rust's rig has it in a content."""
    function = block.get("function") if isinstance(block, dict) and "type" not in block else None
    return isinstance(function, dict) and function.keys() >= {"name", "arguments"}


def _answered(value: dict[str, Any]) -> Any:
    """The id of the call that a result answers; OpenTelemetry's events keep it under `id`, where messages have their own."""
    found = value.get("tool_call_id") or value.get("toolCallId")
    if not found and value["role"] == "tool" and isinstance(value.get("id"), str) and _CALL_ID.match(value["id"]):
        return value["id"]
    return found


def _spoken_otherwise(value: dict[str, Any]) -> Any:
    """What is said without a content: aloud, or under a name that people give to words beside calls.

    Beside an empty content, a result is what a call came to.
    """
    is_by_hand = "content" not in value and (value.get("tool_calls") or value.get("toolCalls"))
    names = _TEXTS if is_by_hand else _TEXTS[:1]
    return spoken(value.get("audio")) or next(
        (value[name] for name in names if isinstance(value.get(name), str) and value[name]), None
    )


def spoken(audio: Any) -> Any:
    """An answer given as audio has its text in the transcript."""
    return audio.get("transcript") if isinstance(audio, dict) else None


def _tool_calls(value: Any) -> list[ToolCallDraft]:
    """Calls of one message, all or each as JSON text; streamed ones may hold null holes and lack `id` and `type`.

    One call may stand without its list.
    """
    found = parsed(value)
    calls = found if isinstance(found, list) else [found]
    return [call for item in calls if (call := tool_call(parsed(item)))]


def tool_call(value: Any) -> ToolCallDraft | None:
    """`{id, type, function: {name, arguments}}`, a custom tool's `{custom: {name, input}}`; `{function: name, arguments}`.

    None for what calls nothing: the holes of streamed calls are null, or empty where the SDK fills them up; LiteLLM makes a
    call without a name of Anthropic's streamed thinking.
    """
    if not isinstance(value, dict):
        return None
    for key, arguments_key in _CALL_KEYS.items():
        called = value.get(key)
        if isinstance(called, dict) and called.get("name"):
            return ToolCallDraft(name=called["name"], arguments=called.get(arguments_key), id=value.get("id"))
    name = value.get("function")
    if isinstance(name, str) and name and "arguments" in value:
        return ToolCallDraft(name=name, arguments=value["arguments"], id=value.get("id"))
    return None


SHAPE = Shape("openai_chat", request=request, reply=reply, message=message)
