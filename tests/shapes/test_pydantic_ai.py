"""pydantic-ai's two forms of its own: events, and messages as its type adapter writes them."""

from __future__ import annotations

from typing import Any

from both_platforms import Case, assert_read, assert_unsupported, call, parametrize

ASK = {"role": "user", "content": "Weather in Rome?"}
CALL = call("call_1", "weather", '{"city":"Rome"}')
DONE = {"role": "assistant", "content": "Sunny."}


def _event(kind: str, number: int, **body: Any) -> dict[str, Any]:
    return {**body, "gen_ai.message.index": number, "event.name": f"gen_ai.{kind}"}


CHOICE = _event("choice", 0, index=0, message={"role": "assistant", "content": "Sunny."})


def _request(*parts: dict[str, Any], instructions: str | None = None) -> dict[str, Any]:
    return {"parts": list(parts), "instructions": instructions, "kind": "request"}


def _response(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"parts": list(parts), "usage": {}, "model_name": "gpt-4.1", "kind": "response", "finish_reason": "stop"}


SEARCHED = {"tool_name": "web_search", "args": None, "tool_call_id": "ws_1", "part_kind": "builtin-tool-call"}
CASES = [
    Case(
        "events: thoughts, a call, its result named by id",
        [
            _event("system.message", 0, role="system", content="Be brief."),
            _event("user.message", 0, role="user", content="Weather in Rome?"),
            _event(
                "assistant.message",
                1,
                role="assistant",
                content=[{"kind": "thinking", "text": "One city."}, {"kind": "text", "text": "I will look."}],
                tool_calls=[{**CALL, "function": {"name": "weather", "arguments": {"city": "Rome"}}}],
            ),
            _event("tool.message", 2, role="tool", id="call_1", name="weather", content={"sky": "sunny"}),
        ],
        CHOICE,
        [
            {"role": "system", "content": "Be brief."},
            ASK,
            {"role": "assistant", "content": "I will look.", "tool_calls": [CALL], "reasoning_content": "One city."},
            {"role": "tool", "content": '{"sky":"sunny"}', "name": "weather", "tool_call_id": "call_1"},
            DONE,
        ],
    ),
    Case(
        "events: pictures among texts, a choice that calls a tool after a thought",
        [
            _event(
                "user.message",
                0,
                role="user",
                content=[
                    "Which?",
                    {"kind": "image-url", "url": "https://x.test/a.png"},
                    {"kind": "binary", "media_type": "image/png", "binary_content": "iVBORw0KGgo="},
                ],
            )
        ],
        _event(
            "choice",
            0,
            index=0,
            message={"role": "assistant", "content": [{"kind": "thinking", "text": "Hm."}], "tool_calls": [CALL]},
        ),
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Which?"},
                    {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                ],
            },
            {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_content": "Hm."},
        ],
    ),
    Case(
        "the type adapter's messages: the last request's instructions, a retry, several parts in one request",
        [
            _request({"content": "Weather in Rome?", "part_kind": "user-prompt"}, instructions="Be quick."),
            _response(
                {"tool_name": "weather", "args": '{"city":"Rome"}', "tool_call_id": "call_1", "part_kind": "tool-call"}
            ),
            _request(
                {"tool_name": "weather", "content": "no such city", "tool_call_id": "call_1", "part_kind": "retry-prompt"},
                {"content": "Try again.", "part_kind": "user-prompt"},
                instructions="Be brief.",
            ),
        ],
        _response({"content": "Hm.", "part_kind": "thinking"}, {"content": "Sunny.", "part_kind": "text"}),
        [
            {"role": "system", "content": "Be brief."},
            ASK,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "no such city", "name": "weather", "tool_call_id": "call_1"},
            {"role": "user", "content": "Try again."},
            {**DONE, "reasoning_content": "Hm."},
        ],
    ),
    Case(
        "a search that the provider ran by itself",
        [_request({"content": "Weather in Rome?", "part_kind": "user-prompt"})],
        _response(SEARCHED, {"content": "Sunny.", "part_kind": "text"}),
        [
            ASK,
            {
                "role": "assistant",
                "content": [{"type": "builtin-tool-call", **SEARCHED}, {"type": "text", "text": "Sunny."}],
            },
        ],
    ),
]


@parametrize(CASES)
def test_a_pydantic_ai_call_becomes_openai_wire(case: Case) -> None:
    """Agents of either generation lie in the same projects: both must give the same conversation."""
    assert_read(case)


def test_a_request_with_an_unknown_part_is_unsupported() -> None:
    """Newer versions write parts that are no message: a request is read whole or not at all."""
    known = {"content": "Hi", "part_kind": "user-prompt"}
    assert_unsupported([_request(known, {"settings": {}, "part_kind": "model-settings-delta"})], CHOICE)
