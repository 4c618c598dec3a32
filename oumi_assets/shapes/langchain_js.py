"""LangChain.js as Langfuse's first handler (`langfuse-langchain`) logs it: streamed answers in the history have no role.

A streamed answer is a message of its own class there, for which the handler knows no role: `{content}` is what is left of
one that called nothing. The metadata tell that LangChain made the call; of those who speak behind a user or a tool, only
the assistant's messages come as streams. One with calls has them in `additional_kwargs`, and is read by `langchain`.
Source of the format: langfuse-langchain 2 and 3, `extractChatMessageContent`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list, role_of, value_at


def opened(call: ModelCall) -> ModelCall:
    """A call whose streamed answers have their role again; any other call as it is."""
    messages = call.input
    if not isinstance(messages, list) or not any(map(_is_nameless, messages)):
        return call
    if value_at(call.extras, "metadata.ls_model_type") != "chat":
        return call
    asked = messages[:1] + [_named(message, former) for former, message in pairwise(messages)]
    return msgspec.structs.replace(call, input=asked)


def _is_nameless(message: Any) -> bool:
    return isinstance(message, dict) and message.keys() == {"content"} and bool(message["content"])


def _named(message: Any, former: Any) -> Any:
    """The message with the assistant's role, where somebody else spoke before it."""
    if not _is_nameless(message) or role_of(former) in (None, "assistant", "system"):
        return message
    return {"role": "assistant", **message}


def unnamed_role(additional: Any) -> str:
    """Who said a message with `additional_kwargs` and no role: a streamed answer with calls, or a tool without a name."""
    calls = first_list(additional, "tool_calls") or (isinstance(additional, dict) and additional.get("function_call"))
    return "assistant" if calls else "tool"
