"""What LangSmith's integration of Google's ADK writes into texts is a part again, or is not read."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langsmith_row, read
from model_calls import assistant, user

from oumi_assets.reconstruction.candidate import NoCandidate

OF_ADK = {"metadata": {"ls_provider": "google_ai", "ls_integration": "google-adk"}}
IMAGE = "{'type': 'image', 'data': 'iVBORw0=', 'mime_type': 'image/png'}"
FILE = "{'type': 'file', 'file_uri': 'gs://b/f.pdf', 'mime_type': 'application/pdf'}"
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}}
DOCUMENT = {"type": "media", "file_uri": "gs://b/f.pdf", "mime_type": "application/pdf"}
DONE = assistant("A cat.")


def _text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def _read(messages: list[Any], output: Any = DONE, extra: Any = OF_ADK) -> Any:
    return read("langsmith", langsmith_row({"messages": messages}, output, extra=extra))


SENT = [
    (f"{IMAGE} What?", [PICTURE, _text("What?")]),
    (f"What? {IMAGE}", [_text("What?"), PICTURE]),
    (f"Is {IMAGE} like {IMAGE}\nor not?", [_text("Is"), PICTURE, _text(f"like {IMAGE}\nor not?")]),
    (f"{IMAGE} {FILE}", [PICTURE, DOCUMENT]),
]


@pytest.mark.parametrize(("content", "parts"), SENT)
def test_pictures_and_files_are_parts(content: str, parts: list[Any]) -> None:
    """They stand between blanks; a picture that a line break follows was written by somebody."""
    assert _read([user(content)]).messages == [user(parts), DONE]


def test_elsewhere_such_a_text_is_a_text() -> None:
    """Who asks about Python may write it."""
    plain = {"metadata": {"ls_provider": "openai"}}
    assert _read([user(IMAGE)], extra=plain).messages == [user(IMAGE), DONE]
    assert _read([user("Why {'type': 'list'}?")]).messages == [user("Why {'type': 'list'}?"), DONE]


def test_code_that_the_model_ran_is_not_read_as_its_words() -> None:
    """Nobody can tell where it ends."""
    said = assistant(
        "I compute. {'type': 'executable_code', 'language': <Language.PYTHON: 'PYTHON'>, 'code': 'print(1)'} One."
    )
    assert _read([user("1?"), said, user("Bye.")]) is NoCandidate.UNSUPPORTED


def test_an_answer_of_parts_that_were_left_out_is_none() -> None:
    """A picture that the model made is logged nowhere."""
    assert _read([user("A cat!")], {"role": "assistant", "content": None}) is NoCandidate.NO_REPLY
    calls = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    assert (
        _read([user("A cat!")], {"role": "assistant", "content": None, "tool_calls": calls}).messages[-1]["tool_calls"]
        == calls
    )
