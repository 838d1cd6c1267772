"""What market trades of one connection mean for the engine: each trade once, in order, as a tick. Fed by market_line.py
with rows of messages; feeds the feed with ticks. Owns no socket and no clock.

Every product numbers its trades without holes, so the numbers decide:

next      a tick of its size
known     a repeat (a snapshot tells the newest hundred again): nothing
further   trades are missing in between. From then on everything is gathered, and the line asks for the market anew:
          the answer is a snapshot of each product. Once those have come, or GATHER_S has passed twice, what was
          gathered is told by time; what is missing even then is counted

So a connection begins by gathering, too: trades that happened while there was none are told before those that come
after, of all products in one order, and a minute that was interrupted for some seconds is whole. Of the first
connection, what happened before `since` is left out: bars of the past have told that.

Market makers' sides and books are not looked at. Prices are in the instrument's units, sizes in coins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from engine.adapters.brokers.live_prices.silence import Listened
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.domain.market import Tick

GATHER_S = 2.0  # for snapshots to come: they are the answer to a wish, and under way for a fraction of a second
UNITS_MAX = 2**53  # of a price: beyond it a float is no whole number any more
# Numbers say what came first, and stamps may cross by a moment. One that is further ahead than this is wrong (the tick
# guard does not take it either), and the trades after it keep their own.
CROSSED_US = MINUTE
FAR, FAR_COUNT = 1_000, 3  # numbers below the last: a snapshot has a hundred, and messages cross by a few
ASKS_MAX, ASKS_S = 4, 20.0  # so often in so many seconds: a product may number with holes after all


@dataclass(slots=True)
class Heard(Listened):
    """One product that is subscribed to. `names`: those that messages may have it under. `last`: the number of the last
    trade that was told, `at` its time.
    """

    names: tuple[str, ...]
    last: int = 0
    at: Instant = 0
    behind: int = 0  # trades in a row that are numbered far below it


@dataclass(slots=True)
class Counts:
    """What was noticed, for people. `missed`: trades that nobody told us of; `gaps`: holes in a connection's count of
    its messages.
    """

    messages: int = 0
    trades: int = 0
    repeated: int = 0
    missed: int = 0
    gaps: int = 0
    unknown: int = 0
    unreadable: int = 0
    last_trouble: str = ""


class Trade(NamedTuple):
    """A print; sorts by time, then by product and number."""

    at: Instant
    symbol: str
    number: int
    price: int
    size: float


class Trades:
    """The products of one connection. Used by one thread. `since`: what happened before it has been told by bars."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self.heard = tuple(heard)
        self.counts = Counts()
        self.since: Instant = 0
        self.wanted = tuple(one.instrument.symbol for one in self.heard)  # what is subscribed to, so that it is told of
        self.asks = False  # whether the market is to be asked for anew; the line takes it back when it has
        self._by_name: dict[str, list[Heard]] = {}
        self._by_symbol = {one.instrument.symbol: one for one in self.heard}
        self._gathered: dict[tuple[str, int], Trade] = {}
        self._awaited: set[str] = set()
        self._empty = 0  # snapshots without a trade: of products that never had one, and they do not say of which
        self._until_s = -1.0  # of gathering; -1 while it is not
        self._asked_s: deque[float] = deque(maxlen=ASKS_MAX)
        self._extended = False  # whether what is gathered was asked for once more
        for one in self.heard:
            for name in one.names:
                self._by_name.setdefault(name, []).append(one)

    @property
    def gathering(self) -> bool:
        """Whether trades wait for snapshots."""
        return self._until_s >= 0

    def gather(self, now_s: float) -> None:
        """A connection has begun, or lost messages: a snapshot of each product comes, or is to be asked for."""
        self._until_s, self._extended = now_s + GATHER_S, False
        self._awaited, self._empty = set(self.wanted), 0

    def lost(self, now_s: float) -> None:
        """Messages are missing, and nobody can say of what."""
        self.counts.gaps += 1
        self._ask(now_s)

    def take(self, rows: Iterable[Mapping[str, Any]], now_s: float, *, snapshot: bool) -> list[Tick]:
        """The ticks of one event's rows. Raises nothing: what can't be read is counted."""
        told, read = list[Trade](), self._read(rows, now_s)
        self._empty += snapshot and not read
        for one, trade in sorted(read, key=lambda each: each[1].number):
            self._follow_numbers(one, trade)
            if trade.number <= one.last:
                self.counts.repeated += 1
            elif self.gathering or (trade.number > one.last + 1 > 1 and self._ask(now_s)):
                self._gathered[trade.symbol, trade.number] = trade
            else:
                told.append(trade)
                self._tell(one, trade)
            if snapshot:
                self._awaited.discard(trade.symbol)
        return [*self._ticks(told, now_s), *self.due(now_s)]

    def due(self, now_s: float) -> list[Tick]:
        """What was gathered, once it is complete or has waited long enough; nothing before."""
        if not self.gathering or (len(self._awaited) > self._empty and now_s < self._until_s):
            return []
        if len(self._awaited) > self._empty and not self._extended and self._ask(now_s):
            self._extended = True  # a snapshot that does not come may be lost as well
            return []
        self._until_s = -1.0
        gathered, self._gathered = sorted(self._gathered.values(), key=lambda trade: trade.number), {}
        told = []
        for trade in gathered:
            one = self._by_symbol[trade.symbol]
            if one.last or trade.at >= self.since:
                told.append(trade)
                self._tell(one, trade)
        for one in self.heard:  # all of its trades may be of before `since`: later ones follow on them all the same
            if not one.last:
                one.last = max((trade.number for trade in gathered if trade.symbol == one.instrument.symbol), default=0)
        return self._ticks(sorted(told), now_s)

    def unreadable(self, why: str) -> None:
        """A message that nothing can be made of."""
        self.counts.unreadable += 1
        self.counts.last_trouble = why

    def _ask(self, now_s: float) -> bool:
        """Begin to gather, and want to be told anew; False where that was wanted often of late."""
        if len(self._asked_s) == ASKS_MAX and now_s - self._asked_s[0] < ASKS_S:
            return False
        self.gather(now_s)
        self._asked_s.append(now_s)
        self.asks = True
        return True

    def _follow_numbers(self, one: Heard, trade: Trade) -> None:
        """Where several in a row are far below the last one, that was wrong, or the product is numbered anew: taken for
        repeats they would be its last price for good, from a feed that lives.
        """
        one.behind = one.behind + 1 if one.last - trade.number > FAR else 0
        if one.behind == FAR_COUNT:
            self.counts.last_trouble = f"{trade.symbol} is numbered from {trade.number} on, after {one.last}"
            one.last, one.behind = trade.number - 1, 0

    def _tell(self, one: Heard, trade: Trade) -> None:
        if one.last:
            self.counts.missed += trade.number - one.last - 1
        one.last = trade.number
        self.counts.trades += 1

    def _ticks(self, trades: Sequence[Trade], now_s: float) -> list[Tick]:
        ticks = []
        for trade in trades:
            one = self._by_symbol[trade.symbol]
            one.told_s = now_s
            if trade.at > one.at or one.at - trade.at > CROSSED_US:
                one.at = trade.at
            ticks.append(Tick(trade.symbol, one.at, trade.price, trade.size))
        return ticks

    def _read(self, rows: Iterable[Mapping[str, Any]], now_s: float) -> list[tuple[Heard, Trade]]:
        found: list[tuple[Heard, Trade]] = []
        for row in rows:
            try:
                named = self._by_name.get(str(row["product_id"]), ())
                self.counts.unknown += not named
                for one in named:
                    one.heard_s = now_s
                    found.append((one, _trade(one, row)))
            except (KeyError, ValueError, TypeError, InvalidOperation, OverflowError) as problem:
                self.unreadable(f"a trade that can't be read: {type(problem).__name__} {problem}"[:120])
        return found


def _trade(one: Heard, row: Mapping[str, Any]) -> Trade:
    price, size = one.instrument.units_of(Decimal(str(row["price"]))), float(row["size"])
    number, at = int(row["trade_id"]), instant_of(datetime.fromisoformat(str(row["time"])))
    if not 0 < price < UNITS_MAX or not 0 <= size < float("inf") or number <= 0:
        raise ValueError(f"price {row['price']!s:.20}, size {row['size']!s:.20}, number {number}")
    return Trade(at, one.instrument.symbol, number, price, size)
