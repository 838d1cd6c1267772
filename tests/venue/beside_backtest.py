"""A backtest, and the live account of the same bots on the same data in a loop, compared id by id and paisa by paisa.

A live account has an id of its own, and every id hashes its account in. So the backtest's ids are spelled out again for
the live account, from what they name; one that does not name what it should is found by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from engine.domain.account import AccountSpec, Mode
from engine.domain.canary import Canary
from engine.domain.events import InstrumentListed
from engine.domain.identity import fill_key, order_id, signal_id, trade_id
from engine.domain.instant import MINUTE
from engine.domain.order import ExitReason, Purpose
from engine.domain.records import ClosedTradeRecord, FillRecord, OrderRecord, SignalRecord
from engine.market_data.columns import MarketData
from engine.market_data.merge import merged_events
from engine.recording.day_file import DayHeader
from engine.recording.folder import Keep, parts_in
from engine.research.backtest import BacktestResult
from engine.research.day_replay import Replayed, replay_day
from engine.research.rows import Row, fill_row, order_row, signal_row, trade_row
from engine.runtime.engine_tap import QueuedTap, Tap
from engine.runtime.recorder import Recorder
from engine.strategies.bot_list import BotList
from engine.strategies.registry import make
from tests.venue.loopback import loopback

LEGS = ("entry", *(f"exit-{reason}" for reason in ExitReason))
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Traded:
    """What an account did, as rows of the contract's files, by id."""

    signals: dict[str, Row]
    orders: dict[str, Row]
    fills: dict[str, Row]
    trades: dict[str, Row]


def live_account(account: AccountSpec) -> AccountSpec:
    """The live twin of a backtest's account."""
    return replace(account, account_id=account.account_id.replace("paper-", "live-", 1), mode=Mode.LIVE)


def traded_live(account: AccountSpec, bots: BotList, data: MarketData, *words: str, taps: Sequence[Tap] = ()) -> Traded:
    """Run the bots live, in a loop, over all of the data. New live bots' caps are off: a backtest has none."""
    uncapped = [replace(bot, canary=Canary(trades=0)) for bot in bots.bots]
    with loopback(account, uncapped, data.instruments, *words, taps=taps) as floor:
        floor.play(event for event in merged_events(data) if not isinstance(event, InstrumentListed))
        floor.compare()
        assert floor.state.breaker.halted is None
        assert not floor.state.truth.differences
        assert not floor.state.portfolio.all()
        said = floor.outbox
    orders = {order.order_id: order for order in said.all(OrderRecord) if order.purpose is not Purpose.PROTECT}
    return _rows(said.all(SignalRecord), orders.values(), said.all(FillRecord), said.all(ClosedTradeRecord))


def as_live(found: BacktestResult, live: AccountSpec) -> Traded:
    """What the backtest decided, with the ids that the live account must give it."""
    names = _Names(found, live.account_id)
    return _rows(
        [replace(s, signal_id=names.signal(s.signal_id), order_id=names.order(s.order_id)) for s in found.signals],
        [
            replace(o, order_id=names.order(o.order_id) or "", signal_id=names.signal(o.signal_id))
            for o in found.orders.values()
        ],
        [replace(f, fill_key=names.fill(f.fill_key), order_id=names.order(f.order_id) or "") for f in found.fills],
        [replace(t, trade_id=names.trade(t)) for t in found.trades],
    )


def _rows(
    signals: Iterable[SignalRecord],
    orders: Iterable[OrderRecord],
    fills: Iterable[FillRecord],
    trades: Iterable[ClosedTradeRecord],
) -> Traded:
    return Traded(
        {signal.signal_id: signal_row(signal) for signal in signals},
        {order.order_id: order_row(order) for order in orders},
        {fill.fill_key: fill_row(fill) for fill in fills},
        {trade.trade_id: trade_row(trade) for trade in trades},
    )


class _Names:
    """Ids of a backtest, spelled out for another account."""

    def __init__(self, found: BacktestResult, account_id: str) -> None:
        self._mine, self._account_id = found.account.account_id, account_id
        timeframes = {bot.bot_id: bot.timeframe for bot in found.bots}
        self._signals = {}
        for signal in found.signals:
            named = (signal.bot_id, signal.symbol, signal.timeframe, signal.bar_at, signal.type)
            assert signal_id(self._mine, *named) == signal.signal_id
            self._signals[signal.signal_id] = signal_id(account_id, *named)
        self._orders = {o.order_id: self._order_of(o, timeframes[o.bot_id]) for o in found.orders.values()}
        self._fills = {}
        for fill in found.fills:
            part = fill.venue_fill_id.removeprefix(fill.order_id)
            order = self._orders[fill.order_id]
            self._fills[fill.fill_key] = fill_key(account_id, order, f"{order}{part}")

    def _order_of(self, order: OrderRecord, timeframe: str) -> str:
        minute = order.created_at - order.created_at % MINUTE
        moments = (*(minute - back * MINUTE for back in range(-1, 62)), order.created_at, 0)
        for leg, bar_at, attempt in product(LEGS, moments, range(ATTEMPTS)):
            named = (order.bot_id, order.symbol, timeframe, bar_at, leg, attempt)
            if order_id(self._mine, *named) == order.order_id:
                return order_id(self._account_id, *named)
        raise AssertionError(f"{order.order_id} names nothing that is known: {order}")

    def signal(self, identity: str | None) -> str:
        return "" if identity is None else self._signals[identity]

    def order(self, identity: str | None) -> str | None:
        return None if identity is None else self._orders[identity]

    def fill(self, identity: str) -> str:
        return self._fills[identity]

    def trade(self, trade: ClosedTradeRecord) -> str:
        first = trade.fill_ids[0]
        assert trade_id(self._mine, trade.bot_id, trade.symbol, first) == trade.trade_id
        return trade_id(self._account_id, trade.bot_id, trade.symbol, self._fills[first])


def assert_live_is_the_backtest(
    found: BacktestResult, bots: BotList, data: MarketData, *words: str, taps: Sequence[Tap] = ()
) -> None:
    """Signals, orders, fills and trades of the live account are the backtest's, id by id and paisa by paisa."""
    live = live_account(found.account)
    expected, actual = as_live(found, live), traded_live(live, bots, data, *words, taps=taps)
    assert actual.signals == expected.signals
    assert actual.fills == expected.fills
    assert actual.orders == expected.orders
    assert actual.trades == expected.trades


def live_recorder(folder: Path, account: AccountSpec) -> Recorder:
    """One for the live twin of a backtest's account; it holds a day whatever that weighs."""
    header = DayHeader(live_account(account), "", 1, 0, protects=True, code="test")
    recorder = Recorder(folder, header, Keep(1, 10**9))
    recorder.tap = QueuedTap(capacity=10**7)
    return recorder


def replayed(recorder: Recorder, folder: Path) -> Replayed:
    """What was recorded, decided again."""
    recorder.write()
    recorder.close()
    assert recorder.stopped is None
    (part,) = parts_in(folder)
    return replay_day(part.path, make)
