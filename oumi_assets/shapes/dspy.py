"""DSPy's language models, as OpenInference logs their calls: the arguments of `LM.__call__` and what it returns.

Input: `{prompt, messages, kwargs}`. Output: a list of alternatives, each a text, or `{text, reasoning_content?,
tool_calls?}` where one of them holds more. A model may answer with such a list itself, so only the input proves it.
Source of the format: dspy `clients.base_lm`; OpenInference's `instrumentation.dspy`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall, Reply

_ARGUMENTS = {"prompt", "messages", "kwargs"}


def reply_of(call: ModelCall) -> Reply | None:
    """The first alternative; None for calls of any other writer."""
    if not isinstance(call.input, dict) or call.input.keys() != _ARGUMENTS or not isinstance(call.output, list):
        return None
    return _answer(call.output[0]) if call.output else None


def _answer(first: Any) -> Reply | None:
    if isinstance(first, str):
        return Reply([{"role": "assistant", "content": first}])
    if isinstance(first, dict) and isinstance(first.get("text"), str | None) and "text" in first:
        more = {key: first[key] for key in ("reasoning_content", "tool_calls") if key in first}
        return Reply([{"role": "assistant", "content": first["text"], **more}])
    return None
