"""`oumi-assets upload`: puts an export into the upload bucket or folder, or behind a presigned URL."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from oumi_assets.cli.screen import clean, fail, imported_soon, messages, progress_bar
from oumi_assets.core.errors import BadSetting, EmptyFile, FileTooLarge, TraceImportError
from oumi_assets.core.storage_errors import usable
from oumi_assets.orchestration.resources import uploads_here
from oumi_assets.other_formats import refuse_other_names
from oumi_assets.settings import read_environment
from oumi_assets.storage.local_uploads import SingleFile
from oumi_assets.storage.uploads import BY_HAND, is_left_alone


@click.command(short_help="Put a trace export where the sensor finds it.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by-hand", is_flag=True, help="Into by-hand/, which the sensor leaves to people.")
@click.option("--url", help="A presigned PUT URL, when you have no credentials of your own.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def upload(file: Path, by_hand: bool, url: str | None, as_json: bool) -> None:
    """Put a trace export (.jsonl) where the sensor finds it: the bucket or folder of OUMI_UPLOADS."""
    if url is not None and by_hand:
        raise click.UsageError("--by-hand does not go with --url: the URL says where the file goes.")
    name = f"{BY_HAND}/{file.name}" if by_hand else file.name
    location, replaced, error = None, None, None
    try:
        size = _checked(file)
        with progress_bar(clean(file.name), shown=not as_json) as report:
            location, replaced = _put(file, name, url, lambda done, total: report("uploading", done, total))
    except TraceImportError as failure:
        error = str(failure)
    if as_json:
        click.echo(json.dumps({"source": str(file), "location": location, "replaced": replaced, "error": error}))
    elif error is not None:
        fail(error)
    else:
        instead = ", in place of the file of that name" if replaced else ""
        messages().print(f"Uploaded {size:,} bytes to {clean(location or '')}{instead}")
        if by_hand:
            messages().print(clean(f"  To import it: in the UI, choose Materialize all of trace_import, with file: {name}"))
        elif url is None:
            messages().print(imported_soon())
    sys.exit(1 if error else 0)


def _put(file: Path, name: str, url: str | None, progress: Callable[[int, int], None]) -> tuple[str, bool | None]:
    """Send a file to a presigned URL, else into the uploads under that name.

    Where it lies now, and whether another lay there, which a URL does not tell.
    """
    if url is not None:
        from oumi_assets.storage.presigned import put_presigned

        return put_presigned(file, url, progress), None
    uploads = uploads_here()
    with usable(uploads.location, "OUMI_UPLOADS"):
        replaced = uploads.holds(name)
        return uploads.put(file, name, progress), replaced


def _checked(file: Path) -> int:
    """The size of a file that an import would take. Raises what the import would, before anything is sent."""
    if file.is_file():
        # A name that is misspelled is not there, whatever it ends in, and a folder is no file.
        refuse_other_names(file.name, None)
    if is_left_alone(file.name):
        raise BadSetting(f"{file.name} begins with a dot: the sensor would leave it alone. Give it another name.")
    with SingleFile(file).open(str(file)) as opened:
        size = opened.describe().size
    if size == 0:
        raise EmptyFile
    quota = read_environment().max_upload_bytes
    if size > quota:
        raise FileTooLarge(size, quota)
    return size
