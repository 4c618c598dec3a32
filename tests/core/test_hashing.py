"""A file that is hashed while it is written is whole, or an error."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from blake3 import blake3

from oumi_assets.core.hashing import HashedFile


class FailsOnce:
    """A file whose disk is full for the third block and has room again for the next."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.asked = 0

    def write(self, block: memoryview) -> int:
        self.asked += 1
        if self.asked == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.blocks.append(bytes(block))
        return len(block)

    def close(self) -> None:
        """Nothing to do."""


def test_the_hash_is_of_what_lies_there(tmp_path: Path) -> None:
    """It is what the manifest promises."""
    with HashedFile(tmp_path / "a") as file:
        for number in range(100):
            file.write(bytes([number]) * 1000)
        said = file.blake3()
    assert said == blake3((tmp_path / "a").read_bytes()).hexdigest()
    assert file.size == 100_000


def test_a_block_that_was_not_written_is_never_forgotten(tmp_path: Path) -> None:
    """Blocks after it would be where it should have been, and the hash one of bytes that are not there."""
    with pytest.raises(OSError, match="No space"), HashedFile(tmp_path / "a") as file:
        file._file = disk = FailsOnce()  # type: ignore[assignment]
        for number in range(6):
            file.write(bytes([number]))
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                file.blake3()
        assert disk.blocks == [b"\0", b"\1"]
        raise OSError(errno.ENOSPC, "No space left on device")


def test_leaving_without_asking_for_the_hash_still_tells(tmp_path: Path) -> None:
    """Whoever only writes must learn of it, too."""
    with pytest.raises(OSError, match="No space"), HashedFile(tmp_path / "a") as file:
        file._file = FailsOnce()  # type: ignore[assignment]
        for number in range(4):
            file.write(bytes([number]))
