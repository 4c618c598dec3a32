"""Voice sessions as LangSmith's integrations log them: the words that both sides spoke, without calls and results between.

A model's run has the transcript so far as its messages. What the model called stands in another run's answer, or in a tool's
run, and never in the transcript: where a tool was called, it is not all that was said.
Source of the format: `langsmith._internal.voice.session` (`record_llm`); `langsmith.integrations.openai_realtime`,
`.gemini_live`, `.google_adk_live`.
"""

from __future__ import annotations

from collections.abc import Callable

_SESSION = b'"ls_modality"'
_INTEGRATIONS = (b'"openai-realtime"', b'"openai-agents-realtime"', b'"gemini-live"', b'"google-adk-live"')
_TOOLS = (b'"tool_calls"', b'"tool"', b'"TOOL"')
"""What a run holds that called a tool, or that is one."""


def lacks_calls(line: bytes, is_in_trace: Callable[[bytes], bool]) -> bool:
    """Whether a run is the transcript of a session in which tools were called, by what the rows of its trace hold."""
    if _SESSION not in line or not any(name in line for name in _INTEGRATIONS):
        return False
    return any(map(is_in_trace, _TOOLS))
