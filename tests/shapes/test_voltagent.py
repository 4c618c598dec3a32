"""VoltAgent's runs: one model call each, whatever the agent did on its way to the last text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from model_calls import assistant, langfuse_row, system, user
from traces import rows_of

from oumi_assets.platforms import PLATFORMS
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = [system("Be short."), user("Weather?")]
FORMS: list[dict[str, Any]] = [
    {"metadata": {"voltagent.agent.id": "a1", "voltagent.agent.name": "weather"}},
    {"metadata": json.dumps({"voltagent.agent.id": "a1"})},
    {"metadata": {"from": "somebody else"}},
]
TOOL = langfuse_row({"city": "Rome"}, "22", id="o2", type="SPAN", name="tool: weather", parentObservationId="o1")


@pytest.mark.parametrize("fields", FORMS[:2])
def test_a_run_with_tools_below_it_is_not_read(fields: dict[str, Any]) -> None:
    """The calls and what the agent said between them are missing."""
    run = langfuse_row(ASKED, "22.", **fields)
    found, where = read_candidate(run, PLATFORMS["langfuse"], rows_of([run, TOOL], PLATFORMS["langfuse"]))
    assert (found, where) == (NoCandidate.UNSUPPORTED, "$.input")


@pytest.mark.parametrize(("fields", "beside"), [(FORMS[0], []), (FORMS[2], [TOOL])])
def test_a_run_without_tools_is_read_and_so_are_others_calls(fields: dict[str, Any], beside: list[bytes]) -> None:
    """Nothing came between its request and its text."""
    run = langfuse_row(ASKED, "22.", **fields)
    found, _ = read_candidate(run, PLATFORMS["langfuse"], rows_of([run, *beside], PLATFORMS["langfuse"]))
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant("22.")]
