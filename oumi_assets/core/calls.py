"""Model calls as values: what was logged, and what a payload shape makes of it.

`ModelCall` is a call as the platform logged it, payloads parsed; `Draft` is a message on its way
to the OpenAI wire, before the rules of `wire` settle roles, content, ids and links.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class PayloadNotJson(ValueError):
    """A payload that should be JSON is damaged beyond an exact reading. `path` says which one."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class ModelCall(msgspec.Struct, frozen=True):
    """One GENERATION observation or llm run.

    `input` and `output` are parsed JSON values; a plain text stays a `str`. `output_text` is the output as text, where the
    platform keeps it so: it is the answer when no shape knows the output.
    `failed` says that the platform marked the call as an error or as never finished. `extras` holds what was logged beside
    the payloads (tools, instructions, who wrote it) by field name: `metadata`, `tool_columns`, ... Values may be JSON text.
    """

    input: Any
    output: Any
    output_text: str | None = None
    failed: bool = False
    extras: dict[str, Any] = {}


class UnreadCall(NamedTuple):
    """A call whose request is still JSON (`request`); `call` is the call without it, its `input` None."""

    request: bytes
    call: ModelCall


class LoggedRow(NamedTuple):
    """Any row of a trace, read as if it were a call. Its id is the platform's, its start in microseconds."""

    id: bytes
    start: int | None
    call: ModelCall


class ToolCallDraft(msgspec.Struct):
    """One call of a tool: `arguments` is a JSON text or a parsed value, `id` whatever was logged."""

    name: Any
    arguments: Any = None
    id: Any = None


class Draft(msgspec.Struct):
    """One message before the wire rules: `role` in any dialect, `content` text, parts or any value."""

    role: str
    content: Any = None
    tool_calls: list[ToolCallDraft] = []
    tool_call_id: Any = None
    name: Any = None
    refusal: Any = None
    reasoning: Any = None


class Request(msgspec.Struct):
    """What was sent: messages as logged (one value each), and tool definitions as logged."""

    messages: list[Any]
    tools: list[Any] = []


class Reply(msgspec.Struct):
    """What came back: the messages of one answer as logged, and what of the request was logged with it.

    A message that is a `str` is an answer whose role was not logged. `instructions` are the system
    text of a request that did not log them; `prompt_is_text` says that this kind of answer only comes
    from a chat, so a request that is one bare text is the user's. `history` is what the request's messages
    had become when the answer came, where a client added some by itself.
    """

    messages: list[Any]
    tools: list[Any] = []
    instructions: Any = None
    prompt_is_text: bool = False
    history: list[Any] = []
