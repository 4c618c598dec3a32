"""DSPy: the arguments of a language model's call, and what the model said as a list.

Input: exactly `{prompt, messages, kwargs}`, tools among the `kwargs`; a prompt without messages is sent as the user's only
one. Output: a list of alternatives, each a text or, with anything beside it, `{text, tool_calls, reasoning_content,
logprobs, citations}`, its calls as Python's `repr` of LiteLLM's objects. Before version 2.6 calls were left out: null stood
for an answer without a text, which is no reply. The first alternative is the reply. Such a list is another model's own JSON
where the input is not DSPy's.
Source of the format: dspy `clients.lm`, `clients.base_lm` (`_process_completion`), as OpenInference logs it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, without_reply
from oumi_assets.shapes.python_reprs import read_repr

_INPUT_KEYS = frozenset({"prompt", "messages", "kwargs"})
_SAID_KEYS = frozenset({"tool_calls", "reasoning_content"})
_OUTPUT_KEYS = frozenset({"text", "tool_calls", "reasoning_content", "logprobs", "citations"})


def opened(call: ModelCall) -> ModelCall:
    """A call of DSPy with its reply as a message and its tools beside the messages; any other call as it is."""
    messages = _messages(call.input)
    if not messages:
        return call
    # Beside messages, a prompt was not sent.
    input_ = {**call.input, "prompt": None, "messages": messages, "tools": first_list(call.input["kwargs"], "tools")}
    if isinstance(call.output, list) and call.output[:1] == [None]:
        call = without_reply(call)
    return msgspec.structs.replace(call, input=input_, output=_reply(call.output) or call.output)


def _messages(input_: Any) -> list[Any] | None:
    """What the model was sent, if the input is DSPy's."""
    if not isinstance(input_, dict) or input_.keys() != _INPUT_KEYS:
        return None
    prompt = input_["prompt"]
    if isinstance(prompt, str) and prompt and input_["messages"] is None:
        return [{"role": "user", "content": prompt}]
    return first_list(input_, "messages")


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
    calls = [_call(call) for call in first_list(item, "tool_calls")]
    said = {key: value for key, value in {**item, "tool_calls": calls}.items() if key in _SAID_KEYS and value}
    return {"role": "assistant", "content": item["text"], **said}


def _call(logged: Any) -> Any:
    """A tool call; what cannot be read stays, so that nobody takes the message for one without it."""
    return (read_repr(logged) if isinstance(logged, str) else None) or logged
