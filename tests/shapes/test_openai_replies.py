"""Rule 1: where the answer of an OpenAI chat stands, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, read, result, row, user
from test_openai_chat import HI, NULLS, choices

from oumi_assets.reconstruction.candidate import NoCandidate

STREAMED_HOLES = {
    "role": "assistant",
    "content": "",
    "tool_calls": [None, {"index": 1, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
}

LOOKING = assistant("Look.", call("a", "f"))
TOLD = {"role": "assistant", "content": "Look.", **NULLS}
PLAN = '{"tool_calls": [{"function": "f", "arguments": {"a": 1}}], "plan": "x"}'
CHUNKS = [
    {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]} for text in ("Hel", "lo.")
]
REPLIES: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("wrap_openai", "langsmith", choices({"role": "assistant", "content": "Yes.", **NULLS}), assistant("Yes.")),
    ("several choices", "langsmith", choices(assistant("A"), assistant("B")), assistant("A")),
    (
        "several streamed choices, in the order they began",
        "langsmith",
        {"choices": [{"index": 1, "message": assistant("B")}, {"index": 0, "message": assistant("A")}]},
        assistant("A"),
    ),
    ("a message under a name of its function", "langsmith", {"response": assistant("Yes.")}, assistant("Yes.")),
    ("choices under a name of its function", "langfuse", {"completion": choices(assistant("Yes."))}, assistant("Yes.")),
    (
        "JSON that holds choices of its own",
        "langfuse",
        {"quiz": {"choices": ["a", 1]}},
        assistant('{"quiz": {"choices": ["a", 1]}}'),
    ),
    (
        "JSON that holds choices with messages of its own",
        "langfuse",
        {"quiz": {"choices": [{"message": {"text": "a"}}]}},
        assistant('{"quiz": {"choices": [{"message": {"text": "a"}}]}}'),
    ),
    ("OpenInference of Mistral's stream", "langfuse", {"data": choices(assistant("Yes."))}, assistant("Yes.")),
    (
        "calls alone",
        "langfuse",
        [call("a", "f"), {**call("b", "g"), "index": 1}],
        assistant(None, call("a", "f"), call("b", "g")),
    ),
    (
        "LangChain's calls alone",
        "langfuse",
        [{"type": "tool_call", "id": "a", "name": "f", "args": {}}],
        assistant(None, call("a", "f")),
    ),
    (
        "words beside calls, by hand",
        "langfuse",
        {"text": "Look.", "tool_calls": [call("a", "f")]},
        assistant("Look.", call("a", "f")),
    ),
    *[
        (f"calls beside words that are called {name}", platform, {name: "Look.", "tool_calls": [call("a", "f")]}, LOOKING)
        for name in ("output", "message", "response", "answer", "output_text")
        for platform in ("langfuse", "langsmith")
    ],
    (
        "calls beside a message without any",
        "langsmith",
        {"message": {"role": "assistant", "content": "Look."}, "tool_calls": [call("a", "f")]},
        LOOKING,
    ),
    (
        "calls beside no words",
        "langsmith",
        {"output": None, "tool_calls": [call("a", "f")]},
        assistant(None, call("a", "f")),
    ),
    (
        "calls beside a message that has them",
        "langsmith",
        {"message": LOOKING, "tool_calls": [call("b", "g")]},
        LOOKING,
    ),
    (
        "thoughts beside words",
        "langsmith",
        {"output": "Yes.", "reasoning": "Hm."},
        assistant("Yes.", reasoning_content="Hm."),
    ),
    (
        "JSON of a model that plans calls",
        "langfuse",
        {"output": "x", "tool_calls": [{"function": "f", "arguments": {}}], "plan": "y"},
        assistant('{"output": "x", "tool_calls": [{"function": "f", "arguments": {}}], "plan": "y"}'),
    ),
    (
        "Flowise's answer with what LangChain.js told of it",
        "langfuse",
        {"content": "Yes.", "usageMetadata": {"input_tokens": 1}, "responseMetadata": {"model_name": "gpt-4o"}},
        assistant("Yes."),
    ),
    ("streamed calls with holes", "langsmith", choices(STREAMED_HOLES), assistant(None, call("a", "f", '{"a": 1}'))),
    (
        "streamed calls with filled holes",
        "langfuse",
        {"role": "assistant", "tool_calls": [{"function": {"name": "", "arguments": ""}}, STREAMED_HOLES["tool_calls"][1]]},
        assistant(None, call("a", "f", '{"a": 1}')),
    ),
    (
        "calls that lost id and type (Langfuse 2.x)",
        "langfuse",
        {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}] * 2},
        assistant(None, call("call_1_0", "f"), call("call_1_1", "f")),
    ),
    (
        "a legacy call",
        "langfuse",
        {"role": "assistant", "function_call": {"name": "f", "arguments": '{"a": 1}'}, "content": None},
        assistant(None, call("call_1_0", "f", '{"a": 1}')),
    ),
    (
        "a custom tool",
        "langsmith",
        choices({"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "f", "input": "x"}}]}),
        assistant(None, call("a", "f", "x")),
    ),
    (
        "a refusal",
        "langsmith",
        choices({**NULLS, "role": "assistant", "content": None, "refusal": "No."}),
        assistant("No.", refusal="No."),
    ),
    (
        "reasoning of DeepSeek and vLLM",
        "langsmith",
        choices({"role": "assistant", "content": "Yes.", "reasoning_content": "Hm."}),
        assistant("Yes.", reasoning_content="Hm."),
    ),
    (
        "reasoning of OpenRouter",
        "langfuse",
        {"role": "assistant", "content": "Yes.", "reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text"}]},
        assistant("Yes.", reasoning_content="Hm."),
    ),
    (
        "reasoning in blocks (LiteLLM)",
        "langsmith",
        choices({"role": "assistant", "content": "Yes.", "thinking_blocks": [{"type": "thinking", "thinking": "Hm."}]}),
        assistant("Yes.", reasoning_content="Hm."),
    ),
    (
        "reasoning in details alone (OpenRouter)",
        "langfuse",
        {
            "role": "assistant",
            "content": "Yes.",
            "reasoning_details": [
                {"type": "reasoning.summary", "summary": "Hm."},
                {"type": "reasoning.encrypted", "data": "x"},
                {"type": "reasoning.text", "text": "So."},
            ],
        },
        assistant("Yes.", reasoning_content="Hm.\nSo."),
    ),
    (
        "a person's role in JSON",
        "langfuse",
        '{"role": "admin", "name": "Ann"}',
        assistant('{"role": "admin", "name": "Ann"}'),
    ),
    *(
        (f"what somebody says in JSON: {said}", "langfuse", said, assistant(said))
        for said in ('{"role": "engineer", "content": "x"}', '{"role": "Editor", "text": "x", "tool_calls": []}')
    ),
    (
        "a plan in JSON that names functions",
        "langfuse",
        PLAN,
        assistant(PLAN),
    ),
    (
        "a call of a function's bare name",
        "langfuse",
        {"tool_calls": [{"function": "f", "arguments": {"a": 1}}]},
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "a call of a function's bare name, of an assistant",
        "langfuse",
        {"role": "assistant", "tool_calls": [{"function": "f", "arguments": {"a": 1}}], "plan": "x"},
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "audio",
        "langfuse",
        {"role": "assistant", "content": None, "audio": {"id": "a", "data": "@@@langfuseMedia@@@", "transcript": "Yes."}},
        assistant("Yes."),
    ),
    ("streamed text", "langfuse", "103", assistant("103")),
    ("chunks as JSON texts", "langfuse", [json.dumps(chunk) for chunk in CHUNKS], assistant("Hello.")),
    ("no role", "langsmith", {"content": "Yes."}, assistant("Yes.")),
    ("a role of null", "langfuse", {"role": None, "content": "Yes."}, assistant("Yes.")),
    ("a message", "langsmith", {"message": assistant("Yes.")}, assistant("Yes.")),
    ("a message that is a text", "langsmith", {"message": "Yes."}, assistant("Yes.")),
    ("an output", "langsmith", {"output": assistant("Yes.")}, assistant("Yes.")),
    ("an output beside an unset message", "langsmith", {"message": None, "output": assistant("Yes.")}, assistant("Yes.")),
    (
        "a text beside its calls",
        "langsmith",
        {"output": "Yes.", "tool_calls": [call("a", "f")]},
        assistant("Yes.", call("a", "f")),
    ),
    (
        "a text beside calls that an agent made before it",
        "langsmith",
        {"output": "Yes.", "tool_calls": [{"name": "f", "args": {}, "result": "9 C"}]},
        assistant("Yes."),
    ),
    (
        "a text beside calls and the history that answers them",
        "langsmith",
        {
            "output": "Yes.",
            "tool_calls": [call("a", "f")],
            "messages": [HI, assistant(None, call("a", "f")), result("a", "9 C"), assistant("Yes.")],
        },
        assistant("Yes."),
    ),
    (
        "a result of a tool beside its call",
        "langfuse",
        {**assistant(None, call("a", "f")), "result": "9 C"},
        assistant(None, call("a", "f")),
    ),
    (
        "an output beside an empty message and calls",
        "langsmith",
        {"message": "", "output": "Yes.", "tool_calls": [call("a", "f")]},
        assistant("Yes.", call("a", "f")),
    ),
    ("no text beside calls", "langsmith", {"output": None, "tool_calls": [call("a", "f")]}, assistant(None, call("a", "f"))),
    ("an output that is a text", "langsmith", {"output": "Yes.", "usage_metadata": {}}, assistant("Yes.")),
    ("messages", "langsmith", {"messages": [HI, assistant("Yes.")]}, assistant("Yes.")),
    ("messages, the last of a user", "langsmith", {"messages": [HI, assistant("Yes."), HI]}, assistant("Yes.")),
    ("calls beside nulls", "langsmith", {"message": TOLD, "tool_calls": [call("a", "f")]}, LOOKING),
    ("empty", "langsmith", choices({**NULLS, "role": "assistant", "content": None}), assistant("")),
]


@pytest.mark.parametrize(("platform", "output", "wire"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES])
def test_rule_1_a_reply_is_read(platform: str, output: Any, wire: dict[str, Any]) -> None:
    """Wherever a wrapper or a person puts the answer, it is the last message."""
    input_ = [HI] if platform == "langfuse" else {"messages": [HI], "model": "m"}
    assert_read(Logged("", platform, input_, output, [HI, wire]))


@pytest.mark.parametrize("inner", [{"text": "Yes."}, {"score": 5}, [1, 2], 5])
def test_calls_are_not_the_whole_answer_beside_something_that_cannot_be_read(inner: Any) -> None:
    """What was said would be lost."""
    output = {"output": inner, "tool_calls": [call("a", "f")]}
    assert read("langsmith", row("langsmith", {"messages": [HI]}, output)) is NoCandidate.NO_REPLY


THOUGHT_ALONE = {"output": "", "reasoning": "Hm."}
OF_NOBODY: list[dict[str, Any]] = [
    {"role": "engineer", "content": "x", "additional_kwargs": {}},
    {"role": "engineer", "content": [{"type": "text", "text": "x"}]},
    {"role": "engineer", "content": "", "tool_calls": [call("a", "f")]},
    {"role": "user", "content": "x"},
]


@pytest.mark.parametrize("output", OF_NOBODY)
def test_a_message_that_is_not_the_models_is_no_reply(output: dict[str, Any]) -> None:
    """What an SDK logged under another role is not what the model wrote."""
    assert read("langfuse", row("langfuse", [HI], output)) is NoCandidate.NO_REPLY


NOTHING_SAID = [None, {}, "", {"output": None}, {"choices": []}, {"messages": [HI]}, {"message": None}, [], THOUGHT_ALONE]


@pytest.mark.parametrize("output", NOTHING_SAID)
@pytest.mark.parametrize("platform", ["langfuse", "langsmith"])
def test_rule_1_an_output_that_says_nothing_is_no_reply(platform: str, output: Any) -> None:
    """An assistant turn in the input does not stand in for a reply that never came."""
    input_ = {"messages": [HI, assistant("Earlier."), user("and?")]}
    if platform == "langsmith" and not isinstance(output, dict):
        output = {"output": output}
    line = row(platform, input_, "" if output is None else output)
    assert read(platform, line) is NoCandidate.NO_REPLY
