"""The store on S3: what a killed publish leaves, what readers trust, and what is swept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers import CuttingProxy

from oumi_assets.core.errors import MissingImport
from oumi_assets.core.storage_errors import StoredFileDamaged
from oumi_assets.imports.publishing import new_manifest
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT, STAGES
from oumi_assets.orchestration.resources import open_here
from oumi_assets.storage import s3_bucket
from oumi_assets.storage.location import S3Location
from oumi_assets.storage.manifest import Outcome
from oumi_assets.storage.s3_bucket import Bucket
from oumi_assets.storage.s3_store import S3Store
from oumi_assets.storage.scratch import host_tag

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Keys = Callable[[str], list[str]]


class Killed(BaseException):
    """The process ends here."""


class DyingBucket(Bucket):
    """A bucket whose process is killed at one of its writing requests, counted from 1."""

    def __init__(self, bucket: Bucket, dies_at: int) -> None:
        super().__init__(bucket.client, bucket.location)
        self._left = dies_at

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed

    def upload(self, *arguments: Any) -> None:
        self._step()
        super().upload(*arguments)

    def write(self, *arguments: Any) -> None:
        self._step()
        super().write(*arguments)

    def delete(self, *arguments: Any) -> None:
        self._step()
        super().delete(*arguments)


def publish(store: S3Store, files: dict[str, bytes], *, asset: str = DEDUPED_DATASET, key: str = "it") -> None:
    """Publish a stage of these files."""
    with store.staging() as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        store.publish(folder, new_manifest(asset, key, None))


def contents(bucket: Bucket, names: list[str]) -> dict[str, bytes] | None:
    """What a new process reads of the stage: every file, or None where one of them cannot be trusted."""
    store = S3Store(bucket)
    try:
        return {name: store.file(DEDUPED_DATASET, "it", name).read_bytes() for name in names}
    except (MissingImport, StoredFileDamaged):
        return None


def test_a_published_stage_lies_where_users_load_it(bucket: Bucket, keys: Keys) -> None:
    """Paths in cards, in `import --json` and in notebooks stay what they are on a folder."""
    store = S3Store(bucket)
    publish(store, {"conversations.jsonl": b"x"})
    assert keys("storage/deduped_dataset/it/") == [
        "storage/deduped_dataset/it/conversations.jsonl",
        "storage/deduped_dataset/it/manifest.json",
    ]
    location = store.location(DEDUPED_DATASET, "it", "conversations.jsonl")
    assert location == f"s3://{bucket.location.bucket}/storage/deduped_dataset/it/conversations.jsonl"
    assert store.folders(DEDUPED_DATASET) == {"it"}
    assert [manifest.import_key for manifest in store.manifests(DEDUPED_DATASET)] == ["it"]


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_killed_publish_is_invisible_and_is_made_again(bucket: Bucket, dies_at: int) -> None:
    """A reader must find a whole stage or none, at whatever request the process died."""
    files = {"a": b"one", "b": b"two"}
    with pytest.raises(Killed):
        publish(S3Store(DyingBucket(bucket, dies_at)), files)
    store = S3Store(bucket)
    assert store.manifest(DEDUPED_DATASET, "it") is None
    assert store.folders(DEDUPED_DATASET) == set()
    publish(S3Store(bucket), files)
    assert contents(bucket, ["a", "b"]) == files


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4, 5])
def test_a_stage_published_again_never_shows_a_mixture(bucket: Bucket, dies_at: int) -> None:
    """Readers between or after the requests see the old files, none, or the new ones."""
    old, new = {"a": b"old a", "b": b"old b", "same": b"same"}, {"a": b"new a", "b": b"new b", "same": b"same"}
    publish(S3Store(bucket), old)
    with pytest.raises(Killed):
        publish(S3Store(DyingBucket(bucket, dies_at)), new)
    assert contents(bucket, ["a", "b"]) in (old_of(old), None, old_of(new))
    assert contents(bucket, ["same"]) == {"same": b"same"}
    publish(S3Store(bucket), new)
    assert contents(bucket, list(new)) == new


def old_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """The two files that change."""
    return {name: files[name] for name in ("a", "b")}


def test_what_stays_the_same_is_not_sent_again(bucket: Bucket, client: S3Client) -> None:
    """The export may be 50 GB; making its index again must not upload it, nor risk losing it."""
    publish(S3Store(bucket), {"export.jsonl": b"bytes", "rows.parquet": b"1"})
    key = "storage/deduped_dataset/it/export.jsonl"
    before = client.head_object(Bucket=bucket.location.bucket, Key=key)["LastModified"]
    with pytest.raises(Killed):
        publish(S3Store(DyingBucket(bucket, 2)), {"export.jsonl": b"bytes", "rows.parquet": b"2"})
    assert contents(bucket, ["export.jsonl"]) == {"export.jsonl": b"bytes"}
    assert client.head_object(Bucket=bucket.location.bucket, Key=key)["LastModified"] == before


def test_files_the_new_manifest_does_not_name_are_deleted(bucket: Bucket, keys: Keys) -> None:
    """What a deleted or failed import leaves beside its note would be kept for ever, and might be somebody's data."""
    publish(S3Store(bucket), {"a": b"1", "b": b"2"})
    publish(S3Store(bucket), {"b": b"2"})
    assert keys("storage/") == ["storage/deduped_dataset/it/b", "storage/deduped_dataset/it/manifest.json"]


def test_an_object_changed_by_hand_is_refused(bucket: Bucket, client: S3Client) -> None:
    """Readers trust sizes and hashes of the manifest, not what happens to lie there."""
    publish(S3Store(bucket), {"a": b"1"})
    client.put_object(Bucket=bucket.location.bucket, Key="storage/deduped_dataset/it/a", Body=b"2")
    with pytest.raises(StoredFileDamaged, match="a of deduped_dataset, import it"):
        S3Store(bucket).file(DEDUPED_DATASET, "it", "a")


def test_an_object_that_is_gone_is_not_there(bucket: Bucket, client: S3Client) -> None:
    """A rule of the bucket deleted it, while its manifest stayed."""
    publish(S3Store(bucket), {"a": b"1"})
    client.delete_object(Bucket=bucket.location.bucket, Key="storage/deduped_dataset/it/a")
    with pytest.raises(MissingImport, match="Materialize deduped_dataset"):
        S3Store(bucket).file(DEDUPED_DATASET, "it", "a")
    publish(S3Store(bucket), {"a": b"1"})
    assert contents(bucket, ["a"]) == {"a": b"1"}, "the sentence is right: what is made again is whole"


@pytest.mark.parametrize(("body", "refused"), [(b"1", False), (b"22", True)])
def test_an_object_described_by_another_hash_is_checked_by_its_size(
    bucket: Bucket, client: S3Client, body: bytes, refused: bool
) -> None:
    """An earlier version wrote SHA-256 into manifests; what it published is still to be read."""
    publish(S3Store(bucket), {"a": b"1"})
    place = {"Bucket": bucket.location.bucket, "Key": "storage/deduped_dataset/it/manifest.json"}
    manifest = client.get_object(**place)["Body"].read()
    client.put_object(**place, Body=manifest.replace(b'"blake3"', b'"sha256"'))
    client.put_object(Bucket=bucket.location.bucket, Key="storage/deduped_dataset/it/a", Body=body)
    with pytest.raises(StoredFileDamaged) if refused else nullcontext():
        assert S3Store(bucket).file(DEDUPED_DATASET, "it", "a").read_bytes() == body


def test_a_file_is_downloaded_once_however_often_it_is_asked_for(bucket: Bucket, proxy: CuttingProxy) -> None:
    """Every stage and check asks for the export; offset reads work on the local copy."""
    publish(S3Store(bucket), {"export.jsonl": b"x" * 100_000})
    store = open_here().store
    paths = {store.file(DEDUPED_DATASET, "it", "export.jsonl") for _ in range(5)}
    assert len(paths) == 1
    assert len(proxy.downloads("export.jsonl")) == 1


def test_a_listing_reads_a_manifest_again_only_when_it_changed(bucket: Bucket, proxy: CuttingProxy) -> None:
    """The sensor's process lists for months: it must see what others publish, and not pay a request for each import."""
    publish(S3Store(bucket), {"a": b"1"})
    store = open_here().store
    for _ in range(3):
        assert [manifest.files["a"].size for manifest in store.manifests(DEDUPED_DATASET)] == [1]
    assert len(proxy.downloads("manifest.json")) == 1
    publish(S3Store(bucket), {"a": b"22"})
    assert [manifest.files["a"].size for manifest in store.manifests(DEDUPED_DATASET)] == [2]


def test_what_was_published_by_this_process_is_not_downloaded_at_all(bucket_name: str, proxy: CuttingProxy) -> None:
    """The four stages of a Dagster run hand their files on locally."""
    store = open_here().store
    assert isinstance(store, S3Store)
    publish(store, {"export.jsonl": b"x"}, asset=RAW_EXPORT)
    assert store.file(RAW_EXPORT, "it", "export.jsonl").read_bytes() == b"x"
    assert proxy.downloads("export.jsonl") == []


def test_a_download_survives_dropped_connections(bucket: Bucket, proxy: CuttingProxy) -> None:
    """A stored export is large, too."""
    publish(S3Store(bucket), {"export.jsonl": b"x" * 3_000_000})
    store = open_here().store
    proxy.cuts = [10_000_000, 100_000, 1]
    assert store.file(DEDUPED_DATASET, "it", "export.jsonl").stat().st_size == 3_000_000


def test_copies_of_many_imports_do_not_fill_the_disk(bucket: Bucket) -> None:
    """A process that drains a queue imports thousands; only the last few are kept."""
    store = S3Store(bucket)
    for number in range(6):
        publish(store, {"a": b"x"}, key=f"import-{number}")
    kept = {path.name for path in store.file(DEDUPED_DATASET, "import-5", "a").parents[2].iterdir()}
    assert kept - {"staging"} == {f"import-{number}" for number in (2, 3, 4, 5)}
    assert store.file(DEDUPED_DATASET, "import-0", "a").read_bytes() == b"x"


def test_removed_stages_leave_nothing(bucket: Bucket, keys: Keys) -> None:
    """Deleting is for good: people delete because of what is in there."""
    store = S3Store(bucket)
    publish(store, {"a": b"1", "b": b"2"})
    path = store.file(DEDUPED_DATASET, "it", "a")
    store.remove(DEDUPED_DATASET, "it")
    assert keys("storage/") == []
    assert not path.exists()
    with pytest.raises(MissingImport):
        store.file(DEDUPED_DATASET, "it", "a")


def test_a_manifest_that_cannot_be_read_names_nothing(bucket: Bucket) -> None:
    """One damaged object must not take the whole listing with it."""
    bucket.write("raw_export/it/manifest.json", b"{")
    publish(S3Store(bucket), {"a": b"1"}, asset=RAW_EXPORT, key="other")
    store = S3Store(bucket)
    assert store.manifest(RAW_EXPORT, "it") is None
    assert [manifest.import_key for manifest in store.manifests(RAW_EXPORT)] == ["other"]


def test_old_leftovers_are_swept_and_nothing_else(bucket: Bucket, client: S3Client, keys: Keys) -> None:
    """Leftovers cost money for ever, while an unfinished publish of another machine must live."""
    name = bucket.location.bucket
    publish(S3Store(bucket), {"a": b"1"})
    bucket.write("raw_export/killed/export.jsonl", b"x")
    client.put_object(Bucket=name, Key="storage/notes/of-somebody/else.txt", Body=b"x")
    assert S3Store(bucket).sweep_remote(STAGES) == 0
    # moto says of every multipart upload that it began in 2010.
    client.create_multipart_upload(Bucket=name, Key="storage/raw_export/killed/rows.parquet")
    assert S3Store(bucket, leftovers_after=timedelta(seconds=-5)).sweep_remote(STAGES) == 2
    assert keys("storage/") == [
        "storage/deduped_dataset/it/a",
        "storage/deduped_dataset/it/manifest.json",
        "storage/notes/of-somebody/else.txt",
    ]
    assert client.list_multipart_uploads(Bucket=name).get("Uploads", []) == []


def test_more_names_than_one_request_takes_are_all_deleted(
    bucket: Bucket, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 takes a thousand at a time."""
    monkeypatch.setattr(s3_bucket, "_AT_ONCE", 2)
    names = [f"raw_export/killed/{number}" for number in range(5)]
    for name in names:
        bucket.write(name, b"x")
    bucket.delete(names)
    assert keys("storage/") == []


def test_an_upload_of_parts_that_goes_on_is_not_aborted(bucket: Bucket, client: S3Client) -> None:
    """Another machine may be in the middle of 50 GB."""
    name = bucket.location.bucket
    client.create_multipart_upload(Bucket=name, Key="storage/raw_export/theirs/export.jsonl")
    (begun,) = client.list_multipart_uploads(Bucket=name)["Uploads"]
    assert bucket.abort_uploads("raw_export/", begun["Initiated"]) == 0
    assert len(client.list_multipart_uploads(Bucket=name)["Uploads"]) == 1


def test_a_bucket_without_a_prefix_works_the_same(client: S3Client, bucket_name: str, keys: Keys) -> None:
    """`s3://bucket` is the simplest thing to write."""
    store = S3Store(Bucket(client, S3Location(bucket_name)))
    publish(store, {"a": b"1"})
    assert keys("") == ["deduped_dataset/it/a", "deduped_dataset/it/manifest.json"]
    assert store.location(DEDUPED_DATASET, "it") == f"s3://{bucket_name}/deduped_dataset/it"
    assert store.complete(DEDUPED_DATASET, "it").outcome is Outcome.COMPLETE


def test_folders_of_dead_processes_are_swept(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run leaves a copy of the whole export on the disk."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / f"oumi-assets-{host_tag()}-999999999-1-abcdefgh"
    dead.mkdir()
    store = S3Store(bucket)
    with store.staging() as folder:
        assert store.sweep() == 1
        assert folder.is_dir()
    assert not dead.exists()
