"""OpenAI Agents SDK: what its tracing processors log beside plain messages and Responses items.

Output: the whole response object (a list of one where it was streamed), in which alone `instructions`
and `tools` are found. Input: one message that was unwrapped from its list.
Source of the format: openai-agents `tracing.span_data`, LangSmith's `OpenAIAgentsTracingProcessor`,
OpenInference's instrumentation as Langfuse receives it.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Reply, Request
from oumi_assets.shapes import responses
from oumi_assets.shapes.base import Shape, first_list, role_of


def request(value: Any) -> Request | None:
    """`{role, content}`: a conversation of one message."""
    if role_of(value) is not None and "content" in value and "messages" not in value:
        return Request([value])
    return None


def reply(value: Any) -> Reply | None:
    """The items of a whole response object, and what of its request is told there alone."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = responses.reply(value)
    if not is_whole_response(value) and (found is None or not _tells_of_its_request(value)):
        return None
    answer = found or Reply([], prompt_is_text=True)
    answer.tools = first_list(value, "tools")
    answer.instructions = value.get("instructions")
    return answer


def is_whole_response(value: Any) -> bool:
    """Whether a value is the whole response of the Responses API."""
    return isinstance(value, dict) and value.get("object") == "response" and isinstance(value.get("output"), list)


def _tells_of_its_request(value: Any) -> bool:
    """Whether an object of items has the request's part of a response, too: people log one without saying what it is."""
    has_items = isinstance(value, dict) and isinstance(value.get("output"), list)
    return has_items and ("instructions" in value or "tools" in value)


SHAPE = Shape("openai_agents", request=request, reply=reply)
