"""Rule 5, images: every writer's image becomes `{"type": "image_url", "image_url": {"url"}}`.

Only the form changes; the picture is never fetched, decoded or judged. An image that is only named
(a provider's file id) has no address and stays the part it was.
"""

from __future__ import annotations

import re
from typing import Any

_IMAGES = frozenset({"image", "image-url", "image-data"})
_CARRIERS = frozenset({"file", "file_data", "media", "uri", "blob", "binary"})
"""Parts of any media type: images when they say so."""

_MEDIA_TYPES = ("mediaType", "media_type", "mimeType", "mime_type")
_ADDRESSES = ("url", "uri", "file_uri", "fileUri")
_CONTENTS = ("file_data", "image", "data", "base64", "content")
_READ = frozenset({"type", "source", "source_type", "file", "modality", "kind", *_MEDIA_TYPES, *_ADDRESSES, *_CONTENTS})
_ADDRESS_STARTS = ("http://", "https://", "data:", "gs://", "@@@langfuseMedia:")
_MAGIC = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif", "UklGR": "image/webp"}
"""How base64 begins for the formats models read: writers may leave the media type out."""

_CUT = "...[TRUNCATED]..."
"""What Dify puts in the place of an address's middle: it leads nowhere."""

_BASE64 = re.compile(r"\s*[A-Za-z0-9+/_=\r\n-]+")
_BEGINNING = 64


def image_part(part: dict[str, Any]) -> dict[str, Any] | None:
    """The OpenAI image part of any part with a text `type`, or None when it holds no image with an address."""
    if part["type"] in ("image_url", "input_image"):
        return _openai(part)
    if part["type"] not in _IMAGES and part["type"] not in _CARRIERS:
        return None
    if part["type"] == "file" and _is_named_file(part.get("file")):
        return None
    fields = _flat(part)
    media_type = _first(fields, _MEDIA_TYPES)
    if part["type"] in _CARRIERS and not _carries_image(fields, media_type):
        return None
    url = _url(fields, media_type)
    return None if url is None else _with_rest(url, {key: value for key, value in part.items() if key not in _READ})


def _is_named_file(file: Any) -> bool:
    """Whether it is OpenAI's file part, whose name or id an image part cannot hold.

    LangSmith's AI SDK wrapper puts pictures into such parts without a name.
    """
    return isinstance(file, dict) and any(value is not None for key, value in file.items() if key not in _CONTENTS)


def is_base64(value: Any) -> bool:
    """Whether a text begins like base64: writers put words in the place of bytes that they do not record."""
    return isinstance(value, str) and _BASE64.fullmatch(value, 0, _BEGINNING) is not None


def _openai(part: dict[str, Any]) -> dict[str, Any] | None:
    image = part.get("image_url")
    if isinstance(image, str):
        return _with_rest(image, {key: value for key, value in part.items() if key not in ("type", "image_url")})
    return part if isinstance(image, dict) and part["type"] == "image_url" else None


def _with_rest(url: str, rest: dict[str, Any]) -> dict[str, Any]:
    """`detail` belongs to the image, any other key to the part."""
    image = {"url": url}
    if isinstance(rest.get("detail"), str):
        image["detail"] = rest["detail"]
    others = {key: value for key, value in rest.items() if key not in image and value is not None}
    return {"type": "image_url", "image_url": image, **others}


def _flat(part: dict[str, Any]) -> dict[str, Any]:
    """Anthropic keeps the image under `source`, OpenAI's file parts under `file`, the AI SDK 6 under `data`."""
    inner = next((part[key] for key in ("source", "file", "data", "image") if isinstance(part.get(key), dict)), None)
    return {**part, **inner} if inner else part


def _url(fields: dict[str, Any], media_type: str | None) -> str | None:
    address = _first(fields, _ADDRESSES)
    if address is not None:
        return address
    content = _first(fields, _CONTENTS)
    if content is None or _CUT in content:
        return None
    if content.startswith(_ADDRESS_STARTS):
        return content
    if not is_base64(content):
        return None
    if media_type is None or not media_type.startswith("image/") or media_type == "image/*":
        media_type = next((known for magic, known in _MAGIC.items() if content.startswith(magic)), None)
    # URLs of inline data hold standard base64; Google's SDK writes the URL-safe alphabet.
    return f"data:{media_type};base64,{content.replace('-', '+').replace('_', '/')}" if media_type else None


def _carries_image(fields: dict[str, Any], media_type: str | None) -> bool:
    """By media type, else modality, else the URL of inline data; how base64 begins would take sound for a picture."""
    if media_type is not None:
        return media_type.startswith("image/")
    if fields.get("modality"):
        return bool(fields["modality"] == "image")
    return (_first(fields, (*_ADDRESSES, *_CONTENTS)) or "").startswith("data:image/")


def _first(fields: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((fields[key] for key in keys if isinstance(fields.get(key), str) and fields[key]), None)
