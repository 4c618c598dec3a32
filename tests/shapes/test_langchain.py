"""LangChain in every serialization that its tracers and Langfuse's handlers have used (langchain-core 0.0 to 1.7, JS)."""

from __future__ import annotations

from typing import Any

from model_calls import Logged, assert_read, assistant, call, parametrize, result, system, user

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


def lc(kind: str, content: Any, *namespace: str, **kwargs: Any) -> dict[str, Any]:
    path = [*(namespace or ("langchain", "schema", "messages")), kind]
    return {"lc": 1, "type": "constructor", "id": path, "kwargs": {"content": content, **kwargs}}


def generations(*messages: Any, kind: str = "ChatGeneration") -> dict[str, Any]:
    made = [{"text": "", "generation_info": None, "type": kind, "message": message} for message in messages]
    return {"generations": [made], "llm_output": None, "run": None, "type": "LLMResult"}


ASKED = {"messages": [[lc("HumanMessage", "hi", type="human")]]}
DONE = generations(lc("AIMessage", "Done.", type="ai"))
HI, HELLO = user("hi"), assistant("Done.")
THOUGHT_AND_CALLED = [
    HI,
    assistant("Looking.", call("a", "weather", '{"city":"Rome"}'), reasoning_content="Look."),
    result("a", "sunny"),
]


def _langsmith(name: str, messages: list[Any], wire: list[dict[str, Any]], **fields: Any) -> Logged:
    return Logged(name, "langsmith", {"messages": messages}, DONE, [*wire, HELLO], [], fields)


def langfuse(name: str, messages: list[Any], wire: list[dict[str, Any]], tools: list[Any] | None = None) -> Logged:
    reply = {"role": "assistant", "content": "Done.", "additional_kwargs": {"refusal": None}}
    return Logged(name, "langfuse", messages, reply, [*wire, HELLO], tools or [])


HISTORY = [
    Logged(
        "the only argument of a function that JavaScript's traceable traced",
        "langsmith",
        {"input": [lc("SystemMessage", "Be brief.", "langchain_core", "messages"), lc("HumanMessage", "hi")]},
        {"outputs": lc("AIMessage", "Done.", "langchain_core", "messages")},
        [system("Be brief."), HI, HELLO],
    ),
    _langsmith(
        "constructors of today",
        [
            [
                lc("SystemMessage", "Be brief.", type="system"),
                lc("HumanMessage", "hi", type="human"),
                lc(
                    "AIMessage",
                    "",
                    type="ai",
                    additional_kwargs={"tool_calls": RAW_CALLS},
                    tool_calls=PARSED,
                    invalid_tool_calls=INVALID,
                ),
                lc("ToolMessage", [{"type": "text", "text": "sunny"}], type="tool", name="weather", tool_call_id="a"),
                lc("ToolMessage", "snow", type="tool", tool_call_id="b", status="success"),
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
                lc("HumanMessageChunk", "hi", "langchain_core", "messages"),
                lc("AIMessageChunk", "", "langchain_core", "messages", tool_calls=PARSED, tool_call_chunks=[]),
                lc("ToolMessage", "sunny", "langchain_core", "messages", tool_call_id="a", additional_kwargs={}),
            ]
        ],
        [HI, assistant(None, call("a", "weather", '{"city":"Rome"}')), result("a", "sunny")],
    ),
    _langsmith(
        "calls that the application took out are gone",
        [
            [
                lc("HumanMessage", "hi"),
                lc("AIMessage", "", additional_kwargs={"tool_calls": RAW_CALLS}, tool_calls=PARSED),
                lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        [HI, assistant(None, WIRE_CALLS[0]), result("a", "sunny")],
    ),
    _langsmith("old JavaScript", [[lc("HumanChatMessage", "hi", "langchain", "schema")]], [HI]),
    _langsmith("flat", [{"content": "hi", "type": "human", **FLAT}], [HI]),
    _langsmith("flat, nested", [[{"content": "hi", "type": "human"}]], [HI]),
    _langsmith("stored", [{"type": "human", "data": {"content": "hi", "type": "human", **FLAT}}], [HI]),
    _langsmith("pairs", [["system", "Be brief."], ["human", "hi"]], [system("Be brief."), HI]),
    _langsmith("pairs, nested", [[["human", "hi"], ["ai", "hey"]]], [HI, assistant("hey")]),
    _langsmith("a chat message with its own role", [[lc("ChatMessage", "hi", type="chat", role="user")]], [HI]),
    _langsmith("a generic message of JavaScript", [{"type": "generic", "role": "user", "content": "hi"}], [HI]),
    _langsmith("upper-case roles", [{"role": "Human", "content": "hi"}], [HI]),
    _langsmith(
        "functions of old",
        [
            [
                lc("HumanMessage", "hi"),
                lc("AIMessage", "", additional_kwargs={"function_call": {"name": "f", "arguments": '{"a":1}'}}),
                lc("FunctionMessage", "r", name="f"),
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
                lc("HumanMessage", "hi"),
                lc(
                    "AIMessage",
                    [
                        {"type": "thinking", "thinking": "Look.", "signature": "s"},
                        {"type": "text", "text": "Looking."},
                        {"type": "tool_use", "id": "a", "name": "weather", "input": {"city": "Rome"}},
                    ],
                    tool_calls=PARSED,
                ),
                lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        THOUGHT_AND_CALLED,
    ),
    _langsmith(
        "blocks of the Responses API, the only place of the call",
        [
            [
                lc("HumanMessage", "hi"),
                lc(
                    "AIMessage",
                    [
                        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}]},
                        {"type": "text", "text": "Looking.", "annotations": []},
                        {"type": "function_call", "name": "weather", "arguments": "{}", "call_id": "a", "id": "fc_1"},
                    ],
                ),
                lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        [HI, assistant("Looking.", call("a", "weather"), reasoning_content="Look."), result("a", "sunny")],
    ),
    _langsmith(
        "JavaScript: Gemini's call beside the call that was read from it, and a thought",
        [
            [
                lc("HumanMessage", "hi"),
                lc(
                    "AIMessage",
                    [
                        {"thought": True, "type": "text", "text": "Look."},
                        {"type": "text", "text": "Looking."},
                        GEMINI_CALL,
                    ],
                    tool_calls=PARSED,
                ),
                lc("ToolMessage", "sunny", tool_call_id="a"),
            ]
        ],
        THOUGHT_AND_CALLED,
    ),
    _langsmith(
        "JavaScript: Gemini's call, the only place of the call",
        [[lc("HumanMessage", "hi"), lc("AIMessage", [GEMINI_CALL]), lc("ToolMessage", "sunny", name="weather")]],
        [
            HI,
            assistant(None, call("call_1_0", "weather", '{"city":"Rome"}')),
            {"role": "tool", "content": "sunny", "name": "weather", "tool_call_id": "call_1_0"},
        ],
    ),
    _langsmith(
        "an answer given as audio",
        [[lc("HumanMessage", "hi"), lc("AIMessage", "", additional_kwargs={"audio": {"transcript": "hey"}})]],
        [HI, assistant("hey")],
    ),
    _langsmith(
        "a custom tool of the Responses API: the call's block, and its result's",
        [
            [
                lc("HumanMessage", "3^3?"),
                lc("AIMessage", [CUSTOM_CALL], tool_calls=[{"name": "run", "args": {"__arg1": "print(3**3)"}, "id": "k1"}]),
                lc("ToolMessage", [{"type": "custom_tool_call_output", "output": "27"}], name="run", tool_call_id="k1"),
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
                lc("HumanMessage", "hi"),
                lc("AIMessage", "", tool_calls=[{"name": "run", "args": {"__arg1": "x"}, "id": "k1"}]),
                lc("ToolMessage", "27", tool_call_id="k1"),
                lc("AIMessage", [{**CUSTOM_CALL, "call_id": "a"}], tool_calls=PARSED),
                lc("ToolMessage", [{"type": "custom_tool_call_output", "output": [TEXT, TEXT]}], tool_call_id="a"),
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
        [[lc("HumanMessage", "hi"), lc("AIMessage", [CUSTOM_CALL]), lc("ToolMessage", "27", tool_call_id="k1")]],
        [HI, assistant(None, call("k1", "run", "print(3**3)")), result("k1", "27")],
    ),
    _langsmith(
        "results inside a human message",
        [
            [
                lc("HumanMessage", "hi"),
                lc("AIMessage", [{"type": "tool_use", "id": "a", "name": "weather", "input": {}}]),
                lc(
                    "HumanMessage",
                    [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}, {"type": "text", "text": "so?"}],
                ),
            ]
        ],
        [HI, assistant(None, call("a", "weather")), result("a", "sunny"), user("so?")],
    ),
    langfuse(
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
    langfuse(
        "tools that were not normalized",
        [
            HI,
            {"role": "tool", "content": {"name": "weather", "description": "d", "input_schema": {"type": "object"}}},
        ],
        [HI],
        [TOOL],
    ),
]


@parametrize(HISTORY)
def test_a_history_is_read(logged: Logged) -> None:
    """The same chat in twenty serializations is one conversation."""
    assert_read(logged)


def test_tools_are_invocation_parameters() -> None:
    """LangSmith's tracer keeps tool definitions beside the messages."""
    fields = {"extra": {"invocation_params": {"tools": [TOOL]}}}
    assert_read(Logged("", "langsmith", ASKED, DONE, [HI, HELLO], [TOOL], fields))
