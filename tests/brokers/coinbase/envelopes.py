"""What goes back over HTTP besides plain rows: errors as the API words them. Fed by every route; feeds the server.

A refused order is no error: HTTP 200 with `success` false. What a 429 says is not published, so nobody may parse it.
"""

from __future__ import annotations

import json

from tests.brokers.loopback.answers import Answer, plain

TOO_FAST = "Too many requests"


def error(status: int, name: str, words: str) -> Answer:
    """As the gateway before the API words it; without spaces, since its own client looks for a part of the text."""
    said = {"error": name, "error_details": words, "message": words}
    return Answer(status, json.dumps(said, separators=(",", ":")).encode())


def invalid(words: str) -> Answer:
    """A query or body that says something wrong."""
    return error(400, "INVALID_ARGUMENT", words)


def unknown(words: str) -> Answer:
    """Nothing of that name."""
    return error(404, "NOT_FOUND", words)


def unauthorized() -> Answer:
    """A token that opens nothing; why is not said."""
    return plain(401, "Unauthorized\n")


def without_scope() -> Answer:
    """A key that may not do this."""
    return error(403, "PERMISSION_DENIED", "Missing required scopes")


def too_fast() -> Answer:
    """More calls than the limit."""
    return plain(429, TOO_FAST)
