"""What `langfuse.openai` keeps of a response of the Responses API as metadata, beside the payloads.

In JavaScript a response that was not streamed has bare texts as input and output, and `{reasoning, instructions, tools,
metadata, status, previous_response_id}` as metadata; Python's version 3 keeps the whole object without its output.
Source of the format: Langfuse's JS SDK, `openai/parseOpenAI`; its Python SDK, `langfuse.openai`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Request
from oumi_assets.shapes.base import parsed
from oumi_assets.shapes.responses import prompt

_STATES = frozenset({"completed", "incomplete", "failed", "in_progress", "queued", "cancelled"})
_KEYS = ("reasoning", "instructions", "previous_response_id")


def prompt_of_response(call: ModelCall) -> Request | None:
    """A request that is one bare text, where the metadata say that a response answers it; else None."""
    return prompt(call.input) if isinstance(call.input, str) and is_response(call.extras.get("metadata")) else None


def is_response(metadata: Any) -> bool:
    """Whether these metadata are a response: a name or two of its keys may be somebody's own."""
    fields = parsed(metadata)
    if not isinstance(fields, dict):
        return False
    state = fields.get("status")
    tools, reasoning = parsed(fields.get("tools")), parsed(fields.get("reasoning"))
    are_tools = isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools)
    has_keys = are_tools and isinstance(reasoning, dict | None) and any(key in fields for key in _KEYS)
    return fields.get("object") == "response" or (has_keys and isinstance(state, str) and state in _STATES)
