"""Turns away requests that no route should see: oversize, not JSON, not a JSON object. Fed by Flask; feeds routes."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from engine.api.problems import Problem

BODY_MAX = 256 * 1024  # bytes; the largest real body, a bot on 50 symbols, has some 3,000


def guard_bodies(app: Flask) -> None:
    """Check every body before its route reads it."""
    # Werkzeug cuts a body of unsaid length off at its limit without a word: one byte more tells that it did
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX + 1
    app.before_request(_check_body)


def _check_body() -> None:
    if request.endpoint is None:
        return
    if (request.content_length or 0) > BODY_MAX:
        raise RequestEntityTooLarge
    body = request.get_data(cache=True)
    if len(body) > BODY_MAX:
        raise RequestEntityTooLarge
    if not body.strip():
        return
    if not request.is_json:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong-content-type", "A body must be sent as application/json."
        )
    found = request.get_json(silent=True)
    if found is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed-json", "The body is not JSON.")
    if not isinstance(found, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed-json", "The body must be a JSON object.")
