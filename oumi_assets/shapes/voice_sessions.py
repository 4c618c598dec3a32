"""Voice sessions as LangSmith's integrations log them: the words that both sides spoke, without calls and results between.

A model's run has the transcript so far as its messages. What the model called stands in another run's answer, or in a tool's
run, and never in the transcript: where a tool was called, it is not all that was said.
Source of the format: `langsmith._internal.voice.session` (`record_llm`); `langsmith.integrations.openai_realtime`,
`.gemini_live`, `.google_adk_live`.
"""

from __future__ import annotations

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import value_at

_INTEGRATIONS = ("openai-realtime", "openai-agents-realtime", "gemini-live", "google-adk-live")
TOOLS = (b'"tool_calls', b'"tool"', b'"TOOL"')
"""What a run's line holds that called a tool, or that is one. An answer may be JSON text, with backslashes before quotes."""


def is_transcript(call: ModelCall) -> bool:
    """Whether a run's messages are the transcript of a session so far."""
    if value_at(call.extras, "metadata.ls_modality") is None:
        return False
    return value_at(call.extras, "metadata.ls_integration") in _INTEGRATIONS
