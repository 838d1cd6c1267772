"""A market that is told when a minute ends, for figures of what comes of one tick; and a strategy that buys at each
bar. Fed by order_engine and screen_engine, whose engines it feeds; tells them when each closing tick left.

A bar closes with the first tick after it. Only what trades in a minute has a bar of it, so a step decides which
symbols give a signal, and the next step's first tick is the one that it comes of.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.events import InstrumentListed, MarketEvent, SessionOpened
from engine.domain.instant import MILLISECOND, MINUTE, SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession
from engine.domain.signal import SignalType
from engine.strategies.registry import Kind, Outside

EVERY_BAR = "every_bar"  # the strategy's name
IDLE_S = 0.2
LATE_US = 50 * SECOND  # when in its minute a symbol trades: risk takes no price for fresh that is older than 30 s


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


class EveryBar:
    """One symbol's: BUY at every bar's close, whatever is held."""

    allow_short = False
    confirm_us = 0
    cooldown_s = 0
    needs: tuple[IndicatorKey, ...] = ()

    def __init__(self, parameters: Parameters) -> None:
        self._verdict = Verdict("signal", 100.0, SignalType.BUY)

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """BUY."""
        return self._verdict

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Why."""
        return ("A bar has closed",)


BOUGHT_AT_EVERY_BAR = Outside({EVERY_BAR: Kind("Buys at every bar.", EveryBar, Parameters, {})})


@dataclass(frozen=True, slots=True)
class Step:
    """A minute in which these trade, once each; its closing tick comes after so many seconds."""

    symbols: tuple[str, ...]
    pause_s: float


@dataclass(slots=True)
class Closed:
    """The tick that closed a step's bars: when it was let out (monotonic, us), and the open of those bars."""

    step: Step
    bar_at: Instant
    let_out_us: int


@dataclass(slots=True)
class MinuteMarket:
    """Implements MarketFeed. Each step is a minute of market time, from the session's first entries on; prices stand.

    Until `go` is set a tick of the first symbol comes now and then, all within one minute. `done` is set once the last
    step is closed.
    """

    market: str
    carried: Sequence[Instrument]
    session: TradingSession
    prices: Mapping[str, int]
    steps: Sequence[Step]
    simulated: bool = True
    speed: float = 1.0
    go: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    closed: list[Closed] = field(default_factory=list)

    def instruments(self) -> Sequence[Instrument]:
        return self.carried

    def history(self, until: int | None) -> Iterator[MarketEvent]:
        for instrument in self.carried:
            yield InstrumentListed(instrument)
        yield SessionOpened(self.session, self.session.entry_from)

    def events(self, since: int | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        minute = self.session.entry_from
        yield from self._idle(minute, stop)
        last: Closed | None = None
        for step in (*self.steps, Step((), 0.0)):
            minute += MINUTE
            ticks = [self._tick(symbol, minute + LATE_US) for symbol in step.symbols or (self.carried[0].symbol,)]
            if last is not None:
                time.sleep(last.step.pause_s)
                last.let_out_us = time.monotonic_ns() // 1_000
                self.closed.append(last)
            last = Closed(step, minute, 0)
            if stop():
                return
            yield from ticks
        self.done.set()
        while not stop():
            time.sleep(IDLE_S)

    def _idle(self, minute: Instant, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        at = minute
        while not (self.go.is_set() or stop()):
            at += MILLISECOND
            yield self._tick(self.carried[0].symbol, at)
            self.go.wait(IDLE_S)

    def _tick(self, symbol: str, at: Instant) -> Tick:
        return Tick(symbol, at, self.prices[symbol], 1.0)
