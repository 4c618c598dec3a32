"""What a person or the sensor says about an upload."""

from __future__ import annotations

from typing import NamedTuple

AUTO = "auto"


class Form(NamedTuple):
    """The four fields of the import form. An empty `file` means the bytes stored before."""

    dataset_name: str = ""
    source_platform: str = AUTO
    file: str = ""
    deduplicate: bool = True
