"""Opening the file that somebody named: what is said when that does not go."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from oumi_assets.core.errors import FileNotFound, FolderNotFound, UnreadableFile, UnsafePath
from oumi_assets.storage.local_uploads import LocalUploads, SingleFile


@contextmanager
def no_superuser() -> Iterator[None]:
    """Nothing is denied to root, as whom tests may run."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def anyones() -> Iterator[Path]:
    """A folder that everybody may look into, and its parents, too: those of `tmp_path` are their owner's."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_file_that_may_not_be_read_is_said_to_be_denied(anyones: Path) -> None:
    """It is no link, and no other file would help."""
    path = anyones / "mine.jsonl"
    path.write_text("{}")
    path.chmod(0)
    denied = pytest.raises(UnreadableFile, match=r"^mine\.jsonl cannot be read: permission denied")
    with no_superuser(), denied, SingleFile(path).open(path.name):
        pass


def test_a_few_names_are_listed_the_closest_first(tmp_path: Path) -> None:
    """A folder of downloads holds hundreds of files, and the right one has nearly that name."""
    for number in range(50):
        (tmp_path / f"a download {number:02}.bin").write_text("")
    (tmp_path / "monday.jsonl").write_text("")
    (tmp_path / ("x" * 200)).write_text("")
    (tmp_path / ".mondya.jsonl").write_text("")
    with pytest.raises(FileNotFound) as raised, SingleFile(tmp_path / "mondya.jsonl").open("mondya.jsonl"):
        pass
    listed = str(raised.value).partition("It holds: ")[2]
    assert listed.startswith("monday.jsonl, a download 00.bin, ")
    assert listed.endswith(" and 47 more.")


def test_a_long_name_is_cut_in_the_list(tmp_path: Path) -> None:
    """One name must not fill the screen."""
    (tmp_path / ("x" * 200)).write_text("")
    with pytest.raises(FileNotFound, match=rf"It holds: {'x' * 80}\.\.\.\.$"), SingleFile(tmp_path / "y").open("y"):
        pass


def test_a_link_that_leads_nowhere_and_a_folder_are_no_files(tmp_path: Path) -> None:
    """Following a link ends at a regular file or not at all."""
    (tmp_path / "dangling.jsonl").symlink_to(tmp_path / "gone.jsonl")
    (tmp_path / "folder.jsonl").symlink_to(tmp_path)
    (tmp_path / "loop.jsonl").symlink_to(tmp_path / "loop.jsonl")
    for name, error in (("dangling.jsonl", FileNotFound), ("folder.jsonl", UnsafePath), ("loop.jsonl", UnsafePath)):
        with pytest.raises(error), SingleFile(tmp_path / name).open(name):
            pass


def test_the_uploads_folder_follows_no_link(tmp_path: Path) -> None:
    """Whoever may drop files into it may not thereby read the server's."""
    (tmp_path / "uploads" / "secret.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (tmp_path / "secret.jsonl").write_text("{}")
    with pytest.raises(UnsafePath, match="link"), LocalUploads(tmp_path / "uploads").open("secret.jsonl"):
        pass


def _next_descriptor() -> int:
    """The lowest that is free."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


@pytest.mark.parametrize(
    "name", ["team/a.jsonl", "team/b.jsonl", "team/folder", "team/pipe.jsonl", "gone/a.jsonl", "team/link"]
)
def test_nothing_stays_open(name: str, tmp_path: Path) -> None:
    """The sensor's process lives for months, and opens whatever people put there."""
    team = tmp_path / "uploads" / "team"
    (team / "folder").mkdir(parents=True)
    (team / "a.jsonl").write_text("{}")
    (team / "link").symlink_to(team / "a.jsonl")
    os.mkfifo(team / "pipe.jsonl")
    before = _next_descriptor()
    with suppress(FileNotFound, UnsafePath), LocalUploads(tmp_path / "uploads").open(name):
        pass
    assert _next_descriptor() <= before


def test_a_folder_that_may_not_be_read_is_left_out_and_named(anyones: Path) -> None:
    """`lost+found` on a mounted volume must not stop every import."""
    uploads = LocalUploads(anyones)
    (anyones / "monday.jsonl").write_text("{}")
    (anyones / "lost+found").mkdir(mode=0)
    with no_superuser():
        assert [upload.name for upload in uploads.listing()] == ["monday.jsonl"]
        assert uploads.unreadable == ["lost+found/"]
    (anyones / "lost+found").rmdir()
    uploads.listing()
    assert not uploads.unreadable


@pytest.mark.parametrize(("part", "levels", "readable"), [("a", 700, True), ("b" * 200, 25, False)])
def test_a_tree_of_any_depth_stops_no_listing(part: str, levels: int, readable: bool, tmp_path: Path) -> None:
    """Somebody moves a whole archive into the uploads. Beyond 4,096 bytes no path leads to a folder, yet it can be there."""
    uploads = LocalUploads(tmp_path / "uploads")
    uploads.prepare()
    (uploads.root / "monday.jsonl").write_text("{}")
    folder = os.open(uploads.root, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(part, dir_fd=folder)
        inner = os.open(part, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("deep.jsonl", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
    os.close(folder)
    deep = f"{part}/" * levels + "deep.jsonl"
    assert [upload.name for upload in uploads.listing()] == [*([deep] if readable else []), "monday.jsonl"]
    assert bool(uploads.unreadable) is not readable
    if readable:
        with uploads.open(deep) as file:
            assert file.describe().name == deep
    # pytest removes its folders path by path.
    subprocess.run(["rm", "-r", part], cwd=uploads.root, check=True)


def test_a_name_that_is_no_text_is_not_listed(tmp_path: Path) -> None:
    """Nothing could show, tag or type it; the other files are imported all the same."""
    uploads = LocalUploads(tmp_path)
    (tmp_path / "monday.jsonl").write_text("{}")
    (tmp_path / os.fsdecode(b"\xff.jsonl")).write_text("{}")
    assert [upload.name for upload in uploads.listing() if upload.name.endswith(".jsonl")] == ["monday.jsonl"]


@pytest.mark.parametrize("gone", ["team", "tuesday.jsonl"])
def test_what_goes_away_while_it_is_listed_stops_no_listing(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People move files while the sensor looks."""
    uploads, scandir = LocalUploads(tmp_path / "uploads"), os.scandir
    (uploads.root / "team").mkdir(parents=True)
    for name in ("monday.jsonl", "tuesday.jsonl", "team/friday.jsonl"):
        (uploads.root / name).write_text("{}")

    @contextmanager
    def moving(path: Path) -> Iterator[list[os.DirEntry[str]]]:
        with scandir(path) as entries:
            found = list(entries)
        if (uploads.root / gone).exists():
            (uploads.root / gone).rename(tmp_path / "moved")
        yield found

    monkeypatch.setattr(os, "scandir", moving)
    listed = [upload.name for upload in uploads.listing()]
    assert listed == [name for name in ("monday.jsonl", "team/friday.jsonl", "tuesday.jsonl") if gone not in name]
    assert uploads.unreadable == []


def test_an_upload_takes_the_place_of_one_of_its_name(tmp_path: Path) -> None:
    """The export of a day is uploaded again when it was wrong."""
    uploads = LocalUploads(tmp_path / "uploads")
    for content in ("{}", '{"a": 1}'):
        (tmp_path / "mine").write_text(content)
        uploads.put(tmp_path / "mine", "a.jsonl", lambda done, size: None)
        assert (uploads.root / "a.jsonl").read_text() == content


def test_a_folder_whose_files_may_not_be_looked_at_is_left_out_and_named(anyones: Path) -> None:
    """Its names can be read without its files: somebody forgot the x of its mode, which must not stop every import."""
    uploads = LocalUploads(anyones)
    (anyones / "monday.jsonl").write_text("{}")
    (anyones / "team").mkdir()
    (anyones / "team" / "tuesday.jsonl").write_text("{}")
    (anyones / "team").chmod(0o444)
    with no_superuser():
        assert [upload.name for upload in uploads.listing()] == ["monday.jsonl"]
    assert uploads.unreadable == ["team/"]


def test_a_file_in_a_folder_that_may_not_be_entered_is_said_to_be_denied(anyones: Path) -> None:
    """The folder is no link, and once it is opened up the same import succeeds."""
    (anyones / "team").mkdir(mode=0)
    denied = pytest.raises(UnreadableFile, match=r"^team/a\.jsonl cannot be read: permission denied")
    with no_superuser(), denied, LocalUploads(anyones).open("team/a.jsonl"):
        pass


def test_an_uploads_folder_that_may_not_be_read_is_no_empty_one(anyones: Path) -> None:
    """The sensor would take everything in it for gone."""
    anyones.chmod(0)
    with no_superuser(), pytest.raises(PermissionError):
        LocalUploads(anyones).listing()


def test_a_missing_uploads_folder_is_told_where_a_file_of_it_is_wanted(tmp_path: Path) -> None:
    """Somebody removed it; the form in the UI names a file."""
    with pytest.raises(FolderNotFound, match="There is no folder .*gone"), LocalUploads(tmp_path / "gone").open("a.jsonl"):
        pass


def test_a_path_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """No database holds it, no page shows it, and the sensor would never see it."""
    path = tmp_path / os.fsdecode(b"monday\xff.jsonl")
    path.write_text("{}")
    with pytest.raises(UnsafePath, match="not valid UTF-8"), SingleFile(path).open(path.name):
        pass


_KILLED = """
import os, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from oumi_assets.storage.local_uploads import LocalUploads
LocalUploads(Path(sys.argv[1])).put(Path(sys.argv[2]), "a.jsonl", lambda done, size: os.kill(os.getpid(), 9))
"""


def _put_another(uploads: LocalUploads) -> None:
    (uploads.root.parent / "b").write_text("{}")
    uploads.put(uploads.root.parent / "b", "b.jsonl", lambda done, size: None)


@pytest.mark.parametrize("after", [LocalUploads.prepare, _put_another])
def test_what_a_killed_upload_copied_is_swept(after: Callable[[LocalUploads], object], tmp_path: Path) -> None:
    """The sensor does not look at it, and nobody would ever find 50 GB behind a dot."""
    (tmp_path / "mine.jsonl").write_text("{}")
    uploads = LocalUploads(tmp_path / "uploads")
    uploads.prepare()
    subprocess.run([sys.executable, "-c", _KILLED, uploads.root, tmp_path / "mine.jsonl"], check=False, timeout=60)
    assert len([*uploads.root.rglob(".*/upload")]) == 1
    after(uploads)
    assert not [*uploads.root.rglob(".*")]
