"""Partial exits by average and by first in, first out: what each realizes; both come to the same in the end."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.portfolio import Booked, ClosedTrade, Portfolio, Position
from engine.domain.account import ReduceBy
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason, Side
from engine.domain.records import FillRecord
from tests.builders.market import instrument
from tests.builders.times import at

D = Decimal
COIN = Instrument("COIN", "COINBASE", "USD", 2, 8, D("0.01"), D("0.00000001"))


class Hand:
    """One position, filled by hand. An entry goes its way, an exit the other."""

    def __init__(self, by: ReduceBy, *, short: bool = False, traded: Instrument | None = None) -> None:
        self.portfolio = Portfolio(by)
        self.traded = traded or instrument()
        self.side = Side.SELL if short else Side.BUY
        self.number = 0

    def fill(self, side: Side, quantity: str | D, price: str | D, exit_reason: ExitReason | None) -> Booked:
        self.number += 1
        key, when = f"F{self.number}", at("10:00") + self.number
        record = FillRecord(
            key, f"O{self.number}", key, "alpha", self.traded.symbol, side, D(quantity), D(price), D("0.10"), {}, when
        )
        return self.portfolio.book(record, self.traded, D(1), exit_reason)

    def enter(self, quantity: str | D, price: str | D) -> Booked:
        return self.fill(self.side, quantity, price, None)

    def leave(self, quantity: str | D, price: str | D) -> Booked:
        return self.fill(self.side.opposite, quantity, price, ExitReason.SIGNAL)

    @property
    def held(self) -> Position:
        found = self.portfolio.get("alpha", self.traded.symbol)
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("by", "short", "first", "left_at", "second"),
    [
        (ReduceBy.AVERAGE, False, "150.00", "105", "-50.00"),
        (ReduceBy.FIFO, False, "200.00", "110", "-100.00"),
        (ReduceBy.AVERAGE, True, "-150.00", "105", "50.00"),
        (ReduceBy.FIFO, True, "-200.00", "110", "100.00"),
    ],
)
def test_what_a_part_realizes(by: ReduceBy, short: bool, first: str, left_at: str, second: str) -> None:
    """10 at 100 and 10 at 110; 10 closed at 120, the rest at 100: the example of docs/STRATEGIES.md."""
    hand = Hand(by, short=short)
    hand.enter("10", "100")
    hand.enter("10", "110")
    assert hand.leave("10", "120").realized == D(first)
    assert (hand.held.entry_price, hand.held.cost) == (D(left_at), D(left_at) * 10)
    assert [(tranche.quantity, tranche.price) for tranche in hand.held.tranches] == [(10, 110)]
    done = hand.leave("10", "100")
    assert done.realized == D(second)
    assert done.closed is not None
    assert done.closed.gross_pnl == D(first) + D(second)


def test_by_fifo_a_part_of_an_entry_leaves_the_rest_at_its_own_price() -> None:
    hand = Hand(ReduceBy.FIFO)
    for quantity, price in (("3", "10.05"), ("5", "20.10"), ("2", "30.15")):
        hand.enter(quantity, price)
    assert hand.leave("4", "25").realized == 4 * D(25) - 3 * D("10.05") - D("20.10")
    assert [(tranche.quantity, tranche.price) for tranche in hand.held.tranches] == [(4, D("20.10")), (2, D("30.15"))]
    assert hand.held.cost == sum(tranche.quantity * tranche.price for tranche in hand.held.tranches)
    assert hand.held.entry_price * 6 == hand.held.cost


def test_a_position_reduced_by_average_goes_on_so_when_the_setting_changes() -> None:
    hand = Hand(ReduceBy.AVERAGE)
    hand.enter("10", "100")
    hand.enter("10", "110")
    hand.leave("10", "120")
    position = hand.held
    hand.portfolio = Portfolio(ReduceBy.FIFO)
    hand.portfolio.restore(position)
    assert hand.leave("5", "120").realized == 5 * (D(120) - D(105))


quantities = st.decimals(D("0.00000001"), D(5), places=8)
prices = st.decimals(D("0.01"), D(90_000), places=2)


@given(
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(st.booleans(), st.integers(1, 40), quantities, prices), min_size=1, max_size=12),
    prices,
)
def test_both_ways_conserve_to_the_paisa_and_come_to_the_same(
    short: bool, coins: bool, steps: list[tuple[bool, int, D, D]], last: D
) -> None:
    ended: dict[ReduceBy, ClosedTrade] = {}
    for by in ReduceBy:
        hand = Hand(by, short=short, traded=COIN if coins else None)
        hand.enter(D(1), D("50.01"))
        realized = D(0)
        for entry, whole, part, price in steps:
            quantity = part if coins else D(whole)
            if entry:
                hand.enter(quantity, price)
            elif quantity < abs(hand.held.quantity):
                realized += hand.leave(quantity, price).realized
            held = hand.held
            assert (held.opened_value - held.cost) * held.sign + realized == held.closed_value * held.sign
            assert sum((tranche.quantity for tranche in held.tranches), D(0)) == abs(held.quantity)
            assert held.realized_gross == realized
            assert held.cost == held.cost.quantize(D("0.01"))
            if by is ReduceBy.FIFO:
                assert held.cost == sum((hand.traded.value_of(t.price, t.quantity) for t in held.tranches), D(0))
        done = hand.leave(abs(hand.held.quantity), last)
        assert done.closed is not None
        assert done.closed.gross_pnl == realized + done.realized
        ended[by] = done.closed
    assert ended[ReduceBy.AVERAGE] == ended[ReduceBy.FIFO]
