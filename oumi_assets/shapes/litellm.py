"""LiteLLM's callbacks, where they differ from the OpenAI shapes they imitate.

- the answer as JSON text inside JSON text
- reasoning as a message of role `reasoning_summary` among the output items
- LangSmith: the request's parameters, tools among them, in `inputs.model_parameters`
Calls logged as `{type: "function_call", name, call_id, arguments}` are read by `responses`; the error
text of a failed call is no reply (rule 1).
Source of the format: litellm `integrations.langfuse`, `integrations.langfuse_otel`, `integrations.langsmith`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply, Request
from oumi_assets.core.json_text import parse_or
from oumi_assets.shapes import responses
from oumi_assets.shapes.base import Shape, first_list, role_of, value_at

MARK = b"litellm"
"""In the metadata of every row that its callback for OpenTelemetry logs."""

_MESSAGE_KEYS = frozenset({"role", "content", "tool_calls", "function_call"})
_REASONING = "reasoning_summary"


def request(value: Any) -> Request | None:
    """`{messages, model_parameters}`: the logging payload as LangSmith gets it."""
    parameters = value.get("model_parameters") if isinstance(value, dict) else None
    messages = first_list(value, "messages")
    if not isinstance(parameters, dict) or not messages:
        return None
    sent = responses.request(messages) or Request(messages)
    sent.tools = first_list(value, "tools") or first_list(parameters, "tools", "functions")
    return sent


def reply(value: Any) -> Reply | None:
    """A message written as text twice, or items with their reasoning as a message."""
    if isinstance(value, str):
        message = _message_in(value)
        return None if message is None else Reply([message])
    if isinstance(value, list) and any(_is_reasoning(item) for item in value):
        return responses.reply([_item(message) for message in value])
    return None


def _message_in(text: str) -> dict[str, Any] | None:
    """The message inside a JSON text (in a JSON text), only where it is surely LiteLLM's own."""
    value: Any = text
    for _ in range(2):
        if isinstance(value, str) and value.lstrip()[:1] in ('"', "{"):
            value = parse_or(value, None)
    return value if isinstance(value, dict) and value.keys() >= _MESSAGE_KEYS else None


def _is_reasoning(value: Any) -> bool:
    return role_of(value) == _REASONING


def _item(value: Any) -> Any:
    if not _is_reasoning(value):
        return value
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": value.get("content")}]}


def is_writer(metadata: Any) -> bool:
    """Whether the metadata of a Langfuse row name LiteLLM as the library that made its span."""
    return bool(value_at(metadata, "scope.name") == "litellm")


SHAPE = Shape("litellm", request=request, reply=reply)
