"""HTTP to emulators and the service, on loopback, in JSON. Feeds local/firestore, auth, service, first_fill."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

OWNER = {"Authorization": "Bearer owner"}  # what the emulators take for an administrator
# Loopback is never reached through a proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(
    method: str, url: str, body: object = None, *, headers: dict[str, str] | None = None, within_s: float = 30
) -> Any:
    """Send one request and return the JSON of its answer, None where it is empty.

    Raises urllib.error.HTTPError for a status of 400 or more, OSError where nobody answers.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json", **(headers or {})}
    )
    with _opener.open(request, timeout=within_s) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def status_of(url: str, within_s: float = 2) -> int | None:
    """The status with which `url` answers, None where nobody answers."""
    try:
        with _opener.open(url, timeout=within_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, HTTPException):
        return None
