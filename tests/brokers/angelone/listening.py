"""Plain WebSocket clients of both sockets of the loopback Angel One. Fed by tests; feeds them what came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.brokers.angelone.running import PlainClient, RunningAngelOne
from tests.brokers.loopback.listening import Socket, opened


class MarketSocket(Socket):
    """One connection to the market socket."""

    def subscribe(self, mode: int, *tokens: str, action: int = 1) -> None:
        """NSE tokens in one mode."""
        params = {"mode": mode, "tokenList": [{"exchangeType": 1, "tokens": list(tokens)}]}
        self.send({"correlationID": "abcde12345", "action": action, "params": params})


def market_headers(broker: RunningAngelOne, client: PlainClient) -> dict[str, str]:
    """What the market socket asks for."""
    return {
        "Authorization": client.jwt,
        "x-api-key": broker.told["api_key"],
        "x-client-code": broker.told["client_code"],
        "x-feed-token": client.feed,
    }


@contextmanager
def market_socket(broker: RunningAngelOne, client: PlainClient, **changes: str) -> Iterator[MarketSocket]:
    """Raises websocket.WebSocketBadStatusException where it is refused."""
    headers = {**market_headers(broker, client), **changes}
    with opened(broker.told["market_socket"], MarketSocket, broker.told["authority"], headers) as socket:
        yield socket


@contextmanager
def order_socket(broker: RunningAngelOne, client: PlainClient, token: str = "") -> Iterator[Socket]:
    """The greeting is the first thing it says."""
    headers = {"Authorization": f"Bearer {token or client.jwt}"}
    with opened(broker.told["order_socket"], Socket, broker.told["authority"], headers) as socket:
        yield socket
