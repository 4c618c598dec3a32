"""A moto server for each test process, and a fresh bucket for each test."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from servers import SECRET, CuttingProxy, moto_server, serving

from oumi_assets.imports.workspace import Workspace
from oumi_assets.orchestration.resources import connect_s3, open_here
from oumi_assets.storage.location import S3Location
from oumi_assets.storage.s3_bucket import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """A running S3 server."""
    with moto_server() as url:
        yield url


@pytest.fixture(autouse=True)
def _aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, and no look at the developer's own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def client() -> S3Client:
    """A client of the test's server."""
    return connect_s3()


@pytest.fixture
def bucket_name(client: S3Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket that holds the test's uploads and storage."""
    name = f"test-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=name)
    monkeypatch.setenv("OUMI_UPLOADS", f"s3://{name}/uploads")
    monkeypatch.setenv("OUMI_STORAGE", f"s3://{name}/storage")
    return name


@pytest.fixture
def workspace(bucket_name: str) -> Workspace:
    """A workspace on the test's bucket."""
    return open_here()


@pytest.fixture
def bucket(client: S3Client, bucket_name: str) -> Bucket:
    """The storage prefix of the test's bucket."""
    return Bucket(client, S3Location(bucket_name, "storage"))


@pytest.fixture
def keys(client: S3Client, bucket_name: str) -> Callable[[str], list[str]]:
    """Lists the keys below a prefix as anybody may see them."""

    def found(prefix: str = "") -> list[str]:
        return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket_name, Prefix=prefix).get("Contents", ())]

    return found


@pytest.fixture
def put(client: S3Client, bucket_name: str) -> Callable[[str, bytes], None]:
    """Puts an upload as a user does."""

    def store(name: str, content: bytes) -> None:
        client.put_object(Bucket=bucket_name, Key=f"uploads/{name}", Body=content)

    return store


@pytest.fixture
def proxy(endpoint: str, bucket_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CuttingProxy]:
    """Between the platform and its S3 server from now on."""
    server = CuttingProxy(endpoint)
    with serving(server) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield server
