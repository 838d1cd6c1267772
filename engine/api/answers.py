"""Answers as JSON, each with `as_of`. Fed by routes and problems; feeds the client. Times are ISO 8601 UTC with a Z."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider

from engine.api.services import services


def iso(moment: datetime) -> str:
    """An aware time in UTC with a trailing Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def answered(fields: Mapping[str, Any], status: int = 200, as_of: str | None = None) -> Response:
    """A JSON answer. `as_of` is the wall time its content was true at: now, unless it comes from a snapshot."""
    body = {**fields, "as_of": as_of or iso(services().deps.clock.now())}
    return json_response(body, status)


def json_response(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer, exactly this; kept by nobody on the way."""
    response = Response(dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def dumps(value: Any) -> bytes:
    """JSON. Not-a-number becomes null, as JSON has no such number."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, to compare two bodies by."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):  # Firestore's own subclass of datetime
        return iso(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


class StrictJson(JSONProvider):
    """Flask's JSON by orjson: refuses NaN, lone surrogates and deep nesting with a ValueError, where the standard
    library would take the first two in and raise RecursionError on the third."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """As `dumps` of this file."""
        return dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON; raises ValueError."""
        return orjson.loads(s)


def use_strict_json(app: Flask) -> None:
    """Read and write JSON by `StrictJson`."""
    app.json = StrictJson(app)
