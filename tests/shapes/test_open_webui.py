"""Open WebUI's filters for Langfuse, whose messages end with the answer."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import assistant, read, row, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = [user("hi"), assistant("Hello."), user("And?")]
LOGGED = [{"id": str(n), "timestamp": 1, **message} for n, message in enumerate([*ASKED, assistant("Yes.")])]
OF_FILTER = {"interface": "open-webui", "type": "llm_response"}


def _read(messages: Any, output: Any, metadata: Any, **fields: Any) -> Conversation | NoCandidate:
    return read("langfuse", row("langfuse", messages, output, metadata=metadata, **fields))


@pytest.mark.parametrize("interface", ["open-webui", '"open-webui"'])
@pytest.mark.parametrize("output", ["Yes.", ""])
def test_the_answer_is_said_once(output: str, interface: str) -> None:
    """The newer filter logs it twice, the older one among the messages alone."""
    found = _read(LOGGED, output, {**OF_FILTER, "interface": interface})
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant("Yes.")]


@pytest.mark.parametrize("said", ['{"a": 1}', "[1, 2]", "103"])
def test_an_answer_that_is_json_is_said_once(said: str) -> None:
    """Langfuse keeps a text, which is read as what it says elsewhere."""
    found = _read([*ASKED, assistant(said)], said, OF_FILTER)
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant(said)]


def test_another_answer_is_another_turn() -> None:
    """What the messages do not have is not taken from them."""
    found = _read(LOGGED, "No.", OF_FILTER)
    assert isinstance(found, Conversation)
    assert [message["content"] for message in found.messages[-2:]] == ["Yes.", "No."]


def test_a_turn_of_the_assistant_that_others_log_is_no_answer() -> None:
    """Rule 1, and a failed call's messages end with an earlier answer."""
    assert _read(LOGGED, "", {"interface": "my-own"}) is NoCandidate.NO_REPLY
    assert _read(LOGGED, "", OF_FILTER, level="ERROR") is NoCandidate.FAILED


def _shown(kind: str, inside: str, done: str = "true") -> str:
    return (
        f'<details type="{kind}" done="{done}" duration="3">\n<summary>Thought for a while</summary>\n{inside}\n</details>\n'
    )


@pytest.mark.parametrize("inside", ["> Is 1 < 2?\n> \n> > Yes.", "&gt; Is 1 &lt; 2?\n&gt; \n&gt; &gt; Yes."])
def test_shown_thoughts_are_no_words_of_the_answer(inside: str) -> None:
    """Newer versions escape what older ones showed as it was."""
    shown = _shown("reasoning", inside) + "Yes."
    found = _read([*ASKED, assistant(shown)], shown, OF_FILTER)
    assert isinstance(found, Conversation)
    assert found.messages == [*ASKED, assistant("Yes.", reasoning_content="Is 1 < 2?\n\n> Yes.")]


@pytest.mark.parametrize(
    "shown",
    [
        _shown("tool_calls", "&quot;22&quot;") + "22.",
        "Let me look.\n" + _shown("tool_calls", "&quot;22&quot;") + "22.",
        _shown("reasoning", "> Hm.") + _shown("tool_calls", "&quot;22&quot;") + "22.",
        _shown("code_interpreter", "1 + 1") + "2.",
        _shown("reasoning", "> Hm.", done="false"),
        _shown("reasoning", "> Hm.\n</details>\n> So.") + "2.",
    ],
)
def test_shown_calls_are_no_words(shown: str) -> None:
    """Nor is code that was run, wherever in the chat it is; thoughts that did not end have no answer."""
    assert _read([*ASKED, assistant(shown)], shown, OF_FILTER) is NoCandidate.UNSUPPORTED
    assert _read([user("hi"), assistant(shown), *LOGGED[2:]], "Yes.", OF_FILTER) is NoCandidate.UNSUPPORTED


def test_what_users_show_is_theirs() -> None:
    """A user may ask about such a page, and so may others' models answer."""
    shown = _shown("tool_calls", "22")
    found = _read([user(shown), assistant("Yes.")], "Yes.", OF_FILTER)
    assert isinstance(found, Conversation)
    assert found.messages == [user(shown), assistant("Yes.")]
    assert isinstance(_read([user("hi")], shown, {"interface": "my-own"}), Conversation)
