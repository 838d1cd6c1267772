"""A market that never closes, as days: each begins when the one before ends, and prices go on. Asked by live_prices/
on_air.py on every look; feeds it events. Owns no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.adapters.brokers.live_prices.trading_day import EARLY_US, GRACE_US, TradingDay
from engine.domain.errors import InvalidValue
from engine.domain.events import MarketEvent
from engine.domain.instant import Instant
from engine.domain.market import Tick, TradingSession
from engine.market_data.calendar import Calendar


class EndlessDays:
    """`halted()`: the symbols that do not trade now, and why, told anew with each day. While `interrupted()`, the clock
    carries nothing: prices of the time that it would end are still to come.
    """

    def __init__(
        self,
        calendar: Calendar,
        now: Instant,
        halted: Callable[[], Mapping[str, str]],
        interrupted: Callable[[], bool],
    ) -> None:
        self._calendar, self._halted, self._interrupted = calendar, halted, interrupted
        self._day = self._day_at(now)

    @property
    def session(self) -> TradingSession:
        """The day that is on."""
        return self._day.session

    @property
    def turns_at(self) -> Instant:
        """When another day begins: prices of before are to be told first."""
        return self._day.session.close_at

    def left(self, symbol: str) -> bool:
        """Nothing leaves this market early."""
        return self._day.left(symbol)

    def stamped(self, tick: Tick, now: Instant) -> Tick:
        """See TradingDay."""
        return self._day.stamped(tick, now)

    def due(self, now: Instant, newest_at: Instant, *, quiet: bool) -> Iterator[MarketEvent]:
        """See TradingDay. A day ends with the first price of the next one, or a grace after its time; not while prices
        of it come, or are still to come.
        """
        closes_at, interrupted = self.turns_at, self._interrupted()
        quiet = quiet and not interrupted
        over = now - GRACE_US >= closes_at and not newest_at and not interrupted
        if over or min(newest_at, now + EARLY_US) >= closes_at:
            yield from self._day.due(now, newest_at, quiet=quiet)
            self._day = self._day_at(max(now, closes_at))
        else:
            now = min(now, closes_at + GRACE_US - 1)  # the last minute is not ended by the clock alone
        yield from self._day.due(now, newest_at, quiet=quiet)

    def _day_at(self, at: Instant) -> TradingDay:
        session = self._calendar.session_at(at)
        if session is None:
            raise InvalidValue("calendar", f"{self._calendar.venue} has a time without a session")
        return TradingDay(session, (), self._halted())
