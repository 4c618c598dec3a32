"""One chat, put through the serializers of the real SDKs (the fixtures name them), is one conversation in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_calls import assistant, call, read, result, row, system, user

from oumi_assets.reconstruction.conversation import Conversation

FOLDER = Path(__file__).parent.parent / "fixtures" / "shapes"
LANGCHAIN = json.loads((FOLDER / "langchain_forms.json").read_text())
RESPONSES = json.loads((FOLDER / "responses_forms.json").read_text())["forms"]

ASKED = [system("Be brief."), user("Rome and Oslo?")]
LANGCHAIN_WIRE = [
    *ASKED,
    assistant(None, call("call_a", "weather", '{"city": "Rome"}'), call("call_b", "weather", "{bad")),
    result("call_a", "sunny"),
    result("call_b", "snow"),
    assistant("Sun and snow.", reasoning_content="Easy."),
    user("And Bern?"),
]
LANGCHAIN_REPLIES = {
    "answered": assistant("Clear sky."),
    "called": assistant(None, call("call_c", "weather", '{"city":"Bern"}')),
}
RESPONSES_WIRE = [
    *ASKED,
    assistant("Looking.", call("call_a", "weather", '{"city": "Rome"}'), call("call_b", "weather", '{"city": "Oslo"}')),
    result("call_a", "sunny"),
    result("call_b", "snow"),
]


def _read(form: dict[str, Any]) -> Conversation:
    line = row(form["platform"], form["input"], form["output"], **form.get("fields", {}))
    found = read(form["platform"], line)
    assert isinstance(found, Conversation), found
    return found


@pytest.mark.parametrize(("said", "form"), [(said, form) for said in LANGCHAIN_REPLIES for form in LANGCHAIN[said]])
def test_every_serialization_of_langchain_is_the_same_conversation(said: str, form: str) -> None:
    """Constructors, dumps, stored messages and Langfuse's own dictionaries say the same."""
    found = _read(LANGCHAIN[said][form])
    assert found.messages == [*LANGCHAIN_WIRE, LANGCHAIN_REPLIES[said]]
    assert [tool["function"]["name"] for tool in found.tools] == (["weather"] if form == "langfuse handler" else [])


@pytest.mark.parametrize("form", RESPONSES)
def test_every_logger_of_responses_and_agents_tells_the_same_conversation(form: str) -> None:
    """Two wrappers and three tracing processors; only chat completions lose the reasoning before they are logged."""
    found = _read(RESPONSES[form])
    assert found.messages[:-1] == RESPONSES_WIRE
    said = assistant("Sun and snow.", reasoning_content="Easy.")
    if form == "LangSmith's agents processor, chat completions":
        del said["reasoning_content"]
    assert found.messages[-1] == said
    known = [] if form == "LangSmith's agents processor, chat completions" else ["weather"]
    assert [tool["function"]["name"] for tool in found.tools] == known
