"""What an HTTP reply of SmartAPI means: two dialects, text, pages and nonsense in one word. Fed bytes; feeds callers.

Both dialects come with HTTP 200, and mean the same with a 4xx: the application's `{"status", "message", "errorcode",
"data"}` and the gateway's `{"success", "message", "errorCode", "data"}`. For an order only GOOD and REFUSED decide
anything: with every other meaning it may stand at the broker, and its tag is looked up before more is said about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.adapters.brokers.connection.broker_words import read_json


class Meaning(StrEnum):
    """What a reply means for whoever asked."""

    GOOD = "good"
    REFUSED = "refused"  # a listed reason: this request does not pass, another may
    SESSION_OVER = "session over"  # log in again, once, behind the lock
    WRONG_CODE = "wrong code"  # the TOTP: wait for its next window
    STOP = "stop"  # wrong password, or a blocked client: trying again makes it worse
    TOO_FAST = "too fast"  # the limiter, which misfires: a read backs off
    UNKNOWN = "unknown"  # nothing can be said
    UNLISTED = "unlisted"  # refused for a reason that is in no list: halt and show a person


# Codes of the published list, by what they mean for us.
_MEANINGS = {
    **dict.fromkeys(("AG8001", "AG8002", "AG8003", "AB8050", "AB8051", "AB1010", "AB1011"), Meaning.SESSION_OVER),
    "AB1050": Meaning.WRONG_CODE,
    **dict.fromkeys(("AB1000", "AB1006", "AB1007"), Meaning.STOP),
    # "Try after sometime", "error not specified": an order may have passed, and no person can read more into it.
    **dict.fromkeys(("AB1004", "AB2000", "AB2001"), Meaning.UNKNOWN),
    **dict.fromkeys(
        (
            "AB1008", "AB1009", "AB1012", "AB1013", "AB1014", "AB1015", "AB1016", "AB1017", "AB1018", "AB2002",
            "AB4008", "AB4018",
        ),
        Meaning.REFUSED,
    ),
}  # fmt: skip
_LIMITER = b"exceeding access rate"
_UNAUTHORIZED = (401, 403)  # published of the sockets: invalid, expired
_ORDER_DECIDED = frozenset({Meaning.GOOD, Meaning.REFUSED})


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. `data` may hold tokens, so it is never shown; `message` is the broker's own words."""

    meaning: Meaning
    code: str = ""
    message: str = ""
    data: Any = field(default=None, repr=False)
    refused: bool = False  # it says no, whether or not anybody knows why
    doubts_tokens: bool = False  # by its status alone, which is no word of the application's: they may be dead

    @property
    def decides_an_order(self) -> bool:
        """Whether an order sent with it is known to be taken or not; else its tag is looked up."""
        return self.meaning in _ORDER_DECIDED


def read_reply(status: int, body: bytes) -> Reply:
    """What came back with this HTTP status. Raises nothing: nonsense is UNKNOWN."""
    if status == 403 and _LIMITER in body:
        return Reply(Meaning.TOO_FAST, message="the broker's rate limiter refused the call")
    try:
        told = read_json(body)
    except (ValueError, RecursionError):
        words = f"HTTP {status} with {len(body)} bytes that are no JSON"
        no = 400 <= status < 500  # as an empty 400 is
        return Reply(Meaning.UNKNOWN, message=words, refused=no, doubts_tokens=status in _UNAUTHORIZED)
    if not isinstance(told, dict):
        return Reply(Meaning.UNKNOWN, message="JSON that is no object")
    code = str(told.get("errorcode") or told.get("errorCode") or "")
    message = str(told.get("message") or "")
    outcome = _truth(told.get("status", told.get("success")))
    if outcome is None or status >= 500 or (outcome and status != 200):
        return Reply(Meaning.UNKNOWN, code, message)
    if outcome and not code:
        return Reply(Meaning.GOOD, message=message, data=told.get("data"))
    unlisted = Meaning.UNKNOWN if outcome or not code else Meaning.UNLISTED
    return Reply(_MEANINGS.get(code, unlisted), code, message, refused=not outcome)


def _truth(value: object) -> bool | None:
    """A truth value, also where it is written as text; None where it is neither."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None
