"""Uploads on S3: what is listed, and how an object is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import CuttingProxy

from oumi_assets.core.errors import FileChanged, FileNotFound, UnsafePath
from oumi_assets.core.storage_errors import StorageRefused, StorageUnreachable
from oumi_assets.orchestration.resources import uploads_here
from oumi_assets.storage import s3_stream

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Put = Callable[[str, bytes], None]
UNUSUAL = [
    "a b+c%20d&e=f.jsonl",
    "été/日本語 🙂.jsonl",
    "q\"uo'te<>.jsonl",
    "tab\t.jsonl",
    "back\\slash.jsonl",
    "a?b#c.jsonl",
]
LEFT_ALONE = ["folder/", ".hidden.jsonl", ".dir/x.jsonl", "x.jsonl.part", "a//b.jsonl", "../x.jsonl"]


@pytest.fixture
def _bucket(bucket_name: str) -> None:
    """The environment names a bucket that exists."""


@pytest.mark.usefixtures("_bucket")
class TestListing:
    def test_names_are_keys_below_the_prefix_with_size_tag_and_time(self, put: Put) -> None:
        """The sensor tells uploads apart by exactly these."""
        put("one.jsonl", b"12345")
        (found,) = uploads_here().listing()
        assert (found.name, found.size) == ("one.jsonl", 5)
        assert found.content_tag == "827ccb0eea8a706c4c34a16891f84e7b"
        assert found.mtime_ns > 0

    @pytest.mark.parametrize("name", UNUSUAL)
    def test_keys_with_any_characters_are_listed_and_opened(self, put: Put, name: str) -> None:
        """People name files in every language, and a name that is lost is a file that is never imported."""
        put(name, b"content")
        uploads = uploads_here()
        assert [found.name for found in uploads.listing()] == [name]
        with uploads.open(name) as file:
            assert file.read() == b"content"

    @pytest.mark.parametrize("name", LEFT_ALONE)
    def test_directories_dotfiles_and_partial_names_are_left_alone(self, put: Put, name: str) -> None:
        """Consoles make zero-byte "directories", and tools write aside under such names."""
        put(name, b"")
        assert uploads_here().listing() == []

    def test_by_hand_is_listed_but_not_watched(self, put: Put) -> None:
        """These files wait for a person's own settings."""
        put("by-hand/mine.jsonl", b"x")
        assert [found.name for found in uploads_here().listing()] == ["by-hand/mine.jsonl"]
        assert uploads_here().watched() == []

    def test_a_listing_goes_on_beyond_one_page(self, client: S3Client, put: Put) -> None:
        """S3 lists a thousand at a time; the rest would never be imported."""
        for number in range(1003):
            put(f"{number:04}.jsonl", b"")
        assert len(uploads_here().listing()) == 1003


@pytest.mark.usefixtures("_bucket")
class TestOpening:
    def test_a_missing_object_lists_what_is_there(self, put: Put) -> None:
        """A mistyped name is corrected at a glance."""
        put("there.jsonl", b"x")
        with pytest.raises(FileNotFound, match=r"It holds: there\.jsonl"), uploads_here().open("gone.jsonl"):
            pass

    @pytest.mark.parametrize("name", ["../storage/x", "a/../../x", "/x", "", "a//b", "\ud800.jsonl"])
    def test_a_name_never_leads_out_of_the_uploads(self, name: str) -> None:
        """The form in the UI takes names from anyone who can reach it."""
        with pytest.raises(UnsafePath), uploads_here().open(name):
            pass

    def test_going_back_to_the_first_bytes_costs_no_request(self, put: Put, proxy: CuttingProxy) -> None:
        """Every import looks at two bytes before it copies."""
        put("x.jsonl", b"0123456789")
        with uploads_here().open("x.jsonl") as file:
            assert file.read(2) == b"01"
            file.seek(0)
            assert file.read() == b"0123456789"
        assert len(proxy.downloads("x.jsonl")) == 1

    def test_dropped_connections_are_taken_up_where_they_broke(self, put: Put, proxy: CuttingProxy) -> None:
        """A large export over a bad line must arrive whole, and not begin again each time."""
        content = bytes(range(256)) * 20_000
        put("x.jsonl", content)
        proxy.cuts = [2_000_000, 1_500_000, 0]
        with uploads_here().open("x.jsonl") as file:
            assert file.read() == content
        first, *others = proxy.downloads("x.jsonl")
        assert len(others) == 3
        assert first.range is None
        assert all(request.range and request.if_match for request in others)

    def test_going_far_back_reads_the_same_bytes_again(self, put: Put) -> None:
        """What the buffer no longer holds is asked for anew."""
        content = bytes(range(256)) * 20_000
        put("x.jsonl", content)
        with uploads_here().open("x.jsonl") as file:
            assert file.read() == content
            file.seek(0)
            assert file.read() == content
            file.seek(-1_000_000, os.SEEK_END)
            assert file.read() == content[-1_000_000:]

    def test_a_connection_that_keeps_breaking_is_told(
        self, put: Put, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After some tries at one place: the run tries again later, and says why."""
        monkeypatch.setattr(s3_stream, "_ATTEMPTS", 3)
        put("x.jsonl", b"x" * 3_000_000)
        proxy.cuts = [1_000_000] + [0] * 50
        with uploads_here().open("x.jsonl") as file, pytest.raises(StorageUnreachable, match="kept breaking"):
            file.read()

    def test_a_server_that_begins_anew_after_a_dropped_connection_is_refused(self, put: Put, proxy: CuttingProxy) -> None:
        """The first bytes once more in the middle would be an export that nobody logged."""
        put("x.jsonl", bytes(range(256)) * 20_000)
        proxy.cuts, proxy.ignores_ranges = [2_000_000], True
        with uploads_here().open("x.jsonl") as file, pytest.raises(StorageRefused, match="ignores ranges of bytes"):
            file.read()

    def test_another_version_is_never_mixed_in_after_a_dropped_connection(self, put: Put, proxy: CuttingProxy) -> None:
        """Half of the old and half of the new export would be a dataset that nobody logged."""
        put("x.jsonl", b"a" * 3_000_000)
        proxy.cuts = [1_500_000]
        with uploads_here().open("x.jsonl") as file:
            file.read(10)
            put("x.jsonl", b"b" * 3_000_000)
            with pytest.raises(FileChanged):
                file.read()

    def test_a_large_upload_arrives_whole_in_parts(self, tmp_path: Path, client: S3Client, bucket_name: str) -> None:
        """Beyond 16 MB the managed transfer sends parts; progress ends at the file's size."""
        path, reported = tmp_path / "large.jsonl", []
        path.write_bytes(b"0123456789abcdef" * (40 << 16))
        location = uploads_here().put(path, "large.jsonl", lambda done, total: reported.append((done, total)))
        assert location == f"s3://{bucket_name}/uploads/large.jsonl"
        assert reported[-1] == (40 << 20, 40 << 20)
        assert client.head_object(Bucket=bucket_name, Key="uploads/large.jsonl")["ETag"].endswith('-3"')
        with uploads_here().open("large.jsonl") as file:
            assert file.read() == path.read_bytes()
