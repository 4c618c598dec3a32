"""Functions traced as model calls: their arguments are the chat only where no word of it can be lost."""

from __future__ import annotations

from typing import Any

import pytest
from both_platforms import Case, assert_read, assert_unsupported
from model_calls import assistant, langsmith_row, read, system, user

from oumi_assets.reconstruction.conversation import Conversation

HI, HELLO = user("What is it?"), assistant("Hello.")
FUNCTION = {"name": "f", "description": "Does it.", "parameters": {"type": "object", "properties": {}}}
TOOLS = [{"type": "function", "function": FUNCTION}]

READ = [
    Case("messages and tools by position", {"args": [[HI], TOOLS]}, HELLO, [HI, HELLO], TOOLS),
    Case("the model's name first", {"args": ["gpt-4o-mini", [HI], TOOLS]}, HELLO, [HI, HELLO], TOOLS),
    Case("options behind", {"args": [[HI], {"model": "gpt", "tools": TOOLS, "n": 1}]}, HELLO, [HI, HELLO], TOOLS),
    Case("a request by position", {"args": [{"messages": [HI], "tools": TOOLS, "model": "gpt"}]}, HELLO, [HI, HELLO], TOOLS),
    Case("a request by name", {"request": {"messages": [HI], "tools": TOOLS}, "n": 1}, HELLO, [HI, HELLO], TOOLS),
    Case("a request called input", {"input": {"messages": [HI], "tools": TOOLS}, "n": 1}, HELLO, [HI, HELLO], TOOLS),
    Case("positions beside names (Python)", {"args": [[HI]], "model": "gpt", "tools": TOOLS}, HELLO, [HI, HELLO], TOOLS),
    Case("another name", {"chat_history": [HI], "model": "gpt", "tools": TOOLS}, HELLO, [HI, HELLO], TOOLS),
    Case("a system prompt by name", {"args": [[HI]], "system": "Be brief."}, HELLO, [system("Be brief."), HI, HELLO]),
    Case("tools by another name", {"history": [HI], "tool_schemas": TOOLS}, HELLO, [HI, HELLO], TOOLS),
    Case("a client beside them (Langfuse)", {"args": ["<OpenAI>", [HI]], "kwargs": {}}, HELLO, [HI, HELLO]),
    Case("a client by name", {"client": "<openai.OpenAI object at 0x7f43747da850>", "msgs": [HI]}, HELLO, [HI, HELLO]),
    *[
        Case(f"{name} beside messages", {"messages": [HI], name: "Be brief."}, HELLO, [system("Be brief."), HI, HELLO])
        for name in ("system_message", "systemMessage", "sys_prompt")
    ],
    Case("tools by another name beside messages", {"messages": [HI], "available": TOOLS}, HELLO, [HI, HELLO], TOOLS),
    Case("tools among options beside messages", {"messages": [HI], "options": {"tools": TOOLS}}, HELLO, [HI, HELLO], TOOLS),
    Case("a text beside a whole chat", {"messages": [HI], "question": "What is it?"}, HELLO, [HI, HELLO]),
    Case("a text that asks nothing", {"messages": [HI, HELLO], "session": "a b"}, HELLO, [HI, HELLO, HELLO]),
    Case("Google's request", {"args": [], "kwargs": {"model": "gemini", "contents": "What is it?"}}, HELLO, [HI, HELLO]),
    Case("instructions by name", {"msgs": [HI], "system_prompt": "Be brief."}, HELLO, [system("Be brief."), HI, HELLO]),
]


@pytest.mark.parametrize("case", READ, ids=[case.name for case in READ])
def test_the_one_argument_that_is_a_chat_is_read(case: Case) -> None:
    """Whatever the parameter is called, and with the tools, wherever these were given."""
    assert_read(case)


UNSURE: dict[str, Any] = {
    "a text before the messages": {"args": ["Be brief.", [HI]]},
    "a text behind the messages": {"args": [[HI], "And Rome?"]},
    "a text in an object": {"args": [[HI], {"question": "And Rome?"}]},
    "a text that only its name makes a request": {"args": [], "kwargs": {"contents": "Why?"}},
    "a text by name": {"history": [HI], "question": "Why?"},
    "a text by name beside positions": {"question": "Why?", "args": [[HI]], "kwargs": {"n": 1}},
    "things with names and descriptions": {"args": [[HI], [{"name": "Lamp", "description": "A bright one."}]]},
    "a text beside a request called input": {"input": {"messages": [HI]}, "question": "And Rome?"},
    "a question beside the messages": {"messages": [HI, HELLO], "question": "Why?"},
    "a question beside the system prompt": {"messages": [system("Be brief.")], "user_input": "Why?"},
    "a question and a system prompt beside the messages": {
        "messages": [HI, HELLO],
        "question": "Why?",
        "instructions": "Be brief.",
    },
    "a question and the system beside the system prompt": {
        "messages": [system("x")],
        "query": "Why?",
        "system": "Be brief.",
    },
    "a message beside the messages": {"messages": [HI, HELLO], "message": user("Why?"), "tools": TOOLS},
    "two lists of messages": {"history": [HI], "new": [HI]},
}


@pytest.mark.parametrize("arguments", UNSURE.values(), ids=UNSURE)
def test_words_beside_the_messages_are_not_left_out(arguments: Any) -> None:
    """A system prompt or the question itself: nobody can tell where they were said."""
    assert_unsupported(arguments, HELLO)


PIECES: list[tuple[Any, str]] = [
    ([{"role": "assistant", "content": "Hel"}, {"role": "assistant", "content": "lo."}], "Hello."),
    ([{"content": "Hel"}, {"content": "lo."}], "Hello."),
]


@pytest.mark.parametrize(("pieces", "said"), PIECES)
def test_messages_that_a_generator_yields_are_one_answer(pieces: Any, said: str) -> None:
    """LangSmith notes that tokens came."""
    line = langsmith_row({"messages": [HI]}, {"output": pieces}, events=[{"name": "new_token", "time": "now"}])
    found = read("langsmith", line)
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant(said)]


@pytest.mark.parametrize("texts", [["Hel", "lo."], ["assistant", "Hello."], ["ai", "Hello."], ["Hello."]])
def test_texts_in_a_list_are_pieces_or_the_documented_pair(texts: list[str]) -> None:
    """Whoever yields texts answered with all of them; a role before the text is how LangSmith's guide logs an answer."""
    found = read("langsmith", langsmith_row({"messages": [HI]}, {"output": texts}))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant("Hello.")]


def test_messages_that_a_function_returns_are_alternatives() -> None:
    """The first one is the conversation's, as everywhere."""
    events = [{"name": "start", "time": "now"}, {"name": "end", "time": "now"}, None]
    found = read("langsmith", langsmith_row({"messages": [HI]}, {"output": PIECES[0][0]}, events=events))
    assert isinstance(found, Conversation)
    assert found.messages == [HI, assistant("Hel")]


@pytest.mark.parametrize(
    "more",
    [{"role": "user", "content": "lo."}, {"content": "lo.", "name": "bot"}, {"content": ["lo."]}, {"text": "lo."}, "lo."],
)
def test_a_list_with_more_than_pieces_of_text_is_none_that_a_generator_yielded(more: dict[str, Any]) -> None:
    """Turns are not put together into one, and no other field of them is lost."""
    line = langsmith_row({"messages": [HI]}, {"output": [PIECES[0][0][0], more]}, events=[{"name": "new_token"}])
    found = read("langsmith", line)
    assert not isinstance(found, Conversation) or found.messages[-1]["content"] != "Hello."
