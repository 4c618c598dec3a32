"""System instructions that OpenTelemetry writers record beside the messages, in `gen_ai.system_instructions`.

Langfuse puts them before the messages since 2026; older exports hold them in the metadata alone. They are text parts
(pydantic-ai's `instructions`), whole messages (LiteLLM), or a text.
Source of the format: semantic conventions `gen-ai-system-instructions.json`; Langfuse's OpenTelemetry ingestion.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Request
from oumi_assets.shapes.base import parsed
from oumi_assets.shapes.extra_tools import value_at

_PLACE = "metadata.attributes.gen_ai.system_instructions"


def with_recorded_instructions(request: Request, call: ModelCall) -> Request:
    """The request with the instructions before its messages, when these are OpenTelemetry's and none is a system's."""
    messages = [message for message in request.messages if isinstance(message, dict)]
    if not any(isinstance(message.get("parts"), list) for message in messages):
        return request
    if any(message.get("role") == "system" for message in messages):
        return request
    return Request([*_system(parsed(value_at(call.extras, _PLACE))), *request.messages], request.tools)


def _system(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, str) and found:
        return [{"role": "system", "content": found}]
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        return []
    if all("parts" in item for item in found):
        return [{"role": "system", **item} for item in found]
    return [{"role": "system", "parts": found}]
