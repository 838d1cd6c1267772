"""Coinbase's feed while connections break and messages are lost, doubled and out of count: what the market traded is
what the engine is told, trade by trade.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.brokers.coinbase.listening_coinbase import SYMBOLS, ListeningCoinbase
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase

TRADES, FAULTY = 300, 0.06
FAULTS: tuple[dict[str, object], ...] = (
    {"act": "drop", "channel": "market_trades"},
    {"act": "lose", "channel": "market_trades"},
    {"act": "double", "channel": "market_trades"},
    {"act": "gap"},
    {"act": "unknown"},
    {"act": "abort"},
    {"act": "close", "code": 1000},
    {"act": "close", "code": 1013},
    {"act": "refuse", "status": 503},
)


@pytest.fixture(scope="module")
def server() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(beat_s=0.05) as here:
        yield here


@pytest.fixture
def live(server: InProcessCoinbase, tmp_path: Path) -> Iterator[ListeningCoinbase]:
    server.reset()
    feed = ListeningCoinbase(server, tmp_path)
    yield feed.started()
    feed.end()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_traded_is_what_is_told(live: ListeningCoinbase, seed: int) -> None:
    chance, traded = random.Random(seed), {symbol: list[tuple[int, float]]() for symbol in SYMBOLS}

    def trade(symbol: str, number: int) -> None:
        price, size = chance.randint(6_000_000, 6_010_000), f"0.{number + 1:04d}"
        live.trades(str(Decimal(price).scaleb(-2)), symbol, size)
        traded[symbol].append((price, float(size)))

    for number in range(TRADES):
        if chance.random() < FAULTY:
            live.here.do("market_socket", **chance.choice(FAULTS))
        trade(chance.choice(SYMBOLS), number)
        live.clock.pass_s(0.1)
        if number % 5 == 0:
            live.wait_for(lambda: heard_all(live, connected=number % 25 == 0))  # noqa: B023 - called at once
    for number, symbol in enumerate(SYMBOLS):
        trade(symbol, TRADES + number)

    def caught_up() -> bool:
        live.clock.pass_s(0.1)
        return all(known(live, symbol)[-1:] == traded[symbol][-1:] for symbol in SYMBOLS)

    live.wait_for(caught_up)
    missed = live.feed.view().counts[0].missed
    for symbol in SYMBOLS:
        told = known(live, symbol)
        assert told == [each for each in traded[symbol] if each in told], "once, and in order"
    lacking = sum(len(traded[symbol]) - len(known(live, symbol)) for symbol in SYMBOLS)
    assert lacking == missed, "what nobody told us of is counted"
    assert missed <= 4, "lost again within seconds of having asked"


def test_a_product_that_shares_anothers_book_is_heard_under_that_name(
    server: InProcessCoinbase, tmp_path: Path
) -> None:
    server.reset()
    live = ListeningCoinbase(server, tmp_path, ("BTC-USDC",))
    live.feed.prepare()
    live.start()
    try:
        live.wait_for(lambda: live.subscribed() == [["BTC-USD"]] and not live.feed.lines[0].trades.gathering)
        live.trades("64000.00")
        live.wait_for(lambda: live.prices("BTC-USDC") == [6_400_000])
        live.here.do("market_socket", act="lose", channel="market_trades")
        for price in ("64001.00", "64002.00"):
            live.trades(price)
        live.wait_for(lambda: live.prices("BTC-USDC") == [6_400_000, 6_400_100, 6_400_200])
    finally:
        live.end()


def heard_all(live: ListeningCoinbase, *, connected: bool) -> bool:
    """Every message that was sent has been read; without a connection that is subscribed, where there may be none."""
    with live.here.broker.lock:
        sent = [line.sequence for line in live.here.broker.market_socket.lines if "heartbeats" in line.wanted]
    line = live.feed.lines[0]
    if line.wire is None or not sent:
        return not connected
    return line._sequence >= sent[-1] - 1


def known(live: ListeningCoinbase, symbol: str) -> list[tuple[int, float]]:
    """Price and size of each tick."""
    return [(tick.price, tick.quantity) for tick in live.ticks(symbol)]
