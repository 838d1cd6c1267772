"""Coinbase's feed at a loopback broker in a process of its own, by the machine's clock: silence is found within 25 s,
mended, and no trade is lost by it. `make prove`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.adapters.brokers.coinbase.access.access import open_access
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.prices.feed import CoinbaseFeed
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.clock import SystemClock
from engine.outbox.backoff import Backoff
from tests.brokers.coinbase.running import running_coinbase
from tests.prove.live_feed import LiveFeed, found_and_mended

pytestmark = pytest.mark.prove

SYMBOLS = ("BTC-USD", "ETH-USD")


@pytest.mark.parametrize("act", ["stall", "silent"])
def test_silence_is_found_within_25_s_and_nothing_is_lost(
    act: str, record_property: Callable[[str, object], None]
) -> None:
    """Over TLS, prices wandering once a second."""
    with running_coinbase("--walk", "1") as broker:
        told, clock = broker.told, SystemClock()
        endpoints = Endpoints(told["root"], told["market_socket"], told["user_socket"], Path(told["authority"]))
        access = open_access(None, endpoints, clock, random.SystemRandom())
        feed = CoinbaseFeed(SYMBOLS, access, Products(access.calls), clock, Backoff(random.random).rest_s, days=0)
        feed.prepare()
        live = LiveFeed(feed)
        try:
            for name, took_s in found_and_mended(live, broker, act).items():
                record_property(name, took_s)
            assert feed.view().counts[0].missed == 0
        finally:
            live.end()
            access.close()
