"""Google's contents as turns: a stream leaves a content for each piece, and automatic function calling adds some by itself.

A chat that was streamed keeps its pieces as contents of the model that follow each other; a traced generator's output is
a list of responses, one for each piece. `automatic_function_calling_history` of a response holds the request's contents and
the calls and results that the SDK added before the answer came.
Source of the format: google-genai `chats`, `models.generate_content` and `types.GenerateContentResponse`.
"""

from __future__ import annotations

from typing import Any

from oumi_assets.shapes.base import first_list, has_parts

_HISTORY = ("automatic_function_calling_history", "automaticFunctionCallingHistory")
_FINISHED = frozenset({"finishReason", "finish_reason"})
_TEXT_KEYS = frozenset({"text", "thought", "thought_signature", "thoughtSignature"})


def joined(contents: list[Any]) -> list[Any]:
    """The contents, those of the model that follow each other as one."""
    turns: list[Any] = []
    for content in contents:
        if not _is_models(content):
            turns.append(content)
        elif turns and _is_models(turns[-1]):
            _continue(turns[-1]["parts"], content["parts"])
        else:
            turns.append({**content, "parts": [*content["parts"]]})
    return turns


def history(response: dict[str, Any], answer: dict[str, Any]) -> list[Any]:
    """The contents before the answer, where the SDK called functions by itself; else none."""
    contents = first_list(response, *_HISTORY)
    if not all(map(has_parts, contents)):
        return []
    return joined(contents[:-1] if contents and contents[-1] == answer else contents)


def streamed(responses: list[Any]) -> list[Any] | None:
    """The turns of a list of responses, the first candidate of each; None for any other list."""
    if not responses or not all(isinstance(piece, dict) and "candidates" in piece for piece in responses):
        return None
    first = [candidates[0] for piece in responses if (candidates := first_list(piece, "candidates"))]
    if not any(map(_is_candidate, first)):
        # A model may answer with a list of people.
        return None
    contents: list[dict[str, Any]] = [found["content"] for found in first if isinstance(found, dict) and "content" in found]
    return joined([{**content, "role": content.get("role") or "model"} for content in filter(has_parts, contents)])


def _is_candidate(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return has_parts(value.get("content")) or not _FINISHED.isdisjoint(value)


def _is_models(content: Any) -> bool:
    return has_parts(content) and content.get("role") == "model"


def _continue(parts: list[Any], more: list[Any]) -> None:
    """Parts behind parts, in the same list; a text that another one of its kind follows goes on in it."""
    if parts and more and _goes_on(parts[-1], more[0]):
        parts[-1] = {**parts[-1], "text": parts[-1]["text"] + more[0]["text"]}
        more = more[1:]
    parts += more


def _goes_on(part: Any, other: Any) -> bool:
    return _is_text(part) and _is_text(other) and bool(part.get("thought")) == bool(other.get("thought"))


def _is_text(part: Any) -> bool:
    """A text and nothing beside it; unset fields are nulls."""
    given = {key for key, value in part.items() if value is not None} if isinstance(part, dict) else set()
    return given <= _TEXT_KEYS and isinstance(part, dict) and isinstance(part.get("text"), str)
