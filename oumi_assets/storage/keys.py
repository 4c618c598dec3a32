"""Import keys: the partition of an import, and its folder on disk.

People may type a key; whatever they type reaches a path only through `folder_name`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from oumi_assets.core.characters import CONTROL_CATEGORIES
from oumi_assets.core.errors import BadImportKey

MAX_NAME = 128
MAX_KEY = 200
PARTITION_SYNTAX = ("...", ",", "[", "]")
"""What Dagster reads as a range or a list of partitions."""
_OWN_KEY = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_PULLED = re.compile(r"[a-z]+-(?P<project>[a-z0-9-]+)-[0-9a-f]{8}-(?P<day>\d{8})T\d{6}Z-\d{8}T\d{6}Z(-again-\d+)?\.jsonl")
_SLUG = 30
"""Characters of a key before its digits: lists show keys whole, since people copy them."""


def slug(text: str, limit: int = 60) -> str:
    """Lower-case ASCII letters, digits and single hyphens of a text; `import` when nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:limit].strip("-") or "import"


def dataset_name(file_name: str) -> str:
    """The human name of an import that was not given one: its file's, without the suffix, cut at 128 characters."""
    base = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    for suffix in (".jsonl.gz", ".jsonl"):
        if base.lower().endswith(suffix):
            base = base[: -len(suffix)]
            break
    return base[:MAX_NAME].strip() or "import"


def is_pulled(file_name: str) -> bool:
    """Whether a name is that of a pulled export: platform, project, window (`pulls.naming` writes it)."""
    return _PULLED.fullmatch(file_name) is not None


def key_for_content(file_name: str, content_tag: str) -> str:
    """The key of a dropped file: the same for the same name and content tag, another for any other.

    A pulled export is known by its name alone: signed URLs and costs differ between two pulls of
    the same window, and it is still the same import.
    """
    if is_pulled(file_name):
        content_tag = "pulled"
    digest = hashlib.sha256(f"{file_name}\0{content_tag}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{_key_slug(file_name)}-{digest[:16]}"


def _key_slug(file_name: str) -> str:
    """Of a pull the project and the day; of any other file its name."""
    pulled = _PULLED.fullmatch(file_name)
    if pulled is None:
        return slug(dataset_name(file_name), _SLUG)
    day = f"-{pulled['day']}"
    return slug(pulled["project"], _SLUG - len(day)) + day


def random_key(name: str) -> str:
    """A new key for an import by hand: the same file can be imported again."""
    return f"{slug(name, _SLUG)}-{secrets.token_hex(8)}"


def check_key(key: str) -> None:
    """Refuse what Dagster's partition ranges or people's screens could not carry."""
    if len(key) > MAX_KEY:
        raise BadImportKey(f"it has {len(key)} characters")
    if not key.strip():
        raise BadImportKey("it is blank")
    if any(unicodedata.category(character) in CONTROL_CATEGORIES for character in key):
        raise BadImportKey("it contains control characters")
    for text in PARTITION_SYNTAX:
        if text in key:
            raise BadImportKey(f"it contains {text}")


def folder_name(key: str) -> str:
    """The folder of an import. Usual keys are their own; any other is escaped so that two never share one."""
    if _OWN_KEY.fullmatch(key) and len(key) <= MAX_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"_{slug(key)}-{digest[:16]}"
