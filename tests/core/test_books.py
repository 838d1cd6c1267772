"""The books conserve: whatever fills come, in whatever order and however often, the money agrees to the paisa."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.events import OrderCancelled
from engine.domain.records import ClosedTradeRecord, FillRecord, ProfitRecord
from tests.builders.desk import CASH, Desk, desk, enter, fill, leave, parts_of

D = Decimal
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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
def test_cash_cost_and_charges_conserve_over_any_stream_of_fills(
    script: list[tuple[str, list[int], list[int], bool]],
) -> None:
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
