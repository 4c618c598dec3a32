"""System instructions that were recorded beside the payloads, in the metadata or among the model's parameters.

- `gen_ai.system_instructions`: text parts (pydantic-ai's `instructions`), whole messages (LiteLLM), or a text. Langfuse
  puts them before the messages since 2026; older exports hold them in the metadata alone. LangSmith keeps of pydantic-ai's
  attributes `model_request_parameters`, where they are `instruction_parts`
- Pipecat's attribute `system`, and since version 1 `gen_ai.system_instructions`, beside wire messages
- the arguments of a call without its messages: Langfuse's documented wrappers for Anthropic and Bedrock log them as
  metadata, LiteLLM as model parameters
- `instructions` of a response that `langfuse.openai` keeps as metadata
- `extra.invocation_params.instructions` of the AI SDK 7's `LangSmithTelemetry`: a text, a message, or a list of messages
Source of the format: semantic conventions `gen-ai-system-instructions.json`; Langfuse's OpenTelemetry ingestion and its
guides for Anthropic and Amazon Bedrock; litellm `integrations.langfuse`, `integrations.langfuse_otel`; AI SDK
`Instructions`, `langsmith/experimental/vercel`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Request
from oumi_assets.core.json_text import parse_or
from oumi_assets.shapes.base import has_parts, is_object_name, may_mention, parsed, value_at
from oumi_assets.shapes.recorded_response import is_response
from oumi_assets.shapes.span_scope import is_of_scope
from oumi_assets.shapes.system_prompts import is_system

_BLOCK_KEYS = frozenset({"type", "text", "cache_control", "citations", "cachePoint"})
_ATTRIBUTE = "attributes.gen_ai.system_instructions"
_PIPECAT, _OF_PIPECAT = "pipecat", "attributes.system"
_PLACES = (
    "metadata.gen_ai.system_instructions",
    "metadata.model_request_parameters.instruction_parts",
)


def with_recorded_instructions(request: Request, call: ModelCall) -> Request:
    """The request with the instructions before its messages, behind those of the system's that lead them.

    Arguments of the call are the system's only message; telemetry's instructions are told twice where a message has them.
    """
    messages, recorded = request.messages, _of_telemetry(request, call)
    systems = list(filter(is_system, messages))
    if recorded:
        said = "".join(map(told_text, systems))
        recorded = [
            message for message in recorded if not (systems and all(_squeezed(text) in said for text in _texts(message)))
        ]
    elif not systems:
        recorded = system_arguments(call)
    leading = next((index for index, message in enumerate(messages) if not is_system(message)), len(messages))
    return Request([*messages[:leading], *recorded, *messages[leading:]], request.tools) if recorded else request


def told_text(message: Any) -> str:
    """What a message says in texts, without blanks."""
    return _squeezed("".join(_texts(message)))


def _squeezed(text: str) -> str:
    """Writers join the parts of a prompt differently."""
    return "".join(text.split())


def _texts(message: Any) -> list[str]:
    """The texts of a message in parts, or of one that is a text; OpenTelemetry's parts call theirs `content`."""
    fields = message if isinstance(message, dict) else {}
    said = fields.get("content") or fields.get("parts")
    parts = said if isinstance(said, list) else [said]
    found = (part.get("content", part.get("text")) if isinstance(part, dict) else part for part in parts)
    return [text for text in found if isinstance(text, str)]


def _of_telemetry(request: Request, call: ModelCall) -> list[dict[str, Any]]:
    """The attribute's messages; where it is not known for one, only for a request in OpenTelemetry's."""
    found = attribute_of_span(call)
    if not found and any(map(has_parts, request.messages)):
        found = next((said for place in _PLACES if (said := parsed(value_at(call.extras, place)))), None)
    if isinstance(found, str) and found:
        return [{"role": "system", "content": found}]
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        return []
    if all("parts" in item for item in found):
        return [{"role": "system", **item} for item in found]
    return [{"role": "system", "parts": [{"type": "text", **item} for item in found]}]


def attribute_of_span(call: ModelCall) -> Any:
    """The instructions among a span's attributes."""
    metadata = call.extras.get("metadata")
    if not metadata or not may_mention(metadata, "attributes"):
        return None
    found = _instructions(value_at(metadata, _ATTRIBUTE))
    if found:
        return found
    said = value_at(metadata, _OF_PIPECAT)
    return said if said and is_of_scope(call, _PIPECAT) else None


def _instructions(logged: Any) -> Any:
    """The value of a JSON text; a prompt may begin like one (`[Identity] You are ...`), and is no damaged JSON then."""
    found = parsed(logged)
    is_prompt = found is None and isinstance(logged, str) and not logged.startswith(("[{", '{"'))
    return logged if is_prompt else found


def system_arguments(call: ModelCall) -> list[dict[str, Any]]:
    """The system's messages among a call's arguments; none where there is no such argument."""
    said = (
        _said(_argument(call, "model_parameters", "system"))
        or _said(_argument(call, "model_parameters", "instructions"))
        or _of_metadata(call)
    )
    return [{"role": "system", "content": said}] if said else _of_invocation(call)


def _of_invocation(call: ModelCall) -> list[dict[str, Any]]:
    """The system messages among the invocation parameters; none where they are of another kind."""
    parameters = call.extras.get("invocation_params")
    found = parameters.get("instructions") if isinstance(parameters, dict) else None
    if isinstance(found, str) and found:
        return [{"role": "system", "content": found}]
    messages: list[Any] = found if isinstance(found, list) else [found]
    return messages if all(isinstance(message, dict) and is_system(message) for message in messages) else []


def _of_metadata(call: ModelCall) -> Any:
    """`system` or a response's `instructions`, neither where it may be anybody's word for something else.

    A text is an argument of Anthropic's API where `max_tokens` stands beside it, without which that API takes no call.
    """
    said = _said(_argument(call, "metadata", "system"))
    if isinstance(said, list) or (said and _argument(call, "metadata", "max_tokens")):
        return said
    said = _said(_argument(call, "metadata", "instructions"))
    return said if said and is_response(call.extras.get("metadata")) else None


def _argument(call: ModelCall, place: str, name: str) -> Any:
    """The argument of that name."""
    logged = call.extras.get(place)
    return value_at(logged, name) if may_mention(logged, name) else None


def _said(logged: Any) -> Any:
    """A text, also as JSON text, or text parts of blocks; None for any other value, and for Python's notation of values.

    A single word is a name (`openai`) or an unset argument (`None`, `NOT_GIVEN`), and no prompt.
    """
    value = _unquoted(logged)
    if isinstance(value, list):
        texts = [block["text"] for block in value if "text" in block] if all(map(_is_block, value)) else []
        return [{"type": "text", "text": text} for text in texts] or None
    if not isinstance(value, str) or len(value.split()) < 2 or value.startswith("[{") or is_object_name(value):
        return None
    return value


def _is_block(block: Any) -> bool:
    """Anthropic's or Bedrock's text, or a place in a cache."""
    if not isinstance(block, dict) or not block.keys() <= _BLOCK_KEYS:
        return False
    return isinstance(block.get("text"), str) or "cachePoint" in block


def _unquoted(logged: Any) -> Any:
    """What a JSON text says; a prompt may begin like one."""
    return parse_or(logged, logged) if isinstance(logged, str) and logged[:1] in ('"', "[") else logged
