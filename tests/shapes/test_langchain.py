"""LangChain in every serialization that its tracers and Langfuse's handlers have used (langchain-core 0.0 to 1.7, JS)."""

from __future__ import annotations

from typing import Any

import pytest
from model_calls import Logged, assert_read, assistant, call, parametrize, read, result, row, system, user

from oumi_assets.reconstruction.candidate import NoCandidate
from oumi_assets.reconstruction.conversation import Conversation

TOOL = {"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}}
RAW_CALLS = [
    {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}},
    {"id": "b", "type": "function", "function": {"name": "weather", "arguments": "{bad"}},
]
PARSED = [{"name": "weather", "args": {"city": "Rome"}, "id": "a", "type": "tool_call"}]
INVALID = [{"type": "invalid_tool_call", "id": "b", "name": "weather", "args": "{bad", "error": "e"}]
WIRE_CALLS = [call("a", "weather", '{"city": "Rome"}'), call("b", "weather", "{bad")]
CUSTOM_CALL = {"type": "custom_tool_call", "call_id": "k1", "name": "run", "input": "print(3**3)", "id": "ct_1"}
TEXT = {"type": "text", "text": "a"}
GEMINI_CALL = {"type": "functionCall", "functionCall": {"name": "weather", "args": {"city": "Rome"}}}
FLAT = {"additional_kwargs": {}, "response_metadata": {}, "name": None, "id": None}


def _lc(kind: str, content: Any, *namespace: str, **kwargs: Any) -> dict[str, Any]:
    path = [*(namespace or ("langchain", "schema", "messages")), kind]
    return {"lc": 1, "type": "constructor", "id": path, "kwargs": {"content": content, **kwargs}}


def _generations(*messages: Any, kind: str = "ChatGeneration") -> dict[str, Any]:
    made = [{"text": "", "generation_info": None, "type": kind, "message": message} for message in messages]
    return {"generations": [made], "llm_output": None, "run": None, "type": "LLMResult"}


ASKED = {"messages": [[_lc("HumanMessage", "hi", type="human")]]}
DONE = _generations(_lc("AIMessage", "Done.", type="ai"))
HI, HELLO = user("hi"), assistant("Done.")
THOUGHT_AND_CALLED = [
    HI,
    assistant("Looking.", call("a", "weather", '{"city":"Rome"}'), reasoning_content="Look."),
    result("a", "sunny"),
]


def _langsmith(name: str, messages: list[Any], wire: list[dict[str, Any]], **fields: Any) -> Logged:
    return Logged(name, "langsmith", {"messages": messages}, DONE, [*wire, HELLO], [], fields)


def _langfuse(name: str, messages: list[Any], wire: list[dict[str, Any]], tools: list[Any] | None = None) -> Logged:
    reply = {"role": "assistant", "content": "Done.", "additional_kwargs": {"refusal": None}}
    return Logged(name, "langfuse", messages, reply, [*wire, HELLO], tools or [])


HISTORY = [
    _langsmith(
        "constructors of today",
        [
            [
                _lc("SystemMessage", "Be brief.", type="system"),
                _lc("HumanMessage", "hi", type="human"),
                _lc(
                    "AIMessage",
                    "",
                    type="ai",
                    additional_kwargs={"tool_calls": RAW_CALLS},
                    tool_calls=PARSED,
                    invalid_tool_calls=INVALID,
                ),
                _lc("ToolMessage", [{"type": "text", "text": "sunny"}], type="tool", name="weather", tool_call_id="a"),
                _lc("ToolMessage", "snow", type="tool", tool_call_id="b", status="success"),
            ]
        ],
        [
            system("Be brief."),
            HI,
            assistant(None, *WIRE_CALLS),
            {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "a"},
            result("b", "snow"),
        ],
    ),
    _langsmith(
        "JavaScript and chunks, without a type",
        [
            [
                _lc("HumanMessageChunk", "hi", "langchain_core", "messages"),
                _lc("AIMessageChunk", "", "langchain_core", "messages", tool_calls=PARSED, tool_call_chunks=[]),
                _lc("ToolMessage", "sunny", "langchain_core", "messages", tool_call_id="a", additional_kwargs={}),
            ]
        ],
        [HI, assistant(None, call("a", "weather", '{"city":"Rome"}')), result("a", "sunny")],
    ),
    _langsmith(
        "calls that the application took out are gone",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc("AIMessage", "", additional_kwargs={"tool_calls": RAW_CALLS}, tool_calls=PARSED),
                _lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        [HI, assistant(None, WIRE_CALLS[0]), result("a", "sunny")],
    ),
    _langsmith("old JavaScript", [[_lc("HumanChatMessage", "hi", "langchain", "schema")]], [HI]),
    _langsmith("flat", [{"content": "hi", "type": "human", **FLAT}], [HI]),
    _langsmith("flat, nested", [[{"content": "hi", "type": "human"}]], [HI]),
    _langsmith("stored", [{"type": "human", "data": {"content": "hi", "type": "human", **FLAT}}], [HI]),
    _langsmith("pairs", [["system", "Be brief."], ["human", "hi"]], [system("Be brief."), HI]),
    _langsmith("pairs, nested", [[["human", "hi"], ["ai", "hey"]]], [HI, assistant("hey")]),
    _langsmith("a chat message with its own role", [[_lc("ChatMessage", "hi", type="chat", role="user")]], [HI]),
    _langsmith("a generic message of JavaScript", [{"type": "generic", "role": "user", "content": "hi"}], [HI]),
    _langsmith("upper-case roles", [{"role": "Human", "content": "hi"}], [HI]),
    _langsmith(
        "functions of old",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc("AIMessage", "", additional_kwargs={"function_call": {"name": "f", "arguments": '{"a":1}'}}),
                _lc("FunctionMessage", "r", name="f"),
            ]
        ],
        [
            HI,
            assistant(None, call("call_1_0", "f", '{"a":1}')),
            {"role": "tool", "content": "r", "name": "f", "tool_call_id": "call_1_0"},
        ],
    ),
    _langsmith(
        "blocks that repeat the call, and thinking",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc(
                    "AIMessage",
                    [
                        {"type": "thinking", "thinking": "Look.", "signature": "s"},
                        {"type": "text", "text": "Looking."},
                        {"type": "tool_use", "id": "a", "name": "weather", "input": {"city": "Rome"}},
                    ],
                    tool_calls=PARSED,
                ),
                _lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        THOUGHT_AND_CALLED,
    ),
    _langsmith(
        "blocks of the Responses API, the only place of the call",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc(
                    "AIMessage",
                    [
                        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}]},
                        {"type": "text", "text": "Looking.", "annotations": []},
                        {"type": "function_call", "name": "weather", "arguments": "{}", "call_id": "a", "id": "fc_1"},
                    ],
                ),
                _lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        [HI, assistant("Looking.", call("a", "weather"), reasoning_content="Look."), result("a", "sunny")],
    ),
    _langsmith(
        "JavaScript: Gemini's call beside the call that was read from it, and a thought",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc(
                    "AIMessage",
                    [
                        {"thought": True, "type": "text", "text": "Look."},
                        {"type": "text", "text": "Looking."},
                        GEMINI_CALL,
                    ],
                    tool_calls=PARSED,
                ),
                _lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        THOUGHT_AND_CALLED,
    ),
    _langsmith(
        "JavaScript: Gemini's call, the only place of the call",
        [[_lc("HumanMessage", "hi"), _lc("AIMessage", [GEMINI_CALL]), _lc("ToolMessage", "sunny", name="weather")]],
        [
            HI,
            assistant(None, call("call_1_0", "weather", '{"city":"Rome"}')),
            {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "call_1_0"},
        ],
    ),
    _langsmith(
        "an answer given as audio",
        [[_lc("HumanMessage", "hi"), _lc("AIMessage", "", additional_kwargs={"audio": {"transcript": "hey"}})]],
        [HI, assistant("hey")],
    ),
    _langsmith(
        "a custom tool of the Responses API: the call's block, and its result's",
        [
            [
                _lc("HumanMessage", "3^3?"),
                _lc("AIMessage", [CUSTOM_CALL], tool_calls=[{"name": "run", "args": {"__arg1": "print(3**3)"}, "id": "k1"}]),
                _lc("ToolMessage", [{"type": "custom_tool_call_output", "output": "27"}], name="run", tool_call_id="k1"),
            ]
        ],
        [
            user("3^3?"),
            assistant(None, call("k1", "run", "print(3**3)")),
            {"role": "tool", "content": "27", "name": "run", "tool_call_id": "k1"},
        ],
    ),
    _langsmith(
        "a custom tool's call without its block, and arguments that nobody wrapped",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc("AIMessage", "", tool_calls=[{"name": "run", "args": {"__arg1": "x"}, "id": "k1"}]),
                _lc("ToolMessage", "27", tool_call_id="k1"),
                _lc("AIMessage", [{**CUSTOM_CALL, "call_id": "a"}], tool_calls=PARSED),
                _lc("ToolMessage", [{"type": "custom_tool_call_output", "output": [TEXT, TEXT]}], tool_call_id="a"),
            ]
        ],
        [
            HI,
            assistant(None, call("k1", "run", '{"__arg1":"x"}')),
            result("k1", "27"),
            assistant(None, call("a", "weather", '{"city":"Rome"}')),
            result("a", "a\na"),
        ],
    ),
    _langsmith(
        "a custom tool's block, the only place of the call",
        [[_lc("HumanMessage", "hi"), _lc("AIMessage", [CUSTOM_CALL]), _lc("ToolMessage", "27", tool_call_id="k1")]],
        [HI, assistant(None, call("k1", "run", "print(3**3)")), result("k1", "27")],
    ),
    _langsmith(
        "results inside a human message",
        [
            [
                _lc("HumanMessage", "hi"),
                _lc("AIMessage", [{"type": "tool_use", "id": "a", "name": "weather", "input": {}}]),
                _lc(
                    "HumanMessage",
                    [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}, {"type": "text", "text": "so?"}],
                ),
            ]
        ],
        [HI, assistant(None, call("a", "weather")), result("a", "sunny"), user("so?")],
    ),
    _langfuse(
        "the handler's calls and tools",
        [
            HI,
            {"role": "assistant", "content": "", "tool_calls": PARSED},
            {"role": "tool", "content": "sunny", "tool_call_id": "a"},
            {"role": "tool", "content": TOOL},
        ],
        [HI, assistant(None, call("a", "weather", '{"city":"Rome"}')), result("a", "sunny")],
        [TOOL],
    ),
    _langfuse(
        "tools that were not normalized",
        [
            HI,
            {"role": "tool", "content": {"name": "weather", "description": "d", "input_schema": {"type": "object"}}},
        ],
        [HI],
        [TOOL],
    ),
    _langfuse(
        "JavaScript: a result under its tool's name, or under none",
        [
            {"content": "hi", "role": "user"},
            {"content": "", "role": "assistant", "tool_calls": RAW_CALLS},
            {"content": "sunny", "additional_kwargs": {}, "role": "weather"},
            {"content": "snow", "additional_kwargs": {}},
        ],
        [HI, assistant(None, *WIRE_CALLS), result("a", "sunny"), result("b", "snow")],
    ),
    _langfuse("JavaScript: constructors", [_lc("HumanMessage", "hi", "langchain_core", "messages")], [HI]),
]

AI = {"content": "Done.", "type": "ai", **FLAT, "tool_calls": [], "invalid_tool_calls": []}
CHUNKS = [
    {"name": "f", "args": '{"a"', "id": None, "index": 0, "type": "tool_call_chunk"},
    {"name": None, "args": ":1}", "id": None, "index": 0, "type": "tool_call_chunk"},
]

REPLIES: list[tuple[str, Any, dict[str, Any]]] = [
    ("nested generations", DONE, HELLO),
    ("flat generations", {"generations": DONE["generations"][0]}, HELLO),
    ("a chunk", _generations(_lc("AIMessageChunk", "Done.", type="AIMessageChunk"), kind="ChatGenerationChunk"), HELLO),
    (
        "a serialized generation",
        {"generations": [[{"lc": 1, "type": "constructor", "id": ["x", "ChatGeneration"], "kwargs": {"message": AI}}]]},
        HELLO,
    ),
    ("alternatives", _generations(_lc("AIMessage", "Done."), _lc("AIMessage", "Other.")), HELLO),
    ("a flat message in a generation", _generations(AI), HELLO),
    ("a wire message", {"role": "assistant", "content": "Done."}, HELLO),
    ("a constructor", _lc("AIMessage", "Done."), HELLO),
    ("a flat message", AI, HELLO),
    ("a message under a key", {"message": _lc("AIMessage", "Done.")}, HELLO),
    ("an output", {"output": _lc("AIMessage", "Done.")}, HELLO),
    ("an output that is a text", {"output": "Done."}, HELLO),
    ("a message that speaks, beside what it came from", {**HELLO, "output": {"type": "ai", "content": "Other."}}, HELLO),
    ("a role beside a message", {"role": "assistant", "content": "", "output": AI}, HELLO),
    ("messages", {"messages": [_lc("HumanMessage", "hi"), _lc("AIMessage", "Done.")]}, HELLO),
    ("flat messages", {"messages": [{"type": "human", "content": "hi"}, {"type": "ai", "content": "Done."}]}, HELLO),
    (
        "chunks without an id",
        _generations(_lc("AIMessageChunk", "", tool_calls=[], tool_call_chunks=CHUNKS)),
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "a streamed call without an id",
        _generations(_lc("AIMessageChunk", "", tool_calls=[{"name": "f", "args": {"a": 1}, "id": None}], type="x")),
        assistant(None, call("call_1_0", "f", '{"a":1}')),
    ),
    (
        "raw calls with holes",
        _generations(_lc("AIMessage", "", additional_kwargs={"tool_calls": [None, RAW_CALLS[0]]})),
        assistant(None, WIRE_CALLS[0]),
    ),
    (
        "only unparsable calls",
        _generations(_lc("AIMessage", "", tool_calls=[], invalid_tool_calls=INVALID)),
        assistant(None, WIRE_CALLS[1]),
    ),
    (
        "an answer given as audio",
        _generations(_lc("AIMessage", "", additional_kwargs={"audio": {"data": "AAAA", "transcript": "Done."}})),
        HELLO,
    ),
    (
        "an answer given as audio, and as a text",
        _generations(_lc("AIMessage", "Done.", additional_kwargs={"audio": {"data": "AAAA", "transcript": "Other."}})),
        HELLO,
    ),
    ("audio without a transcript", _generations(_lc("AIMessage", "", additional_kwargs={"audio": "AAAA"})), assistant("")),
    (
        "a refusal and its reasoning",
        _generations(_lc("AIMessage", "", additional_kwargs={"refusal": "No.", "reasoning_content": "Bad."})),
        assistant("No.", refusal="No.", reasoning_content="Bad."),
    ),
]


@parametrize(HISTORY)
def test_a_history_is_read(logged: Logged) -> None:
    """The same chat in twenty serializations is one conversation."""
    assert_read(logged)


@pytest.mark.parametrize(("output", "wire"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES])
def test_a_reply_is_read(output: Any, wire: dict[str, Any]) -> None:
    """Wherever a tracer puts the answer, it is the last message."""
    assert_read(Logged("", "langsmith", ASKED, output, [HI, wire]))


def test_tools_are_invocation_parameters() -> None:
    """LangSmith's tracer keeps tool definitions beside the messages."""
    fields = {"extra": {"invocation_params": {"tools": [TOOL]}}}
    assert_read(Logged("", "langsmith", ASKED, DONE, [HI, HELLO], [TOOL], fields))


@pytest.mark.parametrize(
    "output",
    [_generations(_lc("AIMessage", "", type="ai")), _generations(_lc("AIMessage", [])), {"generations": []}, {}, None],
)
def test_rule_1_an_empty_ai_message_of_a_failed_run_is_no_reply(output: Any) -> None:
    """LangChain logs an empty message for a call that raised; it was never said."""
    line = row("langsmith", ASKED, output, error="RateLimitError", status="error")
    assert read("langsmith", line) is NoCandidate.FAILED


def test_rule_1_an_empty_ai_message_of_a_run_that_succeeded_is_a_reply() -> None:
    """A model may answer with nothing; that is what was said."""
    found = read("langsmith", row("langsmith", ASKED, _generations(_lc("AIMessage", ""))))
    assert isinstance(found, Conversation)
    assert found.messages[-1] == assistant("")


@pytest.mark.parametrize("output", [{"generations": [[{"text": "Done.", "type": "Generation"}]]}, _lc("HumanMessage", "hi")])
def test_text_completions_and_other_roles_are_no_reply(output: Any) -> None:
    """Only an assistant's message ends a conversation."""
    assert read("langsmith", row("langsmith", ASKED, output)) is NoCandidate.NO_REPLY
