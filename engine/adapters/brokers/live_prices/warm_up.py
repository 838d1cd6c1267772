"""What a live market shows before its first price: sessions and final minute bars of the days before and of today. Fed
by the broker's candles; feeds the engine at its start, and with the minutes that the start took.

Nothing is invented: a bar that the broker does not give is missing, and indicators see a minute without trades. Where a
symbol's bars can't be had at all it begins without a past, which is said, and warms up on the prices that come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import structlog

from engine.domain.errors import BackPressure, InvalidValue, OperatingError, OutcomeUnknown
from engine.domain.events import ClockTicked, HistoryBar, MarketEvent, SessionOpened
from engine.domain.instant import DAY, MINUTE, SECOND, Instant, instant_of, iso
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession
from engine.market_data.calendar import Calendar
from engine.market_data.whole_candles import Stretch, WholeCandles
from engine.ports import Clock, HistoricalCandles

TRIES = 5
FINAL_AFTER_US = 5 * SECOND  # a minute is asked for when it has been over for so long: late prints are in it then
LOOK_BACK_DAYS = 30
_MINUTES = "1m"
_log = structlog.get_logger()


class WarmUp:
    """`days`: how many trading days before today are told. `rest_s` says how long to wait after the n-th failure in a
    row of one call.
    """

    def __init__(
        self,
        candles: HistoricalCandles,
        calendar: Calendar,
        clock: Clock,
        rest_s: Callable[[int], float],
        *,
        days: int,
    ) -> None:
        self._candles, self._calendar, self._clock, self._rest_s = candles, calendar, clock, rest_s
        self.known_until: Instant = 0  # the past is told up to here; 0: nobody has asked for it
        self._tries, self._days = TRIES, days

    def hurry(self) -> None:
        """The broker was away a moment ago: no call is repeated until one has succeeded."""
        self._tries = 1

    def history(
        self, carried: Sequence[Instrument], until: Instant | None, meanwhile: Callable[[], None] = lambda: None
    ) -> Iterator[MarketEvent]:
        """The days before, and today up to now; from the session that `until` lies in where that is earlier.

        It takes a call a symbol, and calls `meanwhile` between them.
        """
        now = instant_of(self._clock.now())
        sessions = self._sessions(now, until)
        if not sessions:
            return
        final = self._final(now)
        bars = self._bars(carried, (sessions[0].open_at, max(final, sessions[0].open_at)), meanwhile)
        if bars:
            self.known_until = final
        for session, following in zip(sessions, [*sessions[1:], None], strict=True):
            ends = session.close_at if following is None else following.open_at
            # Today's opens now: an account that was not marked yet is written down as having reached it.
            opens_at = now if session.open_at <= now < session.close_at else session.open_at
            yield SessionOpened(session, at=opens_at)
            for bar in bars:
                if session.open_at <= bar.open_at < ends and bar.close_at <= session.close_at:
                    yield HistoryBar(bar)

    def missed(
        self, carried: Sequence[Instrument], session: TradingSession, meanwhile: Callable[[], None] = lambda: None
    ) -> Iterator[MarketEvent]:
        """The minutes of this session that ended while the engine started; nothing where none did."""
        final = min(self._final(instant_of(self._clock.now())), session.close_at)
        since = max(self.known_until, session.open_at)
        if self.known_until == 0 or final <= since:
            return
        self.known_until = final
        for bar in self._bars(carried, (since, final), meanwhile):
            yield HistoryBar(bar)

    def between(
        self, carried: Sequence[Instrument], since: Instant, meanwhile: Callable[[], None] = lambda: None
    ) -> Iterator[MarketEvent]:
        """The whole minutes from the one of `since` on that are over by now, after the clock that ends them.

        Prices wait meanwhile: a call that fails is not made again, but a minute that has just ended is waited for until
        it is final.
        """
        self.hurry()
        now = instant_of(self._clock.now())
        if now % MINUTE < FINAL_AFTER_US:
            self._clock.wait((FINAL_AFTER_US - now % MINUTE) / SECOND)
        since, final = since // MINUTE * MINUTE, self._final(instant_of(self._clock.now()))
        if final <= since:
            return
        bars = self._bars(carried, (since, final), meanwhile)
        if bars:
            self.known_until = max(self.known_until, final)
            yield ClockTicked(final)
        for bar in bars:
            yield HistoryBar(bar)

    def _final(self, now: Instant) -> Instant:
        """Up to where minutes are over for good."""
        return (now - FINAL_AFTER_US) // MINUTE * MINUTE

    def _sessions(self, now: Instant, until: Instant | None) -> list[TradingSession]:
        """Today's where it has opened, and those before it, oldest first."""
        calendar, found = self._calendar, list[TradingSession]()
        day = calendar.day_at(now)
        since_day = day if until is None else calendar.day_at(until)
        for back in range(LOOK_BACK_DAYS):
            each = day - timedelta(days=back)
            session = calendar.session_on(each)
            if session is not None and session.open_at <= now:
                found.append(session)
            before_today = sum(session.open_at // DAY != now // DAY for session in found)
            if before_today >= self._days and each <= since_day:
                break
        return found[::-1]

    def _bars(self, carried: Sequence[Instrument], stretch: Stretch, meanwhile: Callable[[], None]) -> list[Bar]:
        """Every symbol's bars of a stretch, by close and symbol; a symbol whose bars can't be had has none."""
        found: list[Bar] = []
        for one in carried:
            try:
                found += self._of(one, stretch)
            except (OperatingError, InvalidValue) as error:
                _log.warning("no history", symbol=one.symbol, error=str(error))
            meanwhile()
        found.sort(key=lambda bar: (bar.close_at, bar.symbol))
        return found

    def _of(self, instrument: Instrument, stretch: Stretch) -> list[Bar]:
        window_us = self._candles.limits(_MINUTES).window_us
        short: list[str] = []
        whole = WholeCandles(instrument, _MINUTES, window_us, lambda part: self._ask(instrument, part), short.append)
        bars: list[Bar] = []
        for since in range(stretch[0], stretch[1], window_us):
            bars += whole.fetch((since, min(since + window_us, stretch[1])))
        if short and stretch[1] - stretch[0] > DAY:
            _log.warning("history is short", symbol=instrument.symbol, has="; ".join(short[:3]), until=iso(stretch[1]))
        return bars

    def _ask(self, instrument: Instrument, part: Stretch) -> Sequence[Bar]:
        """One call, repeated while it may pass: nobody trades yet, and the limiter misfires."""
        failures = 0
        while True:
            try:
                bars = self._candles.candles(instrument.symbol, _MINUTES, *part)
                self._tries = TRIES
                return bars
            except OperatingError as error:
                failures += 1
                if not _may_pass(error):
                    raise
                if failures >= self._tries:
                    self._tries = 1  # the broker is away: the other symbols are not waited for as long
                    raise
                self._clock.wait(self._rest_s(failures))


def _may_pass(error: OperatingError) -> bool:
    return isinstance(error, BackPressure | OutcomeUnknown)
