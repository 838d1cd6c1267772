"""A plain client of the loopback Coinbase, for tests of that broker. Fed by tests; feeds them what came back.

It is no adapter: it signs as Coinbase's documents say, or wrongly where a test wants that, sends what the test says and
shows what came back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.brokers.coinbase.keys import EDDSA, ELLIPTIC, PlayKey
from tests.brokers.coinbase.routes import ROOT
from tests.brokers.coinbase.tokens import LIVES_S
from tests.brokers.loopback.listening import Socket, opened

LIMIT = {"limit_limit_gtc": {"base_size": "0.1", "limit_price": "64000", "post_only": False}}


def order(
    name: str, side: str = "BUY", product: str = "BTC-USD", kind: str = "limit_limit_gtc", **said: Any
) -> dict[str, Any]:
    """A body for create_order; `said` changes the configuration of a limit at 64000."""
    first = LIMIT["limit_limit_gtc"] if kind == "limit_limit_gtc" else {"base_size": "0.1", "limit_price": "64000"}
    return {
        "client_order_id": name,
        "product_id": product,
        "side": side,
        "order_configuration": {kind: {**first, **said}},
    }


def stop(name: str, side: str, price: str, at: str, direction: str) -> dict[str, Any]:
    """A stop-limit's body."""
    said = {"limit_price": price, "stop_price": at, "stop_direction": f"STOP_DIRECTION_STOP_{direction}"}
    return order(name, side, kind="stop_limit_stop_limit_gtc", **said)


def signed(key: PlayKey, now_s: int, uri: str | None, *, nonce: str = "", **claims: Any) -> str:
    """A token as documented; `claims` overrule, None leaves one out."""
    said = {"sub": key.name, "iss": "cdp", "nbf": now_s, "exp": now_s + LIVES_S, "uri": uri, **claims}
    head = {"kid": key.name, "nonce": nonce or secrets.token_hex(16)}
    body = {name: value for name, value in said.items() if value is not None}
    secret: Any = Ed25519PrivateKey.from_private_bytes(key.digest) if key.algorithm == EDDSA else key.private_key
    return jwt.encode(body, secret, key.algorithm, head)


def event_of(message: dict[str, Any]) -> dict[str, Any]:
    """The only event of a message."""
    (found,) = message["events"]
    return dict(found)


class PlainCustomer:
    """One keep-alive connection. `now` is the broker's clock, or another."""

    def __init__(self, root: str, now: Callable[[], datetime], key: PlayKey | None = ELLIPTIC) -> None:
        self._root, self._now, self._key = root, now, key
        self._line = requests.Session()
        self._line.trust_env = False

    def __enter__(self) -> PlainCustomer:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def token(self, method: str = "", path: str = "", **claims: Any) -> str:
        """For a request, or without a path for a message."""
        assert self._key is not None
        uri = f"{method} {urlsplit(self._root).netloc}{ROOT}{path}" if path else None
        return signed(self._key, int(self._now().timestamp()), uri, **claims)

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, timeout: float = 10.0, **query: Any
    ) -> requests.Response:
        """Whatever comes back; raises what `requests` raises where nothing does."""
        if token is None and self._key is not None:
            token = self.token(method, path)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._line.request(
            method, f"{self._root}{ROOT}{path}", params=query, json=body, headers=headers, timeout=timeout
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET."""
        return self.call("GET", path, **query).json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a POST."""
        return self.call("POST", path, body).json()

    def place(self, name: str, side: str = "BUY", **said: Any) -> Any:
        """A limit order taken or refused."""
        return self.post("/orders", order(name, side, **said))


class ChannelSocket(Socket):
    """One connection to either socket."""

    def subscribe(self, channel: str, *products: str, kind: str = "subscribe", token: str = "") -> None:
        """Or with another `kind` the end of it."""
        self.send({"type": kind, "channel": channel, "product_ids": products, **({"jwt": token} if token else {})})

    def of(self, channel: str) -> dict[str, Any]:
        """The next message of a channel, others passed over."""
        while (message := self.json()).get("channel") != channel:
            pass
        return message

    def order_rows(self, count: int) -> list[dict[str, Any]]:
        """The next rows of the user channel."""
        rows: list[dict[str, Any]] = []
        while len(rows) < count:
            rows += [row for event in self.of("user")["events"] for row in event["orders"]]
        return rows


@contextmanager
def listening(address: str) -> Iterator[ChannelSocket]:
    """Raises websocket.WebSocketBadStatusException where it is refused."""
    with opened(address, ChannelSocket) as socket:
        yield socket
