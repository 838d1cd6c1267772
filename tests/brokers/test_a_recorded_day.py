"""The loopback broker plays recorded ticks as its market: orders fill by them, frames carry them."""

import struct
from datetime import datetime
from pathlib import Path

import pytest

from tests.brokers.angelone.listening import market_socket
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market, Walk
from tests.brokers.angelone.running import OPEN_DAY, PlainClient, running_angel_one

TICKS = """symbol,timestamp,price,quantity
SBIN,2026-11-20T09:15:01+05:30,357.45,100
ACME,2026-11-20T09:15:02+05:30,50.00,7
SBIN,2026-11-20T09:15:05+05:30,356.00,50
SBIN,2026-11-20T09:15:09+05:30,357.00,20
"""


@pytest.fixture
def ticks(tmp_path: Path) -> str:
    """A file of four ticks."""
    file = tmp_path / "ticks.csv"
    file.write_text(TICKS)
    return str(file)


def test_orders_fill_by_the_ticks_of_the_day(ticks: str) -> None:
    with running_angel_one("--ticks", ticks, "--speed", "0") as broker, PlainClient(broker) as client:
        assert broker.look()["at"] == "2026-11-20T09:14:01+05:30"
        client.login()
        broker.do("clock", at="2026-11-20T09:15:02+05:30")
        client.place(price="356.00")
        broker.do("clock", at="2026-11-20T09:15:04+05:30")
        assert [order["status"] for order in broker.look()["orders"]] == ["open"]
        [order] = broker.do("clock", at="2026-11-20T09:15:30+05:30")["orders"]
        assert (order["status"], order["averageprice"], order["filltime"]) == ("complete", 356.0, "09:15:05")


def test_frames_and_the_master_carry_the_day(ticks: str) -> None:
    with running_angel_one("--ticks", ticks, "--speed", "0") as broker, PlainClient(broker) as client:
        listed = {row["symbol"]: row["token"] for row in client.call("master").json()}
        assert sorted(listed) == ["ACME-EQ", "SBIN-EQ"]
        client.login()
        broker.do("clock", at="2026-11-20T09:16:00+05:30")
        with market_socket(broker, client) as socket:
            socket.subscribe(2, listed["SBIN-EQ"])
            last, _, _, volume = struct.unpack_from("<qqqq", socket.binary(), 43)
        assert (last, volume) == (35_700, 170)


def test_prices_that_wander_do_so_alike_for_a_seed_and_inside_the_band() -> None:
    at = datetime.fromisoformat(OPEN_DAY)
    histories = []
    for seed in (1, 1, 2):
        market = Market(DEFAULT, at)
        walk = Walk(market, seed)
        histories.append([[quote.last for quote in walk.step(at)] for _ in range(500)])
    assert histories[0] == histories[1] != histories[2]
    for quote in market.quotes.values():
        assert quote.listing.band[0] <= quote.low <= quote.high <= quote.listing.band[1]
        assert quote.last % quote.listing.tick == 0
