"""What loggers write where there was no answer is never said by an assistant."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import FORMS, read
from model_calls import assistant, call, langfuse_row, langsmith_row, result, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

ASKED = {"messages": [user("Weather?")]}
USAGE = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
GEMINI_NONE: dict[str, Any] = {"content": "None", "role": "assistant", "finish_reason": None, "usage_metadata": USAGE}
FAILED = {"error": "ClientError('boom')", "status": "error", "level": "ERROR"}


def test_rule_1_the_none_of_a_failed_gemini_call_is_no_reply() -> None:
    """wrap_gemini logs the text of Python's None with a role, which a failed call's real answer has, too."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make(ASKED, GEMINI_NONE, **FAILED)) is NoCandidate.FAILED, form


def test_a_model_that_says_none_is_heard() -> None:
    """Only a call that failed and used no token said nothing."""
    used = {**GEMINI_NONE, "usage_metadata": {**USAGE, "output_tokens": 1}}
    ended, begun = {**GEMINI_NONE, "finish_reason": "STOP"}, {**GEMINI_NONE, "content": "None of"}
    bare = {"role": "assistant", "content": "None"}
    for output, fields in ((GEMINI_NONE, {}), (used, FAILED), (ended, FAILED), (begun, FAILED), (bare, FAILED)):
        assert isinstance(read("langsmith", langsmith_row(ASKED, output, **fields)), Conversation)


OBJECTS = [
    "<openai.Stream object at 0x7f43747da850>",
    "<openai.AsyncStream object at 0x7f53401fb610>",
    "<generator object Agent.ask.<locals>.pieces at 0x10A2B3C4D>",
    "<APIResponse [200 OK] type=<class 'openai.types.chat.chat_completion.ChatCompletion'>>",
    "<Response [200 OK]>",
    "<Response [200]>",
]


@pytest.mark.parametrize("output", OBJECTS)
def test_rule_1_the_name_of_an_object_is_no_reply(output: str) -> None:
    """A traced function that returns a stream has its answer nowhere; a model must not learn to say where it lay."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make(ASKED, output)) is NoCandidate.NO_REPLY, form


@pytest.mark.parametrize("output", [f"It prints {OBJECTS[0]}", f"{OBJECTS[0]} and {OBJECTS[1]}", "<p>object at 0x10</p>"])
def test_an_answer_that_speaks_of_an_object_is_heard(output: str) -> None:
    """Coding agents explain such texts."""
    for form, make in FORMS.items():
        found = read(form.split()[-1], make(ASKED, output))
        assert isinstance(found, Conversation), form
        assert found.messages[-1] == assistant(output)


ANSWERED = [user("Weather?"), assistant(None, call("call_1", "weather")), result("call_1", "sunny")]
PREPARED = {"tools": [{}], "user_msg": None, "chat_history": ANSWERED, "verbose": False}


@pytest.mark.parametrize("asked", [PREPARED, {"messages": ANSWERED}, ANSWERED])
def test_rule_1_the_messages_of_the_request_are_no_reply(asked: Any) -> None:
    """LlamaIndex traces how it puts a request together like a call; the last turn of an assistant is no answer to that."""
    for form, make in FORMS.items():
        assert read(form.split()[-1], make(asked, {"messages": ANSWERED, "tool_choice": "auto"})) is NoCandidate.NO_REPLY, (
            form
        )
        grown = read(form.split()[-1], make(asked, {"messages": [*ANSWERED, assistant("Sun.")]}))
        assert isinstance(grown, Conversation), form
        assert grown.messages[-1] == assistant("Sun.")


def _streamed(arguments: str) -> dict[str, Any]:
    """All that Langfuse's `observeOpenAI` logs of a stream that called."""
    return {"tool_calls": [{"function": {"name": "now", "arguments": arguments}}]}


@pytest.mark.parametrize("arguments", ['{"city": "Rome"}{"city": "Oslo"}{}', '{"ci{"city":ty": "Rome"Oslo"}"}'])
def test_rule_1_calls_that_a_logger_mixed_into_one_are_no_reply(arguments: str) -> None:
    """The last call's name with the arguments of all: the model called nothing like it."""
    assert read("langfuse", langfuse_row(ASKED, _streamed(arguments))) is NoCandidate.NO_REPLY


@pytest.mark.parametrize("arguments", ['{"city": "Rome"}', "{}", ""])
def test_one_call_of_such_a_stream_is_the_reply(arguments: str) -> None:
    """Its id was not logged, and its name and arguments were."""
    found = read("langfuse", langfuse_row(ASKED, _streamed(arguments)))
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant(None, call("call_1_0", "now", arguments or "{}"))


BROKEN = {"function": {"name": "now", "arguments": '{"ci'}}


@pytest.mark.parametrize(
    "output",
    [
        {"tool_calls": [{**BROKEN, "id": "a", "type": "function"}]},
        {"tool_calls": [BROKEN, BROKEN]},
        {"content": "Look.", "tool_calls": [BROKEN]},
        {"tool_calls": [{"function": {**BROKEN["function"], "strict": True}}]},
    ],
)
def test_calls_that_another_logger_has_are_the_reply_though_they_broke_off(output: dict[str, Any]) -> None:
    """An answer that reached its limit: only the form of that SDK tells that its calls were mixed."""
    found = read("langfuse", langfuse_row(ASKED, output))
    assert isinstance(found, Conversation)
    assert [one["function"] for one in found.messages[-1]["tool_calls"]] == [BROKEN["function"]] * len(output["tool_calls"])


@pytest.mark.parametrize("parameters", [{"finishReason": "tool-calls", "mode": None}, '{"finishReason": "tool-calls"}'])
def test_rule_1_the_words_beside_calls_that_were_not_logged_are_no_reply(parameters: Any) -> None:
    """langfuse-vercel logs an answer's text or its calls; the AI SDK's reason tells that the text was not all."""
    line = langfuse_row(ASKED["messages"], "Let me look.", modelParameters=parameters)
    assert read("langfuse", line) is NoCandidate.NO_REPLY
    for said, reason in (("Sunny.", "stop"), ('{"city":"Rome"}', "tool-calls")):
        found = read("langfuse", langfuse_row(ASKED["messages"], said, modelParameters={"finishReason": reason}))
        assert isinstance(found, Conversation), said
        assert found.messages[-1] == assistant(said)


@pytest.mark.parametrize("output", [{"content": []}, {"role": "assistant", "content": []}])
def test_rule_1_a_list_of_no_parts_is_no_reply_of_the_responses_api(output: dict[str, Any]) -> None:
    """Langfuse's handlers for LangChain.js lose such an answer's calls; elsewhere a model may really say nothing."""
    fields = {"metadata": {"ls_provider": "openai"}}
    called = read("langfuse", langfuse_row(ASKED["messages"], {**output, "tool_calls": [call("a", "now")]}, **fields))
    assert isinstance(called, Conversation)
    assert read("langfuse", langfuse_row(ASKED["messages"], output, **fields)) is NoCandidate.NO_REPLY
    for line in (
        langfuse_row(ASKED["messages"], output, metadata={"ls_provider": "anthropic"}),
        langfuse_row(ASKED["messages"], {"role": "assistant", "content": ""}, **fields),
    ):
        assert isinstance(read("langfuse", line), Conversation)
