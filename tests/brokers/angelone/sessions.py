"""Who is logged in: TOTP login, three tokens, refresh, logout, death at midnight. Fed by routes and both sockets.

Tokens that a newer login replaced are unknown to the gateway (AG8001), yesterday's are expired (AG8002), those of a
client that logged out are refused by the application (AB1011): the two dialects a real client meets.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyotp

from tests.brokers.angelone.envelopes import good, refused, turned_away
from tests.brokers.angelone.scripted_clock import IST
from tests.brokers.loopback.answers import Answer

TOTP_WINDOW_S = 30
EXPIRY_AFTER = timedelta(hours=28)  # what the token itself says; the broker's midnight comes sooner


@dataclass(frozen=True)
class Client:
    """The one client of this broker, and what it logs in with."""

    code: str = "L0001"
    pin: str = "4821"
    totp_secret: str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    api_key: str = "play-key"


@dataclass
class Session:
    """What one login gave. `state`: alive, replaced, logged out."""

    jwt: str
    refresh: str
    feed: str
    day: date
    state: str = "alive"


class Sessions:
    """Every session there was. With `one_login` a second login ends the first, as users report of the real one."""

    def __init__(self, client: Client, *, one_login: bool = True) -> None:
        self.client, self.one_login = client, one_login
        self.logins = 0  # that were tried, right or wrong
        self.expiry_after = EXPIRY_AFTER
        self._all: list[Session] = []
        self._made = 0

    def login(self, asked: Mapping[str, Any], at: datetime) -> Answer:
        """By client code, PIN and the TOTP of now or of the window before or after."""
        self.logins += 1
        if asked.get("clientcode") != self.client.code or asked.get("password") != self.client.pin:
            return refused("AB1000")
        if not pyotp.TOTP(self.client.totp_secret).verify(str(asked.get("totp", "")), for_time=at, valid_window=1):
            return refused("AB1050")
        if self.one_login:
            self.end_all("replaced")
        return self._grant(at, asked.get("state"))

    def refresh(self, asked: Mapping[str, Any], headers: Mapping[str, str], at: datetime) -> Answer:
        """New tokens for a refresh token of a session that lives; the old three are then dead."""
        holder = self.check(headers, at)
        if isinstance(holder, Answer):
            return holder
        if asked.get("refreshToken") != holder.refresh:
            known = any(session.refresh == asked.get("refreshToken") for session in self._all)
            return refused("AB8051" if known else "AB8050")
        holder.state = "replaced"
        return self._grant(at, None)

    def logout(self, asked: Mapping[str, Any], holder: Session) -> Answer:
        """End this client's session."""
        if asked.get("clientcode") != self.client.code:
            return refused("AB1000")
        holder.state = "logged out"
        return good(None)

    def check(self, headers: Mapping[str, str], at: datetime) -> Session | Answer:
        """The session of a call's Authorization and X-PrivateKey, or what the call is told instead."""
        word = headers.get("Authorization", "")
        if not word.startswith("Bearer ") or not word[7:]:
            return turned_away("AG8003")
        if headers.get("X-PrivateKey") != self.client.api_key:
            return turned_away("AG8001", "Invalid API Key")
        session = self.by_jwt(word[7:])
        if session is None or session.state == "replaced":
            return turned_away("AG8001")
        if session.day != at.astimezone(IST).date():
            return turned_away("AG8002")
        return session if session.state == "alive" else refused("AB1011")

    def lives(self, session: Session, at: datetime) -> bool:
        """Whether its tokens are still worth anything."""
        return session.state == "alive" and session.day == at.astimezone(IST).date()

    def by_jwt(self, jwt: str) -> Session | None:
        """The session a token was given to, dead or alive."""
        return next((session for session in self._all if session.jwt == jwt), None)

    def end_all(self, state: str) -> None:
        """Every session that lives ends so."""
        for session in self._all:
            if session.state == "alive":
                session.state = state

    def _grant(self, at: datetime, state: Any) -> Answer:
        self._made += 1
        jwt = self._jwt(at)
        refresh = _signed({"sub": self.client.code, "kind": "refresh", "number": self._made})
        feed = _signed({"sub": self.client.code, "kind": "feed", "number": self._made})
        self._all.append(Session(jwt, refresh, feed, at.astimezone(IST).date()))
        return good({"jwtToken": jwt, "refreshToken": refresh, "feedToken": feed, "state": state})

    def _jwt(self, at: datetime) -> str:
        issued, expires = int(at.timestamp()), int((at + self.expiry_after).timestamp())
        return _signed({"username": self.client.code, "iat": issued, "exp": expires, "jti": str(self._made)})


def _signed(claims: dict[str, Any]) -> str:
    """A token of the usual three parts; what it is signed with is nobody's secret."""
    parts = [_part(json.dumps(values, separators=(",", ":")).encode()) for values in ({"alg": "HS512"}, claims)]
    body = ".".join(parts)
    return f"{body}.{_part(hmac.digest(b'loopback', body.encode(), hashlib.sha512))}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
