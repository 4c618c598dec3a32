"""SDKs' messages that were logged as what Python says of them, among messages that are JSON."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import assistant, call, read, result, row, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

_CALL = "ToolCall(function=Function(arguments='{\"city\": \"Rome, a=b\"}', name='weather'), id='c1', type='function')"
LITELLM = f"Message(content=None, role='assistant', tool_calls=[{_CALL}], function_call=None, provider_specific_fields=None)"
OPENAI = f"ChatCompletionMessage(content=None, refusal=None, role='assistant', audio=None, tool_calls=[{_CALL}])"
MISTRAL = f"role='assistant' content=None tool_calls=[{_CALL}] prefix=False"
AGNO = (
    "role='assistant' content=None tool_calls=[{'id': 'c1', 'function': {'arguments': '{\"city\": \"Rome, a=b\"}', 'name': "
    "'weather'}, 'type': 'function'}] from_history=False metrics=MessageMetrics(input_tokens=1, time=0.07, "
    "timer=<agno.utils.timer.Timer object at 0x7f28e1d2d510>) references=None created_at=1796037629"
)
CALLED = assistant(None, call("c1", "weather", '{"city": "Rome, a=b"}'))
WORDS = {
    """Message(content='It\\'s a=b, role="x"\\nYes.', role='assistant', tool_calls=None)""": 'It\'s a=b, role="x"\nYes.',
    """role='assistant' content='It is role=x now.' tool_calls=Unset() prefix=False""": "It is role=x now.",
    """content='Hi' role='assistant'""": "Hi",
}


def _read(*messages: Any) -> Conversation | NoCandidate:
    return read("langfuse", row("langfuse", [user("hi"), *messages], {"role": "assistant", "content": "Sunny."}))


@pytest.mark.parametrize("logged", [LITELLM, OPENAI, MISTRAL, AGNO])
def test_calls_of_an_object_are_the_messages(logged: str) -> None:
    """Whoever appends an answer to the history as it came logs it so."""
    found = _read(logged, {"role": "tool", "tool_call_id": "c1", "content": "20C"})
    assert isinstance(found, Conversation)
    assert found.messages == [user("hi"), CALLED, result("c1", "20C"), assistant("Sunny.")]


@pytest.mark.parametrize(("logged", "said"), WORDS.items())
def test_words_of_an_object_are_the_messages(logged: str, said: str) -> None:
    """Whatever stands in them."""
    found = _read(logged, user("And?"))
    assert isinstance(found, Conversation)
    assert found.messages[1] == assistant(said)


@pytest.mark.parametrize(
    "logged",
    [
        "Message(content='cut of",
        "Message(content=<Image object at 0x7f43747da850>, role='assistant')",
        "role='assistant' content=<generator>",
        "Message(content='no role')",
        "content='no role' name='x'",
        "just a text",
    ],
)
def test_what_tells_no_message_is_not_read(logged: str) -> None:
    """Then the call is left out rather than made a message shorter."""
    assert _read(logged) is NoCandidate.UNSUPPORTED
