"""Writing a file and hashing what is written, side by side: nothing has to be read again for its hash.

BLAKE3, since SHA-256 takes four times as long and the copy of an export waits for nothing else; `b3sum` checks it.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from blake3 import blake3

_MAX_WAITING = 8
"""Tasks that may wait for their threads: memory stays bounded when a disk is slow."""


class HashedFile:
    """A new file whose bytes are written by one thread and hashed by another. Use as a context manager.

    Write large blocks (a megabyte, not a line): each is two tasks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = blake3()
        self._waiting: deque[Future[object]] = deque()
        self._failed: OSError | None = None
        self.size = 0

    def __enter__(self) -> Self:
        self._file = self._path.open("wb", buffering=0)
        self._writer, self._hasher = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.shutdown()
        self._hasher.shutdown()
        self._file.close()
        if error is None:
            self._finish()

    def write(self, block: bytes | bytearray) -> None:
        """Append a block, which must not change any more. Raises `OSError`, as for a full disk, at one of the next calls."""
        self._waiting.append(self._writer.submit(self._write, block))
        self._waiting.append(self._hasher.submit(self._digest.update, block))
        self.size += len(block)
        self._finish(but=_MAX_WAITING)

    def _write(self, block: bytes | bytearray) -> None:
        if self._failed:
            # What comes after a gap must not look as if it were whole.
            raise self._failed
        try:
            rest = memoryview(block)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._failed = error
            raise

    def _finish(self, but: int = 0) -> None:
        """Wait until no more than so many tasks are to be done. Raises what one of them raised."""
        while len(self._waiting) > but:
            self._waiting.popleft().result()

    def blake3(self) -> str:
        """The hash of everything written so far, in hexadecimal. Raises `OSError`."""
        self._finish()
        if self._failed:
            raise self._failed
        return self._digest.hexdigest()


def hash_of(path: Path) -> str:
    """The hash of a file that lies there already, in hexadecimal."""
    return blake3().update_mmap(path).hexdigest()
