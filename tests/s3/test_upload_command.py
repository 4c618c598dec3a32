"""`oumi-assets upload`: into a folder, a bucket, or behind a presigned URL that may have expired."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from servers import EXPIRED, EXPIRED_TOKEN, RefusingServer, serving

from oumi_assets.cli import commands
from oumi_assets.core.storage_errors import StorageUnreachable, UploadTimedOut
from oumi_assets.orchestration.resources import uploads_here
from oumi_assets.storage.presigned import put_presigned

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIGNATURE = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0123456789abcdef"
EXPIRED_QUERY = f"X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&{SIGNATURE}"
VALID_QUERY = f"X-Amz-Date=29990101T000000Z&X-Amz-Expires=60&{SIGNATURE}"
LARGE = 8 << 20


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A file to upload."""
    path = tmp_path / "my traces.jsonl"
    path.write_bytes(b'{"a": 1}\n')
    return path


def upload(*arguments: str | Path) -> Result:
    """The command, as typed."""
    return CliRunner().invoke(commands, ["upload", *map(str, arguments)])


def as_json(result: Result) -> Any:
    """The one object it prints."""
    return json.loads(result.stdout)


def no_report(done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_into_a_folder_it_appears_whole_under_its_name(export: Path, tmp_path: Path) -> None:
    """The sensor may look at any moment: it sees no file or all of it, and nothing is left beside it."""
    result = upload(export, "--json")
    location = str(tmp_path / "uploads" / export.name)
    assert as_json(result) == {"source": str(export), "location": location, "replaced": False, "error": None}
    assert [(found.name, found.size) for found in uploads_here().watched()] == [(export.name, 9)]
    assert sorted(path.name for path in (tmp_path / "uploads").iterdir()) == [export.name]


def test_by_hand_is_where_the_sensor_does_not_look(export: Path, bucket_name: str) -> None:
    """In a bucket as in a folder."""
    result = upload(export, "--by-hand", "--json")
    assert as_json(result)["location"] == f"s3://{bucket_name}/uploads/by-hand/{export.name}"
    assert uploads_here().watched() == []
    assert uploads_here().names() == [f"by-hand/{export.name}"]


def test_into_a_bucket_with_credentials(export: Path, bucket_name: str, client: S3Client) -> None:
    """The same bytes under the same name, and one line that says where."""
    result = upload(export)
    assert result.exit_code == 0
    assert f"Uploaded 9 bytes to s3://{bucket_name}/uploads/{export.name}" in result.stderr
    assert "A running platform imports it now" in result.stderr
    assert f"with file: by-hand/{export.name}" in upload(export, "--by-hand").stderr
    assert client.get_object(Bucket=bucket_name, Key=f"uploads/{export.name}")["Body"].read() == export.read_bytes()


def test_a_file_that_took_the_place_of_another_is_said_to(export: Path, tmp_path: Path) -> None:
    """Two people whose exports have one name: the second should hear of it."""
    assert "in place of" not in upload(export).stderr
    assert f"{export.name}, in place of the file of that name" in upload(export).stderr.replace("\n", "")
    assert as_json(upload(export, "--json"))["replaced"] is True
    assert as_json(upload(export, "--by-hand", "--json"))["replaced"] is False


def test_an_object_that_took_the_place_of_another_is_said_to(export: Path, bucket_name: str) -> None:
    """In a bucket, too; a longer name that begins alike is another."""
    longer = export.with_name(f"{export.name}.jsonl")
    longer.write_bytes(b'{"a": 1}\n')
    assert as_json(upload(longer, "--json"))["replaced"] is False
    assert as_json(upload(export, "--json"))["replaced"] is False
    assert as_json(upload(export, "--json"))["replaced"] is True


def test_by_a_presigned_url_without_credentials(
    export: Path, bucket_name: str, client: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was only sent a URL can upload; the URL's signature appears nowhere."""
    target = {"Bucket": bucket_name, "Key": "uploads/from-url.jsonl"}
    url = client.generate_presigned_url("put_object", Params=target)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    result = upload(export, "--url", url, "--json")
    assert as_json(result)["error"] is None
    assert as_json(result)["replaced"] is None, "a URL does not tell"
    assert as_json(result)["location"] == url.partition("?")[0]
    assert client.get_object(**target)["Body"].read() == export.read_bytes()


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    """Its name does not end in .jsonl, but renaming it would not help."""
    result = upload(tmp_path)
    assert result.exit_code == 1
    assert "it is a folder" in result.stderr


@pytest.mark.parametrize("text", [EXPIRED, EXPIRED_TOKEN])
@pytest.mark.parametrize("size", [9, LARGE])
def test_an_expired_url_says_so_and_what_to_do(export: Path, text: str, size: int) -> None:
    """S3 refuses before it reads the body, also while a large one is being sent, and hangs up."""
    export.write_bytes(b"x" * size)
    server = RefusingServer(text, status=400 if text is EXPIRED_TOKEN else 403)
    with serving(server) as url:
        result = upload(export, "--url", f"{url}/bucket/x.jsonl?{EXPIRED_QUERY}", "--json")
    error = as_json(result)["error"]
    assert result.exit_code == 1
    assert error.startswith("Upload timed out")
    assert "retry" in error
    assert "split it" in error
    assert "X-Amz" not in result.output
    assert len(server.received) == 1


@pytest.mark.parametrize("after", [100_000, LARGE // 2])
def test_a_url_that_expires_in_the_middle_of_an_upload_says_so(export: Path, after: int) -> None:
    """The answer arrives while the client is still sending, on a connection that is then reset."""
    export.write_bytes(b"x" * LARGE)
    with serving(RefusingServer(EXPIRED, after=after)) as url, pytest.raises(UploadTimedOut):
        put_presigned(export, f"{url}/bucket/x.jsonl?{VALID_QUERY}", no_report)


def test_a_connection_cut_after_the_expiry_without_an_answer_says_so(export: Path) -> None:
    """Proxies swallow answers; the URL itself tells when it ended."""
    export.write_bytes(b"x" * LARGE)
    with serving(RefusingServer("", status=0, after=1000)) as url, pytest.raises(UploadTimedOut):
        put_presigned(export, f"{url}/bucket/x.jsonl?{EXPIRED_QUERY}", no_report)


@pytest.mark.parametrize("status", [0, 503])
def test_a_broken_connection_or_a_busy_server_is_tried_again_from_the_start(export: Path, status: int) -> None:
    """A PUT is whole or nothing: the second try sends every byte."""
    export.write_bytes(b"x" * LARGE)
    server, reported = RefusingServer("", status=status, after=1000, refusals=1), []
    with serving(server) as url:
        put_presigned(export, f"{url}/bucket/x.jsonl?{VALID_QUERY}", lambda done, total: reported.append((done, total)))
    assert server.received[1] == export.read_bytes()
    assert reported[-1] == (LARGE, LARGE)


def test_a_server_that_never_answers_gives_up_without_showing_the_url(export: Path) -> None:
    """The exceptions underneath quote the whole URL; ours must not."""
    server = RefusingServer("", status=0)
    with serving(server) as url, pytest.raises(StorageUnreachable) as caught:
        put_presigned(export, f"{url}/bucket/x.jsonl?{VALID_QUERY}", no_report)
    assert "Signature" not in str(caught.value)
    assert "Check the URL and the network" in str(caught.value)
    assert "AWS_ENDPOINT_URL" not in str(caught.value), "which has no part in it"
    assert caught.value.__cause__ is None
    assert len(server.received) == 4


@pytest.mark.parametrize("text", ["<Error><Code>SignatureDoesNotMatch</Code></Error>", "not xml"])
def test_another_refusal_is_not_called_a_timeout(export: Path, text: str) -> None:
    """A wrong URL does not become right by asking for more time."""
    with serving(RefusingServer(text)) as url:
        error = as_json(upload(export, "--url", f"{url}/bucket/x.jsonl?{VALID_QUERY}", "--json"))["error"]
    assert "the upload URL is not valid" in error
    assert "X-Amz" not in error


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (307, "", "HTTP status 307"),
        (400, "<Error><Code>EntityTooLarge</Code></Error>", "EntityTooLarge"),
        (400, f"<Error><Code>not a code: {SIGNATURE}</Code></Error>", "HTTP status 400"),
        (400, "<Error><Code>0123456789abcdef</Code></Error>", "HTTP status 400"),
        (400, f"<Error><Code>{'x' * 1000}</Code></Error>", "HTTP status 400"),
    ],
)
def test_a_refusal_that_is_not_ours_to_explain_is_named(export: Path, status: int, text: str, said: str) -> None:
    """Its code leads to the server's documentation; of anything longer only the status goes on."""
    with serving(RefusingServer(text, status=status)) as url:
        error = as_json(upload(export, "--url", f"{url}/bucket/x.jsonl?{VALID_QUERY}", "--json"))["error"]
    assert said in error
    assert "X-Amz" not in error


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Date=yesterday&X-Amz-Expires=60",
        "X-Amz-Date=20260101T000000Z&X-Amz-Expires=a+minute",
        "X-Amz-Date=20260101T000000Z&X-Amz-Expires=99999999999999",
        f"Expires={'9' * 30}",
        "",
    ],
)
def test_a_url_that_does_not_tell_its_end_is_tried_again(export: Path, query: str) -> None:
    """Not every server signs as S3 does."""
    with serving(RefusingServer("", status=0, refusals=1)) as url:
        assert put_presigned(export, f"{url}/bucket/x.jsonl?{query}", no_report) == f"{url}/bucket/x.jsonl"


def test_a_url_signed_the_older_way_tells_its_end_too(export: Path) -> None:
    """Its `Expires` is a moment, in seconds since 1970."""
    with serving(RefusingServer("", status=0)) as url, pytest.raises(UploadTimedOut):
        put_presigned(export, f"{url}/bucket/x.jsonl?Expires=1767225600&Signature=0123", no_report)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"1", "only supports .jsonl files"),
        (".x.jsonl", b"1", "begins with a dot"),
        ("x.jsonl", b"", "This file is empty"),
        ("big.jsonl", b"x" * 101, "File too large"),
    ],
)
def test_what_an_import_would_refuse_is_refused_before_it_is_sent(
    name: str, content: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of uploading is a bad way to learn that the name ends in .csv."""
    monkeypatch.setenv("OUMI_MAX_UPLOAD_BYTES", "100")
    (tmp_path / name).write_bytes(content)
    result = upload(tmp_path / name)
    assert result.exit_code == 1
    assert message in result.stderr
    assert uploads_here().names() == []


@pytest.mark.parametrize("url", ["example.com/x", "ftp://host/x", "https://", "https://host:99999/x", "http://[::1/x"])
def test_what_is_no_url_is_refused(export: Path, url: str) -> None:
    """A URL cut by a shell at its first `&` is still one; half of one is not."""
    assert "must be the whole presigned URL" in as_json(upload(export, "--url", url, "--json"))["error"]


def test_by_hand_does_not_go_with_a_url(export: Path) -> None:
    """The URL says where the file lies; saying otherwise is wrong usage."""
    assert upload(export, "--by-hand", "--url", "https://host/x").exit_code == 2
