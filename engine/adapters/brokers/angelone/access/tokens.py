"""The three tokens of a session and when they die. Fed by login and refresh; feeds session and sockets.

They change together: after a refresh none of the old ones is worth anything. The broker ends sessions at midnight in
India whatever a token says of itself, and a token may say less: the earlier counts.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from typing import Any

from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import SECOND, Instant, instant_of, moment_of

IST = timezone(timedelta(hours=5, minutes=30))
BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Tokens:
    """`jwt` is bare: without the word Bearer before it. None of them is ever shown."""

    jwt: str = field(repr=False)
    refresh: str = field(repr=False)
    feed: str = field(repr=False)
    dies_at: Instant

    @property
    def authorization(self) -> str:
        """The header of HTTP calls and of the order socket."""
        return BEARER + self.jwt

    def live(self, now: Instant) -> bool:
        """Whether they are still worth sending."""
        return now < self.dies_at


def tokens_of(data: Any, now: Instant) -> Tokens:
    """The tokens in the `data` of a login or refresh. Raises OutcomeUnknown where one of the three is missing."""
    words = [data.get(name) for name in ("jwtToken", "refreshToken", "feedToken")] if isinstance(data, Mapping) else []
    jwt, refresh, feed = (str(word or "").removeprefix(BEARER) for word in words) if words else ("", "", "")
    if not (jwt and refresh and feed):
        raise OutcomeUnknown("the broker's answer to the login holds no tokens")
    expires_at = _says_of_itself(jwt)
    midnight = next_midnight(now)
    return Tokens(jwt, refresh, feed, midnight if expires_at is None else min(midnight, expires_at))


def next_midnight(now: Instant) -> Instant:
    """The coming midnight in India; at midnight itself, the one after."""
    today = moment_of(now).astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
    return instant_of(today + timedelta(days=1))


def _says_of_itself(jwt: str) -> Instant | None:
    """The `exp` of a JWT, None where it has none that can be read: its signature is the broker's business."""
    parts = jwt.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    expires_s = claims.get("exp") if isinstance(claims, dict) else None
    return expires_s * SECOND if isinstance(expires_s, int) else None
