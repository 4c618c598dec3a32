"""The two platforms, side by side: what an import asks about their rows and calls, and nothing else of them.

Files that are no raw export of either are told in `detection`, their APIs are in `pulls.sources`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from oumi_assets.core.calls import ModelCall, UnreadCall
from oumi_assets.core.rows import IndexedRow
from oumi_assets.langfuse import payload as langfuse_payload
from oumi_assets.langfuse import rows as langfuse_rows
from oumi_assets.langfuse import signature as langfuse_signature
from oumi_assets.langsmith import payload as langsmith_payload
from oumi_assets.langsmith import rows as langsmith_rows
from oumi_assets.langsmith import signature as langsmith_signature


class Platform(NamedTuple):
    """What an import needs to know of a platform.

    - `index_line(line)`: index entry of a strict JSON line, None without a trace id
    - `index_object(fields)`: the same for a row that only the lenient parser could read
    - `read_call(line)`: the model call of a line, payloads parsed
    - `open_call(line)`: the same with its request left as JSON, None where only `read_call` knows what was logged
    - `is_row(fields)`: whether an object carries the platform's signature fields
    """

    name: str
    index_line: Callable[[bytes], IndexedRow | None]
    index_object: Callable[[dict[str, Any]], IndexedRow | None]
    read_call: Callable[[bytes], ModelCall]
    open_call: Callable[[bytes], UnreadCall | None]
    is_row: Callable[[dict[str, Any]], bool]


LANGFUSE = Platform(
    "langfuse",
    langfuse_rows.index_line,
    langfuse_rows.index_object,
    langfuse_payload.read_call,
    langfuse_payload.open_call,
    langfuse_signature.is_row,
)
LANGSMITH = Platform(
    "langsmith",
    langsmith_rows.index_line,
    langsmith_rows.index_object,
    langsmith_payload.read_call,
    langsmith_payload.open_call,
    langsmith_signature.is_row,
)

PLATFORMS = {platform.name: platform for platform in (LANGFUSE, LANGSMITH)}


def other_platform(platform: Platform) -> Platform:
    """The one it is not."""
    return LANGSMITH if platform is LANGFUSE else LANGFUSE
