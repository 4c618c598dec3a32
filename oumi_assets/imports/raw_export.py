"""raw_export: the upload made safe: its bytes kept once, its platform, its settings, an index of its rows."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import msgspec

from oumi_assets.core.errors import (
    BadSetting,
    EmptyFile,
    FileChanged,
    FileNotFound,
    ImportExists,
    MixedPlatforms,
    NothingToImport,
)
from oumi_assets.core.parallel import warm_up, workers_for
from oumi_assets.detection import detect
from oumi_assets.imports.form import AUTO, Form, name_after, trouble_with_name
from oumi_assets.imports.publishing import CountsSoFar, failures_recorded, new_manifest
from oumi_assets.imports.workspace import RAW_EXPORT, Workspace
from oumi_assets.other_formats import refuse_other_names
from oumi_assets.platforms import PLATFORMS, other_platform
from oumi_assets.pulls.state import pull_of
from oumi_assets.stages.copying import Copied, copy_export
from oumi_assets.stages.files import COMPRESSED, DROPPED_FILE, EXPORT
from oumi_assets.stages.index import all_signatures, index_export, take_sample
from oumi_assets.stages.written import count_reasons
from oumi_assets.storage.keys import check_key
from oumi_assets.storage.manifest import NOT_HASHED, Counts, Manifest, Outcome, Pull, Settings, Source
from oumi_assets.storage.uploads import BY_HAND, Upload, UploadFile


def make_raw_export(
    workspace: Workspace,
    key: str,
    form: Form,
    *,
    run_id: str | None = None,
    content_tag: str | None = None,
    watched: bool = False,
) -> Manifest:
    """Copy, detect, index and publish. Raises one of our errors; a failure is recorded under the key.

    `content_tag` is what the sensor saw: a file that changed since is not imported under this key. `watched` says that the
    sensor asked for it, whose later looks at the folder compare files with this one. `run_id` is the Dagster run's.
    """
    check_key(key)
    _refuse_impossible(form)
    stored = _stored(workspace, key)
    if not form.file or _is_only_stored(workspace, form.file, stored):
        return _make_again(workspace, key, form, stored, run_id)
    with workspace.store.staging() as folder:
        made = _Attempt(workspace, key, form, stored, run_id, content_tag, watched)
        return made.run(folder)


def _stored(workspace: Workspace, key: str) -> Manifest | None:
    """The manifest of an import that succeeded before. Raises `ImportExists` for one that was deleted."""
    existing = workspace.store.manifest(RAW_EXPORT, key)
    if existing is None or existing.outcome is Outcome.FAILED:
        return None
    if existing.outcome is Outcome.DELETED:
        raise ImportExists("the content of this one was deleted")
    return existing


def _is_only_stored(workspace: Workspace, file: str, stored: Manifest | None) -> bool:
    """Whether there are the stored bytes alone: the UI, where the import is run again, cannot see a command line's file."""
    if stored is None or stored.source is None or stored.source.watched:
        return False
    try:
        with workspace.uploads.open(file):
            return False
    except FileNotFound:
        return True


class _Attempt(NamedTuple):
    """One try at making raw_export of a named file."""

    workspace: Workspace
    key: str
    form: Form
    stored: Manifest | None
    run_id: str | None
    content_tag: str | None
    watched: bool

    def run(self, folder: Path) -> Manifest:
        """Copy the file into a staged folder, index it and publish; the manifest."""
        pull = self._pull()
        settings = self._settings(pull)
        with self.workspace.uploads.open(self.form.file) as file:
            before = file.describe()
            source = Source(before.name, before.size, before.content_tag, watched=self.watched)
            manifest = msgspec.structs.replace(
                new_manifest(RAW_EXPORT, self.key, self.run_id), settings=settings, source=source, pull=pull
            )
            with self._failures_recorded(folder, manifest):
                copied = self._copy(folder, file, before)
        # With its hash, by which the upload is known again when it is touched.
        source = msgspec.structs.replace(source, blake3=copied.blake3)
        manifest = msgspec.structs.replace(manifest, source=source)
        with self._failures_recorded(folder, manifest) as counted:
            _refuse_other_import(self.stored, settings, source)
            platform, counts = _index(self.workspace, folder, _declared(settings.source_platform), counted)
            complete = msgspec.structs.replace(manifest, platform=platform, counts=counts)
            kept = COMPRESSED if (folder / COMPRESSED).exists() else EXPORT
            return self.workspace.store.publish(folder, complete, {kept: source.blake3})

    def _failures_recorded(self, folder: Path, manifest: Manifest) -> AbstractContextManager[CountsSoFar]:
        """An import that succeeded once is never replaced by a failure."""
        if self.stored is not None:
            return nullcontext(CountsSoFar())
        return failures_recorded(self.workspace, folder, manifest)

    def _pull(self) -> Pull | None:
        """The record of the pull that wrote this upload; an import tried again keeps what it knew."""
        if self.watched:
            return pull_of(self.workspace.uploads, self.form.file)
        former = self.workspace.store.manifest(RAW_EXPORT, self.key)
        return former.pull if former is not None else None

    def _settings(self, pull: Pull | None) -> Settings:
        """The form's fields. Without a name, an import keeps the one it has."""
        known = self.stored.settings if self.stored is not None else None
        name = self.form.dataset_name.strip() or (known.dataset_name if known else name_after(self.form.file, pull))
        return Settings(name, self.form.source_platform, self.form.deduplicate)

    def _copy(self, folder: Path, file: UploadFile, before: Upload) -> Copied:
        declared = _declared(self.form.source_platform)
        refuse_other_names(self.form.file, declared)
        if before.size == 0:
            raise EmptyFile
        if self.content_tag is not None and self.content_tag != before.content_tag:
            raise FileChanged(self.form.file)
        warm_up(workers_for(before.size, self.workspace.workers), index_export.__module__)
        quota, progress = self.workspace.max_upload_bytes, self.workspace.progress
        copied = copy_export(file, before.size, folder, quota, progress, declared=declared)
        if file.describe() != before or copied.size != before.size:
            raise FileChanged(self.form.file)
        return copied


def _make_again(workspace: Workspace, key: str, form: Form, stored: Manifest | None, run_id: str | None) -> Manifest:
    """Index the stored bytes again, with the settings the import was made with."""
    if stored is None or stored.settings is None:
        # Those that wait for people first: the sensor has imported the others.
        raise NothingToImport(sorted(workspace.uploads.names(), key=lambda name: not name.startswith(f"{BY_HAND}/")))
    _refuse_other_settings(form, stored.settings)
    with workspace.store.staging() as folder:
        for name in (EXPORT, COMPRESSED):
            if name in stored.files:
                # A second name for bytes that only we own; the old folder goes away.
                (folder / name).hardlink_to(workspace.store.file(RAW_EXPORT, key, name))
        platform, counts = _index(workspace, folder, _declared(stored.settings.source_platform), CountsSoFar())
        again = msgspec.structs.replace(stored, run_id=run_id, platform=platform, counts=counts)
        return workspace.store.publish(folder, again)


def _index(workspace: Workspace, folder: Path, declared: str | None, counted: CountsSoFar) -> tuple[str, Counts]:
    """Index the export of a folder; its platform and counts. `counted` gains what was counted until a failure."""
    export = folder / EXPORT
    platform = detect(take_sample(export), declared, all_signatures(export))
    made = index_export(export, folder, platform, workers=workspace.workers, progress=workspace.progress)
    dropped = count_reasons(folder / DROPPED_FILE)
    if made.foreign is not None:
        counted.counts = Counts(made.lines, 0, dropped)
        raise MixedPlatforms(platform.name, other_platform(platform).name, made.foreign)
    return platform.name, Counts(made.lines, made.rows, dropped, {"bytes": export.stat().st_size})


def _refuse_impossible(form: Form) -> None:
    if (trouble := trouble_with_name(form.dataset_name)) is not None:
        raise BadSetting(f"The dataset name {trouble}")
    if form.source_platform not in (AUTO, *PLATFORMS):
        raise BadSetting(f"source_platform must be one of {AUTO}, {', '.join(PLATFORMS)}.")


def _declared(source_platform: str) -> str | None:
    return None if source_platform == AUTO else source_platform


def _refuse_other_import(stored: Manifest | None, settings: Settings, source: Source) -> None:
    if stored is None or stored.source is None:
        return
    if stored.source.size != source.size or stored.source.blake3 not in (NOT_HASHED, source.blake3):
        raise ImportExists("the file's content differs from what it was made of")
    if stored.settings != settings:
        raise ImportExists("the settings differ from what it was made with")


def _refuse_other_settings(form: Form, stored: Settings) -> None:
    """Fields left at their defaults ask for nothing; anything else must be what the import was made with."""
    asked = (
        (form.dataset_name.strip() or stored.dataset_name) == stored.dataset_name,
        form.source_platform in (AUTO, stored.source_platform),
        form.deduplicate or not stored.deduplicate,
    )
    if not all(asked):
        raise ImportExists("the settings differ from what it was made with")
