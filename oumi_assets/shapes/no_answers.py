"""Outputs that stand for no answer: what a logger wrote where there was nothing to log, or beside another call's request.

They look like answers to every shape, so they are told before any shape is asked.
Source of the format: `langsmith.wrappers._gemini`; Python's `repr` of an object, which both SDKs fall back to; `dify`;
`ragflow`; `_prepare_chat_with_tools` of LlamaIndex 0.11, as `langfuse.llama_index` traces it;
`getToolCallOutput` of Langfuse's `observeOpenAI`; `langfuse-vercel` 3 and older ingestions of the AI SDK's telemetry;
`langfuse-langchain` 3 and `@langfuse/langchain` 4.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import NotJson, parse
from oumi_assets.shapes.base import is_object_name, may_mention, value_at
from oumi_assets.shapes.dify import is_suggestion
from oumi_assets.shapes.ragflow import is_no_answer as is_ragflows_report

_CALLED = "tool-calls"


def is_no_answer(call: ModelCall) -> bool:
    """Whether the call's output was made up by its logger."""
    if isinstance(call.output, str):
        # A stream that nobody read here, or the words beside calls.
        return is_object_name(call.output) or _ended_for_calls(call)
    if (call.failed and _is_gemini_none(call.output)) or is_suggestion(call) or is_ragflows_report(call):
        return True
    return _is_echo(call) or _is_mixed(call.output) or _is_emptied(call)


def _ended_for_calls(call: ModelCall) -> bool:
    """Whether a bare text stands where the model called tools: of both, Langfuse kept the AI SDK's text alone for long."""
    parameters = call.extras.get("model_parameters")
    return may_mention(parameters, _CALLED) and bool(value_at(parameters, "finishReason") == _CALLED)


def may_be_echo(output: Any) -> bool:
    """Whether an output is a list of messages, which may be those of its request."""
    return isinstance(output, dict) and isinstance(output.get("messages"), list) and bool(output["messages"])


def _is_echo(call: ModelCall) -> bool:
    """Whether the answer's messages are those of the request: LlamaIndex traces how a request is put together, too."""
    if not may_be_echo(call.output):
        return False
    return call.output["messages"] in (call.input.values() if isinstance(call.input, dict) else [call.input])


def _is_gemini_none(output: Any) -> bool:
    """`wrap_gemini` writes the response of a call that raised as the text of Python's None, which used no token."""
    if not isinstance(output, dict) or output.get("content") != "None" or output.get("finish_reason") is not None:
        return False
    usage = output.get("usage_metadata")
    return isinstance(usage, dict) and not any(usage.values())


def _is_emptied(call: ModelCall) -> bool:
    """Whether Langfuse's handler for LangChain.js left nothing of an answer of the Responses API: a list of no parts.

    A text is a part there, however short: the answer was calls.
    """
    output = call.output
    if not isinstance(output, dict) or output.get("content") != [] or not output.keys() <= {"content", "role"}:
        return False
    return bool(value_at(call.extras, "metadata.ls_provider") == "openai")


def _is_mixed(output: Any) -> bool:
    """Whether Langfuse's JavaScript SDK made one call of several that a stream brought: the last name, and all arguments.

    It logs no call of a stream otherwise than as a name and arguments; those of one call are JSON.
    """
    calls = output.get("tool_calls") if isinstance(output, dict) and len(output) == 1 else None
    if not isinstance(calls, list) or len(calls) != 1 or not isinstance(calls[0], dict) or calls[0].keys() != {"function"}:
        return False
    function = calls[0]["function"]
    if not isinstance(function, dict) or function.keys() != {"name", "arguments"}:
        return False
    return isinstance(function["arguments"], str) and function["arguments"] != "" and not _is_json(function["arguments"])


def _is_json(text: str) -> bool:
    try:
        parse(text)
    except NotJson:
        return False
    return True
