"""What people and frameworks make of OpenAI's messages: other spellings, JSON text inside, prompts and answers elsewhere."""

from __future__ import annotations

import json
from typing import Any

import model_calls
import pytest
from both_platforms import Case, assert_read, assert_unsupported, langsmith_row, parametrize, read
from model_calls import Logged, assistant, call, result, system, user

from oumi_assets.reconstruction.conversation import Conversation

HI, HELLO = user("hi"), assistant("Hello.")
WIRE_CALL = call("c1", "f", '{"a":1}')
TWO_CALLS = assistant(None, call("call_a", "f"), call("call_b", "g"))
CALLED = [HI, assistant(None, WIRE_CALL), result("c1", "42")]


def _asked(*messages: Any, **beside: Any) -> dict[str, Any]:
    return {"messages": list(messages), **beside}


def _chunk(**delta: Any) -> dict[str, Any]:
    return {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _choice(index: int, message: Any) -> dict[str, Any]:
    return {"finish_reason": "stop", "index": index, "message": message}


def _piece(index: int, id: str | None = None, **function: str) -> dict[str, Any]:
    return {"index": index, "id": id, "function": function}


CASES = [
    Case("a list of choices", [HI], [_choice(0, HELLO)], [HI, HELLO]),
    Case("a list of choices in a wrapper", [HI], {"output": [_choice(0, HELLO)]}, [HI, HELLO]),
    Case("choices as they ended, the first last", [HI], [_choice(1, assistant("Other.")), _choice(0, HELLO)], [HI, HELLO]),
    Case(
        "a choice that calls",
        [HI],
        [_choice(0, {**assistant(None, WIRE_CALL), "annotations": []})],
        [HI, assistant(None, WIRE_CALL)],
    ),
    Case(
        "calls as JSON text (span attributes)",
        _asked(
            HI,
            {"role": "assistant", "content": "", "tool_calls": json.dumps([WIRE_CALL])},
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
        ),
        HELLO,
        [*CALLED, HELLO],
    ),
    Case(
        "flat calls as JSON text",
        _asked(
            HI,
            {
                "role": "assistant",
                "content": "",
                "tool_calls": json.dumps([{"id": "c1", "name": "f", "arguments": '{"a":1}'}]),
            },
            {"role": "tool", "tool_call_id": "c1", "content": "42"},
        ),
        HELLO,
        [*CALLED, HELLO],
    ),
    Case(
        "camel case (Mistral's TypeScript SDK)",
        _asked(
            HI,
            {"role": "assistant", "content": "", "toolCalls": [WIRE_CALL]},
            {"role": "tool", "toolCallId": "c1", "content": "42"},
        ),
        HELLO,
        [*CALLED, HELLO],
    ),
    Case(
        "results named by their tools, in another order (Ollama)",
        _asked(
            HI,
            assistant("", {"function": {"name": "f", "arguments": {}}}, {"function": {"name": "g", "arguments": {}}}),
            {"role": "tool", "tool_name": "g", "content": "G"},
            {"role": "tool", "tool_name": "f", "content": "F"},
        ),
        HELLO,
        [
            HI,
            assistant(None, call("call_1_0", "f", "{}"), call("call_1_1", "g", "{}")),
            {**result("call_1_1", "G"), "name": "g"},
            {**result("call_1_0", "F"), "name": "f"},
            HELLO,
        ],
    ),
    Case(
        "results that keep the call's id as their own (OpenTelemetry's events)",
        _asked(
            HI,
            TWO_CALLS,
            {"role": "tool", "id": "call_b", "content": "B"},
            {"role": "tool", "id": "call_a", "content": "A"},
        ),
        HELLO,
        [
            HI,
            TWO_CALLS,
            result("call_b", "B"),
            result("call_a", "A"),
            HELLO,
        ],
    ),
    Case("messages as JSON text", {"messages": json.dumps([HI])}, HELLO, [HI, HELLO]),
    Case(
        "a traced function that calls Anthropic's API",
        {"args": [], "kwargs": {"system": "Be brief.", "messages": [HI], "max_tokens": 10}},
        HELLO,
        [{"role": "system", "content": "Be brief."}, HI, HELLO],
    ),
    Case("a traced function without named arguments", {"args": [[HI], {"temperature": 0}]}, HELLO, [HI, HELLO]),
    Case(
        "LangChain's messages in a traced function",
        {"args": [[{"type": "human", "content": "hi", "additional_kwargs": {}}]], "kwargs": {}},
        HELLO,
        [HI, HELLO],
    ),
    Case(
        "a system prompt logged twice",
        _asked(system("Be brief."), HI, instructions="Be brief."),
        HELLO,
        [system("Be brief."), HI, HELLO],
    ),
    Case("a role in capitals", _asked(HI), [{"role": "ASSISTANT", "content": "Hello."}], [HI, HELLO]),
    Case(
        "messages with a role in capitals", _asked(HI), {"messages": [{**HI}, {**HELLO, "role": "Assistant"}]}, [HI, HELLO]
    ),
    Case(
        "events with JSON text (Semantic Kernel)",
        _asked({"role": "user", "gen_ai.event.content": json.dumps(HI), "gen_ai.system": "openai"}),
        [{"gen_ai.event.content": json.dumps({"message": HELLO, "finish_reason": "stop", "index": 0})}],
        [HI, HELLO],
    ),
    Case(
        "a stream's chunks",
        _asked(HI),
        [_chunk(role="assistant", content="Hel"), _chunk(content="lo."), _chunk(), {**_chunk(), "choices": []}],
        [HI, HELLO],
    ),
    Case(
        "a stream's chunks that somebody made",
        [HI],
        [{"choices": [{"delta": {"content": "Hel"}}]}, {"choices": [{"delta": {"content": "lo."}}]}],
        [HI, HELLO],
    ),
    Case(
        "a stream's chunks of two calls",
        _asked(HI),
        [
            _chunk(role="assistant", content=None, tool_calls=[_piece(0, id="c1", name="f", arguments="")]),
            _chunk(tool_calls=[_piece(0, arguments='{"a"')]),
            _chunk(tool_calls=[_piece(0, arguments=":1}"), _piece(1, id="c2", name="g", arguments="{}")]),
        ],
        [HI, assistant(None, WIRE_CALL, call("c2", "g", "{}"))],
    ),
    Case(
        "a stream's chunks whose calls all have one index",
        _asked(HI),
        [
            _chunk(tool_calls=[_piece(0, id="c1", name="f", arguments='{"a":1}')]),
            _chunk(tool_calls=[_piece(0, id="c2", name="g", arguments="{}")]),
        ],
        [HI, assistant(None, WIRE_CALL, call("c2", "g", "{}"))],
    ),
    Case(
        "the AI SDK's calls beside a role",
        _asked(HI),
        {"role": "assistant", "text": "ok", "toolCalls": [{"toolCallId": "c1", "toolName": "f", "args": {"a": 1}}]},
        [HI, assistant("ok", WIRE_CALL)],
    ),
    Case(
        "results whose own ids are items'",
        _asked(
            HI,
            TWO_CALLS,
            {"role": "tool", "id": "fc_1", "content": "A"},
            {"role": "tool", "id": "fc_2", "content": "B"},
        ),
        HELLO,
        [HI, TWO_CALLS, result("call_a", "A"), result("call_b", "B"), HELLO],
    ),
    Case(
        "an empty turn with figures beside",
        _asked(HI, {"role": "assistant", "metrics": {"t": 1}, "created_at": 1}, HI),
        {"role": "assistant", "usage_metadata": {"tokens": 1}},
        [HI, assistant(""), HI, assistant("")],
    ),
    Case(
        "LangChain's system prompt logged twice",
        {"messages": [{"type": "system", "content": "S"}, {"type": "human", "content": "hi"}], "system_prompt": "S"},
        HELLO,
        [system("S"), HI, HELLO],
    ),
    Case(
        "a choice event whose message is JSON text",
        _asked(HI),
        {"index": 0, "finish_reason": "stop", "message": json.dumps(HELLO)},
        [HI, HELLO],
    ),
]


@parametrize(CASES)
def test_the_conversation_is_read_however_it_was_spelled(case: Case) -> None:
    """Nobody imports only what one SDK wrote."""
    assert_read(case)


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
@pytest.mark.parametrize("key", ["instructions", "system_prompt", "system_instruction", "systemPrompt"])
def test_a_system_prompt_beside_the_messages_comes_first(key: str, platform: str) -> None:
    """Agents that people write keep it apart, under a name of their own; without it the answers make no sense."""
    request = _asked(HI, **{key: "Be brief."})
    model_calls.assert_read(Logged("", platform, request, HELLO, [system("Be brief."), HI, HELLO]))


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
@pytest.mark.parametrize("text", ["content", "text"])
def test_a_system_prompt_in_parts_beside_the_messages_comes_first(text: str, platform: str) -> None:
    """OpenTelemetry's conventions name the instructions so and keep them in parts; lost, nobody would see it."""
    parts = [{"type": "text", text: "Be brief."}, {"type": "text", text: "Be kind."}]
    said = [system("Be brief.\nBe kind."), HI, HELLO]
    model_calls.assert_read(Logged("", platform, _asked(HI, system_instructions=parts), HELLO, said))
    googles = {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]}
    model_calls.assert_read(Logged("", platform, _asked(HI, systemInstruction=googles), HELLO, said))


@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
@pytest.mark.parametrize("beside", [[{"type": "text", "text": ""}], {"parts": [{"text": ""}]}, [user("What else?")], []])
def test_what_prompts_nothing_beside_the_messages_is_no_message(beside: Any, platform: str) -> None:
    """An empty system prompt was never sent, and what a user says is not the system's."""
    model_calls.assert_read(Logged("", platform, _asked(HI, instructions=beside), HELLO, [HI, HELLO]))


def test_a_search_of_the_providers_does_not_hide_the_agents_own_tools() -> None:
    """Rule 9: the first place that names a function counts, and a hosted tool is none."""
    own = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    request = _asked(HI, tools=[{"type": "web_search"}])
    fields = {"metadata": {"tools": [own]}}
    model_calls.assert_read(Logged("", "langfuse", request, HELLO, [HI, HELLO], [own], fields))


SILENT: dict[str, Any] = {
    "text": {"role": "user", "text": "hi"},
    "contents": {"role": "user", "contents": [{"type": "text", "text": "hi"}]},
    "body": {"role": "user", "id": "m1", "body": {"text": "hi"}},
}


@pytest.mark.parametrize("message", SILENT.values(), ids=SILENT)
def test_a_message_whose_words_nobody_can_find_is_no_empty_message(message: Any) -> None:
    """An empty turn in its place would look like the real thing in a large dataset."""
    assert_unsupported(_asked(message), HELLO)


@pytest.mark.parametrize(
    "answer", [{"role": "assistant"}, {"role": "assistant", "finish_reason": "stop", "id": "m1", "metadata": {"a": 1}}]
)
def test_a_message_that_says_nothing_is_an_empty_message(answer: dict[str, Any]) -> None:
    """Rule 1: a model may answer with nothing, and what stands beside it is no answer."""
    assert_read(Case("", _asked(HI), answer, [HI, assistant("")]))


JAVASCRIPT: dict[str, tuple[Any, Any]] = {
    "a text": ({"outputs": "Hello."}, "Hello."),
    "a message": ({"outputs": HELLO}, "Hello."),
    "the documented pair": ({"output": ["assistant", "Hello."]}, "Hello."),
    "a pair from JavaScript": ({"outputs": ["assistant", "Hello."]}, "Hello."),
    "a generator's pieces": ({"output": ["Hel", "lo", "."]}, "Hello."),
}


@pytest.mark.parametrize(("outputs", "content"), JAVASCRIPT.values(), ids=JAVASCRIPT)
def test_langsmiths_traced_functions_answer_with_any_value(outputs: Any, content: str) -> None:
    """`traceable` wraps whatever a function returns; one that returns a text is the commonest of all."""
    found = read("langsmith", langsmith_row(_asked(HI), outputs))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(content)]
