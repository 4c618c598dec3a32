"""Arguments of a function that Langfuse's `@observe` traced as a model call: `{args, kwargs}`.

People decorate the function that calls the API, so its keyword arguments are that API's request. Without one, the first
list of messages among the arguments is the chat; arguments of any other function are none.
Source of the format: Langfuse's Python SDK, `observe`.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Request
from oumi_assets.shapes import anthropic, bedrock, google, openai_chat, responses
from oumi_assets.shapes.base import Shape, first_list

_APIS = (google.request, bedrock.request, anthropic.request, responses.request, openai_chat.request)

_OTHER_MODELS = re.compile("embed|moderation|imagen|image|whisper|tts|dall-e|rerank")
"""Such a model's request has the same names, and no chat."""

_SENT = ("messages", "contents", "input")


def request(value: Any) -> Request | None:
    """The request among the arguments: by name, else the first list of messages."""
    if not isinstance(value, dict) or "args" not in value or not value.keys() <= {"args", "kwargs"}:
        return None
    args, named = value["args"], value.get("kwargs")
    found = next((sent for api in _APIS if (sent := api(named)) is not None), None) if _is_request(named) else None
    if found is not None or not isinstance(args, list):
        return found
    messages = next((arg for arg in args if isinstance(arg, list) and arg and all(map(_is_message, arg))), None)
    return None if messages is None else Request(messages, first_list(named, "tools"))


def _is_request(named: Any) -> bool:
    """Whether keyword arguments may be a request: texts under a common name are anybody's arguments."""
    if not isinstance(named, dict) or not any(named.get(key) for key in _SENT):
        return False
    if _OTHER_MODELS.search(str(named.get("model")).lower()):
        return False
    contents = named.get("contents")
    return not contents or "model" in named or (isinstance(contents, list) and any(map(_is_content, contents)))


def _is_content(value: Any) -> bool:
    return isinstance(value, dict) and "parts" in value


def _is_message(value: Any) -> bool:
    """With a role, or with a type as LangChain's have."""
    if not isinstance(value, dict):
        return False
    return "role" in value or ("content" in value and isinstance(value.get("type"), str))


SHAPE = Shape("traced_arguments", request=request)
