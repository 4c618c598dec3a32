"""OpenAI Responses: items on both platforms, serialized as `langfuse.openai` 5.0 and `wrap_openai` 0.15 do."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Candidate

FLAT_TOOL = {"type": "function", "name": "weather", "description": "d", "parameters": {"type": "object"}, "strict": True}
WIRE_TOOL = {
    "type": "function",
    "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}, "strict": True},
}
THOUGHT = {"id": "rs_1", "summary": [{"text": "Look it up.", "type": "summary_text"}], "type": "reasoning", "content": None}


def _said(text: str, **more: Any) -> dict[str, Any]:
    content = [{"annotations": [], "text": text, "type": "output_text", "logprobs": None}]
    return {"id": "msg_1", "content": content, "role": "assistant", "status": "completed", "type": "message", **more}


def _called(call_id: str, city: str) -> dict[str, Any]:
    arguments = f'{{"city": "{city}"}}'
    fields = {"call_id": call_id, "name": "weather", "type": "function_call", "id": f"fc_{call_id}"}
    return {"arguments": arguments, **fields, "status": "completed"}


def _answered(call_id: str, output: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def _wire(call_id: str, city: str) -> dict[str, Any]:
    return call(call_id, "weather", f'{{"city": "{city}"}}')


AGENT_ITEMS = [
    {"role": "user", "content": "Rome and Oslo?"},
    THOUGHT,
    _said("Looking."),
    _called("a", "Rome"),
    _called("b", "Oslo"),
    _answered("a", "sunny"),
    _answered("b", [{"type": "input_text", "text": "snow"}]),
]
AGENT_WIRE = [
    user("Rome and Oslo?"),
    assistant("Looking.", _wire("a", "Rome"), _wire("b", "Oslo"), reasoning_content="Look it up."),
    result("a", "sunny"),
    result("b", "snow"),
]
DONE = assistant("Sun and snow.")
RESPONSE = {"id": "resp_1", "object": "response", "instructions": "Be brief.", "model": "gpt-5", "status": "completed"}

CASES = [
    Logged("a bare text", "langfuse", "hi", _said("Hello."), [user("hi"), assistant("Hello.")]),
    Logged(
        "instructions joined to the items",
        "langfuse",
        {"input": [{"role": "system", "content": "Be brief."}, *AGENT_ITEMS], "tools": [FLAT_TOOL], "tool_choice": "auto"},
        _said("Sun and snow."),
        [system("Be brief."), *AGENT_WIRE, DONE],
        [WIRE_TOOL],
    ),
    Logged(
        "instructions apart",
        "langfuse",
        {"instructions": "Be brief.", "input": "hi", "tools": [FLAT_TOOL]},
        [THOUGHT, _called("a", "Rome")],
        [system("Be brief."), user("hi"), assistant(None, _wire("a", "Rome"), reasoning_content="Look it up.")],
        [WIRE_TOOL],
    ),
    Logged("bare items", "langfuse", AGENT_ITEMS, [_said("Sun and snow.")], [*AGENT_WIRE, DONE]),
    Logged(
        "a text with instructions",
        "langsmith",
        {"input": "hi", "instructions": "Be brief.", "model": "gpt-5", "tools": [FLAT_TOOL, {"type": "web_search"}]},
        {**RESPONSE, "output": [THOUGHT, _said("Looking."), _called("a", "Rome"), _called("b", "Oslo")]},
        [
            system("Be brief."),
            user("hi"),
            assistant("Looking.", _wire("a", "Rome"), _wire("b", "Oslo"), reasoning_content="Look it up."),
        ],
        [WIRE_TOOL],
    ),
    Logged(
        "unset arguments of an old SDK",
        "langsmith",
        {"input": "hi", "instructions": "<openai.Omit object at 0x7f>", "previous_response_id": "NOT_GIVEN", "model": "m"},
        {**RESPONSE, "instructions": None, "output": [_said("Hello.")]},
        [user("hi"), assistant("Hello.")],
    ),
    Logged(
        "items with results",
        "langsmith",
        {"input": AGENT_ITEMS, "instructions": "Be brief.", "model": "gpt-5"},
        {**RESPONSE, "output": [_said("Sun and snow.")], "usage_metadata": {}},
        [system("Be brief."), *AGENT_WIRE, DONE],
    ),
    Logged(
        "a call before its message is the same turn",
        "langsmith",
        {"input": [user("hi"), _called("a", "Rome"), _said("Looking."), _answered("a", "sunny")], "model": "m"},
        {"output": [_said("Sun.")]},
        [user("hi"), assistant("Looking.", _wire("a", "Rome")), result("a", "sunny"), assistant("Sun.")],
    ),
    Logged(
        "a call that has the item's id alone",
        "langfuse",
        [user("hi"), {"type": "function_call", "id": "a", "name": "weather", "arguments": "{}"}, _answered("a", "sunny")],
        [_said("Sun.")],
        [user("hi"), assistant(None, call("a", "weather")), result("a", "sunny"), assistant("Sun.")],
    ),
    Logged(
        "hosted tools have no messages",
        "langsmith",
        {
            "input": [
                user("hi"),
                {"type": "mcp_list_tools", "id": "m", "server_label": "s", "tools": []},
                {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search"}},
                {"type": "item_reference", "id": "x"},
                {"type": "some_future_call", "id": "x"},
                _said("Found."),
                user("more"),
            ],
            "model": "m",
        },
        {"output": [{"type": "code_interpreter_call", "id": "c", "code": "1", "outputs": None}, _said("Done.")]},
        [user("hi"), assistant("Found."), user("more"), assistant("Done.")],
    ),
    Logged(
        "a custom tool's call and result",
        "langfuse",
        [
            user("hi"),
            {"type": "custom_tool_call", "id": "ctc", "call_id": "c", "name": "sql", "input": "select 1"},
            {"type": "custom_tool_call_output", "call_id": "c", "output": "1"},
        ],
        _said("One."),
        [user("hi"), assistant(None, call("c", "sql", "select 1")), result("c", "1"), assistant("One.")],
    ),
    Logged(
        "parts of the user",
        "langsmith",
        {
            "input": [
                {"role": "developer", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "what is it?"},
                        {"type": "input_image", "image_url": "https://x/y.png"},
                    ],
                },
            ],
            "model": "m",
        },
        {"output": [_said("A cat.")]},
        [
            system("Be brief."),
            user([{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": "https://x/y.png"}}]),
            assistant("A cat."),
        ],
    ),
    Logged(
        "a traced function's named arguments",
        "langfuse",
        {"args": [], "kwargs": {"model": "gpt-5", "input": "hi", "instructions": "Be brief.", "tools": [FLAT_TOOL]}},
        {**RESPONSE, "output": [THOUGHT, _called("a", "Rome")]},
        [system("Be brief."), user("hi"), assistant(None, _wire("a", "Rome"), reasoning_content="Look it up.")],
        [WIRE_TOOL],
    ),
    Logged(
        "a traced function's items",
        "langfuse",
        {"args": [], "kwargs": {"input": AGENT_ITEMS}},
        {**RESPONSE, "instructions": None, "output": [_said("Sun and snow.")]},
        [*AGENT_WIRE, DONE],
    ),
    Logged(
        "a refusal",
        "langfuse",
        [{"role": "user", "content": "bad"}],
        {**_said(""), "content": [{"type": "refusal", "refusal": "I can't."}]},
        [user("bad"), assistant("I can't.", refusal="I can't.")],
    ),
]


@parametrize(CASES)
def test_items_become_messages(logged: Logged) -> None:
    """Responses users get the conversation that Chat Completions would have logged: one message per turn."""
    assert_read(logged)


@pytest.mark.parametrize("output", [{"output": []}, {"output": [THOUGHT]}, {"output": [{"type": "web_search_call"}]}, {}])
def test_an_answer_without_a_message_or_call_is_no_reply(output: Any) -> None:
    """A response cut off while thinking, or in a hosted tool, must not become an empty assistant turn."""
    line = row("langsmith", {"input": "hi", "model": "m"}, output)
    assert read("langsmith", line) is NoCandidate.NO_REPLY


def test_a_text_prompt_with_a_text_answer_is_no_chat() -> None:
    """Only an answer in items proves that a bare text was a chat's."""
    assert read("langfuse", row("langfuse", "Once upon", "a time")) is NoCandidate.UNSUPPORTED
    assert read("langsmith", row("langsmith", {"input": "Once upon"}, {"output": "a time"})) is NoCandidate.UNSUPPORTED


def test_a_chain_of_stored_responses_is_taken_as_it_is() -> None:
    """`previous_response_id` sends only what is new: nothing is missing from the log, and nothing is added."""
    inputs = {"input": [_answered("a", "sunny")], "previous_response_id": "resp_0", "model": "m"}
    found = read("langsmith", row("langsmith", inputs, {"output": [_said("Sun.")]}))
    assert isinstance(found, Candidate)
    assert found.stored
    assert found.messages == [result("a", "sunny"), assistant("Sun.")]
