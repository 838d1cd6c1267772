"""What a live account did beside what its paper twin did, bot by bot, a trading session at a time. Fed by twin.py.

Two entries are the same where bot, symbol and moment of the decision are; two exits where they close what the same
entry opened. So a twin whose stop was touched a tick sooner is compared all the same, and one that holds what the live
account never bought is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from engine.core.orders import TERMINAL
from engine.domain.instant import Instant
from engine.domain.instrument import MONEY_UNIT
from engine.domain.order import Purpose, Side
from engine.domain.records import ClosedTradeRecord, FillRecord, OrderRecord, Record, SignalRecord
from engine.domain.records.twin import TwinFill, TwinRecord

SHOWN = 10
_BPS = 10_000
_HUNDREDTH = Decimal("0.01")
_Key = tuple[str, Instant]  # symbol, and when the entry was decided


@dataclass(slots=True)
class _Order:
    """An entry as it stands."""

    record: OrderRecord
    quantity: Decimal = Decimal(0)
    value: Decimal = Decimal(0)

    @property
    def price(self) -> Decimal | None:
        """The average of its fills."""
        return self.value / self.quantity if self.quantity else None


@dataclass(slots=True)
class _Side:
    """One account's day with one bot."""

    entries: dict[_Key, _Order] = field(default_factory=dict)
    keys: dict[str, _Key] = field(default_factory=dict)  # by order
    opened: dict[str, _Key] = field(default_factory=dict)  # by fill
    signals: dict[_Key, SignalRecord] = field(default_factory=dict)
    trades: dict[_Key, ClosedTradeRecord] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Note what is compared."""
        match record:
            case SignalRecord():
                self.signals[record.symbol, record.confirmed_at] = record
            case OrderRecord() if record.purpose is Purpose.ENTRY:
                key = self.keys.setdefault(record.order_id, (record.symbol, record.created_at))
                entry = self.entries.setdefault(key, _Order(record))
                entry.record = record
            case FillRecord() if record.order_id in self.keys:
                key = self.keys[record.order_id]
                self.opened[record.fill_key] = key
                self.entries[key].quantity += record.quantity
                self.entries[key].value += record.quantity * record.price
            case ClosedTradeRecord() if record.fill_ids and record.fill_ids[0] in self.opened:
                self.trades[self.opened[record.fill_ids[0]]] = record
            case _:
                pass


@dataclass(frozen=True, slots=True)
class _Compared:
    """A fill of both, with what it cost to be live."""

    shown: TwinFill
    worth: Decimal
    cost: Decimal


class TwinBooks:
    """The session that goes on. `stopped` says why it no longer does."""

    def __init__(self, twin_account: str) -> None:
        self._twin_account = twin_account
        self._live: dict[str, _Side] = {}
        self._paper: dict[str, _Side] = {}
        self._gone: set[str] = set()
        self.since: Instant = 0
        self.stopped: str | None = None
        self.changed = False

    def begin(self, since: Instant) -> None:
        """A session begins: what was before is over."""
        self._live.clear()
        self._paper.clear()
        self.since, self.changed = since, True

    def forget(self, bot_id: str) -> None:
        """A bot is deleted, and its document with it: nothing more is told of it."""
        self._gone.add(bot_id)
        self._live.pop(bot_id, None)
        self._paper.pop(bot_id, None)

    def remember(self, bot_id: str) -> None:
        """A bot is there, again perhaps."""
        self._gone.discard(bot_id)

    def take_live(self, record: Record) -> None:
        """What the live account wrote down."""
        self._take(self._live, record)

    def take_paper(self, record: Record) -> None:
        """What the twin would have written down."""
        self._take(self._paper, record)

    def _take(self, sides: dict[str, _Side], record: Record) -> None:
        if not isinstance(record, SignalRecord | OrderRecord | FillRecord | ClosedTradeRecord):
            return
        if record.bot_id not in self._gone:
            sides.setdefault(record.bot_id, _Side()).take(record)
            self.changed = True

    def records(self) -> Iterator[TwinRecord]:
        """How each bot stands, by id."""
        for bot_id in sorted({*self._live, *self._paper}):
            yield self._record(bot_id, self._live.get(bot_id, _Side()), self._paper.get(bot_id, _Side()))

    def _record(self, bot_id: str, live: _Side, paper: _Side) -> TwinRecord:
        both = [*_entries(live, paper), *_exits(live, paper)]
        missed = list(_missed(live, paper))
        alone = [_alone(entry) for key, entry in live.entries.items() if entry.quantity and not _filled(paper, key)]
        worth = sum((each.worth for each in both), Decimal(0))
        cost = sum((each.cost for each in both), Decimal(0))
        shown = [*(each.shown for each in both), *missed, *alone]
        reasons = Counter(each.missed for each in missed if each.missed is not None)
        return TwinRecord(
            bot_id=bot_id,
            twin_account=self._twin_account,
            since=self.since,
            stopped=self.stopped,
            compared=len(both),
            missed=sum(reasons.values()),
            alone=len(alone),
            slippage_bps=_rounded(cost / worth * _BPS) if worth else None,
            slippage_cost=cost.quantize(MONEY_UNIT, ROUND_HALF_EVEN),
            trades_live=len(live.trades),
            trades_paper=len(paper.trades),
            net_pnl_live=sum((trade.net_pnl for trade in live.trades.values()), Decimal(0)),
            net_pnl_paper=sum((trade.net_pnl for trade in paper.trades.values()), Decimal(0)),
            missed_reasons=dict(sorted(reasons.items())),
            fills=tuple(sorted(shown, key=lambda fill: (fill.at, fill.symbol))[-SHOWN:]),
        )


def _entries(live: _Side, paper: _Side) -> Iterator[_Compared]:
    for key, twin in paper.entries.items():
        own = live.entries.get(key)
        if own is not None and own.price is not None and twin.price is not None:
            record = twin.record
            yield _compared(record.symbol, record.side, Purpose.ENTRY, key[1], twin.price, own.price, own.quantity)


def _exits(live: _Side, paper: _Side) -> Iterator[_Compared]:
    for key, twin in paper.trades.items():
        own = live.trades.get(key)
        if own is not None:
            side = Side.SELL if own.side == "LONG" else Side.BUY
            yield _compared(
                own.symbol, side, Purpose.EXIT, own.exit_at, twin.exit_price, own.exit_price, own.quantity
            )  # fmt: skip


def _compared(
    symbol: str, side: Side, purpose: Purpose, at: Instant, paper: Decimal, live: Decimal, quantity: Decimal
) -> _Compared:
    worse = (live - paper) * side.sign
    shown = TwinFill(symbol, side, purpose, at, _price(paper), _price(live), _rounded(worse / paper * _BPS))
    return _Compared(shown, paper * quantity, worse * quantity)


def _missed(live: _Side, paper: _Side) -> Iterator[TwinFill]:
    """Entries that the twin filled and the live account did not; one that is still at work may be filled yet."""
    for key, twin in paper.entries.items():
        own = live.entries.get(key)
        if twin.price is None or (own is not None and own.quantity):
            continue
        record = twin.record
        if own is None:
            signal = live.signals.get(key)
            why = "no signal" if signal is None else signal.blocking_reason or signal.outcome.value
        elif own.record.state in TERMINAL:
            why = own.record.reason or own.record.state.value
        else:
            continue
        yield TwinFill(record.symbol, record.side, Purpose.ENTRY, key[1], _price(twin.price), None, missed=why)


def _alone(entry: _Order) -> TwinFill:
    record, price = entry.record, entry.price
    shown = None if price is None else _price(price)
    return TwinFill(record.symbol, record.side, Purpose.ENTRY, record.created_at, None, shown)


def _filled(side: _Side, key: _Key) -> bool:
    entry = side.entries.get(key)
    return entry is not None and entry.quantity > 0


def _price(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001")).normalize()


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, ROUND_HALF_EVEN)
