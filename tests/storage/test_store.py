"""Publishing: everything or nothing, and only what a manifest names."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from oumi_assets.core.errors import BadSetting, MissingImport
from oumi_assets.core.storage_errors import StoredFileDamaged
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.workspace import open_workspace
from oumi_assets.settings import Environment, read_environment
from oumi_assets.storage.local_store import LocalStore
from oumi_assets.storage.manifest import Outcome


def publish(store: LocalStore, content: bytes, key: str = "one") -> None:
    """A stage with one file."""
    with store.staging() as folder:
        (folder / "data").write_bytes(content)
        store.publish(folder, new_manifest("raw_export", key, None))


def test_a_published_stage_is_read_through_its_manifest(tmp_path: Path) -> None:
    """Readers trust sizes and hashes that were written last."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    manifest = store.complete("raw_export", "one")
    assert manifest.files["data"].size == 5
    assert store.file("raw_export", "one", "data").read_bytes() == b"hello"


def test_a_stage_is_private_while_it_is_written_and_readable_when_it_is_published(tmp_path: Path) -> None:
    """Whoever trains on a dataset is often another user."""
    store = LocalStore(tmp_path)
    with store.staging() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        store.publish(folder, new_manifest("raw_export", "one", None))
    assert stat.S_IMODE(Path(store.location("raw_export", "one")).stat().st_mode) == 0o755


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o700), (0o027, 0o750), (0o002, 0o775), (0o000, 0o775)])
def test_a_published_stage_is_as_open_as_the_umask_says(umask: int, mode: int, tmp_path: Path) -> None:
    """Traces are often secret; nobody wants a folder that everybody may write to."""
    former = os.umask(umask)
    try:
        store = LocalStore(tmp_path / "storage")
        store.prepare()
        publish(store, b"hello")
    finally:
        os.umask(former)
    assert stat.S_IMODE(Path(store.location("raw_export", "one")).stat().st_mode) == mode


def test_manifests_are_listed_oldest_first(tmp_path: Path) -> None:
    """In whatever order the disk holds their folders."""
    store = LocalStore(tmp_path)
    for day in (24, 21, 28, 23, 26, 22, 27, 25):
        with store.staging() as folder:
            manifest = new_manifest("raw_export", f"key-{day}", None)
            store.publish(folder, msgspec.structs.replace(manifest, created=f"2026-11-{day}"))
    assert [manifest.import_key for manifest in store.manifests("raw_export")] == [f"key-{day}" for day in range(21, 29)]


def test_a_file_that_no_manifest_names_is_not_there(tmp_path: Path) -> None:
    """Whatever else lies in a folder was never published."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "other").write_bytes(b"x")
    with pytest.raises(MissingImport):
        store.file("raw_export", "one", "other")


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a file must not be read as a whole one; it is there, so nobody is told that it is not."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "data").write_bytes(b"he")
    with pytest.raises(StoredFileDamaged, match=r"data of raw_export, import one, is not what was published.*Materialize"):
        store.file("raw_export", "one", "data")
    (Path(store.location("raw_export", "one")) / "data").unlink()
    with pytest.raises(MissingImport, match="Materialize raw_export"):
        store.file("raw_export", "one", "data")


def test_a_file_that_is_gone_is_not_there(tmp_path: Path) -> None:
    """Somebody tidied up: the sentence says what to do, and is no traceback."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "data").unlink()
    with pytest.raises(MissingImport, match="Materialize raw_export"):
        store.file("raw_export", "one", "data")
    with pytest.raises(MissingImport, match="Materialize raw_export"):
        store.file("raw_export", "another", "data")


def test_a_file_in_the_place_of_a_stage_is_no_stage(tmp_path: Path) -> None:
    """It is somebody's note, or what a backup made of a folder."""
    store = LocalStore(tmp_path)
    (tmp_path / "raw_export").mkdir()
    (tmp_path / "raw_export" / "one").write_text("a note")
    assert store.manifest("raw_export", "one") is None
    assert store.manifests("raw_export") == []


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"{", b'{"asset": "\xff"}'])
def test_an_unreadable_manifest_is_no_manifest(content: bytes, tmp_path: Path) -> None:
    """A damaged note must not stop the platform, nor pass for a dataset; publishing again mends it."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "manifest.json").write_bytes(content)
    assert store.manifest("raw_export", "one") is None
    assert store.manifests("raw_export") == []
    assert store.folders("raw_export") == set()
    publish(store, b"again")
    assert store.folders("raw_export") == {"one"}
    assert store.file("raw_export", "one", "data").read_bytes() == b"again"


def test_a_manifest_is_on_the_disk_before_its_stage_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss of power must not leave a stage with an empty manifest; its data may be torn, which the manifest tells."""
    store, fsync, synced = LocalStore(tmp_path), os.fsync, []
    place = Path(store.location("raw_export", "one"))

    def seen(descriptor: int) -> None:
        assert not place.exists()
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    publish(store, b"hello")
    assert synced == [(place / "manifest.json").stat().st_ino, place.stat().st_ino]


def test_publishing_again_replaces_the_whole_stage(tmp_path: Path) -> None:
    """A stage made again shows its new files only."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    publish(store, b"new")
    assert store.file("raw_export", "one", "data").read_bytes() == b"new"
    assert store.sweep() == 0
    assert not any((tmp_path / ".staging").iterdir())


def test_a_removed_stage_is_gone_with_its_bytes(tmp_path: Path) -> None:
    """People delete because of what is in there; one that is not there is removed already."""
    store = LocalStore(tmp_path)
    publish(store, b"mine")
    publish(store, b"another's", "two")
    for _ in range(2):
        store.remove("raw_export", "one")
    assert store.folders("raw_export") == {"two"}
    assert [path.read_bytes() for path in tmp_path.rglob("data")] == [b"another's"]


def test_a_stage_that_raises_leaves_nothing(tmp_path: Path) -> None:
    """Nothing partial is ever visible."""
    store = LocalStore(tmp_path / "fresh")
    with pytest.raises(ZeroDivisionError), store.staging() as folder:
        (folder / "data").write_bytes(b"half")
        raise ZeroDivisionError
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_left_is_swept_and_living_ones_are_not(tmp_path: Path) -> None:
    """Leftovers cost disk; sweeping a running import would destroy it."""
    code = (
        "import os, sys; from pathlib import Path; from oumi_assets.storage.local_store import LocalStore\n"
        "with LocalStore(Path(sys.argv[1])).staging() as folder:\n"
        "    (folder / 'data').write_bytes(b'half'); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert killed.returncode == -9
    store = LocalStore(tmp_path)
    with store.staging() as mine:
        assert store.sweep() == 1
        assert list((tmp_path / ".staging").iterdir()) == [mine]


# The old stage is set aside, the new one not yet in its place: at this moment a computer loses its power.
_KILLED_BETWEEN = """
import os, sys
from pathlib import Path
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.storage.local_store import LocalStore
rename = Path.rename
def renamed_then_killed(path, target):
    rename(path, target)
    os.kill(os.getpid(), 9)
Path.rename = renamed_then_killed
store = LocalStore(Path(sys.argv[1]))
with store.staging() as folder:
    (folder / "data").write_bytes(b"new")
    store.publish(folder, new_manifest("raw_export", "one", None))
"""


def kill_while_replacing(root: Path) -> None:
    """A publish that was killed between its two renames."""
    killed = subprocess.run([sys.executable, "-c", _KILLED_BETWEEN, str(root)], timeout=60, check=False)
    assert killed.returncode == -9
    assert LocalStore(root).manifest("raw_export", "one") is None


def test_a_stage_set_aside_by_a_killed_publish_returns_to_its_place(tmp_path: Path) -> None:
    """raw_export holds the only copy of an upload that was made again; it must survive any kill."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    kill_while_replacing(tmp_path)
    assert store.sweep() == 2
    assert store.file("raw_export", "one", "data").read_bytes() == b"old"
    assert not any((tmp_path / ".staging").iterdir())


def test_a_stage_set_aside_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    """Somebody made it again before the sweep."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    kill_while_replacing(tmp_path)
    publish(store, b"newest")
    assert store.sweep() == 2
    assert store.file("raw_export", "one", "data").read_bytes() == b"newest"


def test_a_stage_set_aside_does_not_return_after_its_import_was_deleted(tmp_path: Path) -> None:
    """Deleting is for good, also for what no reader saw at that moment."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    kill_while_replacing(tmp_path)
    with store.staging() as folder:
        note = new_manifest("parsed_traces", "one", None)
        store.publish(folder, msgspec.structs.replace(note, outcome=Outcome.DELETED))
    assert store.sweep() == 2
    assert store.manifest("raw_export", "one") is None


def test_a_publish_that_fails_leaves_the_old_stage_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails when the old stage is aside already."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    place, rename = Path(store.location("raw_export", "one")), Path.rename

    def failing(path: Path, target: Path) -> Any:
        if target == place and not place.exists() and path.name != "replaced":
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output error"):
        publish(store, b"new")
    assert store.file("raw_export", "one", "data").read_bytes() == b"old"
    assert not any((tmp_path / ".staging").iterdir())


def test_an_old_stage_that_cannot_be_put_back_waits_for_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails once more: what was set aside may be the only copy of an upload."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    place, rename = Path(store.location("raw_export", "one")), Path.rename

    def failing(path: Path, target: Path) -> Any:
        if target == place:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output error"):
        publish(store, b"new")
    (kept,) = (tmp_path / ".staging").iterdir()
    assert (kept / "replaced" / "data").read_bytes() == b"old"


_PUBLISHING = """
import sys
from pathlib import Path
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.storage.local_store import LocalStore
store = LocalStore(Path(sys.argv[1]))
for _ in range(200):
    with store.staging() as folder:
        (folder / "data").write_bytes(b"same")
        store.publish(folder, new_manifest("raw_export", "one", None))
"""


def test_two_processes_that_publish_one_stage_both_succeed(tmp_path: Path) -> None:
    """Two platforms on one storage may make the same import at the same time."""
    command = [sys.executable, "-c", _PUBLISHING, str(tmp_path)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in both] == ["", ""]
    store = LocalStore(tmp_path)
    assert store.file("raw_export", "one", "data").read_bytes() == b"same"
    assert not any((tmp_path / ".staging").iterdir())


@pytest.mark.parametrize(("uploads", "storage"), [("a", "a/b"), ("a/b", "a"), ("a", "a")])
def test_uploads_and_storage_must_not_lie_inside_each_other(tmp_path: Path, uploads: str, storage: str) -> None:
    """The sensor would import what imports write."""
    with pytest.raises(BadSetting, match="must not lie inside each other"):
        open_workspace(Environment(tmp_path / uploads, tmp_path / storage, 1))


def test_a_quota_that_is_no_number_is_told() -> None:
    """A setting that cannot be read is not a default."""
    with pytest.raises(BadSetting, match="OUMI_MAX_UPLOAD_BYTES must be a number of bytes"):
        read_environment({"OUMI_MAX_UPLOAD_BYTES": "5 GB"})
