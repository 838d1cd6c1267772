"""Connections that are read together: one whose thread fails is heard of by whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from engine.adapters.brokers.live_prices.kept_line import KeptLine, Wire
from engine.adapters.brokers.live_prices.on_air import Days, OnAir
from engine.adapters.clock import SystemClock
from engine.domain.events import MarketEvent
from engine.domain.instant import NEVER, Instant
from engine.domain.market import Tick
from tests.runtime.world import eventually


class Quiet:
    """A day on which the clock says nothing."""

    turns_at: Instant = NEVER

    def left(self, symbol: str) -> bool:
        return False

    def stamped(self, tick: Tick, now: Instant) -> Tick:
        return tick

    def due(self, now: Instant, newest_at: Instant, *, quiet: bool) -> Iterator[MarketEvent]:
        return iter(())


class Broken(KeptLine):
    """Its dialect has a bug in how it connects, which is no trouble of a connection."""

    def _connect(self) -> Wire:
        raise KeyError("feedToken")

    def _wishes(self) -> list[str]:
        return []

    def _opened(self) -> None: ...

    def _spoken(self) -> int:
        return 0

    def _take(self, messages: list[str | bytes], now_s: float) -> list[MarketEvent]:
        return []

    def _tend(self, wire: Wire, now_s: float) -> list[MarketEvent]:
        return []


def test_a_connection_whose_thread_fails_ends_who_listens() -> None:
    """Its symbols would have no price any more, and nothing but their silence would say so."""
    clock = SystemClock()
    line = Broken(1, 1, clock, lambda failures: 0.0)
    air = OnAir(cast(Days, Quiet()), [line], clock)
    with air.connected():
        eventually(lambda: air._failed is not None, "its thread has ended")
        with pytest.raises(KeyError, match="feedToken"):
            list(air.step())
