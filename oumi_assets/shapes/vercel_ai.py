"""Vercel's AI SDK, as its telemetry (Langfuse) and LangSmith's wrapper log it.

Input: messages whose content holds `tool-call` and `tool-result` parts; tools as a list, a list of JSON texts, or a map by
name. The outer call of a step logs `{system, prompt | messages}`, a wrapped model `{prompt: messages, mode: {tools}}`.
Output: text, `[{toolCallId, toolName, input | args}]`, or an assistant message whose `tool_calls` are these, also as JSON
text; a step's or a model's result.
Source of the format: AI SDK `ai.prompt.*` and `ai.response.*` attributes (versions 4 to 6), Langfuse's OpenTelemetry
ingestion, `langsmith/experimental/vercel`, `langsmith/wrappers/vercel`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.core.calls import Draft, Reply, Request, ToolCallDraft
from oumi_assets.core.json_text import dump
from oumi_assets.shapes.base import Shape, first_list, kind_of, parsed, role_of
from oumi_assets.shapes.blocks import block_drafts, has_block, with_system
from oumi_assets.shapes.openai_replies import answers_elsewhere
from oumi_assets.wire.tool_calls import usable_id
from oumi_assets.wire.tools import definitions_of

_RESULT_PARTS = ("tool-result", "tool-error")
_TOOL_PARTS = frozenset({"tool-call", *_RESULT_PARTS})
APPROVAL_PARTS = frozenset({"tool-approval-request", "tool-approval-response"})
"""That somebody was asked whether a tool may run is no part of the chat."""

_BESIDE_TEXT = frozenset({"files", "sources"})
_OF_STEPS = frozenset({"finishReason", "usage", "warnings", "reasoning", "steps"})
_OUTER_KEYS = frozenset({"system", "prompt", "messages", "tools"})


def request(value: Any) -> Request | None:
    """Messages with a map of tools, or the outer call's system and prompt; a prompt alone is a text completion."""
    if not isinstance(value, dict):
        return None
    messages, tools = first_list(value, "messages"), value.get("tools")
    if messages and (isinstance(messages[0], list) or not (isinstance(tools, dict) and tools)):
        return None
    messages = messages or _prompt(value)
    tools = tools or _tools_of_mode(value.get("mode"))
    return Request(with_system(value.get("system"), messages), definitions_of(tools)) if messages else None


def _tools_of_mode(mode: Any) -> Any:
    """What a model of version 4 may call: the user's tools, or the one that an object is asked for with."""
    return (mode.get("tools") or mode.get("tool")) if isinstance(mode, dict) else None


def _prompt(value: dict[str, Any]) -> list[Any]:
    prompt = value.get("prompt")
    if isinstance(prompt, str) and isinstance(value.get("system"), str) and value.keys() <= _OUTER_KEYS:
        return [{"role": "user", "content": prompt}]
    if isinstance(prompt, list) and all(isinstance(message, dict) and "role" in message for message in prompt):
        return prompt
    return []


def reply(value: Any) -> Reply | None:
    """A list of calls, or a step's result `{text, toolCalls, files, sources, ...}`."""
    if isinstance(value, list) and value and all(_is_call(call) for call in value):
        return Reply([{"role": "assistant", "content": None, "tool_calls": value}])
    if isinstance(value, dict) and _is_step(value):
        calls = [_unwrapped(call) for call in first_list(value, "toolCalls")]
        said = {"role": "assistant", "content": value.get("text"), "tool_calls": calls}
        return Reply([said | ({"reasoning": value["reasoning"]} if isinstance(value.get("reasoning"), str) else {})])
    return None


def _is_step(value: dict[str, Any]) -> bool:
    """A step's result; one without calls is known by what the SDK puts beside the text.

    `wrapAISDKModel` merges the calls of a stream into one, beside whose names there may have been others.
    """
    if "content" in value:
        return False
    if isinstance(value.get("toolCalls"), list):
        return "role" not in value or all(_is_call(_unwrapped(call)) for call in value["toolCalls"])
    is_result = value.keys() >= _BESIDE_TEXT and not _OF_STEPS.isdisjoint(value)
    return isinstance(value.get("text"), str) and (is_result or _is_models_result(value))


def _is_models_result(value: dict[str, Any]) -> bool:
    """A text with what was counted beside it: no words that a model wrote as JSON, and no answer in another's form."""
    if not isinstance(value.get("usage"), dict) or "finishReason" not in value or "type" in value:
        return False
    return not answers_elsewhere(value)


def _unwrapped(call: Any) -> Any:
    """Mastra wraps each call as `{type: "tool-call", payload}`."""
    payload = call.get("payload") if isinstance(call, dict) else None
    return payload if isinstance(payload, dict) and "toolName" in payload else call


def message(value: Any) -> list[Draft] | None:
    """A message with the SDK's tool parts in its content, or with the SDK's calls as `tool_calls`."""
    if role_of(value) is None:
        return None
    content = value.get("content")
    if isinstance(content, list) and has_block(content, _TOOL_PARTS | APPROVAL_PARTS):
        said = [part for part in content if not has_block([part], APPROVAL_PARTS)]
        return block_drafts(value["role"], said, _part_call, _part_result) if said else []
    calls = _calls(value.get("tool_calls") or value.get("toolCalls"))
    return [Draft(role=value["role"], content=content, tool_calls=calls)] if calls else None


def without_own_results(answer: Any) -> Any:
    """An answer without the results of its own calls; anything else as it is.

    Version 7 ends a step after our side ran its calls; the next step's messages have these results as a tool's.
    """
    parts = answer.get("content") if isinstance(answer, dict) else None
    if not isinstance(parts, list) or not has_block(parts, frozenset(_RESULT_PARTS)):
        return answer
    # What the provider ran is no call here, so its results stay.
    calls = [_part_call(part) for part in parts if isinstance(part, dict)]
    own = {usable_id(call.id) for call in calls if call} - {None}
    left = [part for part in parts if not (kind_of(part) in _RESULT_PARTS and usable_id(part.get("toolCallId")) in own)]
    return {**answer, "content": left}


def _calls(value: Any) -> list[ToolCallDraft]:
    """Calls of the SDK, also as the JSON text that Langfuse keeps; empty when one is of another kind."""
    value = parsed(value)
    if not isinstance(value, list) or not all(map(_is_named, value)):
        return []
    return [_call(call) for call in value]


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("toolName"), str) and "toolCallId" in value


def _is_call(value: Any) -> bool:
    """Whether it is a call also where nothing around it says so: its result has the same names."""
    return _is_named(value) and "result" not in value and "output" not in value


def _call(value: dict[str, Any]) -> ToolCallDraft:
    """`input` since version 5, `args` before."""
    arguments = value["input"] if "input" in value else value.get("args")
    return ToolCallDraft(name=value["toolName"], arguments=arguments, id=value.get("toolCallId"))


def _part_call(part: dict[str, Any]) -> ToolCallDraft | None:
    """A call that our side ran: what the provider ran by itself is part of what was said."""
    if part.get("type") != "tool-call" or not isinstance(part.get("toolName"), str) or part.get("providerExecuted"):
        return None
    return _call(part)


def _part_result(part: dict[str, Any]) -> Draft | None:
    if part.get("type") not in _RESULT_PARTS:
        return None
    return Draft(role="tool", content=output_of(part), tool_call_id=part.get("toolCallId"), name=part.get("toolName"))


def output_of(part: dict[str, Any]) -> Any:
    """The value of `{type: "text" | "json" | "content" | ..., value}` (version 5), else the bare result (version 4)."""
    output = next((part[key] for key in ("output", "result", "error") if key in part), None)
    if isinstance(output, dict) and kind_of(output) is not None and "value" in output:
        return dump(output["value"]) if output["type"].endswith("json") else output["value"]
    return output


SHAPE = Shape("vercel_ai", request=request, reply=reply, message=message, answer=without_own_results)
