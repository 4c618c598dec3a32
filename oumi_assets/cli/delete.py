"""`oumi-assets delete`: removes an import, its stored bytes and its partition."""

from __future__ import annotations

import click

from oumi_assets.cli.datasets import list_failed_here
from oumi_assets.cli.screen import clean, messages
from oumi_assets.core.errors import AmbiguousDataset, UnknownDataset
from oumi_assets.core.storage_errors import usable
from oumi_assets.imports.catalog import ListedImport, called, delete_import, find_dataset
from oumi_assets.orchestration.home import open_home
from oumi_assets.orchestration.resources import open_here
from oumi_assets.settings import read_environment
from oumi_assets.storage.store import Store


@click.command()
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(datasets: tuple[str, ...], yes: bool) -> None:
    """Remove a DATASET (name or import) and its stored bytes for good; the sensor does not bring it back.

    Also an import that failed, and a partition that was added in the UI and never used.
    """
    store = open_here().store
    # First: a home that cannot be opened afterwards would keep the partition of an import that is gone.
    open_home()
    # A delete that was killed may have left raw_export aside, by which the import is found.
    store.sweep()
    for dataset in dict.fromkeys(datasets):
        _delete(store, dataset, yes)


def _delete(store: Store, dataset: str, yes: bool) -> None:
    from oumi_assets.orchestration.housekeeping import forget_partition, forget_unused_partition, refuse_unfinished

    try:
        found = _find_import(store, dataset)
    except UnknownDataset:
        if not forget_unused_partition(dataset):
            raise
        messages().print(f"Forgot the partition {clean(dataset)}, which no import ever used.")
        return
    refuse_unfinished(found.key)
    if not yes:
        click.confirm(
            f"Delete {clean(found.name)} (import {clean(found.key)}) and its stored bytes for good?", abort=True, err=True
        )
        # Before the answer came it may have been started.
        refuse_unfinished(found.key)
    with usable(read_environment().storage, "OUMI_STORAGE"):
        delete_import(store, found.key)
    forget_partition(found.key)
    messages().print(
        f"Deleted {clean(found.name)} (import {clean(found.key)}). A file still in the uploads folder is not imported again."
    )


def _find_import(store: Store, name: str) -> ListedImport:
    """An import with any outcome; of one that failed before anything was stored, only Dagster knows."""
    try:
        return find_dataset(store, name, any_import=True)
    except UnknownDataset:
        known = called(name, list_failed_here())
        if not known:
            raise
        if len(known) > 1:
            raise AmbiguousDataset(name, [failed.key for failed in known]) from None
        return known[0]
