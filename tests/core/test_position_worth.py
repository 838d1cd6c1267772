"""What a position is worth, reckoned in whole paise where that is exact: always what price times quantity says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.core.position import Position
from engine.core.risk.trips import Floor, floor_of
from engine.domain.records import TripKind
from engine.domain.risk import RiskPolicy
from tests.builders.market import instrument
from tests.builders.times import at

quantities = st.decimals(Decimal(-5_000), Decimal(5_000), places=3) | st.integers(-5_000, 5_000).map(Decimal)


@given(st.integers(0, 6), st.lists(quantities, min_size=1, max_size=4), st.integers(1, 10_000_000))
def test_its_worth_in_units_is_its_value_at_that_price(digits: int, held: list[Decimal], units: int) -> None:
    traded = replace(instrument(), price_digits=digits)
    position = Position("alpha", traded, at("10:00"))
    for quantity in held:  # what was reckoned of an earlier quantity counts no more
        position.quantity = quantity
        assert str(position.worth(units)) == str(position.value(traded.price_of(units)))


class Books:
    """Enough of a ledger for breakers."""

    day = "2026-03-02"
    losses_in_a_row = 0

    def __init__(self, day: int, week: int, mark: int) -> None:
        self.start_equity_day, self.start_equity_week = Decimal(day), Decimal(week)
        self.high_water_mark = Decimal(mark)


cash = st.integers(900_000, 1_100_000)


@given(st.lists(st.tuples(cash, cash, cash, st.sets(st.sampled_from(TripKind))), min_size=1, max_size=5))
def test_the_floor_that_is_kept_is_the_one_of_what_is_asked(asked: list[tuple[int, int, int, set[TripKind]]]) -> None:
    floor, policy = Floor(), RiskPolicy()
    for day, week, mark, kinds in asked:
        tripped = sorted(kinds)
        books = Books(day, week, mark)
        for _ in range(2):
            found = floor.ahead(policy, books, books.high_water_mark, tripped)
            assert found == floor_of(policy, books, books.high_water_mark, tripped)
