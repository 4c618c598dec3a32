"""The short way for calls that are OpenAI wire messages already: nothing to translate, little to check.

`shapes` and `wire` define what a conversation is; this module only recognises messages of which
they would make exactly what stands there, and leaves every other call to them. A test holds
both ways against each other. Messages are decoded into typed structs, checked, hashed and written
again without ever being dictionaries: that is most of what reconstruction costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from oumi_assets.core.calls import Draft, ModelCall, Reply, UnreadCall
from oumi_assets.core.json_text import dump_bytes, dump_readable, parse
from oumi_assets.prefix import Comparable, comparable_call, hashes_of
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.late_logs import may_be_late
from oumi_assets.shapes import adk_texts, read_reply
from oumi_assets.shapes.ai_sdk_metadata import recorded_reasoning
from oumi_assets.shapes.extra_tools import extra_tools
from oumi_assets.shapes.haystack import is_writer as is_haystack
from oumi_assets.shapes.hermes import is_writer as is_hermes
from oumi_assets.shapes.koog import is_told_so
from oumi_assets.shapes.koog import is_writer as is_koog
from oumi_assets.shapes.no_answers import may_be_echo
from oumi_assets.shapes.openai_chat import message as read_message
from oumi_assets.shapes.openllmetry import is_writer as is_openllmetry
from oumi_assets.shapes.recorded_instructions import attribute_of_span, system_arguments
from oumi_assets.shapes.responses import continues_stored_response
from oumi_assets.shapes.system_prompts import is_unset
from oumi_assets.shapes.wrap_gemini import is_of_google
from oumi_assets.wire.roles import WIRE_ROLES
from oumi_assets.wire.tools import wire_tools

_Tools = tuple[list[dict[str, Any]], str | None]
"""In wire form, and as JSON text."""

Said = Annotated[str, Meta(min_length=1)]


class Function(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    name: Said
    arguments: Said


class Call(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: Said
    type: Literal["function"]
    function: Function


class Message(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A wire message; its fields are in the order in which `wire` writes them."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: Annotated[list[Call], Meta(min_length=1)] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class Request(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The fields of a chat completion request; one with other fields may belong to another writer."""

    messages: Raw
    tools: Raw | UnsetType = UNSET
    model: Raw | UnsetType = UNSET
    temperature: Raw | UnsetType = UNSET
    top_p: Raw | UnsetType = UNSET
    max_tokens: Raw | UnsetType = UNSET
    max_completion_tokens: Raw | UnsetType = UNSET
    stream: Raw | UnsetType = UNSET
    stream_options: Raw | UnsetType = UNSET
    tool_choice: Raw | UnsetType = UNSET
    parallel_tool_calls: Raw | UnsetType = UNSET
    response_format: Raw | UnsetType = UNSET
    stop: Raw | UnsetType = UNSET
    seed: Raw | UnsetType = UNSET
    n: Raw | UnsetType = UNSET
    user: Raw | UnsetType = UNSET


_request = msgspec.json.Decoder(Request).decode
_messages = msgspec.json.Decoder(list[Message]).decode


class PlainCandidate(Candidate):
    """A candidate whose messages are structs; they become dictionaries only for who asks.

    `said` are its messages, `request` is the JSON that was sent, and `sent` the list of messages in it.
    """

    def __init__(
        self,
        said: list[Message],
        tools: list[dict[str, Any]],
        tools_text: str | None,
        stored: bool,
        request: bytes,
        sent: Raw,
    ) -> None:
        self.said = said
        self.tools = tools
        self._tools_text = tools_text
        self.asked = len(said) - 1
        self.stored = stored
        self.request = request
        self.sent = sent

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """The messages as objects."""
        return list(msgspec.to_builtins(self.said))

    @cached_property
    def drafts(self) -> Sequence[Draft]:
        """One draft for each message, the reply's last."""
        return [draft for value in self.messages for draft in read_message(value) or []]

    @property
    def size(self) -> int:
        """The number of messages."""
        return len(self.said)

    @property
    def roles(self) -> list[str]:
        """Who speaks, message by message."""
        return [message.role for message in self.said]

    def messages_json(self) -> bytes:
        """The messages as compact JSON."""
        return dump_bytes(self.said)

    def tools_text(self) -> str | None:
        """The tools as compact JSON, None for none."""
        return self._tools_text

    def prefix_hashes(self) -> bytes:
        """`prefix.prefix_hashes` of the messages."""
        return hashes_of(map(_comparable, self.said))


def _comparable(message: Message) -> Comparable:
    calls = message.tool_calls
    return (
        message.role,
        message.content or "",
        [comparable_call(call.id, call.function.name, call.function.arguments) for call in calls] if calls else [],
        message.tool_call_id or "",
        "",
    )


def read_plain(logged: UnreadCall) -> PlainCandidate | None:
    """What a call offers whose request and reply are wire messages; None when `shapes` must read it."""
    if logged.call.failed or may_be_echo(logged.call.output):
        return None
    try:
        request = Request(Raw(logged.request)) if logged.request[:1] == b"[" else _request(logged.request)
        asked = _messages(request.messages)
        if not asked or _is_no_list(request.tools) or _lacks(asked, logged.call) or may_be_late(logged.call):
            return None
        reply = read_reply(logged.call)
        answer = _answer(reply) if reply is not None else None
        if reply is None or answer is None or not _are_wire(said := [*asked, answer]):
            return None
        for message in said:
            if message.tool_calls:
                # Of a message that calls, no text and an empty one are the same.
                message.content = message.content or None
        tools, tools_text = _tools(request, reply, logged.call)
        if answer.tool_calls and _may_be_merged(answer.tool_calls, tools):
            return None
        stored = continues_stored_response(logged.call)
        return PlainCandidate(said, tools, tools_text, stored, logged.request, request.messages)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _lacks(asked: list[Message], call: ModelCall) -> bool:
    """Whether more was said than the payloads tell: a system prompt or reasoning beside them, calls or parts in texts.

    Or less, where a system prompt that was not given stands there by its name.
    """
    if (
        is_unset(asked[0].role, asked[0].content)
        or recorded_reasoning(call)
        or is_openllmetry(call)
        or is_haystack(call)
        or is_koog(call)
        or is_hermes(call)
        or is_of_google(call)
        or any(is_told_so(message.content) for message in asked)
        or attribute_of_span(call)
        or (adk_texts.is_writer(call) and any(adk_texts.has_parts(message.content) for message in asked))
    ):
        return True
    return bool(system_arguments(call)) and all(message.role != "system" for message in asked)


def _answer(reply: Reply) -> Message | None:
    """The answer, where it is one assistant's. OpenAI's clients log every field of it, most of them null or empty."""
    if len(reply.messages) != 1 or reply.instructions or reply.history or type(reply.messages[0]) is not dict:
        return None
    said = {key: value for key, value in reply.messages[0].items() if value is not None and value != []}
    message = msgspec.convert(said, Message)
    return message if message.role == "assistant" else None


def _are_wire(said: list[Message]) -> bool:
    """Whether `wire` would leave the messages as they are: every id given once, every result behind its call."""
    used: set[str] = set()
    waiting: set[str] = set()
    for message in said:
        if message.tool_calls is not UNSET:
            if message.role != "assistant" or message.tool_call_id is not UNSET:
                return False
            waiting = set()
            if not all(_is_wire_call(call, used, waiting) for call in message.tool_calls):
                return False
        elif message.tool_call_id is not UNSET:
            if message.role != "tool" or message.content is None or message.tool_call_id not in waiting:
                return False
            waiting.remove(message.tool_call_id)
        elif message.content is None or message.role == "tool":
            return False
    return True


def _is_wire_call(call: Call, used: set[str], waiting: set[str]) -> bool:
    name = call.function.name
    if call.id in used or call.id == name or name.lower() in WIRE_ROLES:
        return False
    used.add(call.id)
    waiting.add(call.id)
    return True


def _may_be_merged(calls: list[Call], tools: list[dict[str, Any]]) -> bool:
    """Whether a call names none of the tools that there are: it may be several."""
    names = {tool["function"]["name"] for tool in tools}
    return bool(names) and any(call.function.name not in names for call in calls)


def _is_no_list(tools: Raw | UnsetType) -> bool:
    """The AI SDK's map, or a list as JSON text, which are the shapes' business."""
    return not isinstance(tools, UnsetType) and bytes(tools).startswith((b"{", b'"[', b'"{', b'"\\'))


def _tools(request: Request, reply: Reply, call: ModelCall) -> tuple[list[dict[str, Any]], str | None]:
    """Tools in wire form and as JSON text: the request's, else what was logged with the reply, else beside both."""
    logged = b"" if isinstance(request.tools, UnsetType) else bytes(request.tools)
    known = _known_tools if len(logged) <= _KNOWN_BYTES else _tools_of
    return known(logged) or _made(reply.tools) or _made(extra_tools(call)) or ([], None)


def _tools_of(text: bytes) -> _Tools | None:
    """A request's tools; None where it names none."""
    definitions = parse(text) if text else None
    return _made(definitions) if isinstance(definitions, list) else None


def _made(definitions: list[Any]) -> _Tools | None:
    made = wire_tools(definitions)
    return (made, dump_readable(made)) if made else None


_known_tools = lru_cache(64)(_tools_of)
"""One agent logs the same text with every call: read once."""

_KNOWN_BYTES = 1 << 16
"""Larger texts are not remembered."""
