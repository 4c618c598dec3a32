"""Writers that only a whole call tells: what one part of it holds is theirs because of what stands in another.

A `Shape` sees an input or an output. The functions here see the call, and put what their writer wrapped into a form that
shapes know, before any of these is asked. The short way (`reconstruction.plain`) takes none of these calls.
"""

from __future__ import annotations

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes import (
    adk_texts,
    chat_messages,
    dspy,
    google_adk,
    haystack,
    hermes,
    koog,
    langchain_js,
    langsmith_otlp,
    lobechat,
    logfire,
    mastra,
    open_webui,
    openinference_attributes,
    openllmetry,
    prism,
    strands,
    wrap_anthropic,
    wrap_gemini,
)

_WRITERS = (
    strands.opened,
    google_adk.opened,
    adk_texts.opened,
    dspy.opened,
    haystack.opened,
    hermes.opened,
    koog.opened,
    lobechat.opened,
    langchain_js.opened,
    openllmetry.opened,
    logfire.opened,
    open_webui.opened,
    prism.opened,
    langsmith_otlp.opened,
    openinference_attributes.opened,
    chat_messages.opened,
    mastra.opened,
    wrap_anthropic.opened,
    wrap_gemini.opened,
)


def opened(call: ModelCall) -> ModelCall:
    """The call in a form that shapes know; nearly always as it is."""
    for opened_by in _WRITERS:
        call = opened_by(call)
    return call
