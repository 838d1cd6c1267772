"""A live feed whose ticks are counted on a thread by the machine's clock, and the proof that its silence is found. Used
by the proofs of each broker's feed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from engine.domain.market import Tick
from tests.brokers.loopback.running import RunningBroker

FOUND_WITHIN_S = 25.0


class LiveFeed:
    """Begins at once, ends when told. `ticks`: how many came."""

    def __init__(self, feed: Any) -> None:
        self.feed = feed
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


def found_and_mended(live: LiveFeed, broker: RunningBroker, act: str) -> dict[str, float]:
    """The market socket falls silent (`act`): how long until that is found, and until prices come again; seconds."""
    live.until(lambda: live.ticks > 5, 30)
    broker.do("market_socket", act=act)
    found_s = live.until(lambda: live.feed.view().lines[0].state != "live", 30)
    assert found_s <= FOUND_WITHIN_S
    if act == "silent":
        broker.do("market_socket", act="speak")
    ticks = live.ticks
    mended_s = live.until(lambda: live.lives() == 2 and live.ticks > ticks, 15)
    broker.do("market_socket", act="resume")
    return {"found_s": round(found_s, 2), "mended_s": round(mended_s, 2)}
