"""Angel One's feed at a loopback broker in a process of its own, by the machine's clock: silence is found within 25 s,
mended, and everything is subscribed to again. `make prove`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

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
from engine.domain.credentials import Credentials
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from engine.outbox.backoff import Backoff
from tests.brokers.angelone.running import OPEN_DAY, RunningAngelOne, running_angel_one

pytestmark = pytest.mark.prove

FOUND_WITHIN_S = 25.0
SYMBOLS = ("SBIN", "TCS", "NIFTY50")


class Live:
    """The feed, its ticks counted on a thread."""

    def __init__(self, broker: RunningAngelOne, folder: Path) -> None:
        told = broker.told
        clock = ShiftedClock(datetime.fromisoformat(broker.look()["at"]) - datetime.now(UTC))
        ca_file = Path(told["authority"])
        endpoints = Endpoints(
            told["root"], told["market_socket"], told["order_socket"], told["master"], ca_file=ca_file
        )
        known = Credentials(told["client_code"], told["pin"], told["totp_secret"], told["api_key"])
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
        self.ticks = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop and wait."""
        self._stop.set()
        self._thread.join(10)

    def until(self, what: Callable[[], bool], within_s: float) -> float:
        """How long it took until it was so."""
        began = monotonic()
        while not what():
            assert monotonic() - began < within_s, self.feed.view()
            self._stop.wait(0.02)
        return monotonic() - began

    def lives(self) -> int:
        """How many connections were opened."""
        lines = self.feed.view().lines
        return lines[0].lives if lines else 0

    def _take(self) -> None:
        for event in self.feed.events(None, self._stop.is_set):
            self.ticks += isinstance(event, Tick)


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
        live.until(lambda: live.ticks > 5, 30)
        broker.do("market_socket", act=act)
        found_s = live.until(lambda: live.feed.view().lines[0].state != "live", 30)
        record_property("found_s", round(found_s, 2))
        assert found_s <= FOUND_WITHIN_S
        if act == "silent":
            broker.do("market_socket", act="speak")
        ticks = live.ticks
        mended_s = live.until(lambda: live.lives() == 2 and live.ticks > ticks, 15)
        record_property("mended_s", round(mended_s, 2))
        broker.do("market_socket", act="resume")
        assert len(SYMBOLS) in [feed["wanted"] for feed in broker.look()["feeds"]]
    finally:
        live.end()
