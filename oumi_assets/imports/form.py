"""What a person or the sensor says about an upload."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from oumi_assets.core.characters import CONTROL_CATEGORIES, JOINERS
from oumi_assets.storage.keys import MAX_NAME, dataset_name

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


def name_after(file: str) -> str:
    """The name of an import that was given none: its file's, which may be called anything."""
    return "".join("\ufffd" if _is_control(character) else character for character in dataset_name(file))


def _is_control(character: str) -> bool:
    return character not in JOINERS and unicodedata.category(character) in CONTROL_CATEGORIES
