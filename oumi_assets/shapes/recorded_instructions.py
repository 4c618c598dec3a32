"""System instructions that are recorded beside the messages, and not by the payload's own shape.

- OpenTelemetry writers: `gen_ai.system_instructions`. Langfuse puts them before the messages since 2026; older exports hold
  them in the metadata alone. They are text parts (pydantic-ai's `instructions`), whole messages (LiteLLM), or a text.
- `LangSmithTelemetry` of the AI SDK 7: `extra.invocation_params.instructions`, a text, a message, or a list of messages.
Source of the format: semantic conventions `gen-ai-system-instructions.json`; Langfuse's OpenTelemetry ingestion; AI SDK
`Instructions`, `langsmith/experimental/vercel`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Request
from oumi_assets.shapes.base import parsed
from oumi_assets.shapes.extra_tools import value_at
from oumi_assets.shapes.openai_chat import is_system

_PLACE = "metadata.attributes.gen_ai.system_instructions"


def with_recorded_instructions(request: Request, call: ModelCall) -> Request:
    """The request with the instructions before its messages, unless one of these is a system's."""
    if any(map(is_system, request.messages)):
        return request
    found = [*_of_telemetry(request.messages, call), *invocation_instructions(call)]
    return Request([*found, *request.messages], request.tools)


def invocation_instructions(call: ModelCall) -> list[dict[str, Any]]:
    """The system messages among the invocation parameters; none where they are of another kind."""
    parameters = call.extras.get("invocation_params")
    found = parameters.get("instructions") if isinstance(parameters, dict) else None
    if isinstance(found, str) and found:
        return [{"role": "system", "content": found}]
    messages: list[Any] = found if isinstance(found, list) else [found]
    return messages if all(isinstance(message, dict) and is_system(message) for message in messages) else []


def _of_telemetry(messages: list[Any], call: ModelCall) -> list[dict[str, Any]]:
    """Instructions in the metadata, where the messages are OpenTelemetry's."""
    if not any(isinstance(message, dict) and isinstance(message.get("parts"), list) for message in messages):
        return []
    found = parsed(value_at(call.extras, _PLACE))
    if isinstance(found, str) and found:
        return [{"role": "system", "content": found}]
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        return []
    if all("parts" in item for item in found):
        return [{"role": "system", **item} for item in found]
    return [{"role": "system", "parts": found}]
