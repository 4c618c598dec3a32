"""Messages of an SDK that were logged among others as what Python says of them, since JSON has no form for them.

`messages.append(response.choices[0].message)` puts an object into the history: LiteLLM's OpenTelemetry integration writes
`Message(content=None, role='assistant', ...)` for it, OpenInference's for Mistral `role='assistant' content=None ...`.
Source of the format: litellm `integrations.langfuse_otel`; openinference-instrumentation-mistralai; pydantic's `repr` and
`str`.
"""

from __future__ import annotations

import re
from typing import Any

from oumi_assets.core.calls import Draft
from oumi_assets.shapes import openai_chat
from oumi_assets.shapes.base import Shape
from oumi_assets.shapes.python_reprs import read_fields, read_repr

_OBJECT = re.compile(r"(Message|ChatCompletionMessage|AssistantMessage)\(.*\)", re.DOTALL)
"""LiteLLM's, OpenAI's and Mistral's answers."""

_FIELDS = re.compile(r"(role|content)=")


def message(value: Any) -> list[Draft] | None:
    """The message that an object was; None where it cannot be told."""
    if not isinstance(value, str):
        return None
    if _OBJECT.fullmatch(value):
        return openai_chat.message(read_repr(value))
    return openai_chat.message(read_fields(value)) if _FIELDS.match(value) else None


SHAPE = Shape("logged_objects", message=message)
