"""A loopback Angel One in a process of its own, started and ended by a test, and a plain client of it.

The client is no adapter: it sends what a test says and shows what came back, so that the broker itself can be tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyotp
import requests

from tests.brokers.loopback.running import RunningBroker

OPEN_DAY = "2026-11-23T10:00:00+05:30"  # a Monday, the exchange open
SECURE, AUTH = "/rest/secure/angelbroking", "/rest/auth/angelbroking"
PATHS = {
    "login": ("POST", f"{AUTH}/user/v1/loginByPassword"),
    "refresh": ("POST", f"{AUTH}/jwt/v1/generateTokens"),
    "logout": ("POST", f"{SECURE}/user/v1/logout"),
    "getProfile": ("GET", f"{SECURE}/user/v1/getProfile"),
    "getRMS": ("GET", f"{SECURE}/user/v1/getRMS"),
    "placeOrder": ("POST", f"{SECURE}/order/v1/placeOrder"),
    "modifyOrder": ("POST", f"{SECURE}/order/v1/modifyOrder"),
    "cancelOrder": ("POST", f"{SECURE}/order/v1/cancelOrder"),
    "getOrderBook": ("GET", f"{SECURE}/order/v1/getOrderBook"),
    "getTradeBook": ("GET", f"{SECURE}/order/v1/getTradeBook"),
    "getPosition": ("GET", f"{SECURE}/order/v1/getPosition"),
    "details": ("GET", f"{SECURE}/order/v1/details"),
    "getLtpData": ("POST", f"{SECURE}/order/v1/getLtpData"),
    "searchScrip": ("POST", f"{SECURE}/order/v1/searchScrip"),
    "quote": ("POST", f"{SECURE}/market/v1/quote"),
    "getCandleData": ("POST", f"{SECURE}/historical/v1/getCandleData"),
    "getHolding": ("GET", f"{SECURE}/portfolio/v1/getHolding"),
    "getAllHolding": ("GET", f"{SECURE}/portfolio/v1/getAllHolding"),
    "nseIntraday": ("GET", f"{SECURE}/marketData/v1/nseIntraday"),
    "cautionaryScrips": ("GET", f"{SECURE}/securities/v1/cautionaryScrips"),
    "master": ("GET", "/OpenAPI_File/files/OpenAPIScripMaster.json"),
}
ORDER = {
    "variety": "NORMAL",
    "tradingsymbol": "SBIN-EQ",
    "symboltoken": "3045",
    "transactiontype": "BUY",
    "exchange": "NSE",
    "ordertype": "LIMIT",
    "producttype": "INTRADAY",
    "duration": "DAY",
    "price": "810.00",
    "quantity": "10",
}


class RunningAngelOne(RunningBroker):
    """`told` is the line it printed: addresses, the authority's file, what to log in with."""

    def __init__(self, *words: str) -> None:
        super().__init__("tests.brokers.angelone", *words)

    def totp(self) -> str:
        """The code of the broker's own now."""
        return pyotp.TOTP(self.told["totp_secret"]).at(datetime.fromisoformat(self.look()["at"]))


@contextmanager
def running_angel_one(*words: str) -> Iterator[RunningAngelOne]:
    """One that does not outlive the block. Without words: a Monday at ten, the clock running."""
    broker = RunningAngelOne(*(words or ("--at", OPEN_DAY)))
    try:
        yield broker
    finally:
        broker.end()


class PlainClient:
    """One keep-alive connection to it. `jwt`, `refresh`, `feed` are what the last login or refresh gave."""

    def __init__(self, broker: RunningAngelOne) -> None:
        self._broker, self.jwt, self.refresh, self.feed = broker, "", "", ""
        self._line = requests.Session()
        self._line.trust_env = False
        self._line.verify = broker.told["authority"] or True
        self.headers = {
            "Content-Type": "application/json", "Accept": "application/json", "X-UserType": "USER", "X-SourceID": "WEB",
            "X-ClientLocalIP": "127.0.0.1", "X-ClientPublicIP": "10.0.0.1", "X-MACAddress": "00:00:00:00:00:01",
            "X-PrivateKey": broker.told["api_key"],
        }  # fmt: skip

    def __enter__(self) -> PlainClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def call(self, route: str, asked: Any = None, *, tail: str = "", timeout: float = 10.0) -> requests.Response:
        """Whatever comes back; raises what `requests` raises where nothing does."""
        method, path = PATHS[route]
        headers = {**self.headers, **({"Authorization": f"Bearer {self.jwt}"} if self.jwt else {})}
        body = json.dumps(asked or {}) if method == "POST" else None
        url = f"{self._broker.told['root']}{path}{tail}"
        return self._line.request(method, url, data=body, headers=headers, timeout=timeout)

    def ask(self, route: str, asked: Any = None, *, tail: str = "") -> dict[str, Any]:
        """The JSON of a call."""
        found: dict[str, Any] = self.call(route, asked, tail=tail).json()
        return found

    def login(self) -> dict[str, Any]:
        """With the right words; the tokens are kept."""
        told = self._broker.told
        words = {"clientcode": told["client_code"], "password": told["pin"], "totp": self._broker.totp()}
        return self.keep(self.ask("login", words))

    def keep(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The tokens of a login or refresh, where it gave any."""
        data = answer.get("data") or {}
        if answer.get("status") is True:
            self.jwt, self.refresh, self.feed = data["jwtToken"], data["refreshToken"], data["feedToken"]
        return answer

    def place(self, **changes: str) -> dict[str, Any]:
        """The order of this file, with changes."""
        return self.ask("placeOrder", {**ORDER, **changes})
