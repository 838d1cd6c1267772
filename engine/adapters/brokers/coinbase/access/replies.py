"""What an HTTP reply of Coinbase means: JSON, an error in JSON, text, pages and nonsense in one word. Fed bytes by
calls; feeds it.

A good reply is HTTP 200 with a JSON object. Numbers come as text mostly; those that do not are read as Decimal. An
error of the API's own is JSON with `error` and words; one of a gateway before it is text or a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.adapters.brokers.connection.broker_words import read_json

GOOD_STATUS, NO_KEY, FORBIDDEN, TOO_MANY = 200, 401, 403, 429
REFUSALS = frozenset({400, 404, 412, 422})  # with an error of the API's own: read and turned down
# Words of a refusal that mean that the order is there: what carries requests on the way may repeat one.
USED_BEFORE = "DUPLICATE_CLIENT_ORDER_ID"


class Meaning(StrEnum):
    """What a reply means for whoever asked."""

    GOOD = "good"
    REFUSED = "refused"  # this request does not pass, another may; nothing was done
    NO_KEY = "key not accepted"  # unknown, revoked, or the token's time is wrong
    FORBIDDEN = "forbidden"  # the key may not do this: a person's
    TOO_FAST = "too fast"
    UNKNOWN = "unknown"  # nothing can be said


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. `data` is the JSON of a good one; `code` and `message` are the broker's own words."""

    meaning: Meaning
    code: str = ""
    message: str = ""
    data: Any = field(default=None, repr=False)

    @property
    def words(self) -> str:
        """What it says of itself."""
        return " ".join(word for word in (self.code, self.message) if word) or self.meaning.value


def read_reply(status: int, body: bytes) -> Reply:
    """What came back with this HTTP status. Raises nothing: nonsense is UNKNOWN."""
    told = _read(body)
    if status == GOOD_STATUS and isinstance(told, dict):
        return Reply(Meaning.GOOD, data=told)
    code, message = _error(told)
    words = message or f"HTTP {status} with {len(body)} bytes that are no answer"
    if status == TOO_MANY:
        return Reply(Meaning.TOO_FAST, code, message or "the limiter refused the call")
    if status == NO_KEY:
        return Reply(Meaning.NO_KEY, code, message or "HTTP 401")
    if status == FORBIDDEN:
        return Reply(Meaning.FORBIDDEN, code, message or "HTTP 403")
    if status in REFUSALS and code:
        return Reply(Meaning.REFUSED, code, message)
    return Reply(Meaning.UNKNOWN, code, f"HTTP {status}: {words}" if message else words)


def _read(body: bytes) -> Any:
    try:
        return read_json(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _error(told: Any) -> tuple[str, str]:
    """The code and the words of an error in JSON, empty where there are none."""
    if not isinstance(told, dict):
        return "", ""
    message = told.get("message") or told.get("error_details") or ""
    return str(told.get("error") or ""), str(message)
