"""OpenAI chat completions, streamed and not, of both platforms' wrappers and logged by hand; functions of before tools."""

from __future__ import annotations

import json
from typing import Any

from model_calls import Logged, assert_read, assistant, call, parametrize, result, system, user

HI = user("hi")
NULLS = {"refusal": None, "annotations": [], "audio": None, "function_call": None, "tool_calls": None}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def choices(*messages: dict[str, Any]) -> dict[str, Any]:
    choices = [{"index": index, "finish_reason": "stop", "message": message} for index, message in enumerate(messages)]
    return {"id": "c", "object": "chat.completion", "choices": choices, "usage_metadata": {}}


REQUESTS = [
    Logged(
        "unset arguments of an old SDK",
        "langsmith",
        {"messages": [HI], "tools": "<openai.Omit object at 0x7f>", "functions": "NOT_GIVEN"},
        choices(assistant("Yes.")),
        [HI, assistant("Yes.")],
    ),
    Logged(
        "unset arguments of LangSmith's SDK 0.1 beside functions of before tools",
        "langsmith",
        {"messages": [HI], "function_call": {}, "functions": [TOOL["function"]], "tools": {}, "stream": False},
        choices(assistant("Yes.")),
        [HI, assistant("Yes.")],
        [TOOL],
    ),
    *(
        Logged(
            f"an unset system prompt, {name}",
            "langsmith",
            {"messages": [HI], name: "<anthropic.NotGiven object at 0x10>", "tools": "NOT_GIVEN"},
            choices(assistant("Yes.")),
            [HI, assistant("Yes.")],
        )
        for name in ("system", "instructions", "system_prompt")
    ),
    Logged(
        "tools as JSON text",
        "langsmith",
        {"messages": [HI], "tools": json.dumps([{"type": "function", "function": {"name": "f"}}])},
        choices(assistant("Yes.")),
        [HI, assistant("Yes.")],
        [{"type": "function", "function": {"name": "f"}}],
    ),
    Logged(
        "legacy functions and their result",
        "langsmith",
        {
            "messages": [
                {"role": "developer", "content": "s"},
                HI,
                {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
                {"role": "function", "name": "f", "content": "r"},
            ],
            "functions": [{"name": "f", "parameters": {"type": "object"}}],
        },
        choices(assistant("Yes.")),
        [
            system("s"),
            HI,
            assistant(None, call("call_2_0", "f")),
            {"role": "tool", "content": "r", "name": "f", "tool_call_id": "call_2_0"},
            assistant("Yes."),
        ],
        [TOOL],
    ),
    Logged(
        "an audio part",
        "langfuse",
        [user([{"type": "text", "text": "hear"}, {"type": "input_audio", "input_audio": {"data": "@@@", "format": "wav"}}])],
        assistant("Yes."),
        [
            user(
                [{"type": "text", "text": "hear"}, {"type": "input_audio", "input_audio": {"data": "@@@", "format": "wav"}}]
            ),
            assistant("Yes."),
        ],
    ),
    Logged(
        "a function traced by Langfuse's decorator, messages by name",
        "langfuse",
        {"args": [], "kwargs": {"messages": [HI], "tools": [TOOL]}},
        "Yes.",
        [HI, assistant("Yes.")],
        [TOOL],
    ),
    Logged(
        "a function traced by Langfuse's decorator",
        "langfuse",
        {"args": ["gpt-4o", [HI]], "kwargs": {}},
        choices(assistant("Yes.")),
        [HI, assistant("Yes.")],
    ),
    Logged(
        "results of calls that lost their ids",
        "langfuse",
        [HI, {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": ""}}]}, result("call_xyz", "r")],
        assistant("Yes."),
        [HI, assistant(None, call("call_1_0", "f")), result("call_1_0", "r"), assistant("Yes.")],
    ),
]


@parametrize(REQUESTS)
def test_a_request_is_read(logged: Logged) -> None:
    """Requests of every SDK generation become the same wire messages."""
    assert_read(logged)
