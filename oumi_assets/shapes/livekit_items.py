"""LiveKit Agents: a chat context as its `llm_node` logs it, `{items: [...]}`.

Items are named like those of OpenAI's Responses API, and turns are made of them in the same way: `message`, whose content
is a list of texts, `function_call`, `function_call_output`. `agent_config_update` and `agent_handoff` tell of the agent and
say nothing in the chat; `cache_breakpoint` marks a place in a cache. The reply is a text, without the calls beside it.
Source of the format: livekit-agents `llm.chat_context` (`ChatContext.to_dict`), `voice.generation`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Request
from oumi_assets.shapes.base import Shape, kind_of
from oumi_assets.shapes.responses import messages_of

_SAYING = frozenset({"message", "function_call", "function_call_output"})
_KINDS = _SAYING | {"agent_config_update", "agent_handoff"}
_MARK = "cache_breakpoint"


def request(value: Any) -> Request | None:
    """The messages of an object of items, where each of them is one of LiveKit's."""
    items = value["items"] if isinstance(value, dict) and value.keys() == {"items"} else None
    if not isinstance(items, list) or not items or not all(kind_of(item) in _KINDS for item in items):
        return None
    return Request(messages_of([_said(item) for item in items if item["type"] in _SAYING]))


def _said(item: dict[str, Any]) -> dict[str, Any]:
    """The item without marks in its content."""
    content = item.get("content")
    if not isinstance(content, list):
        return item
    return {**item, "content": [part for part in content if kind_of(part) != _MARK]}


SHAPE = Shape("livekit_items", request=request)
