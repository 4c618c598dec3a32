"""Publishing: everything or nothing, and only what a manifest names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oumi_assets.core.errors import BadSetting, MissingImport
from oumi_assets.imports.workspace import new_manifest, open_workspace
from oumi_assets.settings import Environment, read_environment
from oumi_assets.storage.local_store import LocalStore


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


def test_a_file_that_no_manifest_names_is_not_there(tmp_path: Path) -> None:
    """Whatever else lies in a folder was never published."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "other").write_bytes(b"x")
    with pytest.raises(MissingImport):
        store.file("raw_export", "one", "other")


def test_a_file_cut_short_is_not_there(tmp_path: Path) -> None:
    """Half a file must not be read as a whole one."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "data").write_bytes(b"he")
    with pytest.raises(MissingImport, match="Materialize raw_export"):
        store.file("raw_export", "one", "data")


def test_an_unreadable_manifest_is_no_manifest(tmp_path: Path) -> None:
    """A damaged note must not stop the platform."""
    store = LocalStore(tmp_path)
    publish(store, b"hello")
    (Path(store.location("raw_export", "one")) / "manifest.json").write_bytes(b"{")
    assert store.manifest("raw_export", "one") is None
    assert store.manifests("raw_export") == []


def test_publishing_again_replaces_the_whole_stage(tmp_path: Path) -> None:
    """A stage made again shows its new files only."""
    store = LocalStore(tmp_path)
    publish(store, b"old")
    publish(store, b"new")
    assert store.file("raw_export", "one", "data").read_bytes() == b"new"
    assert store.sweep() == 0
    assert not any((tmp_path / ".staging").iterdir())


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


@pytest.mark.parametrize(("uploads", "storage"), [("a", "a/b"), ("a/b", "a"), ("a", "a")])
def test_uploads_and_storage_must_not_lie_inside_each_other(tmp_path: Path, uploads: str, storage: str) -> None:
    """The sensor would import what imports write."""
    with pytest.raises(BadSetting, match="must not lie inside each other"):
        open_workspace(Environment(tmp_path / uploads, tmp_path / storage, 1))


def test_a_quota_that_is_no_number_is_told() -> None:
    """A setting that cannot be read is not a default."""
    with pytest.raises(BadSetting, match="OUMI_MAX_UPLOAD_BYTES must be a number of bytes"):
        read_environment({"OUMI_MAX_UPLOAD_BYTES": "5 GB"})
