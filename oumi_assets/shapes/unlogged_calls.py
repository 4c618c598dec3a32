"""Instrumentations that tell in an answer alone what the model called, and leave it out of the next call's history.

- older Traceloop for JavaScript: the turn has its text, `null` for none, and results name no call
- OpenLIT (OpenAI, Groq and others): the same with ids; a turn of nothing but calls is missing
- OpenLIT for Bedrock: calls and results are told nowhere, so the assistant speaks twice; for LiteLLM, where nothing is left
  out, it does so by itself (CrewAI writes observations into its turn)
- OpenLLMetry for Cohere: the turn has no text either; for Mistral there is nothing but the role of the first message
Whoever asked exactly what stands before such a turn got it as the answer, so another call of the trace tells it. Where
none does, nobody knows what was called, and the history cannot be read: no API takes a result without its call.
Source of the format: @traceloop/instrumentation-openai 0.13 and 0.20; openlit 1.4x `instrumentation.openai.utils`,
`instrumentation.groq.utils`, `instrumentation.litellm.utils`; opentelemetry-instrumentation-cohere and -mistralai 0.62; all
as Langfuse receives them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec

from oumi_assets.core.calls import ModelCall
from oumi_assets.core.json_text import canonical, dump
from oumi_assets.shapes.base import first_list, kind_of, role_of, without_request
from oumi_assets.shapes.openllmetry import is_writer as is_openllmetry
from oumi_assets.shapes.span_scope import scope_of
from oumi_assets.wire.tool_calls import usable_id

MARK = b"openlit."
"""In the metadata of a call that may lack whole messages."""

_OPENLIT = MARK.decode()
_OPENLIT_FOR_LITELLM = f"{_OPENLIT}instrumentation.litellm"
_PLAIN_KEYS = frozenset({"role", "content", "parts", "name"})
_SYSTEM_ROLES = ("system", "developer")
_NOTHING = ("", "null")

Answers = Callable[[bytes], list[Any]]
"""Gives the outputs of the trace's calls whose request has this digest."""


def completed(call: ModelCall, answers: Answers) -> ModelCall:
    """A call with the turns that its history lacks; without its messages where nobody tells them; any other as it is."""
    messages = call.input
    if not isinstance(messages, list):
        return call
    if _lacks_results(messages) and _is_of_openlit(call) and scope_of(call) != _OPENLIT_FOR_LITELLM:
        return without_request(call)
    if not any(map(_may_lack_something, messages)) or not (is_openllmetry(call) or _is_of_openlit(call)):
        return call
    return msgspec.structs.replace(call, input=None if any(map(_is_wordless, messages)) else _whole(messages, answers))


def digest(messages: Any) -> bytes | None:
    """What names a request among those of its trace; None for one that is no list of messages."""
    return _digests(messages)[-1] if isinstance(messages, list) else None


def _is_of_openlit(call: ModelCall) -> bool:
    return scope_of(call).startswith(_OPENLIT)


def _lacks_results(messages: list[Any]) -> bool:
    """Whether the assistant answers itself: between its turns stood what tools returned."""
    roles = [role_of(message) for message in messages]
    return ("assistant", "assistant") in pairwise([*roles, "assistant"])


def _may_lack_something(message: Any) -> bool:
    return role_of(message) == "tool" or _is_wordless(message)


def _is_wordless(message: Any) -> bool:
    """A role alone, of somebody who always says something."""
    return isinstance(message, dict) and message.keys() == {"role"} and message["role"] in ("user", *_SYSTEM_ROLES)


def _whole(messages: list[Any], answers: Answers) -> list[Any] | None:
    """The messages, each result behind a turn that calls; None where such a turn cannot be told.

    Results that nobody but the system precedes answer another call's reply (rule 3).
    """
    whole: list[Any] = []
    is_called = True
    waiting: Counter[str | None] = Counter()
    digests: list[bytes] = []
    for place, message in enumerate(messages):
        if role_of(message) != "tool":
            is_called = is_called if role_of(message) in _SYSTEM_ROLES else not _calls_nothing(message)
            waiting = Counter(_ids(message))
        elif (answered := _id_of_result(message)) is not None and waiting[answered]:
            # Nearly every result: the turn is there, and the trace's other calls need not be read.
            waiting[answered] -= 1
        else:
            digests = digests or _digests(messages)
            bare = messages[place - 1 : place] if place and _is_turn_without_calls(messages[place - 1]) else []
            turn = _turn(answers(digests[place - len(bare)]), message, *map(_words, bare))
            if turn is None and (bare or not is_called):
                return None
            if turn is not None:
                whole[len(whole) - len(bare) :] = [turn]
                waiting = Counter(call_id for call_id in _ids(turn) if call_id != answered)
            is_called = True
        whole.append(message)
    return whole


def _turn(outputs: list[Any], result: Any, words: str = "") -> dict[str, Any] | None:
    """The one answer that called for a result and has these words, if there are any."""
    said = [output[0] for output in outputs if isinstance(output, list) and output and isinstance(output[0], dict)]
    wanted = _id_of_result(result)
    found = {
        canonical(turn): turn
        for turn in sorted(said, key=dump)
        if not _calls_nothing(turn) and words in ("", _words(turn)) and (wanted is None or wanted in _ids(turn))
    }
    turn = next(iter(found.values())) if len(found) == 1 else None
    return None if turn is None else {key: value for key, value in turn.items() if key != "finish_reason"}


def _is_turn_without_calls(message: Any) -> bool:
    return role_of(message) == "assistant" and _calls_nothing(message)


def _calls_nothing(message: Any) -> bool:
    """Whether a message has words or nothing, in a form that could not hide a call."""
    if not isinstance(message, dict):
        return False
    fields = message.keys() - {"finish_reason"}
    words, parts = message.get("content") or "", first_list(message, "parts")
    are_texts = all(kind_of(part) == "text" for part in parts)
    return fields <= _PLAIN_KEYS and isinstance(words, str) and words[:1] != "[" and are_texts


def _words(message: dict[str, Any]) -> str:
    parts = (part for part in first_list(message, "parts") if isinstance(part, dict))
    texts = [message.get("content"), *(part.get("content") for part in parts)]
    return "\n".join(text for text in texts if isinstance(text, str) and text not in _NOTHING)


def _id_of_result(result: dict[str, Any]) -> str | None:
    first = next(iter(first_list(result, "parts")), None)
    return usable_id(result.get("tool_call_id") or (first.get("id") if isinstance(first, dict) else None))


def _ids(turn: Any) -> list[str | None]:
    calls = [*first_list(turn, "tool_calls"), *first_list(turn, "parts")]
    return [usable_id(call.get("id")) for call in calls if isinstance(call, dict)]


def _digests(messages: list[Any]) -> list[bytes]:
    """The digest of nothing, of the first message, of the first two, and so on."""
    running = hashlib.blake2b(digest_size=16)
    found = [running.digest()]
    for message in messages:
        running.update(canonical(message))
        found.append(running.digest())
    return found
