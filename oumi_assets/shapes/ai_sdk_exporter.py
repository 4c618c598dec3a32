"""The AI SDK's calls as LangSmith's `AISDKExporter` writes them: until 2025 the way that its guides showed.

Messages are LangChain's stored ones, `{type, data}`, which `langchain` reads. Output: `{llm_output: {type: "ai", data}}`; of
a `generateObject` the object alone, which may have been told as JSON or as a tool's call, and is not read. Results are
JSON text; since version 5 of the SDK that of its output around the value, `{type: "json", value}`, which no model was sent.
Source of the format: langsmith-sdk `js/src/vercel.ts`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply
from oumi_assets.shapes import langchain
from oumi_assets.shapes.base import Shape, kind_of, parsed
from oumi_assets.shapes.vercel_ai import output_of

_RESULT = frozenset({"content", "name", "tool_call_id"})
_OUTPUTS = frozenset({"text", "json", "content", "error-text", "error-json", "execution-denied"})


def reply(value: Any) -> Reply | None:
    """The answer's message, without what it cost."""
    if not isinstance(value, dict) or not isinstance(value.get("llm_output"), dict):
        return None
    told = value["llm_output"]
    is_answer = value.keys() == {"llm_output"} and told.get("type") == "ai"
    return langchain.reply({key: told[key] for key in ("type", "data") if key in told}) if is_answer else None


def message(value: Any) -> list[Draft] | None:
    """A result whose output is wrapped."""
    if not isinstance(value, dict) or value.keys() != {"type", "data"} or value["type"] != "tool":
        return None
    data = value["data"]
    if not isinstance(data, dict) or not data.keys() <= _RESULT or not isinstance(data.get("content"), str):
        return None
    output = parsed(data["content"])
    if not isinstance(output, dict) or output.keys() != {"type", "value"} or kind_of(output) not in _OUTPUTS:
        return None
    return [Draft("tool", output_of({"output": output}), tool_call_id=data.get("tool_call_id"), name=data.get("name"))]


SHAPE = Shape("ai_sdk_exporter", reply=reply, message=message)
