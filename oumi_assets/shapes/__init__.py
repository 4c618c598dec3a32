"""Every payload shape, one module each, and the order in which they are asked.

A specific shape stands before a general one; the first that says "mine" is taken.
To add a shape: write its module, add it to `SHAPES`, add a fixture folder.

Modules without a `SHAPE` hold what several shapes share (`base`, `blocks`), writers that only a whole call tells (listed in
`whole_calls`), what is known before any shape is asked (`plain`, `no_answers`, `counting`, `one_reply`) or of what one found
(`json_answers`, `lost_calls`, `merged_calls`), and what was logged beside the payloads (`extra_tools`,
`recorded_instructions`, ...).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from oumi_assets.core.calls import Draft, ModelCall, Reply, Request
from oumi_assets.shapes import (
    ai_sdk_exporter,
    ai_sdk_ui,
    anthropic,
    appended_tools,
    bedrock,
    bedrock_stream,
    beeai,
    claude_agent_sdk,
    claude_code,
    cohere,
    dify,
    eino,
    genkit,
    google,
    goose,
    haystack,
    langchain,
    legacy_functions,
    litellm,
    livekit,
    livekit_items,
    llama_index,
    lobechat,
    logged_objects,
    ollama,
    openai_agents,
    openai_chat,
    openai_chunks,
    openinference,
    otel_genai,
    pi,
    pydantic_ai,
    ragflow,
    responses,
    stream_events,
    traced_arguments,
    vercel_ai,
)
from oumi_assets.shapes.ai_sdk_metadata import without_provider_calls
from oumi_assets.shapes.base import Shape
from oumi_assets.shapes.json_answers import is_json_answer
from oumi_assets.shapes.lost_calls import loses_calls
from oumi_assets.shapes.no_answers import is_no_answer
from oumi_assets.shapes.plain import is_plain
from oumi_assets.shapes.recorded_instructions import with_recorded_instructions
from oumi_assets.shapes.recorded_response import prompt_of_response
from oumi_assets.shapes.system_prompts import is_unset, with_prompt_beside

SHAPES: tuple[Shape, ...] = (
    litellm.SHAPE,
    livekit.SHAPE,
    livekit_items.SHAPE,
    ai_sdk_ui.SHAPE,
    beeai.SHAPE,
    dify.SHAPE,
    lobechat.SHAPE,
    eino.SHAPE,
    genkit.SHAPE,
    goose.SHAPE,
    vercel_ai.SHAPE,
    llama_index.SHAPE,
    appended_tools.SHAPE,
    ai_sdk_exporter.SHAPE,
    langchain.SHAPE,
    google.SHAPE,
    pydantic_ai.SHAPE,
    openinference.SHAPE,
    otel_genai.SHAPE,
    haystack.SHAPE,
    bedrock.SHAPE,
    bedrock_stream.SHAPE,
    stream_events.SHAPE,
    claude_agent_sdk.SHAPE,
    claude_code.SHAPE,
    pi.SHAPE,
    anthropic.SHAPE,
    openai_agents.SHAPE,
    openai_chunks.SHAPE,
    ollama.SHAPE,
    cohere.SHAPE,
    responses.SHAPE,
    legacy_functions.SHAPE,
    ragflow.SHAPE,
    traced_arguments.SHAPE,
    logged_objects.SHAPE,
    openai_chat.SHAPE,
)


_REQUESTS = [shape.request for shape in SHAPES if shape.request]
_REPLIES = [shape.reply for shape in SHAPES if shape.reply]
_MESSAGES = [shape.message for shape in SHAPES if shape.message]
_TOOLS = [shape.tool for shape in SHAPES if shape.tool]
_HISTORIES = [shape.history for shape in SHAPES if shape.history]
_ANSWERS = [shape.answer for shape in SHAPES if shape.answer]

Found = TypeVar("Found")


def read_request(call: ModelCall) -> Request | None:
    """Where the call's messages and tools are, or None when no shape knows its input.

    A request beside which the last question stands gets a message that nobody reads.
    """
    if traced_arguments.asks_beside(call.input):
        return Request([None])
    found = _first_mine(_REQUESTS, call.input)
    if found is not None:
        found = _without_pseudo_messages(with_prompt_beside(found, call.input))
    else:
        found = prompt_of_response(call)
    return None if found is None else with_recorded_instructions(found, call)


def read_reply(call: ModelCall) -> Reply | None:
    """The answer in the call's output; None when no shape knows it, or when it is a text that only looks like one."""
    if is_plain(call.output) and call.output["role"] == "assistant":
        return Reply([call.output])
    if is_no_answer(call):
        return Reply([])
    found = _first_mine(_REPLIES, call.output)
    if found is None or (call.output_text and is_json_answer(call.output, found)):
        return None
    return _without_tools_work(found, call)


def read_message(value: Any) -> list[Draft] | None:
    """The drafts of one logged message, or None when no shape knows it, or its calls."""
    found = openai_chat.message(value) if is_plain(value) else _first_mine(_MESSAGES, value)
    return None if found is None or loses_calls(value, found) else found


def _first_mine(readers: list[Callable[[Any], Found | None]], value: Any) -> Found | None:
    """What the first shape that says "mine" makes of a value."""
    return next((found for read in readers if (found := read(value)) is not None), None)


def _without_tools_work(reply: Reply, call: ModelCall) -> Reply:
    """The reply without what was no turn of the model's: calls that its provider ran, results of its calls."""
    for put_right in _ANSWERS:
        reply.messages = list(map(put_right, reply.messages))
    return without_provider_calls(reply, call)


def _without_pseudo_messages(request: Request) -> Request:
    """The request without messages that are tool definitions or an unset system prompt, and its history put right."""
    logged, appended = appended_tools.without_appended_tools(request.messages)
    if logged and isinstance(logged[0], dict) and is_unset(logged[0].get("role"), logged[0].get("content")):
        logged = logged[1:]
    messages, tools = [], list(request.tools)
    for value in logged:
        tool = _first_mine(_TOOLS, value)
        if tool is None:
            messages.append(value)
        else:
            tools.append(tool)
    for put_right in _HISTORIES:
        messages = put_right(messages)
    return Request(messages, [*tools, *appended])
