"""RAGFlow's chats: the call itself, and the report of times that is logged as a call of its own."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, parametrize, read, row, system, user
from traces import choose_from, observation

from oumi_assets.reconstruction.candidate import NoCandidate

ASKED = {"system": "Use the knowledge base.", "history": [user("hi"), assistant("Hello."), user("And?")]}
SAID = [system("Use the knowledge base."), *ASKED["history"], assistant("Yes.")]
REPORT = {"time_elapsed:": "### Query: hi  \n## Time elapsed: 3.1ms", "created_at": 1764453600.1}
REPORTED = {"prompt": "Use.", "prompt4citation": "Cite.", "messages": [system("Use."), *ASKED["history"]]}
CASES = [
    Logged("a chat", "langfuse", ASKED, {"output": "Yes."}, SAID),
    Logged("without a prompt", "langfuse", {**ASKED, "system": ""}, {"output": "Yes."}, SAID[1:]),
]


@parametrize(CASES)
def test_ragflow_logs(logged: Logged) -> None:
    """As its model service does."""
    assert_read(logged)


def test_the_report_of_times_is_no_answer() -> None:
    """It starts before the call that it reports, and has as many messages."""
    rows = [observation(2, REPORTED, REPORT), observation(1, ASKED, {"output": "Yes."})]
    assert choose_from(rows).messages == SAID
    assert read("langfuse", row("langfuse", REPORTED, REPORT)) is NoCandidate.NO_REPLY


def test_an_error_is_no_answer() -> None:
    """RAGFlow marks no call as failed."""
    assert read("langfuse", row("langfuse", ASKED, {"error": "timeout"})) is NoCandidate.NO_REPLY


@pytest.mark.parametrize("asked", [{**ASKED, "question": "why"}, {**ASKED, "history": ["hi"]}, {**ASKED, "history": []}])
def test_what_only_looks_like_it_is_not_read(asked: Any) -> None:
    """Nobody knows which of it was sent."""
    assert read("langfuse", row("langfuse", asked, {"output": "Yes."})) is NoCandidate.UNSUPPORTED
