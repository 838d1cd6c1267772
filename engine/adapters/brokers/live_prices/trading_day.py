"""What a day of an exchange says by the clock alone: it opens, minutes end, shares go to their auction, it closes.
Asked by the feed on every look; feeds it events. Owns no clock.

Prices carry market time themselves, stamped by the exchange. Only where none comes does the wall's clock carry it, a
grace behind, so that a quiet minute ends too, and what is due by time (leaving before the auction) happens without a
price. A price that comes a moment after time was carried past it is taken as of now (`stamped`); one that is older
stands as it is, and the tick guard judges it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.domain.events import ClockTicked, MarketEvent, MarketStatus, SessionOpened
from engine.domain.instant import MINUTE, NEVER, SECOND, Instant
from engine.domain.market import Tick, TradingSession, TradingStatus

GRACE_US = 2 * SECOND  # longer than frames are under way, shorter than anybody waits for a bar
EARLY_US = MINUTE  # a stamp so far ahead of our clock is wrong, and opens no session


class TradingDay:
    """One session. `auctioned`: symbols that leave continuous trading early, where the session has that; `halted`: not
    traded today, and why.
    """

    def __init__(
        self, session: TradingSession, auctioned: Sequence[str], halted: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.session = session
        self._auctioned, self._halted = auctioned, halted
        self._reached: Instant = session.open_at
        self._opened = self._in_auction = False

    @property
    def turns_at(self) -> Instant:
        """No other day begins while this one is listened through."""
        return NEVER

    def trading(self, at: Instant) -> bool:
        """Whether prices should come."""
        return self.session.open_at <= at < self.session.close_at

    def left(self, symbol: str) -> bool:
        """Whether it has gone to its auction: that it is heard of still does not mean that it trades."""
        return self._in_auction and symbol in self._auctioned

    def stamped(self, tick: Tick, now: Instant) -> Tick:
        """A tick that is late by a moment gets the present; market time is never carried back by one."""
        late = self._reached - tick.at
        if 0 < late <= GRACE_US:
            tick.at = self._reached
        elif late < 0 and tick.at <= now + EARLY_US:
            self._reached = tick.at
        return tick

    def due(self, now: Instant, newest_at: Instant, *, quiet: bool) -> Iterator[MarketEvent]:
        """Events that are due by `now` (wall time), in order.

        `newest_at`: the newest stamp heard of, which opens the session where our clock is a little behind; `quiet`: no
        price came within the grace, so that time is ours to carry.
        """
        session = self.session
        at = max(now, min(newest_at, now + EARLY_US))
        if not self._opened and at >= session.open_at:
            self._opened = True
            yield SessionOpened(session, at=session.open_at)
            for symbol, why in self._halted.items():
                yield MarketStatus(symbol, TradingStatus.HALTED, session.open_at, why)
        until = session.continuous_until
        if not self._in_auction and until is not None and now >= until:
            self._in_auction = True
            for symbol in self._auctioned:
                yield MarketStatus(symbol, TradingStatus.AUCTION, until)
        carried = min((now - GRACE_US) // MINUTE * MINUTE, session.close_at)
        if self._opened and carried > self._reached and (quiet or carried == session.close_at):
            self._reached = carried
            yield ClockTicked(carried)
