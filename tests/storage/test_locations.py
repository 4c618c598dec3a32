"""Where uploads and storage may lie, as settings say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oumi_assets.core.errors import BadSetting
from oumi_assets.settings import read_environment
from oumi_assets.storage.location import S3Location, read_location, refuse_nesting


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("s3://bucket", S3Location("bucket", "")),
        ("s3://bucket/", S3Location("bucket", "")),
        ("s3://bucket/a/b/", S3Location("bucket", "a/b")),
        ("s3://my.bucket-1/a b", S3Location("my.bucket-1", "a b")),
        ("/tmp/s3:", Path("/tmp/s3:")),
    ],
)
def test_a_setting_names_a_folder_or_a_bucket(text: str, location: object) -> None:
    """A trailing slash or none, a prefix or none: all are usual."""
    assert read_location("OUMI_STORAGE", text) == location


@pytest.mark.parametrize(
    "text",
    [
        "s3://",
        "s3:///x",
        "s3:/bucket",
        "gs://bucket",
        "https://host/b",
        "s3://bkt/a//b",
        "s3://bucket/../x",
        "s3://k:secret@b/x",
    ],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    """A mistyped URL must not become a folder of that name, and it may hold credentials."""
    with pytest.raises(BadSetting) as caught:
        read_environment({"OUMI_UPLOADS": text})
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith("OUMI_UPLOADS must be")


@pytest.mark.parametrize(
    ("uploads", "storage"),
    [
        ("s3://bkt/x", "s3://bkt/x"),
        ("s3://bkt/x", "s3://bkt/x/storage"),
        ("s3://bkt/x/uploads/", "s3://bkt/x"),
        ("s3://bkt", "s3://bkt/storage"),
        ("/tmp/x", "/tmp/x/storage"),
    ],
)
def test_one_inside_the_other_is_refused(uploads: str, storage: str) -> None:
    """The sensor would import what imports wrote."""
    with pytest.raises(BadSetting, match="must not lie inside each other"):
        refuse_nesting(read_location("OUMI_UPLOADS", uploads), read_location("OUMI_STORAGE", storage))


@pytest.mark.parametrize(
    ("uploads", "storage"),
    [("s3://bkt/x", "s3://bkt/xy"), ("s3://bkt/x", "s3://other/x"), ("s3://bkt", "/tmp"), ("/tmp/x", "s3://tmp/x/y")],
)
def test_neighbours_are_fine(uploads: str, storage: str) -> None:
    """Prefixes that begin with the same letters do not contain each other."""
    refuse_nesting(read_location("OUMI_UPLOADS", uploads), read_location("OUMI_STORAGE", storage))


def test_a_key_is_the_name_below_the_prefix() -> None:
    """Also without a prefix: no key begins with a slash."""
    assert S3Location("bkt", "a/b").key("x", "y") == "a/b/x/y"
    assert S3Location("bkt").key("x") == "x"
    assert str(S3Location("bkt")) == "s3://bkt"
