"""Where uploads and results may lie: a local folder, or a bucket and a prefix. What lies there is not known here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from oumi_assets.core.errors import BadSetting

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_NO_SEGMENTS = ("", ".", "..")


class S3Location(NamedTuple):
    """A bucket and the prefix in it; an empty prefix is the whole bucket. As text it is its `s3://` URL."""

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def key(self, *names: str) -> str:
        """The object key of a name below the prefix."""
        return "/".join((self.prefix, *names) if self.prefix else names)

    @property
    def below(self) -> str:
        """What the keys of everything below begin with."""
        return f"{self.prefix}/" if self.prefix else ""


Location = Path | S3Location


def read_location(variable: str, text: str) -> Location:
    """The location a setting names. Raises `BadSetting`, which never repeats the value: it might hold a secret."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Path(text).absolute()
    bucket, _, prefix = text.partition("://")[2].partition("/")
    prefix = prefix.strip("/")
    plain = not prefix or not any(segment in _NO_SEGMENTS for segment in prefix.split("/"))
    if scheme[1] != "s3" or not _BUCKET.fullmatch(bucket) or not plain:
        raise BadSetting(
            f"{variable} must be a folder, or s3://bucket/prefix with a plain bucket name and prefix; "
            "credentials and the endpoint belong in the AWS_* variables."
        )
    return S3Location(bucket, prefix)


def refuse_nesting(uploads: Location, storage: Location) -> None:
    """Storage inside the watched place (or around it) would import itself. Raises `BadSetting`."""
    one, other = _path(uploads), _path(storage)
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        raise BadSetting(f"OUMI_UPLOADS ({uploads}) and OUMI_STORAGE ({storage}) must not lie inside each other.")


def _path(location: Location) -> tuple[str, ...]:
    if isinstance(location, Path):
        return location.resolve().parts
    return ("s3:", location.bucket, *(location.prefix.split("/") if location.prefix else ()))
