"""Rule 1: what one model call offers: a conversation that ends in a reply, or why it offers none."""

from __future__ import annotations

from enum import Enum
from typing import Any

from oumi_assets.core.calls import Draft, ModelCall, PayloadNotJson, Reply, Request
from oumi_assets.core.json_text import NotJson
from oumi_assets.platforms import Platform
from oumi_assets.reconstruction.conversation import Candidate
from oumi_assets.reconstruction.late_logs import as_sent, may_be_late, with_its_answer
from oumi_assets.reconstruction.plain import read_plain
from oumi_assets.reconstruction.several_rows import writer_of
from oumi_assets.reconstruction.trace_rows import TraceRows
from oumi_assets.shapes import read_message, read_reply, read_request
from oumi_assets.shapes.ai_sdk_metadata import with_recorded_reasoning
from oumi_assets.shapes.base import parsed
from oumi_assets.shapes.extra_tools import extra_tools
from oumi_assets.shapes.lost_calls import answers_lost_calls
from oumi_assets.shapes.merged_calls import parted
from oumi_assets.shapes.recorded_instructions import told_text
from oumi_assets.shapes.responses import continues_stored_response, prompt, system_messages
from oumi_assets.shapes.system_prompts import is_system
from oumi_assets.shapes.unlogged_calls import completed
from oumi_assets.shapes.whole_calls import opened
from oumi_assets.wire.messages import wire_messages
from oumi_assets.wire.tools import wire_tools


class NoCandidate(Enum):
    """Why a call cannot be chosen."""

    FAILED = "failed"
    NO_REPLY = "no_reply"
    NOT_JSON = "not_json"
    LOST_CALLS = "lost_calls"
    UNSUPPORTED = "unsupported"


def read_candidate(line: bytes, platform: Platform, rows: TraceRows) -> tuple[Candidate | NoCandidate, str]:
    """What one row's call offers, or why it offers nothing; and the JSON path that decided it.

    `rows` are those of its trace, in which some writers keep a part of their calls.
    """
    try:
        unread = platform.open_call(line)
        writer = writer_of(unread.call if unread is not None else platform.read_call(line))
        if writer is not None:
            return read_generally(writer.whole(line, platform, rows))
        plain = read_plain(unread) if unread is not None else None
        if plain is not None:
            return plain, "$"
        return read_generally(completed(platform.read_call(line), rows.answers))
    except PayloadNotJson as damaged:
        return NoCandidate.NOT_JSON, damaged.path
    except (NotJson, RecursionError):
        # The row was read by the scan, so it is a payload that nests too deep to be handled.
        return NoCandidate.NOT_JSON, "$"


def read_generally(call: ModelCall) -> tuple[Candidate | NoCandidate, str]:
    """What a call offers, by the shapes and the wire rules: the definition that the short way must agree with."""
    call = with_its_answer(opened(call))
    reply = read_reply(call)
    request = _request(call, reply)
    asked = _drafts(request.messages) if request else None
    if request is None or not asked:
        return _none(call, NoCandidate.UNSUPPORTED), "$.input"
    if answers_lost_calls(asked):
        return _none(call, NoCandidate.LOST_CALLS), "$.input"
    # The first place that names a function: a search that the provider runs says nothing of what the agent has.
    tools = wire_tools(request.tools) or wire_tools(reply.tools if reply else []) or wire_tools(extra_tools(call))
    answer = parted(_answer(call, reply), tools)
    asked = as_sent(asked, answer) if may_be_late(call) else asked
    drafts = [*asked, *answer]
    messages = wire_messages(drafts)
    if messages is None and wire_messages(asked) is None:
        return _none(call, NoCandidate.UNSUPPORTED), "$.input"
    if messages is None or len(messages) == len(asked) or not _is_reply(messages[-1], call.failed):
        return _none(call, NoCandidate.NO_REPLY), "$.output"
    return Candidate(messages, tools, drafts, len(asked), continues_stored_response(call)), "$"


def _none(call: ModelCall, why: NoCandidate) -> NoCandidate:
    """Why a call offers nothing; that it failed says more than what is missing then."""
    return NoCandidate.FAILED if call.failed else why


def _request(call: ModelCall, reply: Reply | None) -> Request | None:
    """The request, with what only the answer tells of it."""
    request = read_request(call)
    if reply is None:
        return request
    if request is None and reply.prompt_is_text:
        request = prompt(call.input)
    if request is not None:
        request.messages = _grown(request.messages, reply.history)
        missing = [message for message in system_messages(reply.instructions) if not _says(request.messages, message)]
        request.messages = [*missing, *request.messages]
    return request


def _grown(messages: list[Any], history: list[Any]) -> list[Any]:
    """The messages, or those that the answer shows them to have become: these hold no system prompt."""
    system = list(filter(is_system, messages)) if history else []
    return [*system, *history] if len(system) + len(history) > len(messages) else messages


def _says(messages: list[Any], wanted: Any) -> bool:
    """Whether one of the system's messages is this one, in whatever form."""
    said = told_text(wanted)
    return any(message == wanted or (said and told_text(message) == said) for message in filter(is_system, messages))


def _drafts(messages: list[Any]) -> list[Draft] | None:
    """Drafts of all messages, or None when one cannot be read: a message is never silently lost."""
    drafts: list[Draft] = []
    for value in messages:
        read = read_message(value)
        if read is None:
            return None
        drafts.extend(read)
    return drafts


def _answer(call: ModelCall, reply: Reply | None) -> list[Draft]:
    """The reply's drafts; none when there is no reply. Bare text of a failed call is its error."""
    if reply is None:
        text = None if call.failed else call.output_text
        return with_recorded_reasoning([Draft(role="assistant", content=text)] if text else [], call)
    drafts: list[Draft] = []
    for value in reply.messages:
        read = read_message(value) if _names_its_role(value) else None
        if read is None and not call.failed:
            fields = value if isinstance(value, dict) else {"content": value}
            read = read_message({**fields, "role": "assistant"})
        drafts.extend(read or [])
    return with_recorded_reasoning(drafts, call)


def _names_its_role(value: Any) -> bool:
    """As wire messages do, or LangChain's by their class or type."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("role"), str) or any(key in value for key in ("kwargs", "data", "type"))


def _is_reply(message: dict[str, Any], failed: bool) -> bool:
    """On a failed call an empty message is no reply: LangChain logs one for a call that raised.

    Nor is one whose arguments broke off: no tool was called.
    """
    calls = message.get("tool_calls", [])
    is_said = bool(message["content"] or calls) and all(parsed(call["function"]["arguments"]) is not None for call in calls)
    return message["role"] == "assistant" and (is_said or not failed)
