"""Coinbase's prices as a market: live, round the clock, by the wall's time. Fed by its public market socket, its list
of products and its candles; feeds runtime, which asks for events on a thread of its own.

No key is needed. Connections are kept for as long as somebody listens, over midnight too; each is opened on a thread of
its own (live_prices/on_air.py), and a further thread looks at the list of products (product_watch.py). Every thread has
ended when `events` has. Where there is no network the feed keeps trying and says nothing, so that health shows a stale
one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from engine.adapters.brokers.coinbase.access.access import Access
from engine.adapters.brokers.coinbase.prices.candles import CoinbaseCandles
from engine.adapters.brokers.coinbase.prices.days import EndlessDays
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.adapters.brokers.coinbase.prices.market_line import HELD_S, MarketLine
from engine.adapters.brokers.coinbase.prices.product_watch import PRODUCTS_S, ProductWatch
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.brokers.coinbase.prices.trades import Counts, Heard, Trades
from engine.adapters.brokers.connection.socket_line import SocketLine, open_line
from engine.adapters.brokers.live_prices.kept_line import LineView
from engine.adapters.brokers.live_prices.on_air import LOOK_S, OnAir
from engine.adapters.brokers.live_prices.silence import Patience
from engine.adapters.brokers.live_prices.warm_up import WarmUp
from engine.domain.errors import OperatingError
from engine.domain.events import ClockTicked, InstrumentListed, MarketEvent
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of, iso
from engine.domain.instrument import Instrument
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from engine.market_data.instruments import COINBASE
from engine.ports import Clock

TITLE = "Coinbase"
DAYS = 2  # before today: more minutes than the engine keeps, and bars of an hour for most indicators
PER_LINE = 50  # products of one connection
MISSED_MAX = 50  # products; fetching what more of them missed would keep their prices waiting
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FeedView:
    """How the feed does, for health and doctor. Ages are seconds, None where nothing was heard yet.

    `lag_s`: our clock less the newest stamp of a trade, when that came. `closed`: what does not trade now, and why.
    """

    on_air: bool
    lines: tuple[LineView, ...]
    counts: tuple[Counts, ...]
    heard_age_s: dict[str, float | None]
    muted: tuple[str, ...]
    closed: dict[str, str]
    lag_s: float | None


class CoinbaseFeed:
    """Implements ports.MarketFeed. `rest_s`: the one policy's wait after the n-th failure in a row.

    Nothing is asked before `prepare`, which has to succeed before anything else is. `days`: how many before today are
    told as history.
    """

    market = "coinbase"
    speed = 1.0
    simulated = False

    def __init__(
        self,
        symbols: Sequence[str],
        access: Access,
        products: Products,
        clock: Clock,
        rest_s: Callable[[int], float],
        *,
        patience: Patience | None = None,
        products_s: float = PRODUCTS_S,
        days: int = DAYS,
    ) -> None:
        self.access, self.products = access, products
        self._symbols, self._clock, self._rest_s = tuple(dict.fromkeys(symbols)), clock, rest_s
        self._patience, self._watch = patience, ProductWatch(products, self._symbols, clock, products_s)
        self._carried: tuple[Listed, ...] | None = None  # as the units were found; None before that
        self._calendar = calendar_for(COINBASE)
        candles = CoinbaseCandles(access.calls, lambda symbol: products.find(symbol).instrument)
        self._warm_up = WarmUp(candles, self._calendar, clock, rest_s, days=days)
        self._air: OnAir[MarketLine] | None = None
        self._lost: dict[int, Instant] = {}  # connections that time has not waited for, and when they were heard last

    def prepare(self) -> None:
        """Find the products; without a network, those of an earlier start. What the list has no more is carried as it
        was known, and does not trade; what it never had is left out: its bots say so.

        Raises OperatingError where nothing tells what there is.
        """
        if self._carried is not None:
            return
        try:
            self.products.update(self._symbols)
        except OperatingError as error:
            if not self.products.recall(self._symbols):
                raise
            self._warm_up.hurry()
            _log.warning("Coinbase's products are those of an earlier start", because=str(error))
        known = (self.products.known(symbol) for symbol in self._symbols)
        self._carried = tuple(one for one in known if one is not None)

    def instruments(self) -> Sequence[Instrument]:
        return tuple(one.instrument for one in self._carried or ())

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See the port: always up to now."""
        for instrument in self.instruments():
            yield InstrumentListed(instrument)
        yield from self._warm_up.history(self._there(), until)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Live events until `stop()` is true; `since` says nothing here."""
        lines = self._lines()

        def interrupted() -> bool:
            return any(line.interrupted for line in lines)

        days = EndlessDays(self._calendar, self._now(), self._watch.halted, interrupted)
        air = self._air = OnAir(days, lines, self._clock)
        try:
            with air.connected(), self._watch.looking():
                while lines and not stop() and not any(line.wire for line in lines):
                    air.listen(LOOK_S)
                yield from self._caught_up(air, days)
                while not stop():
                    yield from self._step(air)
                    yield from self._watch.changes()
        finally:
            self._air = None

    def view(self) -> FeedView:
        """How it does now. Any thread."""
        air, now_s = self._air, self._clock.monotonic()
        lines = self.lines
        heard = [one for line in lines for one in line.trades.heard]
        found = [self.products.known(symbol) for symbol in self._symbols]
        return FeedView(
            air is not None,
            tuple(replace(line.view) for line in lines),
            tuple(replace(line.trades.counts) for line in lines),
            {one.instrument.symbol: None if one.heard_s < 0 else now_s - one.heard_s for one in heard},
            tuple(one.instrument.symbol for one in heard if one.muted),
            {one.symbol: one.closed for one in found if one is not None and one.closed is not None},
            None if air is None else air.lag_s,
        )

    @property
    def lines(self) -> Sequence[MarketLine]:
        """The connections of now; none while nobody listens."""
        return () if self._air is None else self._air.lines

    @property
    def _told_until(self) -> Instant:
        """What trades of before are left out of: bars of the past have told them."""
        return self._warm_up.known_until

    def _caught_up(self, air: OnAir[MarketLine], days: EndlessDays) -> Iterator[MarketEvent]:
        """What passed until the first connection stood. Its trades wait meanwhile."""
        begun_at = self._now() // MINUTE * MINUTE
        if not self._told_until:
            yield from self._warm_up.history(self._there(), None, air.listen)
        yield from days.due(self._now(), 0, quiet=False)
        if len(self._there()) <= MISSED_MAX:
            yield from self._warm_up.missed(self._there(), days.session, air.listen)
        for line in air.lines:
            line.trades.since = self._told_until or begun_at

    def _step(self, air: OnAir[MarketLine]) -> Iterator[MarketEvent]:
        """What is there now; before it what was missed, where a connection is back."""
        moved = False
        for event in air.step():
            if not moved and isinstance(event, Tick | ClockTicked):
                moved = True
                yield from self._mended(air)
            if not (isinstance(event, Tick) and event.at < self._told_until):
                yield event

    def _mended(self, air: OnAir[MarketLine]) -> Iterator[MarketEvent]:
        """Time moves on: note the connections that it no longer waits for; of those that are back, tell the minutes
        that ended meanwhile, before their first price after them.
        """
        for number, line in enumerate(air.lines):
            if line.away_s >= HELD_S:
                self._lost.setdefault(number, self._now() - round(line.away_s * SECOND))
            elif number in self._lost and line.caught_up:
                since = self._lost.pop(number)
                _log.warning("prices were away", line=number + 1, since=iso(since))
                its = {one.instrument.symbol for one in line.trades.heard}
                there = [one for one in self._there() if one.symbol in its]
                yield from self._warm_up.between(there, since, air.listen)

    def _lines(self) -> list[MarketLine]:
        heard = [Heard(one.instrument, tuple({one.symbol, one.alias} - {""})) for one in self._carried or ()]
        shares = [heard[first : first + PER_LINE] for first in range(0, len(heard), PER_LINE)]
        lines = []
        for number, share in enumerate(shares, start=1):
            trades = Trades(share)
            trades.since = self._told_until or self._now() // MINUTE * MINUTE
            given = (self._open, self._clock, self._rest_s, self._patience, self._watch.lists)
            lines.append(MarketLine(number, trades, *given))
        return lines

    def _open(self) -> SocketLine:
        endpoints = self.access.endpoints
        return open_line(endpoints.market_socket, {}, self._clock, broker=TITLE, ca_file=endpoints.ca_file)

    def _there(self) -> Sequence[Instrument]:
        """Those of which there are prices."""
        return tuple(one for one in self.instruments() if self._watch.lists(one.symbol))

    def _now(self) -> Instant:
        return instant_of(self._clock.now())
