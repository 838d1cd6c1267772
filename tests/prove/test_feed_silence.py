"""Angel One's feed at a loopback broker in a process of its own, by the machine's clock: silence is found within 25 s,
mended, and everything is subscribed to again. `make prove`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.access.access import open_access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.angelone.prices.feed import AngelOneFeed
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.market_line import Door
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.brokers.connection.socket_line import open_line
from engine.adapters.clock import ShiftedClock
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.market_data.calendar import calendar_for
from engine.outbox.backoff import Backoff
from tests.brokers.angelone.running import OPEN_DAY, RunningAngelOne, running_angel_one
from tests.prove.live_feed import LiveFeed, found_and_mended

pytestmark = pytest.mark.prove

SYMBOLS = ("SBIN", "TCS", "NIFTY50")


class Live(LiveFeed):
    """Angel One's, with a login of its own."""

    def __init__(self, broker: RunningAngelOne, folder: Path) -> None:
        told = broker.told
        clock = ShiftedClock(datetime.fromisoformat(broker.look()["at"]) - datetime.now(UTC))
        ca_file = Path(told["authority"])
        endpoints = Endpoints(
            told["root"], told["market_socket"], told["order_socket"], told["master"], ca_file=ca_file
        )
        known = AngelOneCredentials(told["client_code"], told["pin"], told["totp_secret"], told["api_key"])
        access = open_access(known, endpoints, clock, random.Random(1))
        instruments = Instruments(folder / "instruments.sqlite")
        instruments.update(Fetched(endpoints.instruments, ca_file), clock)
        door = Door(
            access.session,
            lambda headers: open_line(endpoints.market_socket, headers, clock, ca_file=endpoints.ca_file),
            known.client_code,
            known.api_key,
        )
        candles, calendar = AngelOneCandles(access.calls, instruments), calendar_for("NSE", live=True)
        rest_s = Backoff(random.random).rest_s
        self.feed = AngelOneFeed(SYMBOLS, instruments, candles, door, calendar, clock, rest_s)
        super().__init__(self.feed)


@pytest.fixture
def broker() -> Iterator[RunningAngelOne]:
    """Over TLS, amid a Monday's session, prices wandering once a second."""
    with running_angel_one("--at", OPEN_DAY, "--walk", "1") as broker:
        yield broker


@pytest.mark.parametrize("act", ["stall", "silent"])
def test_silence_is_found_within_25_s_and_mended(
    broker: RunningAngelOne, tmp_path: Path, act: str, record_property: Callable[[str, object], None]
) -> None:
    live = Live(broker, tmp_path)
    try:
        for name, took_s in found_and_mended(live, broker, act).items():
            record_property(name, took_s)
        assert len(SYMBOLS) in [feed["wanted"] for feed in broker.look()["feeds"]]
    finally:
        live.end()
