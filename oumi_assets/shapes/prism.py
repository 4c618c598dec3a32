"""Prism (PHP), by its Langfuse package: a whole run is one model call, its first request and its last text.

`{text, message, choices: [{text, finish_reason}]}` has a choice for every step. Between steps something was called, of which
nobody knows what was said.
Source of the format: Mliviu79/laravel-langfuse-prism `PrismTracingService`, `PrismResponseExtractor`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import kind_of, without_request

_STEP = {"text", "finish_reason"}


def opened(call: ModelCall) -> ModelCall:
    """A run of several steps without its messages; any other call as it is."""
    output = call.output
    if not isinstance(output, dict) or "text" not in output or kind_of(output.get("message")) != "assistant":
        return call
    steps = output.get("choices")
    called = isinstance(steps, list) and len(steps) > 1 and all(map(_is_step, steps))
    return without_request(call) if called else call


def _is_step(choice: Any) -> bool:
    return isinstance(choice, dict) and choice.keys() == _STEP
