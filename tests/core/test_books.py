"""The books conserve: whatever fills come, in whatever order and however often, cash, cost and P&L agree to the paisa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.engine import Engine
from engine.domain.account import RiskPolicy
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    CommandReceived,
    Event,
    FillReceived,
    InstrumentListed,
    OrderAccepted,
    OrderCancelled,
    SessionOpened,
)
from engine.domain.account import Desired
from engine.domain.records import ClosedTradeRecord, FillRecord, ProfitRecord, Record
from engine.domain.signal import SignalType
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session

D = Decimal
CASH = D(10_000_000)
LOOSE = RiskPolicy(notional_max_pct=D(100), at_risk_max_pct=D(100), quote_age_max_s=86_400)
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Desk:
    """An engine without a venue: the test says what the venue says. `sent` are the orders that left."""

    engine: Engine
    sent: list[SubmitOrder]
    records: list[Record]

    def take(self, event: Event) -> None:
        for effect in self.engine.process(event):
            if isinstance(effect, SubmitOrder):
                self.sent.append(effect)
            elif isinstance(effect, PublishRecord):
                self.records.append(effect.record)

    def accept(self, order: SubmitOrder) -> None:
        self.take(OrderAccepted(order.order_id, f"V-{order.order_id}", order.at))


def desk(symbols: Sequence[str] = ("ACME",), quantity: int = 100, minutes: int = 40) -> Desk:
    """A desk whose bot buys in every symbol at each close from 09:21 on."""
    script = {at("09:20") + n * 60_000_000: SignalType.BUY for n in range(1, minutes)}
    made = Desk(Engine(account(str(CASH), LOOSE), scripted({"script": script})), [], [])
    for symbol in symbols:
        made.take(InstrumentListed(instrument(symbol)))
    made.take(BotChanged(bot("alpha", symbols, strategy="script", quantity=quantity), Desired.RUNNING, 1))
    made.take(SessionOpened(session(), session().open_at))
    return made


def enter(made: Desk, minute: int, price: str, symbols: Sequence[str] = ("ACME",)) -> list[SubmitOrder]:
    """Let the bot's next entries leave, one a symbol, and have them accepted."""
    before = len(made.sent)
    for symbol in symbols:
        made.take(tick(at("09:20") + minute * 60_000_000 - 1_000_000, price, symbol))
    made.take(ClockTicked(at("09:20") + minute * 60_000_000))
    orders = made.sent[before:]
    for order in orders:
        made.accept(order)
    return orders


def leave(made: Desk, symbol: str = "ACME") -> SubmitOrder | None:
    """Ask for a position to be closed; None when nothing is held or an exit is on its way already."""
    before = len(made.sent)
    made.take(CommandReceived("c", "close_position", {"bot_id": "alpha", "symbol": symbol}))
    for order in made.sent[before:]:
        made.accept(order)
        return order
    return None


def parts_of(quantity: D, cuts: Sequence[int]) -> list[D]:
    """A quantity cut into whole shares at the given places."""
    places = sorted({cut for cut in cuts if 0 < cut < quantity} | {int(quantity)})
    return [D(b - a) for a, b in zip([0, *places], places, strict=False)]


def fill(order: SubmitOrder, number: int, quantity: D, price: D) -> FillReceived:
    return FillReceived(order.order_id, f"{order.order_id}-{number}", quantity, price, order.at + 1)


def check(made: Desk) -> None:
    """What must hold after every event."""
    state = made.engine.state
    fills = [record for record in made.records if isinstance(record, FillRecord)]
    trades = [record for record in made.records if isinstance(record, ClosedTradeRecord)]
    value = sum((f.price * f.quantity * f.side.sign for f in fills), D(0))
    charges = sum((f.charges for f in fills), D(0))
    assert state.ledger.cash == CASH - value - charges
    held = state.portfolio.all()
    gross = state.ledger.realized_gross_day
    assert state.ledger.cash + sum((p.cost * p.sign for p in held), D(0)) + charges == CASH + gross
    ledger = state.ledger
    assert ledger.start_equity_day + gross - charges + state.unrealized() == state.equity()
    for position in held:
        assert position.quantity == sum(f.quantity * f.side.sign for f in fills if f.fill_key in position.fill_ids)
        assert position.quantity == sum(t.quantity for t in position.tranches) * position.sign
        assert position.charges == sum(f.charges for f in fills if f.fill_key in position.fill_ids)
    booked = sorted(key for trade in trades for key in trade.fill_ids) + sorted(k for p in held for k in p.fill_ids)
    assert sorted(booked) == sorted(f.fill_key for f in fills)
    for period in ("day", "week", "month", "all"):
        profit = ledger.profits[period]
        assert profit.net_pnl == sum((trade.net_pnl for trade in trades), D(0))
        assert profit.charges == sum((trade.charges for trade in trades), D(0))
        assert profit.trades == len(trades) == profit.wins + profit.losses + profit.break_even
        assert profit.net_pnl == profit.gross_profit - profit.gross_loss


steps = st.tuples(
    st.sampled_from(["enter", "leave"]),
    st.lists(st.integers(1, 99), max_size=4),
    st.lists(st.integers(1_000, 99_999), min_size=6, max_size=6),
    st.booleans(),
)


@OFTEN
@given(st.lists(steps, min_size=1, max_size=12))
def test_cash_cost_and_charges_conserve_over_any_stream_of_fills(script: list[tuple[str, list[int], list[int], bool]]) -> None:
    made = desk()
    for minute, (what, cuts, prices, cancel) in enumerate(script, start=1):
        orders = enter(made, minute, "500") if what == "enter" else [order for order in (leave(made),) if order]
        for order in orders:
            sizes = parts_of(order.quantity, cuts)
            for number, size in enumerate(sizes):
                if cancel and number == len(sizes) - 1 and number:
                    made.take(OrderCancelled(order.order_id, "enough", order.at))
                    break
                made.take(fill(order, number, size, D(prices[number]) / 100))
                check(made)
    assert not made.engine.state.breaker.broken
    while leave(made) is not None:
        order = made.sent[-1]
        made.take(fill(order, 0, order.quantity, D("512.35")))
        check(made)
    assert made.engine.state.portfolio.all() == []
    assert made.engine.state.equity() == made.engine.state.ledger.cash


@OFTEN
@given(st.lists(st.integers(1, 99), max_size=4), st.lists(st.integers(0, 4), max_size=8))
def test_a_fill_delivered_again_at_any_time_is_booked_once(cuts: list[int], again: list[int]) -> None:
    once, often = desk(), desk()
    for made in (once, often):
        (order,) = enter(made, 1, "500")
        sizes = parts_of(order.quantity, cuts)
        fills = [fill(order, number, size, D("500.05")) for number, size in enumerate(sizes)]
        for number, one in enumerate(fills):
            made.take(one)
            for repeat in again if made is often else ():
                if repeat <= number:
                    before = made.engine.state.sequence
                    made.take(fills[repeat])
                    assert made.engine.state.sequence == before
        check(made)
    assert once.records == often.records


@OFTEN
@given(st.data())
def test_any_interleaving_of_two_orders_fills_gives_the_same_totals(data: st.DataObject) -> None:
    symbols = ("ACME", "BOLT")
    made = desk(symbols)
    orders = enter(made, 1, "500", symbols)
    queues = []
    for order in orders:
        cuts = data.draw(st.lists(st.integers(1, 99), max_size=4))
        prices = data.draw(st.lists(st.integers(1_000, 99_999), min_size=5, max_size=5))
        sizes = parts_of(order.quantity, cuts)
        queues.append([fill(order, n, size, D(prices[n]) / 100) for n, size in enumerate(sizes)])
    plain = desk(symbols)
    enter(plain, 1, "500", symbols)
    for one in (*queues[0], *queues[1]):
        plain.take(one)
    while queues[0] or queues[1]:
        turn = data.draw(st.sampled_from([number for number in (0, 1) if queues[number]]))
        made.take(queues[turn].pop(0))
        check(made)
    left, right = made.engine.state, plain.engine.state
    assert (left.ledger.cash, left.ledger.charges_day) == (right.ledger.cash, right.ledger.charges_day)
    assert [(p.quantity, p.cost, p.charges) for p in left.portfolio.all()] == [
        (p.quantity, p.cost, p.charges) for p in right.portfolio.all()
    ]


def test_the_published_roll_ups_are_the_ledgers() -> None:
    made = desk()
    for minute in (1, 3):
        (order,) = enter(made, minute, "500")
        made.take(fill(order, 0, order.quantity, D("500.05")))
        exit_ = leave(made)
        assert exit_ is not None
        made.take(fill(exit_, 0, exit_.quantity, D(498 + minute * 2)))
    newest = {record.period: record for record in made.records if isinstance(record, ProfitRecord)}
    trades = [record for record in made.records if isinstance(record, ClosedTradeRecord)]
    assert [trade.net_pnl > 0 for trade in trades] == [False, True]
    running = list(accumulate(trade.net_pnl for trade in trades))
    assert {period: record.net_pnl for period, record in newest.items()} == dict.fromkeys(newest, running[-1])
    assert newest["all"].bots["alpha"].net_pnl == running[-1]
    assert (newest["all"].wins, newest["all"].losses) == (1, 1)


def test_a_fill_that_cannot_be_booked_halts_the_account_and_changes_no_money() -> None:
    made = desk()
    (order,) = enter(made, 1, "500")
    state = made.engine.state
    made.take(fill(order, 0, D(60), D("500.05")))
    cash, before = state.ledger.cash, (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys))
    made.take(fill(order, 1, D(41), D("500.05")))
    assert state.breaker.broken
    assert (state.ledger.cash, state.orders[order.order_id].filled_quantity) == (cash, 60)
    assert (state.orders[order.order_id].state, len(state.orders[order.order_id].fill_keys)) == before


def test_an_exit_fill_without_a_position_halts_the_account_and_leaves_the_order_as_it_was() -> None:
    """Two exits can't be open at once; should a venue fill one that a late fill made pointless, a person looks."""
    made = desk()
    (order,) = enter(made, 1, "500")
    made.take(fill(order, 0, D(100), D("500.05")))
    first = leave(made)
    assert first is not None
    made.take(OrderCancelled(first.order_id, "by hand", first.at))
    second = leave(made)
    assert second is not None
    made.take(fill(second, 0, D(100), D(501)))
    cash = made.engine.state.ledger.cash
    made.take(fill(first, 0, D(100), D(501)))
    state = made.engine.state
    assert state.breaker.broken
    assert state.ledger.cash == cash
    assert state.orders[first.order_id].filled_quantity == 0
    assert state.orders[first.order_id].fill_keys == []
