"""What people read when the bucket, the credentials or the network are the trouble: one sentence, no secret."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from servers import SECRET, CuttingProxy, RefusingServer, serving

from oumi_assets.core.errors import BadSetting, TraceImportError
from oumi_assets.core.storage_errors import AccessRefused, BucketMissing, StorageRefused, StorageUnreachable
from oumi_assets.orchestration.resources import connect_s3, open_here, uploads_here
from oumi_assets.storage.location import S3Location
from oumi_assets.storage.s3_bucket import Bucket

REFUSALS = {
    "AccessDenied": AccessRefused,
    "InvalidAccessKeyId": AccessRefused,
    "SignatureDoesNotMatch": AccessRefused,
    "ExpiredToken": AccessRefused,
    "InvalidObjectState": StorageRefused,
    "SlowDown": StorageUnreachable,
}

UNUSABLE = [("AWS_ENDPOINT_URL", "not a url"), ("AWS_PROFILE", "x"), ("AWS_MAX_ATTEMPTS", "x")]


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals that boto3 would try again are told at once."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def set_locations(monkeypatch: pytest.MonkeyPatch, bucket: str = "nowhere") -> None:
    """Both places in one bucket."""
    monkeypatch.setenv("OUMI_UPLOADS", f"s3://{bucket}/uploads")
    monkeypatch.setenv("OUMI_STORAGE", f"s3://{bucket}/storage")


def assert_plain(error: TraceImportError) -> None:
    """One sentence or two, nothing secret, no cause that a log would print."""
    assert SECRET not in str(error)
    assert "Signature=" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_a_missing_bucket_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled bucket is the first thing that goes wrong."""
    set_locations(monkeypatch)
    for ask in (lambda: uploads_here().listing(), lambda: open_here().store.prepare()):
        with pytest.raises(BucketMissing, match="The bucket nowhere does not exist") as caught:
            ask()
        assert_plain(caught.value)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_what_to_check(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers answer with a code and a message that may quote the request: only the meaning of the code goes on."""
    text = f"<Error><Code>{code}</Code><Message>{SECRET} was not good</Message></Error>"
    with serving(RefusingServer(text, status=503 if code == "SlowDown" else 403)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        set_locations(monkeypatch)
        for ask in (lambda: uploads_here().listing(), lambda: open_here().store.manifest("raw_export", "it")):
            with pytest.raises(REFUSALS[code]) as caught:
                ask()
            assert_plain(caught.value)


def test_an_object_that_may_not_be_deleted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to a list of deletions is a success, whatever it says of each: what people deleted would still be there."""
    text = f"<DeleteResult><Error><Key>x</Key><Code>AccessDenied</Code><Message>{SECRET}</Message></Error></DeleteResult>"
    with serving(RefusingServer(text, status=200)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(StorageRefused, match="AccessDenied") as caught:
            Bucket(connect_s3(), S3Location("nowhere")).delete(["x"])
    assert_plain(caught.value)


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing set is another thing than something wrong."""
    set_locations(monkeypatch)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessRefused, match="no credentials are set"):
        uploads_here().listing()


def test_a_profile_that_cannot_fetch_its_credentials_is_no_refusal_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single sign-on ends every few hours; the server was not even asked."""
    config = tmp_path / "config"
    config.write_text(
        "[profile mine]\nsso_start_url = https://127.0.0.1/start\nsso_region = us-east-1\n"
        "sso_account_id = 1\nsso_role_name = nobody\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    set_locations(monkeypatch)
    for name, value in (("AWS_CONFIG_FILE", str(config)), ("AWS_PROFILE", "mine")):
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AccessRefused, match="credentials could not be fetched; log in again") as caught:
        uploads_here().listing()
    assert_plain(caught.value)


def test_an_error_code_that_is_no_word_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may answer with anything, also with what it was asked."""
    with serving(RefusingServer(f"<Error><Code>asked with {SECRET}</Code></Error>")) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        set_locations(monkeypatch)
        with pytest.raises(StorageRefused, match="an unknown error") as caught:
            uploads_here().listing()
    assert_plain(caught.value)


def test_an_unreachable_server_is_named_without_credentials_in_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some people write credentials into URLs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:{SECRET}@127.0.0.1:{port}")
        set_locations(monkeypatch)
        with pytest.raises(StorageUnreachable, match=rf"server 127\.0\.0\.1:{port} cannot") as caught:
            uploads_here().listing()
    assert_plain(caught.value)


def test_a_download_that_keeps_breaking_is_told(bucket: Bucket, proxy: CuttingProxy, tmp_path: Path) -> None:
    """boto3 has an error of its own for that, which is none of its errors of connections."""
    bucket.write("export.jsonl", b"x" * 1000)
    proxy.cuts = [0] * 100
    with pytest.raises(StorageUnreachable, match="kept breaking") as caught:
        Bucket(connect_s3(), bucket.location).download("export.jsonl", tmp_path / "export.jsonl")
    assert_plain(caught.value)


@pytest.mark.parametrize(("variable", "value"), UNUSABLE)
def test_settings_that_cannot_be_used_are_one_sentence(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 raises many kinds of errors for them, some of them no errors of its own."""
    set_locations(monkeypatch)
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting, match="The S3 settings cannot be used"):
        uploads_here()


def test_the_command_line_says_it_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, whatever of boto3 is in between."""
    set_locations(monkeypatch)
    command = [sys.executable, "-m", "oumi_assets", "datasets"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The bucket nowhere does not exist.")
    assert done.stderr.count("\n") == 1


def test_folders_never_import_boto3_or_dagster_aws() -> None:
    """They cost a second in every process, and most people have no bucket."""
    script = (
        "import sys; from oumi_assets.definitions import defs; import oumi_assets.cli\n"
        "from oumi_assets.orchestration.resources import open_here, uploads_here\n"
        "open_here().store.manifests('raw_export'); uploads_here().listing()\n"
        "costly = {'boto3', 'botocore', 'dagster_aws', 's3transfer'}\n"
        "print(sorted(costly & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


def test_other_servers_are_asked_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """`http://bucket.minio:9000` is a host that exists in nobody's network."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio:9000")
    signed = connect_s3().generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "x"})
    assert signed.partition("?")[0] == "http://minio:9000/bucket/x"
