"""Making an upload safe: its bytes copied once, measured and hashed, gzip inflated within the quota."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import NamedTuple, Protocol

from oumi_assets.core.errors import FileTooLarge, NotJsonl
from oumi_assets.core.hashing import HashedFile
from oumi_assets.core.pace import Progress
from oumi_assets.stages.files import COMPRESSED, EXPORT

_GZIP = b"\x1f\x8b"
_BLOCK = 2 << 20
_AGAIN = "Download it again."


class Stream(Protocol):
    """An open upload, wherever it lies."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Read on from there."""
        ...


class Copied(NamedTuple):
    """What was copied: bytes of the upload itself and their BLAKE3 hash."""

    size: int
    blake3: str


def copy_export(
    upload: Stream, size: int, folder: Path, quota: int, progress: Progress, *, declared: str | None = None
) -> Copied:
    """Copy an open upload of `size` bytes into `export.jsonl` (gzip: kept as it is, and inflated beside).

    Raises `FileTooLarge` over the quota, counted in inflated bytes, and `NotJsonl` (of the declared platform) for damaged
    gzip. One of another size than it had is for the caller to refuse, and not inflated.
    """
    if size > quota:
        raise FileTooLarge(size, quota)
    first = upload.read(2)
    upload.seek(0)
    if first != _GZIP:
        return _copy(upload, size, folder / EXPORT, quota, progress)
    copied = _copy(upload, size, folder / COMPRESSED, quota, progress)
    if copied.size != size:
        # It changed, which is not yet damage.
        return copied
    _inflate(folder / COMPRESSED, folder / EXPORT, quota, declared)
    return copied


def _copy(upload: Stream, size: int, target: Path, quota: int, progress: Progress) -> Copied:
    with HashedFile(target) as out:
        # One that is longer than it was is another one: whoever asked compares, and a file that keeps growing has an end.
        while out.size <= size and (block := upload.read(_BLOCK)):
            if out.size + len(block) > quota:
                raise FileTooLarge(out.size + len(block), quota, at_least=True)
            out.write(block)
            progress("copying", out.size, size)
        return Copied(out.size, out.blake3())


def _inflate(source: Path, target: Path, quota: int, declared: str | None) -> None:
    """All members of a gzip file; stops at the quota, so a bomb costs no more than that."""
    written = 0
    try:
        with gzip.open(source) as compressed, target.open("wb") as out:
            while block := compressed.read(_BLOCK):
                written += len(block)
                if written > quota:
                    raise FileTooLarge(written, quota, at_least=True)
                out.write(block)
    except EOFError:
        raise NotJsonl("it is a gzip file cut short", declared, remedy=_AGAIN) from None
    except (gzip.BadGzipFile, zlib.error):
        raise NotJsonl("it is a damaged gzip file", declared, remedy=_AGAIN) from None
