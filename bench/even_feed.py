"""A made-up market that lets out its ticks evenly and notes when it did. Feeds the engines that figures time."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from engine.domain.events import HistoryBar, InstrumentListed, MarketEvent, SessionOpened
from engine.domain.instant import MILLISECOND, MINUTE, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick
from engine.simulation.demo_market import DemoMarket

TICKS_A_SECOND = 1_000
SPEED = 10  # the demo's own: a minute closes every six seconds
WARM_BARS = 60


def symbols(count: int) -> tuple[str, ...]:
    """The first `count` symbols of such a market."""
    return tuple(f"SHARE{number}" for number in range(count))


class EvenFeed:
    """A MarketFeed of `shares`, one after the other, `TICKS_A_SECOND` in all, `speed` market seconds a wall second.

    `let_out`: when each tick that nobody has taken off it yet was put out (perf_counter, s).
    """

    market, simulated = "demo", True

    def __init__(self, shares: Sequence[str], speed: int = SPEED) -> None:
        demo = DemoMarket(1)
        self.speed = float(speed)
        self._shares = shares
        self._session = demo.session(0)
        self._begin: Instant = self._session.open_at + WARM_BARS * MINUTE
        self._apart = speed * 1_000 * MILLISECOND  # microseconds of the market in a wall second
        self._chance = random.Random(1)
        self._prices = [100_000 + 5_000 * (number % 20) for number in range(len(shares))]
        self.let_out: deque[float] = deque()

    def instruments(self) -> Sequence[Instrument]:
        return [Instrument(symbol, "DEMO", "INR", 2, 0, Decimal("0.05"), Decimal(1)) for symbol in self._shares]

    def history(self, until: int | None) -> Iterator[MarketEvent]:
        for instrument in self.instruments():
            yield InstrumentListed(instrument)
        yield SessionOpened(self._session, self._begin)
        for minute in range(WARM_BARS):
            open_at = self._session.open_at + minute * MINUTE
            for code, symbol in enumerate(self._shares):
                path = [self._next_price(code, 0.0005) for _ in range(10)]
                yield HistoryBar(
                    Bar(symbol, "1m", open_at, open_at + MINUTE, path[0], max(path), min(path), path[-1], 100.0)
                )

    def events(self, since: int | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        began, number = time.perf_counter(), 0
        while not stop():
            due = int((time.perf_counter() - began) * TICKS_A_SECOND)
            while number < due:
                number += 1
                code = number % len(self._shares)
                at = self._begin + number * self._apart // TICKS_A_SECOND
                price = self._next_price(code, 0.00005)
                self.let_out.append(time.perf_counter())
                yield Tick(self._shares[code], at, price, 10.0)
            time.sleep(0.0005)

    def _next_price(self, code: int, step: float) -> int:
        self._prices[code] = max(10_000, round(self._prices[code] * (1 + self._chance.gauss(0, step)) / 5) * 5)
        return self._prices[code]
