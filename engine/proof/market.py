"""The world's market: one day of prices and the signals that a bot gives on it, drawn before the schedule begins.

Which bar gives which signal is part of the world, so that every process that looks at a bar decides the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Strategy, Verdict
from engine.domain.events import HistoryBar, InstrumentListed, MarketEvent, SessionOpened
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession
from engine.domain.signal import SignalType
from engine.proof.chance import Chance
from engine.proof.occasions import BEGINS

SYMBOLS = ("ACME", "BETA")
PRICED_MINUTES = 16  # what comes to rest late goes on seeing prices
_DAY = timedelta(hours=6, minutes=15)


def instruments() -> tuple[Instrument, ...]:
    """Two shares, quoted in paise."""
    return tuple(Instrument(symbol, "NSE", "INR", 2, 0, Decimal("0.05"), Decimal(1)) for symbol in SYMBOLS)


def trading_session() -> TradingSession:
    """A day at which entries are taken from its beginning; it ends long after the schedule."""
    open_at, close_at = instant_of(BEGINS), instant_of(BEGINS + _DAY)
    return TradingSession(
        "NSE", BEGINS.date().isoformat(), open_at, close_at, open_at, close_at, None, utc_offset_s=19_800
    )


class Prices:
    """See ports.MarketFeed. `history` is what has closed by now: the market is watched, not replayed."""

    market = "angelone"
    speed = 1.0
    simulated = False

    def __init__(self, chance: Chance, now: Callable[[], Instant], closes: int = 3) -> None:
        self._now = now
        self.ticks: list[Tick] = []  # those that have come, and the next
        self.coming = _walk(Chance(chance.whole(0, 2**62)))  # drawn as time gets there: most schedules are short
        self.signals = _signals(chance, closes)
        self.session = trading_session()
        self._told = 0
        self._ended = False
        self.silent = False  # nobody trades any more

    def instruments(self) -> Sequence[Instrument]:
        """See ports.MarketFeed."""
        return instruments()

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See ports.MarketFeed."""
        now = self._now()
        yield from map(InstrumentListed, instruments())
        yield SessionOpened(self.session, self.session.open_at)
        yield from map(HistoryBar, self._bars(now - now % MINUTE))

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Nothing by itself: the world hands out the ticks."""
        return iter(())

    def due(self) -> list[Tick]:
        """The ticks since this was asked last; of a time in which nobody traded there are none."""
        begin, ticks = self._told, self._until_now()
        self._told = len(ticks) if self._ended else len(ticks) - 1
        return [] if self.silent else ticks[begin : self._told]

    def of_this_minute(self) -> list[Tick]:
        """What a process that starts now has missed of the minute that has not closed."""
        now = self._now()
        return [_copy(tick) for tick in self._until_now() if now - now % MINUTE <= tick.at <= now]

    def _until_now(self) -> list[Tick]:
        """The ticks that have come by now, and the next, where there is one."""
        now = self._now()
        while not self._ended and (not self.ticks or self.ticks[-1].at <= now):
            following = next(self.coming, None)
            if following is None:
                self._ended = True
            else:
                self.ticks.append(following)
        return self.ticks

    def _bars(self, until: Instant) -> list[Bar]:
        bars: dict[tuple[Instant, str], Bar] = {}
        for tick in self._until_now():
            open_at = tick.at - tick.at % MINUTE
            if open_at + MINUTE > until:
                break
            bar = bars.get((open_at, tick.symbol))
            if bar is None:
                bars[open_at, tick.symbol] = Bar(
                    tick.symbol, "1m", open_at, open_at + MINUTE, tick.price, tick.price, tick.price, tick.price,
                    tick.quantity,
                )  # fmt: skip
            else:
                bar.high, bar.low = max(bar.high, tick.price), min(bar.low, tick.price)
                bar.close, bar.volume = tick.price, bar.volume + tick.quantity
        return [bars[key] for key in sorted(bars)]


def _copy(tick: Tick) -> Tick:
    return Tick(tick.symbol, tick.at, tick.price, tick.quantity)


def _walk(chance: Chance) -> Iterator[Tick]:
    """Each symbol trades soon after a minute has begun, which closes the bar before, and then one or the other."""
    prices = dict.fromkeys(SYMBOLS, 50_000)
    for minute in range(PRICED_MINUTES):
        begin = at = instant_of(BEGINS) + minute * MINUTE
        due = []
        for symbol in SYMBOLS:
            at += round(chance.between(0.1, 2) * SECOND)
            due.append((at, symbol))
        while (at := at + round(chance.between(3, 25) * SECOND)) < begin + MINUTE:
            due.append((at, chance.pick(SYMBOLS)))
        for at, symbol in due:
            prices[symbol] = max(1_000, prices[symbol] + 5 * chance.whole(-12, 12))
            yield Tick(symbol, at, prices[symbol], 10.0)


def _signals(chance: Chance, closes: int) -> dict[tuple[str, Instant], SignalType]:
    """By symbol and close of the bar. None after so many minutes: the schedule comes to rest."""
    found: dict[tuple[str, Instant], SignalType] = {}
    for minute in range(1, closes + 1):
        for symbol in SYMBOLS:
            if minute == 1 or chance.happens(0.9):  # nothing is held before the first, so that it buys
                close_at = instant_of(BEGINS) + minute * MINUTE
                found[symbol, close_at] = SignalType.BUY if minute == 1 or chance.happens(0.5) else SignalType.SELL
    return found


class Told:
    """A strategy that says what the world has written down for its symbol."""

    needs: tuple[IndicatorKey, ...] = ()
    cooldown_s = 0
    allow_short = False
    confirm_us = 0

    def __init__(self, signals: Mapping[tuple[str, Instant], SignalType]) -> None:
        self._signals = signals

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """See core.strategy.Strategy."""
        signal = self._signals.get((bar.symbol, bar.close_at))
        if signal is None:
            return Verdict("quiet", 0.0)
        return Verdict("signal", 80.0 if signal is SignalType.BUY else -80.0, signal)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """See core.strategy.Strategy."""
        return ("the world says so",)


def told_by(prices: Prices) -> Callable[[str, Mapping[str, Any]], Strategy]:
    """The maker of strategies that a session is given."""
    return lambda strategy, parameters: Told(prices.signals)
