"""Runs that LangSmith made of OpenTelemetry spans, where it kept the role and the text of each message and nothing else.

Messages in attributes (`llm.input_messages.0.message.role`, `gen_ai.prompt.0.content`) become `{role, content}`: calls of
tools, ids and texts in parts (`...message.contents.0...`) are lost. What is left of such a message would be an answer
without a word, or a result of nothing. A message that was empty keeps its content.
LangSmith's exporter for Strands (`langsmith.integrations.strands_agents`) makes one message of all results of a turn, under
the id of the first: nobody can tell them apart again.
Source of the format: langsmith-collector-proxy `translator/otel_converter.go` (`extractMessages`, `processMessages`).
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.shapes.base import bare_messages, kind_of, messages_in, role_of, without_reply, without_request

_MARK = "OTEL_SPAN_ID"


def opened(call: ModelCall) -> ModelCall:
    """Such a run without what lost its words or its calls; any other call as it is."""
    metadata = call.extras.get("metadata")
    if not isinstance(metadata, dict) or _MARK not in metadata:
        return call
    asked, said = bare_messages(call.input), bare_messages(call.output)
    if (asked and any(map(_is_lost, asked))) or _has_joined_results(messages_in(call.input)):
        call = without_request(call)
    return without_reply(call) if said and _is_lost(said[0]) else call


def _is_lost(message: dict[str, Any]) -> bool:
    """A message without its content, or a result that names no call."""
    return "content" not in message or message.get("role") == "tool"


def _has_joined_results(messages: list[Any]) -> bool:
    """Whether one result alone stands behind a turn whose blocks call several tools, and the chat goes on."""
    turns = zip(messages, messages[1:], [*messages[2:], None], strict=False)
    return any(
        _calls(turn) > 1 and role_of(result) == "tool" and "tool_call_id" in result and role_of(after) != "tool"
        for turn, result, after in turns
    )


def _calls(message: Any) -> int:
    content = message.get("content") if role_of(message) == "assistant" else None
    return sum(kind_of(block) == "tool_use" for block in content) if isinstance(content, list) else 0
