"""OpenAI Agents SDK for JavaScript: its own items, which are those of the Responses API under other names.

LangSmith's processor logs them so wherever one of a request's items has no `type` (`{role: "user", content}`, with which one
continues a history), older versions always: `callId`, `function_call_result` with its output as a part, pictures as `image`.
Source of the format: @openai/agents-core `types/protocol`; langsmith-sdk `wrappers/openai_agents.ts`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.shapes.base import kind_of

RESULT = "function_call_result"


def as_item(item: Any) -> Any:
    """The item as the Responses API has it; any other one as it is."""
    if not isinstance(item, dict):
        return item
    kind = kind_of(item)
    if kind == RESULT:
        return {"type": "function_call_output", "call_id": item.get("callId"), "output": _output(item.get("output"))}
    if kind == "function_call" and "callId" in item:
        return {**item, "call_id": item["callId"]}
    if isinstance(item.get("content"), list) and any(map(_has_image, item["content"])):
        return {**item, "content": [_part(part) for part in item["content"]]}
    return item


def _output(output: Any) -> Any:
    """A text, or parts."""
    if isinstance(output, list):
        return [_part(part) for part in output]
    if kind_of(output) == "text" and isinstance(output.get("text"), str):
        return output["text"]
    return [_part(output)] if kind_of(output) is not None else output


def _has_image(part: Any) -> bool:
    return kind_of(part) == "input_image" and isinstance(part.get("image"), str)


def _part(part: Any) -> Any:
    if not _has_image(part):
        return part
    rest = {key: value for key, value in part.items() if key not in ("image", "providerData")}
    return {**rest, "image_url": part["image"]}
