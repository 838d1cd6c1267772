"""Who may come in: the JWT of a request or of a socket's message, checked as Coinbase's rules have it. Fed by routes
and sockets.

Signed by a known key; `kid` and `sub` are its name, `iss` is cdp, `uri` names this very request; not before `nbf`, not
from `exp` on, two minutes at most; a nonce serves once. What the real one tolerates beyond that is not published; here
it is a part of a second, which two processes of one machine may differ by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import jwt

from tests.brokers.coinbase.keys import PlayKey

ISSUER, LIVES_S = "cdp", 120
_UNTIMED: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}


class Door:
    """The keys that are known, and the nonces that were used. `turned_away`: why the last ones were, oldest first."""

    def __init__(self, keys: Iterable[PlayKey]) -> None:
        self.keys = {key.name: key for key in keys}
        self.turned_away: list[str] = []
        self._nonces: set[str] = set()

    def opens(self, token: str, at: datetime, uri: str | None = None) -> PlayKey | None:
        """The key that signed it; None where it is not to be let in. `uri`: that of a request, none of a message."""
        try:
            head, key = jwt.get_unverified_header(token), None
            key = self.keys.get(head.get("kid", ""))
            if key is None:
                return self._refused("kid")
            claims = jwt.decode(token, key.public_key, algorithms=[key.algorithm], options=_UNTIMED)
        except jwt.InvalidTokenError as error:
            return self._refused(f"token: {error}")
        wrong = self._wrong(head, claims, key, at, uri)
        if wrong:
            return self._refused(wrong)
        self._nonces.add(head["nonce"])
        return key

    def _wrong(self, head: dict[str, Any], claims: dict[str, Any], key: PlayKey, at: datetime, uri: str | None) -> str:
        """The first thing that is wrong with a token whose signature is right."""
        now_s, nbf, exp = at.timestamp(), claims.get("nbf"), claims.get("exp")
        if not isinstance(nbf, int) or not isinstance(exp, int):
            return "time"
        if nbf > math.ceil(now_s) or exp <= now_s or exp - nbf > LIVES_S:
            return "time"
        nonce = head.get("nonce")
        checks = {
            "sub": claims.get("sub") == key.name,
            "iss": claims.get("iss") == ISSUER,
            "uri": claims.get("uri") == uri,
            "nonce": isinstance(nonce, str) and bool(nonce) and nonce not in self._nonces,
        }
        return next((name for name, right in checks.items() if not right), "")

    def _refused(self, why: str) -> PlayKey | None:
        self.turned_away.append(why)
        return None
