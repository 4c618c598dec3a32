"""What a person or the sensor says about an upload."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

from oumi_assets.core.characters import CONTROL_CATEGORIES, JOINERS
from oumi_assets.storage.keys import MAX_NAME, dataset_name
from oumi_assets.storage.manifest import Pull

AUTO = "auto"


class Form(NamedTuple):
    """The four fields of the import form. An empty `file` means the bytes stored before."""

    dataset_name: str = ""
    source_platform: str = AUTO
    file: str = ""
    deduplicate: bool = True


def trouble_with_name(name: str) -> str | None:
    """Why a name that somebody typed cannot be a dataset's, as the end of a sentence."""
    if len(name.strip()) > MAX_NAME:
        return f"has {len(name.strip())} characters; at most {MAX_NAME} are possible."
    if any(map(_is_control, name.strip())):
        return "contains control characters, which tables and terminals cannot show. Leave them out."
    return None


def name_after(file: str, pull: Pull | None = None) -> str:
    """The name of an import that was given none: its file's, or that of what was pulled. Either may be called anything."""
    name = dataset_name(file) if pull is None else _name_of(pull)
    return "".join("\ufffd" if _is_control(character) else character for character in name)


def _name_of(pull: Pull) -> str:
    """`support-bot 2026-11-22`: the project and what was asked for of it."""
    start, end = datetime.fromisoformat(pull.start), datetime.fromisoformat(pull.end)
    one_day = _day_or_minute(start) == f"{start:%Y-%m-%d}" and end - start == timedelta(days=1)
    again = re.search(r"-again-(\d+)", pull.export)
    asked = f" {_day_or_minute(start)}" if one_day else f" {_day_or_minute(start)} to {_day_or_minute(end)}"
    asked += " filtered" if pull.filter else ""
    asked += f" again {again[1]}" if again else ""
    return pull.project[: MAX_NAME - len(asked)] + asked


def _day_or_minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def _is_control(character: str) -> bool:
    return character not in JOINERS and unicodedata.category(character) in CONTROL_CATEGORIES
