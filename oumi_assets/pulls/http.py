"""An HTTP session that does not give up at once, and what is said of answers that are of no use.

The LangSmith SDK and the Langfuse pull both use it.

Waits as long as `Retry-After` says, retries overload and server errors, and answers that were
cut: the SDK's own retries do not cover a body that ends too early.
"""

from __future__ import annotations

from typing import Any

import requests
import tenacity
from requests.exceptions import ChunkedEncodingError, ContentDecodingError
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from oumi_assets.pulls.errors import AnswerNotUnderstood, KeyRefused, PlatformUnreachable, PullError, QueryRefused

ATTEMPTS = 6
FIRST_WAIT = 0.5
LONGEST_WAIT = 300.0
"""Seconds: a longer `Retry-After` is cut to this, and the pull fails when that was not enough."""
_RETRIED = frozenset([408, 425, 429, 500, 502, 503, 504])
_OWN_HEADERS = "x-"
"""How the headers begin that a platform has made up, like that of its key."""
_FAILURES = (requests.ConnectionError, requests.Timeout, ChunkedEncodingError, ContentDecodingError)


def refusal(status: int, title: str, checks: str, endpoint: str) -> PullError:
    """What users read of an answer other than 200; `endpoint` is the setting that names the server."""
    if status in (401, 403):
        return KeyRefused(title, status, checks)
    if status in (400, 422):
        return QueryRefused(title, status)
    if status in _RETRIED:
        return PlatformUnreachable(title, f"answered with status {status}", endpoint)
    return AnswerNotUnderstood(title, endpoint)


def unreachable(title: str, endpoint: str) -> PullError:
    """What users read where there was no whole answer at all."""
    return PlatformUnreachable(title, "could not be reached, or its answer was cut", endpoint)


class PatientSession(requests.Session):
    """Answers of the last try are returned, errors of the last try raised, as they are."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One request, tried up to `ATTEMPTS` times."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_FAILURES) | tenacity.retry_if_result(_is_retried),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        answer: requests.Response = retrying(self._once, *args, **kwargs)
        return answer

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Follow a redirect to another server without what is meant for this one.

        `requests` leaves `Authorization` behind there, but LangSmith's key goes in a header of its own.
        """
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            for name in [name for name in prepared_request.headers if name.lower().startswith(_OWN_HEADERS)]:
                del prepared_request.headers[name]
        super().rebuild_auth(prepared_request, response)

    def _once(self, *args: Any, **kwargs: Any) -> requests.Response:
        answer = super().request(*args, **kwargs)
        if answer.ok and _is_cut(answer):
            raise ChunkedEncodingError("the body ended too early")
        return answer


def _is_retried(answer: requests.Response) -> bool:
    return answer.status_code in _RETRIED


def _is_cut(answer: requests.Response) -> bool:
    """JSON answers end in a bracket; a proxy may cut one without a length that tells."""
    is_json = "json" in answer.headers.get("Content-Type", "")
    return is_json and answer.content.rstrip()[-1:] not in (b"}", b"]")


def _wait(state: tenacity.RetryCallState) -> float:
    outcome = state.outcome
    if outcome is not None and not outcome.failed:
        asked = retry_after(outcome.result().headers.get("Retry-After"))
        if asked is not None:
            return min(asked, LONGEST_WAIT)
    return tenacity.wait_random_exponential(multiplier=FIRST_WAIT, max=30)(state)


def retry_after(text: str | None) -> float | None:
    """Seconds of a `Retry-After` header (RFC 9110: seconds, or a date), None when there is none."""
    try:
        return Retry().parse_retry_after(text) if text else None
    except InvalidHeader:
        return None
