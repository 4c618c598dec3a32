"""What the forms that people type into the UI have in common. Their fields are elsewhere."""

from __future__ import annotations

from typing import Any

import dagster as dg
from pydantic import model_validator


class TypedForm(dg.Config):
    """A form in which a field may stand empty: `dataset_name:` with nothing behind it is null in YAML."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_default(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None}
