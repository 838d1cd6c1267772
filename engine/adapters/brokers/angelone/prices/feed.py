"""Angel One's prices as a market: live, by the wall's clock. Fed by its market socket, its candles and the calendar;
feeds runtime, which asks for events on a thread of its own.

Connections are open from some time before the session to a little after it and never at night, and bars of the past are
asked for only near a session too: nothing here logs in when nobody trades. Connections are opened on a thread each
(live_prices/on_air.py). Every thread has ended when `events` has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from engine.adapters.brokers.angelone.prices.frames import SNAP_QUOTE
from engine.adapters.brokers.angelone.prices.instruments import Instruments, Listed
from engine.adapters.brokers.angelone.prices.market_line import Door, MarketLine
from engine.adapters.brokers.angelone.prices.prints import Counts, Prints
from engine.adapters.brokers.angelone.prices.subscriptions import shares_of
from engine.adapters.brokers.live_prices.kept_line import LineView
from engine.adapters.brokers.live_prices.on_air import OnAir
from engine.adapters.brokers.live_prices.silence import Patience
from engine.adapters.brokers.live_prices.trading_day import TradingDay
from engine.adapters.brokers.live_prices.warm_up import WarmUp
from engine.domain.errors import InvalidValue, LockstepError, OperatingError
from engine.domain.events import InstrumentListed, MarketEvent
from engine.domain.instant import SECOND, Instant, instant_of
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.market_data.calendar import Calendar
from engine.ports import Clock, HistoricalCandles

AHEAD_US = 20 * 60 * SECOND  # connections open so long before the session
AFTER_US = 5 * 60 * SECOND  # and close so long after it
NEAR_US = 45 * 60 * SECOND  # around a session the past may be asked for: a login is had then
MISSED_MAX = 100  # symbols; fetching what more of them missed would keep their prices waiting for over half a minute
DAYS = 4  # of trading before today: as much as the engine keeps of minutes
NAP_S = 0.5  # between two looks at a closed market
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FeedView:
    """How the feed does, for health and doctor. Ages are seconds, None where nothing was heard yet.

    `lag_s`: our clock less the newest stamp of the exchange, when that came.
    """

    on_air: bool
    lines: tuple[LineView, ...]
    counts: tuple[Counts, ...]
    frame_age_s: dict[str, float | None]
    muted: tuple[str, ...]
    refused: dict[str, str]
    lag_s: float | None


class AngelOneFeed:
    """Implements ports.MarketFeed. `rest_s`: the one policy's wait after the n-th failure in a row; `mode`: what shares
    are asked for in (the market socket's number).

    A symbol that is not certain, or has left the list, is carried and told as halted each day; one that never was on it
    is left out: its bots say so. `barred` says why a listed one may not be traded by this account; its prices come.
    Raises InvalidValue for more symbols than the broker streams.
    """

    market = "angelone"
    speed = 1.0
    simulated = False

    def __init__(
        self,
        symbols: Sequence[str],
        instruments: Instruments,
        candles: HistoricalCandles,
        door: Door,
        calendar: Calendar,
        clock: Clock,
        rest_s: Callable[[int], float],
        *,
        mode: int = SNAP_QUOTE,
        patience: Patience | None = None,
        refresh: Callable[[], None] | None = None,
        barred: Callable[[Listed], str | None] = lambda one: None,
    ) -> None:
        self._files, self._door, self._barred = instruments, door, barred
        self._calendar, self._clock, self._rest_s = calendar, clock, rest_s
        self._mode, self._patience, self._refresh = mode, patience, refresh
        self._listed = known_of(symbols, instruments)
        self._symbols = tuple(one.symbol for one in self._listed)
        shares_of(self._listed)
        self._hold()
        self._warm_up = WarmUp(candles, calendar, clock, rest_s, days=DAYS)
        self._refused: dict[str, str] = {}
        self._air: OnAir[MarketLine] | None = None

    def instruments(self) -> Sequence[Instrument]:
        return tuple(one.instrument for one in self._listed)

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See the port: always up to now. It takes a call a symbol, within the broker's limits."""
        for one in self._listed:
            yield InstrumentListed(one.instrument)
        if self._near_session():
            yield from self._warm_up.history(self.instruments(), until)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Live events until `stop()` is true, session after session; `since` says nothing here."""
        while not stop():
            session = self._next_session()
            if session is None or self._now() < session.open_at - AHEAD_US:
                self._clock.wait(NAP_S)
                continue
            yield from self._of_session(session, stop)

    def view(self) -> FeedView:
        """How it does now. Any thread."""
        air, now_s = self._air, self._clock.monotonic()
        lines = () if air is None else air.lines
        heard = [one for line in lines for one in line.prints.heard]
        return FeedView(
            air is not None,
            tuple(replace(line.view) for line in lines),
            tuple(replace(line.prints.counts) for line in lines),
            {one.instrument.symbol: None if one.heard_s < 0 else now_s - one.heard_s for one in heard},
            tuple(one.instrument.symbol for one in heard if one.muted),
            dict(self._refused),
            None if air is None else air.lag_s,
        )

    def _of_session(self, session: TradingSession, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """One session, from opening the connections to closing them."""
        self._look_at_list()
        listed = self._certain()
        ends = session.close_at + AFTER_US
        barred = {one.symbol: why for one in listed if (why := self._barred(one)) is not None}
        refused = {symbol: why.removeprefix(f"{symbol} is not traded: ") for symbol, why in self._refused.items()}
        halted = {**refused, **barred}
        day = TradingDay(session, [one.symbol for one in listed if one.closing_auction], halted)
        air = OnAir(day, self._lines(listed, day), self._clock)
        carried = [one.instrument for one in listed]

        def over() -> bool:
            return stop() or self._now() >= ends

        self._air = air
        try:
            with air.connected():
                if not self._warm_up.known_until:
                    yield from self._warm_up.history(carried, None, air.listen)
                yield from day.due(self._now(), 0, quiet=False)
                if len(carried) <= MISSED_MAX:
                    yield from self._warm_up.missed(carried, session, air.listen)
                while not over():
                    yield from air.step()
        finally:
            self._air = None
            _log.info("off the air", session=session.day)

    def _lines(self, listed: Sequence[Listed], day: TradingDay) -> list[MarketLine]:
        def trading() -> bool:
            return day.trading(self._now())

        opens_at, given = day.session.open_at, (self._door, self._clock, trading, self._rest_s, self._patience)
        shares = shares_of(listed, self._mode)
        return [MarketLine(number, Prints(heard, opens_at), *given) for number, heard in enumerate(shares, start=1)]

    def _certain(self) -> list[Listed]:
        """Today's list of what is watched. A symbol that has become uncertain is watched no more, and not traded."""
        self._refused, known = {}, {one.symbol: one for one in self._listed}
        certain = []
        for symbol in self._symbols:
            try:
                certain.append(self._files.find(symbol))
            except InvalidValue as error:
                self._refused[symbol] = error.message
                _log.error("a symbol is refused", symbol=symbol, because=error.message)
            except OperatingError as error:  # its prices come as it was known; what is held is watched
                certain.append(known[symbol])
                self._refused[symbol] = str(error)
                _log.error("a symbol can't be looked up", symbol=symbol, error=str(error))
        return certain

    def _hold(self) -> None:
        """Note what is traded, so that another token under one of these symbols is seen. Prices do not wait for it."""
        try:
            self._files.hold(self._symbols, self._clock.now())
        except OperatingError as error:
            _log.error("what is traded is not noted", error=str(error))

    def _look_at_list(self) -> None:
        """The day's list of instruments. Prices of what is held must come all the same where it can't be had."""
        if self._refresh is None:
            return
        try:
            self._refresh()
        except LockstepError as error:
            _log.error("the list of instruments is old", error=str(error))

    def _near_session(self) -> bool:
        session = self._calendar.session_on(self._calendar.day_at(self._now()))
        return session is not None and session.open_at - NEAR_US <= self._now() < session.close_at + NEAR_US

    def _next_session(self) -> TradingSession | None:
        """The session that is on or comes next; None where the calendar knows of none: nothing trades then."""
        now = self._now()
        today = self._calendar.day_at(now)
        session = self._calendar.session_on(today)
        if session is not None and now < session.close_at + AFTER_US:
            return session
        try:
            return self._calendar.session_on(self._calendar.next_day(today))
        except InvalidValue:
            return None

    def _now(self) -> Instant:
        return instant_of(self._clock.now())


def known_of(symbols: Sequence[str], instruments: Instruments) -> list[Listed]:
    """What each symbol is or was at the broker, once; without those that never were on its list."""
    found = []
    for symbol in dict.fromkeys(symbols):
        try:
            found.append(instruments.known(symbol))
        except InvalidValue as error:
            _log.error("a symbol is not listed", symbol=symbol, because=error.message)
    return found
