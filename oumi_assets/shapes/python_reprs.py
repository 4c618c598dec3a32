"""Objects that were logged as what Python's `repr` says of them: `ChatMessage(role=<MessageRole.USER: 'user'>, ...)`.

Instrumentations write so what their JSON encoder does not know. A `repr` of data loses nothing but the classes, so it is
read like any notation: an object as its fields, a member of an enumeration as its value, bytes as their letters. What is
no data (`<PIL.Image.Image object at 0x7f43>`) cannot be read, nor can anything beside it.
Source of the format: Python's `repr`; dataclasses; pydantic `BaseModel.__repr__`.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from oumi_assets.core.json_text import scrub

_ESCAPE = r"\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})"
_STRING = rf"""b?(?:'(?:[^'\\\n]|{_ESCAPE})*+'|"(?:[^"\\\n]|{_ESCAPE})*+")"""
_CLOCK = r"<agno\.utils\.timer\.Timer object at 0x[0-9a-f]+>"
"""What Agno measured a message's time with: it says nothing, and stands in every answer's metrics."""

_TOKENS = re.compile(
    rf"(?P<said>{_STRING})|<\w+\.\w+: (?P<value>{_STRING}|-?\d+)>|(?P<clock>{_CLOCK})|[\w ,.:=()\[\]{{}}+-]++"
)


_BETWEEN_FIELDS = re.compile(rf"(?P<said>{_STRING})|(?<=[^\s,]) (?=\w+=)")


class _NoData(ValueError):
    """Something else than data stands in it."""


def read_repr(text: str) -> Any:
    """The value that a `repr` tells; None when it tells none, or not all of it. Nothing of it is ever run.

    Lone surrogates, which Python writes as escapes, are replaced like those of JSON.
    """
    written = _without_enums(text)
    if written is None:
        return None
    try:
        return scrub(_value(ast.parse(written, mode="eval").body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_fields(text: str) -> Any:
    """The same of what pydantic's `str` says of a model: its fields without the class, between blanks."""
    return read_repr(f"_({_BETWEEN_FIELDS.sub(lambda found: found['said'] or ', ', text)})")


def _without_enums(text: str) -> str | None:
    """The text with members of enumerations as their values; None where it has what no `repr` of data has."""
    written, end = [], 0
    for token in _TOKENS.finditer(text):
        if token.start() != end:
            return None
        end = token.end()
        written.append("None" if token["clock"] else token["value"] or token[0])
    return "".join(written) if end == len(text) else None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=bytes(said)):
            return said.decode("latin-1")
        case ast.Constant(value=str() | int() | float() | None as said):
            return said
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_name(key): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.Call(func=ast.Name(), args=[], keywords=fields):
            return {_named(field.arg): _value(field.value) for field in fields}
        case ast.Call(func=ast.Name(), args=[inside], keywords=[]):
            return _value(inside)
    raise _NoData


def _name(key: ast.expr | None) -> str:
    found = _value(key) if key is not None else None
    return _named(found)


def _named(name: Any) -> str:
    if not isinstance(name, str):
        raise _NoData
    return name
