"""`oumi-assets delete`: removes an import, its stored bytes and its partition."""

from __future__ import annotations

import json
import sys

import click

from oumi_assets.cli.datasets import list_failed_here
from oumi_assets.cli.screen import clean, messages
from oumi_assets.core.errors import TraceImportError, UnknownDataset
from oumi_assets.core.program import program
from oumi_assets.core.storage_errors import usable
from oumi_assets.imports.catalog import ListedImport, ambiguous, called, delete_import, find_dataset
from oumi_assets.orchestration.home import open_home
from oumi_assets.orchestration.resources import open_here
from oumi_assets.settings import read_environment
from oumi_assets.storage.store import Store


@click.command(short_help="Remove imports and their stored bytes for good.")
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per deleted import on stdout.")
def delete(datasets: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Remove a DATASET (name or import) and its stored bytes for good; the sensor does not bring it back.

    Also an import that failed, and a partition that was added in the UI and never used.
    """
    try:
        _delete_all(datasets, yes, as_json)
    except TraceImportError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"import": None, "dataset": None, "error": str(error)}))
        sys.exit(1)


def _delete_all(datasets: tuple[str, ...], yes: bool, as_json: bool) -> None:
    store = open_here().store
    # First: a home that cannot be opened afterwards would keep the partition of an import that is gone.
    open_home()
    # A delete that was killed may have left raw_export aside, by which the import is found.
    store.sweep()
    # All of them, before the first is gone: one that is misspelled must not leave half of it done.
    found = [(dataset, _find_import(store, dataset)) for dataset in datasets]
    partitions = dict.fromkeys(dataset for dataset, known in found if known is None)
    imports = {known.key: known for _, known in found if known is not None}
    for partition in partitions:
        _forget(partition, as_json)
    for known in imports.values():
        _delete(store, known, yes, as_json)
    if imports and not as_json:
        messages().print(
            "Files of deleted imports that are still in the uploads folder are not imported again. "
            f"To import one after all: `{program()} import FILE`, or give it another name."
        )


def _forget(partition: str, as_json: bool) -> None:
    from oumi_assets.orchestration.housekeeping import forget_partition

    forget_partition(partition)
    _tell(partition, None, f"Forgot the partition {clean(partition)}, which no import ever used.", as_json)


def _delete(store: Store, found: ListedImport, yes: bool, as_json: bool) -> None:
    from oumi_assets.orchestration.housekeeping import forget_partition, refuse_unfinished

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
    _tell(found.key, found.name, f"Deleted {clean(found.name)} (import {clean(found.key)}).", as_json)


def _tell(key: str, name: str | None, done: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"import": key, "dataset": name, "error": None}))
    else:
        messages().print(done)


def _find_import(store: Store, name: str) -> ListedImport | None:
    """An import with any outcome; of one that failed before anything was stored, only Dagster knows.

    None for a partition that was added in the UI and never used.
    """
    from oumi_assets.orchestration.housekeeping import is_unused_partition

    try:
        return find_dataset(store, name, any_import=True)
    except UnknownDataset:
        known = called(name, list_failed_here())
        if len(known) > 1:
            raise ambiguous(name, known) from None
        if not known and not is_unused_partition(name):
            raise
        return known[0] if known else None
