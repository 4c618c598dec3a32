"""A streamed chat completion that was logged piece by piece: generators traced without a function that puts it together.

Output: a list of `{object: "chat.completion.chunk", choices: [{index, delta}]}`, or of their JSON texts, or each under
`data` (Mistral's SDK, which writes camel case in JavaScript, and thoughts as parts of the content). The pieces of the first
choice are one message: texts joined, and every call's arguments by the call's `index`.

LangSmith's SDKs up to 0.3 log the pieces as a run's events, beside what they put together of them: without reasoning and
refusals; in JavaScript, and in Python until 0.1, with all calls of a message in one; in Python 0.2 without calls.
Source of the format: OpenAI API reference, the chat completion chunk object; `langsmith.wrappers._openai`,
langsmith-sdk `js/src/wrappers/openai.ts`; openinference-instrumentation-agno 0.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from oumi_assets.core.calls import Reply
from oumi_assets.shapes.base import Shape, first_list, kind_of, parsed, texts_of

_NAME = '"chat.completion.chunk"'
_CHUNK, _ADDED = "chunk", (".delta", ".done")
_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")
_OFTEN_LOST = ("tool_calls", "function_call", "refusal", "reasoning_content", "reasoning")


def reply(value: Any) -> Reply | None:
    """The message that the chunks are together; none where the first choice says nothing."""
    if not isinstance(value, list) or not value:
        return None
    value = list(map(_inside, _sent(map(parsed, value) if are_texts(value) else value)))
    if not all(map(_is_chunk, value)):
        return None
    deltas = [choice["delta"] for chunk in value for choice in first_list(chunk, "choices") if _is_first(choice)]
    return Reply([_message(deltas)] if any(deltas) else [])


def _sent(pieces: Iterable[Any]) -> list[Any]:
    """The chunks among the events of OpenAI's Python SDK, which tells of each what it added to the answer."""
    pieces = list(pieces)
    kinds = [kind_of(piece) or "" for piece in pieces]
    if _CHUNK not in kinds or not all(kind == _CHUNK or kind.endswith(_ADDED) for kind in kinds):
        return pieces
    return [piece.get(_CHUNK) for piece, kind in zip(pieces, kinds, strict=True) if kind == _CHUNK]


def _inside(event: Any) -> Any:
    """The chunk in an event of Mistral's SDK, which holds nothing else."""
    return event["data"] if isinstance(event, dict) and event.keys() == {"data"} else event


def whole_stream(completion: Any, pieces: list[Any]) -> list[Any] | None:
    """The chunks that a completion was put together of, where they may say more than it does, and all of them are there.

    All are there when they end as it does, with the same text and no less arguments: the SDKs mix these, and lose them, but
    make none up. A chunk of no choice (usage, filters) says nothing.
    """
    told = next(filter(_is_first_choice, first_list(completion, "choices")), None)
    chunks = [_as_sent(piece) for piece in pieces if first_list(piece, "choices")] if told else []
    if told is None or not chunks or not all(map(_is_chunk, chunks)):
        return None
    choices = [choice for chunk in chunks for choice in chunk["choices"] if _is_first(choice)]
    deltas = [choice["delta"] for choice in choices]
    if not any(delta.get(key) for delta in deltas for key in _OFTEN_LOST):
        return None
    end = next((choice["finish_reason"] for choice in reversed(choices) if choice.get("finish_reason")), None)
    said = (end, _joined(deltas, "content") or "")
    is_whole = end and said == (_last(told).get("finish_reason"), told["message"].get("content") or "")
    return chunks if is_whole and _written(deltas) >= _written([told["message"]]) else None


def _written(messages: list[dict[str, Any]]) -> int:
    """The length of all arguments, whichever call they are of."""
    return sum(len(call["function"]["arguments"]) for call in _calls(messages))


def _is_first_choice(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("message"), dict) and not choice.get("index")


def _as_sent(piece: dict[str, Any]) -> dict[str, Any]:
    return {**piece, "choices": [_last(choice) if isinstance(choice, dict) else choice for choice in piece["choices"]]}


def _last(choice: dict[str, Any]) -> dict[str, Any]:
    """The JavaScript SDK 0.3 puts the whole answer into the last piece, and that piece's choice under its end."""
    end = choice.get("finish_reason")
    return end if isinstance(end, dict) else choice


def are_texts(value: list[Any]) -> bool:
    """Whether every piece of an answer is the JSON text of a chunk: each says what it is."""
    return all(isinstance(piece, str) and piece[:1] == "{" and _NAME in piece for piece in value)


def _is_chunk(value: Any) -> bool:
    """By what it is called, or by the choices where people put pieces of this form together themselves."""
    if not isinstance(value, dict):
        return False
    choices = first_list(value, "choices")
    return value.get("object") == _NAME.strip('"') or (bool(choices) and all(map(_is_piece, choices)))


def _is_piece(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("delta"), dict)


def _is_first(choice: Any) -> bool:
    return _is_piece(choice) and not choice.get("index")


def _message(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    called = [delta["function_call"] for delta in deltas if isinstance(delta.get("function_call"), dict)]
    legacy = {"function_call": _function(called)} if called else {}
    said = {key: _joined(deltas, key) for key in _TEXTS} | _in_parts(deltas)
    return {"role": "assistant", **said, "tool_calls": _calls(deltas), **legacy}


def _in_parts(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    """The content where some of its pieces are parts: neighbours of a kind are one part."""
    contents = [delta.get("content") for delta in deltas]
    if not any(isinstance(content, list) for content in contents):
        return {}
    pieces = [part for content in contents for part in (content if isinstance(content, list) else [content])]
    parts: list[Any] = []
    for kind, group in groupby(map(_as_part, filter(None, pieces)), key=kind_of):
        alike = list(group)
        is_said = kind in ("text", "thinking")
        parts += [{"type": kind, kind: "".join(part[kind] for part in alike)}] if is_said else alike
    return {"content": parts}


def _as_part(piece: Any) -> Any:
    """A text as a part, thoughts as one text."""
    if isinstance(piece, str):
        return {"type": "text", "text": piece}
    kind = kind_of(piece)
    if kind not in ("text", "thinking"):
        return piece
    inner = [{kind: piece.get(kind)}] if isinstance(piece.get(kind), str) else first_list(piece, kind)
    texts = [part.get("text", part.get(kind)) if isinstance(part, dict) else part for part in inner]
    return {"type": kind, kind: "".join(text for text in texts if isinstance(text, str))}


def _calls(deltas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Name and id come with a call's first piece, its arguments with all of them; another id is another call."""
    calls: list[list[dict[str, Any]]] = []
    open_calls: dict[Any, list[dict[str, Any]]] = {}
    for delta in deltas:
        for position, piece in enumerate(first_list(delta, "tool_calls", "toolCalls")):
            if not isinstance(piece, dict):
                continue
            index = piece["index"] if isinstance(piece.get("index"), int) else position
            if index not in open_calls or (piece.get("id") and piece["id"] != open_calls[index][0].get("id")):
                open_calls[index] = []
                calls.append(open_calls[index])
            open_calls[index].append(piece)
    return [_call(pieces) for pieces in calls]


def _call(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    functions = [piece["function"] for piece in pieces if isinstance(piece.get("function"), dict)]
    return {"id": pieces[0].get("id"), "function": _function(functions)}


def _function(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    name = next((piece["name"] for piece in pieces if piece.get("name")), None)
    return {"name": name, "arguments": _joined(pieces, "arguments") or ""}


def _joined(deltas: list[dict[str, Any]], key: str) -> str | None:
    pieces = texts_of(deltas, key)
    return "".join(pieces) if pieces else None


SHAPE = Shape("openai_chunks", reply=reply)
