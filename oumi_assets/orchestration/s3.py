"""The connection to S3, made by dagster-aws' `S3Resource`. Imported only where S3 is configured: it costs a second."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError
from dagster_aws.s3 import S3Resource

from oumi_assets.core.errors import BadSetting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS = "5"


def connect() -> S3Client:
    """A client of the usual `AWS_*` variables (or profile). Raises `BadSetting`; no request is made."""
    attempts = os.environ.get("AWS_MAX_ATTEMPTS", _ATTEMPTS)
    try:
        client: S3Client = S3Resource(max_attempts=int(attempts)).get_client()
    except (BotoCoreError, ValueError) as error:
        raise BadSetting(
            f"The S3 settings cannot be used ({type(error).__name__}). "
            "Check AWS_ENDPOINT_URL (http://host:port), AWS_PROFILE, AWS_DEFAULT_REGION and AWS_MAX_ATTEMPTS."
        ) from None
    return client
