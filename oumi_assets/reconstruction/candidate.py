"""Rule 1: what one model call offers: a conversation that ends in a reply, or why it offers none."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from oumi_assets.core.calls import Conversation, Draft, ModelCall, PayloadNotJson, Reply
from oumi_assets.core.json_text import NotJson
from oumi_assets.reconstruction.plain import read_plain
from oumi_assets.shapes import read_message, read_reply, read_request
from oumi_assets.shapes.extra_tools import extra_tools
from oumi_assets.wire.messages import wire_messages
from oumi_assets.wire.tools import wire_tools


class NoCandidate(Enum):
    """Why a call cannot be chosen."""

    FAILED = "failed"
    NO_REPLY = "no_reply"
    NOT_JSON = "not_json"
    UNSUPPORTED = "unsupported"


def read_candidate(line: bytes, read_call: Callable[[bytes], ModelCall]) -> tuple[Conversation | NoCandidate, str]:
    """The conversation that one row's call holds, or why not; and the JSON path that decided it."""
    try:
        call = read_call(line)
        return _read(call)
    except PayloadNotJson as damaged:
        return NoCandidate.NOT_JSON, damaged.path
    except (NotJson, RecursionError):
        # The row was read by the scan, so it is a payload that nests too deep to be handled.
        return NoCandidate.NOT_JSON, "$"


def _read(call: ModelCall) -> tuple[Conversation | NoCandidate, str]:
    plain = read_plain(call)
    if plain is not None:
        return Conversation(plain[0], wire_tools(plain[1] or extra_tools(call))), "$"
    return read_generally(call)


def read_generally(call: ModelCall) -> tuple[Conversation | NoCandidate, str]:
    """What a call offers, by the shapes and the wire rules: the definition that the short way must agree with."""
    request = read_request(call)
    drafts = _drafts(request.messages) if request else None
    if request is None or not drafts or wire_messages(drafts) is None:
        return (NoCandidate.FAILED if call.failed else NoCandidate.UNSUPPORTED), "$.input"
    answer, answer_tools = _answer(call)
    messages = wire_messages([*drafts, *answer]) if answer else None
    if messages is None or messages[-1]["role"] != "assistant":
        return (NoCandidate.FAILED if call.failed else NoCandidate.NO_REPLY), "$.output"
    return Conversation(messages, wire_tools(request.tools or answer_tools or extra_tools(call))), "$"


def _drafts(messages: list[Any]) -> list[Draft] | None:
    """Drafts of all messages, or None when one cannot be read: a message is never silently lost."""
    drafts: list[Draft] = []
    for value in messages:
        read = read_message(value)
        if read is None:
            return None
        drafts.extend(read)
    return drafts


def _answer(call: ModelCall) -> tuple[list[Draft], list[Any]]:
    """The reply's drafts (none when there is no reply) and the tools logged with it."""
    reply = read_reply(call)
    if reply is None:
        text = None if call.failed else call.output_text
        return ([Draft(role="assistant", content=text)] if text else []), []
    drafts = _reply_drafts(reply)
    if call.failed and not any(_is_complete(draft) for draft in drafts):
        return [], []
    return drafts, reply.tools


def _reply_drafts(reply: Reply) -> list[Draft]:
    """The reply's messages; one logged without a role is the assistant's."""
    drafts: list[Draft] = []
    for value in reply.messages:
        if isinstance(value, dict) and "role" not in value and "kwargs" not in value:
            value = {"role": "assistant", **value}
        drafts.extend(read_message(value) or [])
    return drafts


def _is_complete(draft: Draft) -> bool:
    """On a failed call an empty message is no reply: LangChain logs one for a call that raised."""
    return bool(draft.content or draft.tool_calls or draft.refusal)
