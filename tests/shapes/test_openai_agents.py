"""OpenAI Agents SDK: what its LangSmith processor and OpenInference (Langfuse) log."""

from __future__ import annotations

from typing import Any

from model_calls import Logged, assert_read, assistant, call, parametrize, result, system, user

TOOL = {"name": "weather", "parameters": {"type": "object"}, "strict": True, "type": "function", "description": None}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}, "strict": True}}
MESSAGE = {"id": "msg_1", "role": "assistant", "status": "completed", "type": "message"}
SAID = {**MESSAGE, "content": [{"annotations": [], "text": "Hello.", "type": "output_text", "logprobs": None}]}
CALLED = {"arguments": "{}", "call_id": "a", "name": "weather", "type": "function_call", "id": "fc_1"}
CHAT_REPLY = {
    "content": "Hello.",
    "refusal": None,
    "role": "assistant",
    "annotations": [],
    "audio": None,
    "tool_calls": None,
}


def _response(*items: dict[str, Any]) -> dict[str, Any]:
    fields = {"id": "resp_1", "object": "response", "error": None, "instructions": "Be brief.", "model": "gpt-5"}
    return {**fields, "output": list(items), "tools": [TOOL, {"type": "web_search"}], "previous_response_id": None}


CASES = [
    Logged(
        "a text, and the whole response",
        "langfuse",
        "hi",
        _response(SAID),
        [system("Be brief."), user("hi"), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged(
        "a response that does not say what it is",
        "langsmith",
        {"input": [user("hi")]},
        {"instructions": "Be brief.", "output": [SAID], "tools": [TOOL]},
        [system("Be brief."), user("hi"), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged(
        "items, and the whole response",
        "langfuse",
        [user("hi"), CALLED, {"type": "function_call_output", "call_id": "a", "output": "sunny"}],
        _response(SAID),
        [system("Be brief."), user("hi"), assistant(None, call("a", "weather")), result("a", "sunny"), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged(
        "messages, and a streamed response in a list",
        "langfuse",
        [system("Be brief."), user("hi")],
        [_response(SAID)],
        [system("Be brief."), user("hi"), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged(
        "a user who says what the system does",
        "langfuse",
        [user("Be brief.")],
        _response(SAID),
        [system("Be brief."), user("Be brief."), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged(
        "instructions in parts, and the whole response",
        "langfuse",
        [{"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]}, user("hi")],
        _response(SAID),
        [system("Be brief."), user("hi"), assistant("Hello.")],
        [WIRE_TOOL],
    ),
    Logged("messages, and a list of one", "langfuse", [user("hi")], [CHAT_REPLY], [user("hi"), assistant("Hello.")]),
    Logged("one message, unwrapped", "langsmith", user("hi"), CHAT_REPLY, [user("hi"), assistant("Hello.")]),
    Logged(
        "several messages",
        "langsmith",
        {"input": [system("Be brief."), user("hi")]},
        CHAT_REPLY,
        [system("Be brief."), user("hi"), assistant("Hello.")],
    ),
    Logged(
        "a response span: its tools are invocation parameters",
        "langsmith",
        {"input": "hi", "instructions": "Be brief."},
        {"output": [SAID, CALLED]},
        [system("Be brief."), user("hi"), assistant("Hello.", call("a", "weather"))],
        [WIRE_TOOL],
        {"extra": {"invocation_params": {"tools": [TOOL]}}},
    ),
]


@parametrize(CASES)
def test_an_agents_call_is_read_whole(logged: Logged) -> None:
    """Instructions and tools are half of an agent; where the answer alone tells them, they are taken from there."""
    assert_read(logged)
