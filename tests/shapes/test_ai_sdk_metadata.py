"""What the AI SDK logs of its answers in the metadata alone, versions 4 to 6."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, row, user

from oumi_assets.core.json_text import dump
from oumi_assets.langfuse.payload import open_call
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.plain import read_plain

HI, SUNNY = user("hi"), assistant("Sunny.")
ASK = [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
SEARCH = {"toolCallId": "ws_1", "toolName": "web_search", "input": "{}"}
OURS = {"toolCallId": "call_1", "toolName": "weather", "input": "{}"}
HOSTED = {"type": "provider", "name": "web_search", "id": "openai.web_search", "args": {}}
TOOL = {"type": "function", "name": "weather", "inputSchema": {"type": "object"}}
WIRE_TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
REASON = "attributes.ai.response.finishReason"
THOUGHT = {"attributes.ai.response.reasoning": "Look it up."}


def _logged(name: str, output: Any, metadata: Any, message: dict[str, Any], *tools: Any) -> Logged:
    return Logged(name, "langfuse", ASK, output, [HI, message], list(tools), {"metadata": metadata})


def _tools(*tools: dict[str, Any], reason: str = "stop") -> dict[str, Any]:
    return {"tools": json.dumps([json.dumps(tool) for tool in tools]), REASON: reason}


def _said(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": "Sunny.", "tool_calls": json.dumps(calls)}


CASES = [
    _logged("a search of the provider's", _said(SEARCH), _tools(HOSTED), SUNNY),
    _logged(
        "tools under the SDK's attribute", _said(SEARCH), {"attributes.ai.prompt.tools": [HOSTED], REASON: "stop"}, SUNNY
    ),
    _logged("version 5's name for it", _said(SEARCH), _tools({**HOSTED, "type": "provider-defined"}), SUNNY),
    _logged("metadata as text", _said(SEARCH), dump(_tools(HOSTED)), SUNNY),
    _logged(
        "a tool of a provider's that runs on our side",
        _said(SEARCH),
        _tools(HOSTED, reason="tool-calls"),
        assistant("Sunny.", call("ws_1", "web_search")),
    ),
    _logged(
        "tools of ours beside it",
        _said(SEARCH, OURS),
        _tools(HOSTED, TOOL),
        assistant("Sunny.", call("call_1", "weather")),
        WIRE_TOOL,
    ),
    _logged(
        "nobody knows how it ended", _said(SEARCH), {"tools": [HOSTED]}, assistant("Sunny.", call("ws_1", "web_search"))
    ),
    _logged("reasoning beside a text", "Sunny.", THOUGHT, {**SUNNY, "reasoning_content": "Look it up."}),
    _logged("reasoning beside a message", SUNNY, THOUGHT, {**SUNNY, "reasoning_content": "Look it up."}),
    _logged(
        "reasoning beside calls",
        {"role": "assistant", "content": None, "tool_calls": json.dumps([OURS])},
        json.dumps(THOUGHT),
        assistant(None, call("call_1", "weather"), reasoning_content="Look it up."),
    ),
    _logged("reasoning of its own", {**SUNNY, "reasoning": "Mine."}, THOUGHT, {**SUNNY, "reasoning_content": "Mine."}),
]


@parametrize(CASES)
def test_the_metadata_complete_an_answer(logged: Logged) -> None:
    """A call that nobody of ours answered would wait for ever, and a thought that was logged was thought."""
    assert_read(logged)


def test_the_short_way_never_loses_the_reasoning() -> None:
    """It reads the payloads alone."""
    unread = open_call(row("langfuse", [HI], SUNNY, metadata=THOUGHT))
    assert unread is not None
    assert read_plain(unread) is None


@pytest.mark.parametrize(
    "value", [None, 7, [], {}, [None], [{}], [{"type": [], "name": []}], [{"type": "provider"}], "[", "x"]
)
def test_no_metadata_are_too_strange(value: Any) -> None:
    """They are looked at for every answer that calls tools."""
    metadata = {"tools": value, REASON: value, "attributes.ai.response.reasoning": value}
    for beside in (metadata, dump(metadata), value):
        found = read("langfuse", row("langfuse", ASK, _said(SEARCH), metadata=beside))
        assert isinstance(found, Candidate)
        assert found.messages[-1]["content"] == "Sunny."
