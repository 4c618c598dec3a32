"""LangSmith's `wrap_gemini` loses parts: what it lost is not made up, and not left out silently."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import langsmith_row, read
from model_calls import assistant, langfuse_row, user
from traces import choose_from, rows_of

from oumi_assets.platforms import LANGSMITH
from oumi_assets.reconstruction.candidate import NoCandidate, read_candidate
from oumi_assets.reconstruction.choose import Chosen, NotChosen
from oumi_assets.reconstruction.conversation import Candidate, Conversation

OF_GOOGLE = {"metadata": {"ls_provider": "google", "ls_model_type": "chat"}}
USAGE = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
DONE = {"content": "Cold.", "role": "assistant", "finish_reason": "STOP", "usage_metadata": USAGE}
ASKED = user("Oslo?")
CALL = {"role": "model", "content": [{"type": "function_call", "function_call": {"name": "f", "arguments": {}}}]}
RESULT = {"role": "user", "content": [{"type": "function_response", "function_response": {"name": "f", "response": {}}}]}


def _read(messages: list[Any], output: Any = DONE, extra: Any = OF_GOOGLE) -> Any:
    inputs = {"messages": messages, "model": "gemini-2.5-flash", "config": None}
    return read("langsmith", langsmith_row(inputs, output, extra=extra))


LOST = [
    # Python, objects of the SDK: calls, results and pictures became an empty text.
    [ASKED, {"role": "model", "content": "Let me look."}, user("")],
    [ASKED, {"role": "model", "content": ""}, user("")],
    [user("")],
    # Python before 2026: the whole content of the model is missing. JavaScript: its calls are.
    [ASKED, RESULT],
    [ASKED, {"role": "model", "content": ""}, RESULT],
    [ASKED, {"role": "model", "content": "Let me look."}, RESULT],
]


@pytest.mark.parametrize("messages", LOST)
def test_a_request_that_lost_parts_is_not_read(messages: list[Any]) -> None:
    """A model must not learn to answer without the calls that it made; the trace's earlier calls have lost nothing."""
    assert _read(messages) is NoCandidate.UNSUPPORTED


def test_a_stream_without_a_text_has_no_answer() -> None:
    """Its calls are logged nowhere."""
    assert _read([ASKED], {"content": "", "usage_metadata": USAGE}) is NoCandidate.NO_REPLY


def test_what_lost_nothing_is_read() -> None:
    """Dictionaries in camel case are logged whole."""
    assert len(_read([ASKED, CALL, RESULT]).messages) == 4
    assert _read([ASKED], {"content": "Cold.", "usage_metadata": USAGE}).messages == [ASKED, assistant("Cold.")]
    assert _read([ASKED], {**DONE, "content": ""}).messages == [ASKED, assistant("")]


def test_elsewhere_an_empty_message_is_empty() -> None:
    """Other APIs take them."""
    found = _read([user("")], extra={"metadata": {"ls_provider": "openai"}})
    assert isinstance(found, Conversation)
    assert found.messages == [user(""), assistant("Cold.")]


def test_the_command_line_calls_the_metadata_otherwise() -> None:
    """Its rows tell the provider, too."""
    inputs = {"messages": [user("")], "model": "gemini-2.5-flash"}
    assert read("langsmith", langsmith_row(inputs, DONE, custom_metadata=OF_GOOGLE["metadata"])) is NoCandidate.UNSUPPORTED


def _config(**given: Any) -> dict[str, Any]:
    return {"system_instruction": None, "tools": None, "thinking_config": None, **given}


def _with_config(messages: list[Any], config: Any, output: Any) -> Any:
    inputs = {"messages": messages, "model": "gemini-2.5-flash", "config": config}
    return read("langsmith", langsmith_row(inputs, output, extra=OF_GOOGLE))


DECLARED = [{"function_declarations": [{"name": "f"}]}]
STREAM = {"content": "Let me look.", "usage_metadata": USAGE}


@pytest.mark.parametrize(
    "tools", [DECLARED, ["<function f at 0x7f8d3705d260>"], [{"functionDeclarations": [{"name": "f"}]}]]
)
def test_a_stream_that_may_have_called_has_no_answer(tools: list[Any]) -> None:
    """Python's wrapper keeps the texts alone, whether or not the model called a tool behind them."""
    config = _config(tools=tools, automatic_function_calling={"disable": True})
    assert _with_config([ASKED], config, STREAM) is NoCandidate.NO_REPLY


def test_the_last_stream_of_a_loop_called_nothing() -> None:
    """Had it, the loop would have gone on with the results."""
    inputs = {"messages": [ASKED], "model": "gemini-2.5-flash", "config": _config(tools=DECLARED)}
    line = langsmith_row(inputs, STREAM, extra=OF_GOOGLE, id="call", parent_run_id="loop")
    loop = langsmith_row({"question": "Oslo?"}, {"output": "Let me look."}, id="loop", run_type="chain")
    found, _ = read_candidate(line, LANGSMITH, rows_of([line, loop], LANGSMITH))
    assert isinstance(found, Candidate)
    assert found.messages == [ASKED, assistant("Let me look.")]
    assert read_candidate(line, LANGSMITH, rows_of([line], LANGSMITH))[0] is NoCandidate.NO_REPLY


def test_a_stream_that_something_followed_may_have_called() -> None:
    """The next call's history lost what this one called: none but the stream can be read, and it is not the last word."""
    inputs = {"model": "gemini-2.5-flash", "config": _config(tools=DECLARED)}
    times = [{"start_time": f"2026-05-19 10:00:0{second}.000000+00:00"} for second in range(3)]
    loop = langsmith_row({"question": "Oslo?"}, {"output": "9."}, id="loop", run_type="chain", **times[0])
    first = langsmith_row(
        {"messages": [ASKED], **inputs}, STREAM, extra=OF_GOOGLE, id="call", parent_run_id="loop", **times[1]
    )
    history = [ASKED, {"role": "model", "content": ""}, {"role": "user", "content": ""}]
    rest = langsmith_row(
        {"messages": history, **inputs}, STREAM, extra=OF_GOOGLE, id="rest", parent_run_id="loop", **times[2]
    )
    assert isinstance(choose_from([loop, first]).found, Chosen)
    assert isinstance(choose_from([loop, first, rest]).found, NotChosen)


def test_what_a_stream_lost_is_no_text_in_its_place_either() -> None:
    """Also where the answer was kept as text."""
    line = langfuse_row([ASKED], {"content": "", "usage_metadata": USAGE}, metadata={"ls_provider": "google"})
    assert read("langfuse", line) is NoCandidate.NO_REPLY


def test_a_stream_without_tools_of_ours_is_whole() -> None:
    """What the provider searches by itself is no call."""
    found = _with_config([ASKED], _config(tools=[{"google_search": {}}]), STREAM)
    assert found.messages == [ASKED, assistant("Let me look.")]


SELF_CALLED = [
    ["<function f at 0x7f8d3705d260>"],
    ["<bound method T.f of <T object at 0x7f>>"],
    [{}],
    [{"mcpClients": [], "config": {}}],
]


@pytest.mark.parametrize("tools", SELF_CALLED)
def test_functions_that_the_sdk_calls_are_told_nowhere(tools: list[Any]) -> None:
    """The answer stands behind calls and results that no row has."""
    assert _with_config([ASKED], _config(tools=tools), DONE) is NoCandidate.UNSUPPORTED
    off = _config(tools=tools, automatic_function_calling={"disable": True})
    assert _with_config([ASKED], off, DONE).messages == [ASKED, assistant("Cold.")]


def test_a_picture_whose_question_was_lost_is_not_read() -> None:
    """JavaScript's wrapper leaves a text among parts out; a picture alone asks nothing."""
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0=", "detail": "high"}}
    assert _read([user([picture])]) is NoCandidate.UNSUPPORTED
    assert _read([user([{"type": "text", "text": "What?"}, picture])]).messages[0]["role"] == "user"


THINKS = {"thinking_config": {"include_thoughts": True}}
THOUGHT = {**USAGE, "output_token_details": {"reasoning": 7}}


def _texts(*texts: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text} for text in texts]
    return {"content": content, "role": "assistant", "finish_reason": "STOP", "usage_metadata": THOUGHT}


def test_the_first_of_two_texts_is_the_thought_that_was_asked_for() -> None:
    """Without a stream, Gemini answers with one summary of its thoughts and one text."""
    found = _with_config([ASKED], _config(**THINKS), _texts("**Hm**\n\nOslo.", "Cold."))
    assert found.messages == [ASKED, {**assistant("Cold."), "reasoning_content": "**Hm**\n\nOslo."}]
    unasked = _with_config([ASKED], _config(), _texts("Rather", "Cold."))
    assert unasked.messages == [ASKED, assistant("Rather\nCold.")]


CALLED = {"id": "call_0", "type": "function", "index": 0, "function": {"name": "f", "arguments": "{}"}}
MIXED = [
    _texts("**Hm**", "Rather", "cold."),
    {**_texts(), "content": "**Hm**\n\nLet me look.", "tool_calls": [CALLED]},
    {**_texts(), "content": "**Hm**\n\nOslo is", "finish_reason": "MAX_TOKENS"},
]


@pytest.mark.parametrize("output", MIXED)
def test_thoughts_among_the_words_are_no_answer(output: Any) -> None:
    """Nobody can tell where they end."""
    assert _with_config([ASKED], _config(**THINKS), output) is NoCandidate.NO_REPLY


def test_words_without_thoughts_are_the_answer() -> None:
    """One text of an answer that is whole, calls without words, thoughts that were marked in JavaScript."""
    whole = {**_texts(), "content": "Cold."}
    assert _with_config([ASKED], _config(**THINKS), whole).messages == [ASKED, assistant("Cold.")]
    calls = {**_texts(), "content": None, "tool_calls": [CALLED]}
    assert _with_config([ASKED], _config(**THINKS), calls).messages[-1]["content"] is None
    marked = {
        **_texts("Hm", "Cold."),
        "content": [{"type": "text", "text": "Hm", "thought": True}, {"type": "text", "text": "Cold."}],
    }
    found = _with_config([ASKED], {"thinkingConfig": {"includeThoughts": True}}, marked)
    assert found.messages[-1] == {**assistant("Cold."), "reasoning_content": "Hm"}


def test_a_history_that_may_hold_thoughts_is_not_read() -> None:
    """A chat keeps the thoughts of its turns, and the wrapper joins them with the words."""
    said = {"role": "model", "content": "**Hm**\n\nOslo.\nCold."}
    assert _with_config([ASKED, said, user("Thanks.")], _config(**THINKS), _texts("Hm", "Bye.")) is NoCandidate.UNSUPPORTED
    short = {"role": "model", "content": "Cold."}
    assert len(_with_config([ASKED, short, user("Thanks.")], _config(**THINKS), _texts("Hm", "Bye.")).messages) == 4


def test_numbers_of_calls_are_no_ids() -> None:
    """Gemini names no call, and the next request has none of these, either."""
    output = {**DONE, "content": None, "tool_calls": [CALLED, {**CALLED, "id": "real", "index": 1}]}
    calls = _read([ASKED], output).messages[-1]["tool_calls"]
    assert [call["id"] for call in calls] == ["call_1_0", "real"]


def test_a_lost_question_is_seen_where_all_else_is_plain() -> None:
    """Messages in OpenAI's form without a config are read without the shapes, unless the wrapper logged them."""
    inputs = {"messages": [user("")], "model": "gemini-2.5-flash"}
    assert read("langsmith", langsmith_row(inputs, assistant("A cat."), extra=OF_GOOGLE)) is NoCandidate.UNSUPPORTED
