"""Where a page of a list ended, as an opaque text that clients hand back. Made and read by the reader."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any

import msgspec

from engine.domain.errors import InvalidValue

_Stored = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # the integers that Firestore has


def cursor_of(value: Any, document_id: str) -> str:
    """The cursor after a document, from its value of the order's field (None without an order) and its id."""
    timed = isinstance(value, datetime)
    parts = [document_id, "time" if timed else "plain", value.isoformat() if timed else value]
    return urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[Any, str]:
    """The value and the id in a cursor. Raises InvalidValue for a text that is no cursor of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        document_id, kind, value = msgspec.json.decode(
            urlsafe_b64decode(padded), type=tuple[str, str, str | _Stored | float | bool | None]
        )
        after: Any = _moment(str(value)) if kind == "time" else value
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise InvalidValue("cursor", "is not one that a list answered with") from error
    if not document_id or "/" in document_id:
        raise InvalidValue("cursor", "is not one that a list answered with")
    return after, document_id


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment
