"""Tool definitions that Langfuse's LangChain handler logged as messages, and results that only look like them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, read, result, row, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

TOOL = {"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}}
_PING = {
    "type": "function",
    "function": {"name": "ping", "description": "x", "parameters": {"type": "object"}},
}
HI, HELLO = user("hi"), assistant("Done.")


def _logged(messages: list[Any], wire: list[dict[str, Any]], tools: list[Any]) -> Logged:
    reply = {"role": "assistant", "content": "Done.", "additional_kwargs": {"refusal": None}}
    return Logged("", "langfuse", messages, reply, [*wire, HELLO], tools)


HOSTED: dict[str, dict[str, Any]] = {
    "Anthropic's search": {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
    "Anthropic's editor": {"type": "text_editor_20250429", "name": "str_replace_based_edit_tool"},
    "OpenAI's search": {"type": "web_search_preview"},
    "OpenAI's interpreter": {"type": "code_interpreter", "container": {"type": "auto"}},
    "a server": {"type": "mcp", "server_label": "x", "server_url": "https://x.test"},
    "a free-form tool": {"type": "custom", "name": "sql", "format": {"type": "text"}},
    "Google's search": {"google_search": {}},
    "Anthropic's search as the handler turned it round": {"type": "function", "function": {"name": "web_search"}},
}


@pytest.mark.parametrize("hosted", HOSTED.values(), ids=HOSTED)
def test_a_hosted_tool_logged_as_a_message_is_no_message(hosted: dict[str, Any]) -> None:
    """Langfuse's handler appends whatever tools there are; nobody said them."""
    assert_read(_logged([HI, {"role": "tool", "content": hosted}, {"role": "tool", "content": TOOL}], [HI], [TOOL]))


SCHEMALESS = {"type": "function", "function": {"name": "ping", "description": "x"}}
PROVIDERS: dict[str, dict[str, Any]] = {
    "Bedrock": {"toolSpec": {"name": "ping", "description": "x"}},
    "Google": {"function_declarations": [{"name": "ping", "description": "x"}]},
    "flat": {"type": "function", "name": "ping", "description": "x"},
    "bare": {"name": "ping", "description": "x"},
}


@pytest.mark.parametrize("definition", PROVIDERS.values(), ids=PROVIDERS)
def test_a_providers_definition_logged_as_a_message_is_a_tool(definition: dict[str, Any]) -> None:
    """The handler appends what the provider was sent, not what OpenAI would have been."""
    assert_read(_logged([HI, {"role": "tool", "content": definition}], [HI], [SCHEMALESS]))


@pytest.mark.parametrize("more", [{"description": "x"}, {"name": "search"}, {"parameters": {"type": "object"}}])
def test_a_function_of_ours_with_a_providers_name_is_a_tool(more: dict[str, Any]) -> None:
    """A name proves nothing where the definition says more, and no definition of a name that nobody hosts."""
    tool = {"type": "function", "function": {"name": "web_search", **more}}
    assert_read(_logged([HI, {"role": "tool", "content": tool}], [HI], [tool]))


AMONG: list[tuple[dict[str, Any], list[Any]]] = [
    (TOOL, [TOOL]),
    ({"name": "ping", "description": "x", "input_schema": {"type": "object"}}, [_PING]),
    ({"type": "web_search_20250305", "name": "web_search"}, []),
    ({"type": "function", "function": {"name": "web_search"}}, []),
]


@pytest.mark.parametrize(("definition", "tools"), AMONG)
def test_what_can_only_be_a_definition_is_one_wherever_it_stands(definition: dict[str, Any], tools: list[Any]) -> None:
    """Behind a call that waits for its result, and before what was said."""
    said = [HI, assistant(None, call("a", "weather")), result("a", "sunny")]
    for place in (0, 2):
        assert_read(_logged([*said[:place], {"role": "tool", "content": definition}, *said[place:]], said, tools))


def test_an_object_behind_a_call_is_its_result() -> None:
    """People log results as objects and without ids: an object that looks like a tool may be one that a tool found."""
    found = {"type": "customer", "name": "Bob"}
    calling = assistant(None, call("a", "weather"))
    line = row("langfuse", [HI, calling, {"role": "tool", "content": found}], HELLO)
    read_ = read("langfuse", line)
    assert isinstance(read_, Conversation)
    assert read_.messages == [HI, calling, result("a", '{"type":"customer","name":"Bob"}'), HELLO]


UNDEFINED = {"type": "customer", "name": "Bob"}
WAITING: dict[str, list[dict[str, Any]]] = {
    "the second of two results": [assistant(None, call("a", "f"), call("b", "g")), {"role": "tool", "content": "R1"}],
    "a call in parts": [{"role": "assistant", "parts": [{"type": "tool_call", "id": "a", "name": "f", "arguments": {}}]}],
}


@pytest.mark.parametrize("calling", WAITING.values(), ids=WAITING)
def test_an_object_that_a_call_waits_for_is_its_result(calling: list[dict[str, Any]]) -> None:
    """However the call was written, and whatever answered before."""
    found = read("langfuse", row("langfuse", [HI, *calling, {"role": "tool", "content": UNDEFINED}], HELLO))
    assert isinstance(found, Conversation)
    assert found.messages[-2]["content"] == '{"type":"customer","name":"Bob"}'


def test_a_result_in_a_log_of_new_messages_is_no_definition() -> None:
    """Rule 3: some frameworks log nothing but the result with the call that it is sent with."""
    found = read("langfuse", row("langfuse", [{"role": "tool", "content": UNDEFINED}], HELLO))
    assert isinstance(found, Conversation)
    assert [message["role"] for message in found.messages] == ["tool", "assistant"]


def test_an_object_that_describes_no_tool_is_a_message() -> None:
    """Without a call before it, too: whatever somebody logged as a tool's answer stays in the conversation."""
    found = read("langfuse", row("langfuse", [HI, {"role": "tool", "content": {"temperature": 20}}], HELLO))
    assert isinstance(found, Conversation)
    assert found.messages[1]["content"] == '{"temperature":20}'


AI_SDK_TOOL = {"type": "function", "name": "weather", "description": "d", "parameters": {"type": "object"}}
AI_SDK_HOSTED = {"type": "provider-defined", "id": "openai.web_search", "name": "web_search", "args": {}}


def test_definitions_that_langfuse_vercel_appends_as_json_texts_are_the_tools() -> None:
    """Its list of messages ends with the texts that the AI SDK keeps in `ai.prompt.tools`; no other text is a tool."""
    texts = [json.dumps(AI_SDK_TOOL), json.dumps(AI_SDK_HOSTED)]
    turns = [
        {"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "a", "toolName": "weather", "args": "{}"}]},
        {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a", "toolName": "weather", "result": "sunny"}]},
    ]
    wire = [HI, assistant(None, call("a", "weather")), result("a", "sunny") | {"name": "weather"}]
    assert_read(Logged("", "langfuse", [HI, *turns, *texts], "Done.", [*wire, HELLO], [TOOL]))
    assert read("langfuse", row("langfuse", [HI, '{"name": "Bob", "type": "person"}'], "Done.")) is NoCandidate.UNSUPPORTED
