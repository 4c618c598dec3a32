"""DSPy: the arguments of a language model's call, and what the model said as a list.

Input: exactly `{prompt, messages, kwargs}`, tools among the `kwargs`. Output: a list of alternatives, each a text or, with
anything beside it, `{text, tool_calls, reasoning_content, logprobs, citations}`. The first alternative is the reply. Such a
list is another model's own JSON where the input is not DSPy's.
Source of the format: dspy `clients.base_lm` (`_process_completion`), as OpenInference's instrumentation logs it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list

_INPUT_KEYS = frozenset({"prompt", "messages", "kwargs"})
_OUTPUT_KEYS = frozenset({"text", "tool_calls", "reasoning_content", "logprobs", "citations"})


def opened(call: ModelCall) -> ModelCall:
    """A call of DSPy with its reply as a message and its tools beside the messages; any other call as it is."""
    if not isinstance(call.input, dict) or call.input.keys() != _INPUT_KEYS or not first_list(call.input, "messages"):
        return call
    input_ = {**call.input, "tools": first_list(call.input["kwargs"], "tools")}
    return msgspec.structs.replace(call, input=input_, output=_reply(call.output) or call.output)


def _reply(output: Any) -> dict[str, Any] | None:
    """The first alternative as a message; None for a list that holds anything else."""
    if not isinstance(output, list) or not output:
        return None
    alternatives = [_said(item) for item in output]
    return alternatives[0] if all(alternatives) else None


def _said(item: Any) -> dict[str, Any] | None:
    if isinstance(item, str):
        return {"role": "assistant", "content": item}
    if not isinstance(item, dict) or "text" not in item or not item.keys() <= _OUTPUT_KEYS:
        return None
    said = {key: item[key] for key in ("tool_calls", "reasoning_content") if item.get(key)}
    return {"role": "assistant", "content": item["text"], **said}
