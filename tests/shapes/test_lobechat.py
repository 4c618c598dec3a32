"""LobeChat's answers: words, thoughts and calls beside each other, and tools on the row above."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, langfuse_row, parametrize, read, user
from traces import rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.agent_tools import agent_tools
from oumi_assets.reconstruction.conversation import Conversation

ASKED = [user("Weather?")]
TOLD = {"metadata": {"messageLength": "1", "provider": "openai", "thinking": "Hm."}}
CALLED = call("c1", "weather", '{"city":"Rome"}')
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
CASES = [
    Logged(
        "thoughts",
        "langfuse",
        ASKED,
        {"text": "22.", "thinking": "Hm."},
        [*ASKED, assistant("22.", reasoning_content="Hm.")],
        fields=TOLD,
    ),
    Logged(
        "thoughts and calls",
        "langfuse",
        ASKED,
        {"text": "Let me see.", "thinking": "Hm.", "toolsCalling": [CALLED]},
        [*ASKED, assistant("Let me see.", CALLED, reasoning_content="Hm.")],
    ),
    Logged(
        "calls",
        "langfuse",
        ASKED,
        {"text": "Let me see.", "toolsCalling": [CALLED]},
        [*ASKED, assistant("Let me see.", CALLED)],
    ),
    Logged(
        "calls alone, with Gemini's signature",
        "langfuse",
        ASKED,
        [{**CALLED, "index": 0, "thoughtSignature": "x"}],
        [*ASKED, assistant(None, CALLED)],
    ),
]


@parametrize(CASES)
def test_lobechat_logs(logged: Logged) -> None:
    """As its trace options do."""
    assert_read(logged)


@pytest.mark.parametrize("fields", [{}, {"metadata": {"thinking": "Something else."}}])
def test_json_that_a_model_wrote_stays_its_text(fields: dict[str, Any]) -> None:
    """In JSON mode a model may be asked for both."""
    answer = {"text": "22.", "thinking": "Hm."}
    found = read("langfuse", langfuse_row(ASKED, answer, **fields))
    assert isinstance(found, Conversation)
    assert json.loads(found.messages[-1]["content"]) == answer


@pytest.mark.parametrize(
    ("above", "wanted"),
    [
        ({"input": json.dumps(ASKED), "metadata": {"messageLength": "1", "tools": json.dumps(TOOLS)}}, TOOLS),
        ({"input": json.dumps([user("Another?")]), "metadata": {"messageLength": "1", "tools": json.dumps(TOOLS)}}, []),
        ({"input": json.dumps(ASKED), "metadata": {"tools": json.dumps(TOOLS)}}, []),
    ],
)
def test_tools_stand_on_the_row_above_that_asked_the_same(above: dict[str, Any], wanted: list[Any]) -> None:
    """Another row was given what it was given."""
    line = langfuse_row(ASKED, "22.", id="o1", parentObservationId="o0", **TOLD)
    lines = [line, langfuse_row("", "22.", id="o0", type="SPAN", **above)]
    assert agent_tools(line, b"o1", PLATFORMS["langfuse"], rows_of(lines, PLATFORMS["langfuse"])) == wanted
