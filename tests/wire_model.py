"""The OpenAI wire rules as types: what every row of a dataset must be, whatever it was made from.

Field by field it is stricter than the API: no unknown key, one form for each thing. Across messages: call ids are
unique, and a tool message answers a call that came before it. The one exception is a result whose call was never
logged (a call that logs only new messages): it keeps its id, and `unanswered` names it, so that tests can say where
that may happen.
Source of the format: OpenAI API reference, chat completions; trace-shapes rules 4 to 9.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Text = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """Nothing but the keys named here, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Open(BaseModel):
    """The keys named here and any other: what a writer said beside them is kept."""

    model_config = ConfigDict(extra="allow", strict=True)


class Image(Open):
    url: Text


class TextPart(Open):
    type: Literal["text"]
    text: str


class ImagePart(Open):
    type: Literal["image_url"]
    image_url: Image


class OtherPart(Open):
    """Audio, files, blocks of tools that the provider ran: kept as logged."""

    type: Text

    @model_validator(mode="after")
    def _has_no_better_form(self) -> OtherPart:
        assert self.type not in {"text", "input_text", "output_text", "thinking", "reasoning"}
        image = (self.model_extra or {}).get("image_url")
        assert not isinstance(image, str), "an image with an address is an OpenAI image part"
        return self


Part = TextPart | ImagePart | OtherPart


class Function(Wire):
    name: str
    arguments: Text


class ToolCall(Wire):
    id: Text
    type: Literal["function"]
    function: Function


class _Said(Wire):
    content: str | list[Part] | None
    name: Text | None = None

    @model_validator(mode="after")
    def _parts_are_needed(self) -> _Said:
        if isinstance(self.content, list):
            assert not all(isinstance(part, TextPart) for part in self.content), "text alone is a text, not parts"
        return self


class _Spoken(_Said):
    content: str | list[Part]


class System(_Spoken):
    role: Literal["system"]


class User(_Spoken):
    role: Literal["user"]


class Tool(_Spoken):
    role: Literal["tool"]
    tool_call_id: Text


class Assistant(_Said):
    role: Literal["assistant"]
    tool_calls: Annotated[list[ToolCall], Field(min_length=1)] | None = None
    refusal: Text | None = None
    reasoning_content: Text | None = None

    @model_validator(mode="after")
    def _null_stands_beside_calls_only(self) -> Assistant:
        assert self.content is not None or self.tool_calls, "content is null without tool calls"
        assert self.content != "" or not self.tool_calls, "beside tool calls nothing said is null"
        return self


Message = Annotated[System | User | Assistant | Tool, Field(discriminator="role")]


class FunctionDefinition(Open):
    name: Text
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ToolDefinition(Wire):
    type: Literal["function"]
    function: FunctionDefinition


class Metadata(Wire):
    source_platform: Literal["langfuse", "langsmith"]
    source_trace_id: Text
    source_trace_name: str | None
    source_session_id: Text | None = None
    source_sequence_key: str | None
    source_raw: Any


class Row(Wire):
    """One line of `conversations.jsonl`."""

    conversation_id: Text
    messages: Annotated[list[Message], Field(min_length=2, max_length=1000)]
    tools: Annotated[list[ToolDefinition], Field(min_length=1)] | None = None
    metadata: Metadata

    @model_validator(mode="after")
    def _holds_together(self) -> Row:
        _check_conversation(self.messages, self.tools or [])
        return self


class _Conversation(Wire):
    messages: list[Message]
    tools: list[ToolDefinition]


_row = TypeAdapter(Row)


def check_row(row: dict[str, Any]) -> None:
    """Raises pydantic's ValidationError unless the row keeps every rule."""
    _row.validate_python(row)
    _check_no_nulls(row)


def check_conversation(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
    """The same for messages and tools that are in no row yet."""
    found = _Conversation.model_validate({"messages": messages, "tools": tools})
    _check_conversation(found.messages, found.tools)
    _check_no_nulls({"messages": messages})


def unanswered(messages: list[dict[str, Any]]) -> list[str]:
    """Ids of tool messages that answer no call before them."""
    called: set[str] = set()
    orphans = []
    for message in messages:
        called.update(call["id"] for call in message.get("tool_calls", ()))
        if message["role"] == "tool" and message["tool_call_id"] not in called:
            orphans.append(message["tool_call_id"])
    return orphans


def _check_conversation(messages: list[Any], tools: list[ToolDefinition]) -> None:
    assert isinstance(messages[-1], Assistant), "a conversation ends with the reply"
    ids = [call.id for message in messages if isinstance(message, Assistant) for call in message.tool_calls or []]
    assert len(ids) == len(set(ids)), "tool call ids repeat"
    names = [tool.function.name for tool in tools]
    assert len(names) == len(set(names)), "tool names repeat"


def _check_no_nulls(row: dict[str, Any]) -> None:
    """A key without a value is absent; only the content beside tool calls is null."""
    for message in row["messages"]:
        nulls = [key for key, value in message.items() if value is None]
        assert nulls in ([], ["content"]), nulls
    assert row.get("tools", True) is not None
