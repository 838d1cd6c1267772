"""Coinbase's prices as a market: live, round the clock, by the wall's time. Fed by its public market socket, its list
of products and its candles; feeds runtime, which asks for events on a thread of its own.

No key is needed. Connections are kept for as long as somebody listens, over midnight too; each is opened on a thread of
its own (live_prices/on_air.py), and a further thread looks at the list of products, for what does not trade now. Every
thread has ended when `events` has. Where there is no network the feed keeps trying and says nothing, so that health
shows a stale one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from engine.adapters.brokers.coinbase.access.access import Access
from engine.adapters.brokers.coinbase.prices.candles import CoinbaseCandles
from engine.adapters.brokers.coinbase.prices.days import EndlessDays
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.adapters.brokers.coinbase.prices.market_line import MarketLine
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.brokers.coinbase.prices.trades import Counts, Heard, Trades
from engine.adapters.brokers.connection.socket_line import SocketLine, open_line
from engine.adapters.brokers.live_prices.kept_line import LineView
from engine.adapters.brokers.live_prices.on_air import JOIN_S, LOOK_S, OnAir
from engine.adapters.brokers.live_prices.silence import Patience
from engine.adapters.brokers.live_prices.warm_up import WarmUp
from engine.domain.errors import OperatingError
from engine.domain.events import InstrumentListed, MarketEvent, MarketStatus
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.domain.instrument import Instrument
from engine.domain.market import Tick, TradingStatus
from engine.market_data.calendar import calendar_for
from engine.market_data.instruments import COINBASE
from engine.ports import Clock

TITLE = "Coinbase"
DAYS = 2  # before today: more minutes than the engine keeps, and bars of an hour for most indicators
PER_LINE = 50  # products of one connection
MISSED_MAX = 50  # products; fetching what more of them missed would keep their prices waiting
PRODUCTS_S = 30.0  # between two looks at the list
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
        self._patience, self._products_s = patience, products_s
        self._listed: tuple[Listed, ...] = ()
        self._calendar = calendar_for(COINBASE)
        candles = CoinbaseCandles(access.calls, lambda symbol: products.find(symbol).instrument)
        self._warm_up = WarmUp(candles, self._calendar, clock, rest_s, days=days)
        self._status: dict[str, TradingStatus] = {}
        self._looked = threading.Event()
        self._air: OnAir[MarketLine] | None = None

    def prepare(self) -> None:
        """Find the products; without a network, those of an earlier start.

        Raises OperatingError where there are none, InvalidValue for a symbol that is no spot product.
        """
        if self._listed:
            return
        try:
            self.products.update(self._symbols)
        except OperatingError as error:
            if not self.products.recall(self._symbols):
                raise
            self._warm_up.hurry()
            _log.warning("Coinbase's products are those of an earlier start", because=str(error))
        self._listed = tuple(self.products.find(symbol) for symbol in self._symbols)

    def instruments(self) -> Sequence[Instrument]:
        return tuple(one.instrument for one in self._listed)

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        """See the port: always up to now."""
        for one in self._listed:
            yield InstrumentListed(one.instrument)
        yield from self._warm_up.history(self.instruments(), until)

    def events(self, since: Instant | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Live events until `stop()` is true; `since` says nothing here."""
        lines = self._lines()
        days = EndlessDays(self._calendar, self._now(), self._halted, lambda: any(line.interrupted for line in lines))
        air = self._air = OnAir(days, lines, self._clock)
        self._status = {symbol: self._status_of(symbol) for symbol in self._symbols}
        try:
            with air.connected(), self._products_watched():
                while not stop() and not any(line.wire for line in lines):
                    air.listen(LOOK_S)
                yield from self._caught_up(air, days)
                while not stop():
                    for event in air.step():
                        if not (isinstance(event, Tick) and event.at < self._told_until):
                            yield event
                    yield from self._changes()
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
            yield from self._warm_up.history(self.instruments(), None, air.listen)
        yield from days.due(self._now(), 0, quiet=False)
        if len(self._listed) <= MISSED_MAX:
            yield from self._warm_up.missed(self.instruments(), days.session, air.listen)
        for line in air.lines:
            line.trades.since = self._told_until or begun_at

    def _lines(self) -> list[MarketLine]:
        heard = [Heard(one.instrument, tuple({one.symbol, one.alias} - {""})) for one in self._listed]
        shares = [heard[first : first + PER_LINE] for first in range(0, len(heard), PER_LINE)]
        lines = []
        for number, share in enumerate(shares, start=1):
            trades = Trades(share)
            trades.since = self._told_until or self._now() // MINUTE * MINUTE
            lines.append(MarketLine(number, trades, self._open, self._clock, self._rest_s, self._patience))
        return lines

    def _open(self) -> SocketLine:
        endpoints = self.access.endpoints
        return open_line(endpoints.market_socket, {}, self._clock, broker=TITLE, ca_file=endpoints.ca_file)

    def _halted(self) -> Sequence[str]:
        return [symbol for symbol in self._symbols if self._status_of(symbol) is not TradingStatus.TRADING]

    def _status_of(self, symbol: str) -> TradingStatus:
        found = self.products.known(symbol)
        return TradingStatus.HALTED if found is None else found.status

    def _changes(self) -> Iterator[MarketEvent]:
        """What trades no more, or again, by the last look at the list."""
        if not self._looked.is_set():
            return
        self._looked.clear()
        for symbol, told in self._status.items():
            status = self._status_of(symbol)
            if status is not told:
                self._status[symbol] = status
                found = self.products.known(symbol)
                why = "it is listed no more" if found is None else found.closed
                _log.warning("a product's trading", product=symbol, status=status.value, because=why)
                yield MarketStatus(symbol, status, self._now())

    @contextmanager
    def _products_watched(self) -> Iterator[None]:
        """The list is looked at now and then until the block ends."""
        ended = threading.Event()

        def look() -> None:
            troubled = False
            while not ended.wait(self._products_s):
                try:
                    self.products.update(self._symbols)
                    troubled = False
                    self._looked.set()
                except OperatingError as error:
                    if not troubled:
                        _log.warning("Coinbase's list of products is old", error=str(error))
                    troubled = True

        thread = threading.Thread(target=look, name="products", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(JOIN_S)

    def _now(self) -> Instant:
        return instant_of(self._clock.now())
