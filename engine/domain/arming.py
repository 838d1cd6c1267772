"""What it takes to arm a live account. Asked by the API, which writes it, and by the engine, which judges it anew."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.instant import SECOND, Instant

HOURS_DEFAULT, HOURS_MAX = 8, 24
SIGN_IN_AGE_MAX_S = 300  # since the person gave a password, not since the token was made
PAPER_SESSIONS_MIN = 5
_SLACK_S = 60  # the API's clock and the engine's


@dataclass(frozen=True, slots=True)
class Arming:
    """What controls/{account} says of it. Instants of wall time; None where it can't be read.

    until       until when it is armed; 0: it is not
    read_only   whether the broker connection may only look
    """

    until: Instant | None = 0
    read_only: bool | None = False


def too_long(until: Instant, now: Instant) -> bool:
    """Whether it is armed for longer than anybody may arm it: nobody asked for that through the API."""
    return until - now > (HOURS_MAX * 3_600 + _SLACK_S) * SECOND
