"""`make dev-s3`: the platform with its uploads and results in buckets of a moto server, for looking at; nothing is kept.

moto is a dependency of the tests, so this lies among them and not in the product.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3
from servers import moto_server

from oumi_assets.core.program import program

PROJECT = Path(__file__).resolve().parents[2]
UPLOADS, STORAGE = "oumi-uploads", "oumi-storage"


def settings(endpoint: str, home: Path) -> dict[str, str]:
    """What to set for this demonstration, and nothing of anybody's real account."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "demonstration",
        "AWS_SECRET_ACCESS_KEY": "demonstration",
        "AWS_DEFAULT_REGION": "us-east-1",
        "OUMI_UPLOADS": f"s3://{UPLOADS}",
        "OUMI_STORAGE": f"s3://{STORAGE}",
        "DAGSTER_HOME": str(home),
    }


def say_what_to_do(variables: dict[str, str]) -> None:
    """Lines to paste into another terminal."""
    exports = "\n".join(f"    export {name}={value}" for name, value in variables.items())
    sample = "tests/fixtures/langfuse/v2_openai_tools.jsonl"
    print(
        f"\nA moto server holds s3://{UPLOADS} and s3://{STORAGE}; all of it is gone when this ends (Ctrl-C).\n"
        f"In another terminal:\n\n{exports}\n\n"
        f"    {program()} upload {sample}     # the sensor imports it\n"
        f"    {program()} datasets\n",
        flush=True,
    )


def main() -> int:
    """Run until interrupted; further arguments go to `oumi-assets dev`."""
    with moto_server() as endpoint, tempfile.TemporaryDirectory(prefix="oumi-dev-s3-") as home:
        shutil.copy(PROJECT / "dagster_home" / "dagster.yaml", home)
        variables = settings(endpoint, Path(home))
        os.environ.update(variables)
        for name in (UPLOADS, STORAGE):
            boto3.client("s3").create_bucket(Bucket=name)
        say_what_to_do(variables)
        command = [sys.executable, "-m", "oumi_assets", "dev", *sys.argv[1:]]
        # In a session of its own it hears of Ctrl-C once, from here; the server ends after it.
        process = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
