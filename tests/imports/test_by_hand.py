"""An import by hand: what the form accepts, what a partition may be called, what is refused."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from builders import langfuse_row, langsmith_row, write_rows
from paths import FIXTURES
from pipeline import run_stages

from oumi_assets.core.errors import (
    BadImportKey,
    BadSetting,
    FileNotFound,
    FileTooLarge,
    ImportExists,
    MixedPlatforms,
    NoConvertibleConversations,
    NothingToImport,
    UnknownExport,
    UnsafePath,
)
from oumi_assets.core.storage_errors import DiskFull
from oumi_assets.imports.catalog import delete_import
from oumi_assets.imports.form import Form
from oumi_assets.imports.raw_export import make_raw_export
from oumi_assets.imports.workspace import DEDUPED_DATASET, RAW_EXPORT, Workspace, open_workspace
from oumi_assets.settings import Environment
from oumi_assets.stages.files import COMPRESSED, EXPORT, JSONL_FILE
from oumi_assets.storage.local_store import LocalStore
from oumi_assets.storage.manifest import Manifest, Outcome, Settings
from oumi_assets.storage.store import is_described

GOOD = FIXTURES / "langfuse" / "v5_openai_incremental_plain.jsonl"
FORM = Form(dataset_name="Monday", file="by-hand/monday.jsonl", deduplicate=False)


def test_the_form_is_kept_in_the_manifest_and_serves_every_later_stage(workspace: Workspace, uploads: Path) -> None:
    """Only raw_export takes settings: what follows must find them, also weeks later."""
    imported = run_stages(workspace, "monday-1", FORM)
    raw = workspace.store.complete(RAW_EXPORT, "monday-1")
    assert raw.settings == Settings("Monday", "auto", deduplicate=False)
    assert len(imported.rows) == 4


def test_an_empty_file_field_uses_the_stored_bytes_and_settings(workspace: Workspace, uploads: Path) -> None:
    """Re-materializing must not need the upload, which people clean away."""
    before = run_stages(workspace, "monday-1", FORM)
    created = workspace.store.complete(RAW_EXPORT, "monday-1").created
    (uploads / "by-hand" / "monday.jsonl").unlink()
    again = run_stages(workspace, "monday-1", Form())
    assert again.rows == before.rows
    assert workspace.store.complete(RAW_EXPORT, "monday-1").created == created, "it is the same import"
    assert workspace.store.complete(RAW_EXPORT, "monday-1").settings == Settings("Monday", "auto", deduplicate=False)


def test_the_same_file_and_settings_may_be_materialized_again(workspace: Workspace, uploads: Path) -> None:
    """Re-executing a run from the UI repeats its config."""
    first = run_stages(workspace, "monday-1", FORM)
    assert run_stages(workspace, "monday-1", FORM).rows == first.rows


@pytest.mark.parametrize(
    "form",
    [
        FORM._replace(dataset_name="Tuesday"),
        FORM._replace(deduplicate=True),
        FORM._replace(source_platform="langfuse"),
        Form(dataset_name="Tuesday"),
        Form(source_platform="langsmith"),
        FORM._replace(file="by-hand/tuesday.jsonl"),
    ],
)
def test_other_content_or_settings_under_an_existing_key_are_refused(
    workspace: Workspace, uploads: Path, form: Form
) -> None:
    """One partition is one dataset, written once: nobody's dataset changes under their hands."""
    shutil.copy(FIXTURES / "langfuse" / "v5_openai_tools.jsonl", uploads / "by-hand" / "tuesday.jsonl")
    run_stages(workspace, "monday-1", FORM)
    before = workspace.store.file(DEDUPED_DATASET, "monday-1", JSONL_FILE).read_bytes()
    with pytest.raises(ImportExists, match="^this import exists: choose a new partition"):
        make_raw_export(workspace, "monday-1", form)
    assert workspace.store.complete(RAW_EXPORT, "monday-1").outcome is Outcome.COMPLETE
    assert workspace.store.file(DEDUPED_DATASET, "monday-1", JSONL_FILE).read_bytes() == before


def test_a_dataset_without_duplicates_is_not_made_with_them_under_its_key(workspace: Workspace, uploads: Path) -> None:
    """Also where the bytes are the stored ones."""
    run_stages(workspace, "monday-1", FORM._replace(deduplicate=True))
    with pytest.raises(ImportExists, match="the settings differ"):
        make_raw_export(workspace, "monday-1", Form(deduplicate=False))


def test_a_compressed_export_is_kept_beside_its_rows_also_when_it_is_made_again(workspace: Workspace, uploads: Path) -> None:
    """It is the upload, byte for byte; each file is described by a hash of its own."""
    (uploads / "by-hand" / "monday.jsonl.gz").write_bytes(gzip.compress(GOOD.read_bytes()))
    made = make_raw_export(workspace, "monday-1", FORM._replace(file="by-hand/monday.jsonl.gz"))
    assert make_raw_export(workspace, "monday-1", Form()).files == made.files
    for name, stored in made.files.items():
        assert is_described(workspace.store.file(RAW_EXPORT, "monday-1", name), stored)
    assert {EXPORT, COMPRESSED} <= made.files.keys()


class FullStore(LocalStore):
    """A storage that takes nothing more."""

    def publish(self, staged: Path, manifest: Manifest, hashes: Mapping[str, str] | None = None) -> Manifest:
        raise DiskFull(str(self.root))


def test_what_is_wrong_with_the_file_is_said_where_it_cannot_be_kept(workspace: Workspace, uploads: Path) -> None:
    """With more room the file would be as wrong."""
    shutil.copy(FIXTURES / "bad" / "openai_finetune.jsonl", uploads / "bad.jsonl")
    assert isinstance(workspace.store, LocalStore)
    with pytest.raises(UnknownExport):
        make_raw_export(replace(workspace, store=FullStore(workspace.store.root)), "bad", Form(file="bad.jsonl"))


def test_the_key_of_a_deleted_import_is_not_used_again(workspace: Workspace, uploads: Path) -> None:
    """Its note is what keeps the sensor from bringing it back."""
    run_stages(workspace, "monday-1", FORM)
    delete_import(workspace.store, "monday-1")
    for form in (FORM, Form()):
        with pytest.raises(ImportExists, match="choose a new partition"):
            make_raw_export(workspace, "monday-1", form)
    manifest = workspace.store.manifest(RAW_EXPORT, "monday-1")
    assert manifest is not None
    assert manifest.outcome is Outcome.DELETED


def test_a_new_partition_without_a_file_says_which_field_to_fill(workspace: Workspace, uploads: Path) -> None:
    """The launchpad's default is an empty file: it must lead somewhere."""
    (uploads / "another.jsonl").write_text("")
    with pytest.raises(NothingToImport, match=r"`file`.*: by-hand/monday\.jsonl, another\.jsonl\."):
        make_raw_export(workspace, "new", Form())


@pytest.mark.parametrize("key", ["a\nb", "a...b", "a,b", "[a", "b]", "x" * 201, " ", "a\u202eb", "\u001b[2J"])
def test_partition_names_that_nobody_could_handle_are_refused(workspace: Workspace, uploads: Path, key: str) -> None:
    """Dagster's ranges, screens and folders all have to carry a key."""
    with pytest.raises(BadImportKey, match=r"^This partition name cannot be used"):
        make_raw_export(workspace, key, FORM)
    assert not (workspace.store.root / RAW_EXPORT).exists()


@pytest.mark.parametrize("key", ["../../etc", "a/b", "..", ".", "CON", "Ärger", "a b", "Monday", "monday ", "-x", "a%2fb"])
def test_unusual_partition_names_are_escaped_on_disk_and_never_collide(
    workspace: Workspace, uploads: Path, key: str
) -> None:
    """What people type into the UI reaches a path only through its hash."""
    make_raw_export(workspace, "monday", FORM)
    make_raw_export(workspace, key, FORM)
    folders = {path.name for path in (workspace.store.root / RAW_EXPORT).iterdir()}
    assert len(folders) == 2
    (escaped,) = folders - {"monday"}
    assert escaped.startswith("_")
    assert set(escaped) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "name",
    [
        "../outside.jsonl",
        "/etc/passwd",
        "by-hand/../../outside.jsonl",
        "linked.jsonl",
        "linked/monday.jsonl",
        "pipe.jsonl",
        "by-hand",
        "\ud800.jsonl",
    ],
)
def test_links_pipes_and_paths_outside_the_uploads_are_refused(workspace: Workspace, uploads: Path, name: str) -> None:
    """The webserver has no login: a free path would read any file of the server, and a FIFO would block for ever."""
    shutil.copy(GOOD, uploads.parent / "outside.jsonl")
    (uploads / "linked.jsonl").symlink_to(uploads.parent / "outside.jsonl")
    (uploads / "linked").symlink_to(uploads / "by-hand")
    os.mkfifo(uploads / "pipe.jsonl")
    with pytest.raises(UnsafePath, match="cannot be imported"):
        make_raw_export(workspace, "key", Form(file=name))


def test_a_missing_file_lists_what_is_there(workspace: Workspace, uploads: Path) -> None:
    """The answer to a typing error is the list of names."""
    with pytest.raises(FileNotFound, match=r"^File not found: mondya\.jsonl .*by-hand/monday\.jsonl"):
        make_raw_export(workspace, "key", Form(file="mondya.jsonl"))


def test_the_quota_names_both_sizes_and_the_way_out(environment: Environment, uploads: Path) -> None:
    """People must know how much to split off."""
    small = open_workspace(environment._replace(max_upload_bytes=1000))
    with pytest.raises(FileTooLarge, match=r"^File too large: 11,904 bytes, the limit is 1,000 bytes.*Split"):
        make_raw_export(small, "key", FORM)


def test_a_long_name_and_an_unknown_platform_are_told(workspace: Workspace, uploads: Path) -> None:
    """The UI cannot check these fields before a run, so the run says it readably."""
    with pytest.raises(BadSetting, match="129 characters; at most 128"):
        make_raw_export(workspace, "key", FORM._replace(dataset_name="x" * 129))
    with pytest.raises(BadSetting, match="auto, langfuse, langsmith"):
        make_raw_export(workspace, "key", FORM._replace(source_platform="phoenix"))


@pytest.mark.parametrize("name", ["a\nb", "a\u001b[31mc", "a\u202eb", "a\u2028b"])
def test_a_name_that_would_break_a_table_is_told(workspace: Workspace, uploads: Path, name: str) -> None:
    """It is shown in tables, cards and pages for as long as the dataset lives."""
    with pytest.raises(BadSetting, match="^The dataset name contains control characters"):
        make_raw_export(workspace, "key", FORM._replace(dataset_name=name))


def test_names_of_every_language_are_taken(workspace: Workspace, uploads: Path) -> None:
    """Joiners are no control characters: they hold words and emoji together."""
    name = "می\u200cخواهم 👩\u200d🔬 Ärger"
    make_raw_export(workspace, "key", FORM._replace(dataset_name=name))
    raw = workspace.store.complete(RAW_EXPORT, "key")
    assert raw.settings == Settings(name, "auto", deduplicate=False)


def test_the_stored_bytes_are_a_copy_of_their_own(workspace: Workspace, uploads: Path) -> None:
    """Editing the upload afterwards must not reach into an import."""
    run_stages(workspace, "monday-1", FORM)
    stored = workspace.store.file(RAW_EXPORT, "monday-1", EXPORT)
    with (uploads / "by-hand" / "monday.jsonl").open("r+b") as file:
        file.write(b"overwritten")
    assert stored.read_bytes() == GOOD.read_bytes()


def test_a_failed_import_keeps_its_reason_and_its_drops(workspace: Workspace, uploads: Path) -> None:
    """What was left out can be read, also when nothing was left."""
    shutil.copy(FIXTURES / "langsmith" / "error_runs.jsonl", uploads / "errors.jsonl")
    keep = [line for line in (uploads / "errors.jsonl").read_text().splitlines() if '"status": "error"' in line]
    (uploads / "errors.jsonl").write_text("\n".join(keep))
    with pytest.raises(NoConvertibleConversations, match="No convertible conversations found in the uploaded file: "):
        run_stages(workspace, "errors-1", Form(file="errors.jsonl"))
    failed = workspace.store.manifest("reconstructed_conversations", "errors-1")
    assert failed is not None
    assert failed.outcome is Outcome.FAILED
    assert failed.counts.dropped["only_failed_calls"] == failed.counts.incoming
    assert list(failed.files) == ["dropped.parquet"]
    assert workspace.store.manifest(DEDUPED_DATASET, "errors-1") is None


def test_a_file_of_both_platforms_counts_what_was_dropped_until_then(workspace: Workspace, uploads: Path) -> None:
    """Its drops are kept, so their counts must not say that there are none."""
    rows = [langfuse_row("a"), "{broken", "[1]", langsmith_row("b")]
    write_rows(uploads / "both.jsonl", rows)
    with pytest.raises(MixedPlatforms):
        run_stages(workspace, "both-1", Form(file="both.jsonl"))
    failed = workspace.store.manifest(RAW_EXPORT, "both-1")
    assert failed is not None
    assert failed.counts.dropped == {"malformed_json": 1, "not_an_object": 1}
    assert list(failed.files) == ["dropped.parquet"]


def test_a_file_without_a_row_is_not_said_to_lack_model_calls(workspace: Workspace, uploads: Path) -> None:
    """Its lines were damaged: looking for other traces in the platform would not help."""
    (uploads / "damaged.jsonl").write_bytes(b'{"traceId": "\xff"}\n{broken\n')
    with pytest.raises(NoConvertibleConversations, match=r"invalid_utf8 1, malformed_json 1\. None of its lines is a row"):
        run_stages(workspace, "damaged-1", Form(source_platform="langfuse", file="damaged.jsonl"))
