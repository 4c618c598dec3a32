"""Mastra: one model call is a whole loop of steps, and its output the text of the last with the calls of all.

`{messages}` in, `{text, toolCalls, files, sources, reasoning, warnings}` out, and `model_generation` in the metadata:
`mastra_span_type` (LangSmith), `spanType` or the attribute `mastra.span.type` (Langfuse). Where something was said after
tools were called, it is no message: results stand between the calls and the text, in other rows. A single step is the AI
SDK's result.
Source of the format: @mastra/observability `model-tracing`, @mastra/langfuse, @mastra/langsmith.
"""

from __future__ import annotations

from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import first_list
from oumi_assets.shapes.extra_tools import value_at

_GENERATION = "model_generation"
_KINDS = ("metadata.mastra_span_type", "metadata.spanType", "metadata.attributes.mastra.span.type")


def opened(call: ModelCall) -> ModelCall:
    """A loop without its messages, since nobody can read it from one row; any other call as it is."""
    if not _is_of_several_steps(call.output) or not any(value_at(call.extras, kind) == _GENERATION for kind in _KINDS):
        return call
    return msgspec.structs.replace(call, input=None)


def _is_of_several_steps(output: Any) -> bool:
    """Whether it holds calls, and a text that came after their results."""
    return isinstance(output, dict) and bool(output.get("text")) and bool(first_list(output, "toolCalls"))
