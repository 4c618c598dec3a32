"""Whether a call's output is certain to be one message, told from its bytes: a call is only counted where it is."""

from __future__ import annotations

import re

from msgspec import Raw

from oumi_assets.shapes.counting import ESCAPED_LETTER

# Possessive (`*+`): else the matcher remembers a hundred bytes for each line break, and a model may write a million.
_BEFORE = rb'(?:["\s]|\\+(?:[nrt"]|u00..))*+'
_IS_LIST = re.compile(_BEFORE + rb"\[")
_SEVERAL = re.compile(rb'"outputs?\\*"\s*:' + _BEFORE + rb'\[|"(parts|toolInvocations)\\*"')


def is_one_reply(output: Raw) -> bool:
    """Items of the Responses API, turns of parts and lists may be several.

    `output` is JSON, or JSON text inside JSON text, where quotes are escaped.
    """
    text = bytes(output)
    return not (_IS_LIST.match(text) or _SEVERAL.search(text) or ESCAPED_LETTER.search(text))
