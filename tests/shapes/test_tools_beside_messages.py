"""Rule 9 for tools in the request: found beside messages of any name, under any name and in any form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from both_platforms import Case, assert_read, langsmith_row, read

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import read_generally
from oumi_assets.reconstruction.conversation import Conversation
from oumi_assets.reconstruction.plain import Request

ASK = {"role": "user", "content": "hi"}
DONE = {"role": "assistant", "content": "Hello."}
LANGCHAIN = {"lc": 1, "type": "constructor", "id": ["l", "HumanMessage"], "kwargs": {"content": "hi"}}
FUNCTION = {"name": "weather", "description": "Weather now", "parameters": {"type": "object"}}
WIRE = {"type": "function", "function": FUNCTION}

REQUESTS: dict[str, dict[str, Any]] = {
    "messages": {"messages": [ASK]},
    "a system prompt and messages": {"system": "Be brief.", "messages": [ASK]},
    "messages in a list of their own": {"messages": [[LANGCHAIN]]},
    "an input": {"input": [ASK]},
    "an input of LangChain's": {"input": [LANGCHAIN]},
    "contents": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
}
TOOLS: dict[str, dict[str, Any]] = {
    "tools": {"tools": [WIRE]},
    "JSON text": {"tools": json.dumps([WIRE])},
    "a map": {"tools": {"weather": {"description": "Weather now", "parameters": {"type": "object"}}}},
    "functions": {"functions": [FUNCTION]},
    "functions beside no tools": {"tools": [], "functions": [FUNCTION]},
    "declarations": {"function_declarations": [FUNCTION]},
    "a name of its own": {"available": [WIRE]},
    "options": {"options": {"tools": [WIRE]}},
}


@pytest.mark.parametrize("tools", TOOLS.values(), ids=TOOLS)
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_tools_beside_messages_of_any_name_are_found(request_: dict[str, Any], tools: dict[str, Any]) -> None:
    """Where an agent keeps its messages says nothing of how it writes its tools."""
    told = [{"role": "system", "content": "Be brief."}] if "system" in request_ else []
    assert_read(Case("tools", {**request_, **tools}, DONE, [*told, ASK, DONE], [WIRE]))


def test_calls_beside_messages_are_no_tools() -> None:
    """What waits to be run has a function's name, too."""
    call = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    assert_read(Case("calls", {"messages": [ASK], "pending": [call]}, DONE, [ASK, DONE]))


def test_a_setting_of_openais_api_holds_no_tools_on_either_way() -> None:
    """Calls of nothing but such settings are read without asking any shape."""
    for setting in set(Request.__struct_fields__) - {"messages", "tools"}:
        for held in ([WIRE], {"tools": [WIRE]}):
            line = langsmith_row({"messages": [ASK], setting: held}, DONE)
            found = read("langsmith", line), read_generally(PLATFORMS["langsmith"].read_call(line))[0]
            assert [conversation.tools for conversation in found if isinstance(conversation, Conversation)] == [[], []]
