"""The simulated venue by itself: accepts, fills at the next price plus slippage, in parts, late, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.events import BrokerEvent, FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.instant import MILLISECOND
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.simulation.fill_model import FillModel
from engine.simulation.venue import SimulatedVenue
from tests.builders.market import instrument, units
from tests.builders.times import at

NOW = at("10:00")


def venue(model: FillModel | None = None, last: float = 500) -> SimulatedVenue:
    return SimulatedVenue(model or FillModel(), instrument, lambda symbol: units(last))


def order(
    order_id: str = "ONE",
    side: Side = Side.BUY,
    quantity: int = 10,
    limit: str | None = None,
    exit_reason: ExitReason | None = None,
    symbol: str = "ACME",
) -> SubmitOrder:
    return SubmitOrder(
        order_id, symbol, side, Decimal(quantity), OrderType.MARKET if limit is None else OrderType.LIMIT,
        None if limit is None else Decimal(limit), Purpose.ENTRY if exit_reason is None else Purpose.EXIT, exit_reason,
        NOW,
    )  # fmt: skip


def fills(events: Sequence[BrokerEvent]) -> list[tuple[str, Decimal, Decimal]]:
    found = [event for event in events if isinstance(event, FillReceived)]
    return [(event.order_id, event.quantity, event.price) for event in found]


def test_an_order_is_accepted_and_waits_for_a_price() -> None:
    market = venue()
    assert market.submit(order()) == (OrderAccepted("ONE", "SIM-ONE", NOW),)
    assert market.waiting


def test_an_order_for_nothing_is_rejected() -> None:
    (answer,) = venue().submit(order(quantity=0))
    assert isinstance(answer, OrderRejected)


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "500.05"), (Side.SELL, "499.95")])
def test_a_fill_is_one_basis_point_against_us(side: Side, price: str) -> None:
    market = venue()
    market.submit(order(side=side))
    assert fills(market.on_price("ACME", NOW, units(500))) == [("ONE", Decimal(10), Decimal(price))]
    assert not market.waiting


def test_slippage_is_rounded_to_the_instruments_unit() -> None:
    market = venue()
    market.submit(order())
    assert fills(market.on_price("ACME", NOW, units("123.45")))[0][2] == Decimal("123.46")


def test_another_symbols_price_fills_nothing() -> None:
    market = venue()
    market.submit(order())
    assert market.on_price("OTHER", NOW, units(500)) == ()


def test_orders_fill_oldest_first() -> None:
    market = venue()
    market.submit(order("ONE"))
    market.submit(order("TWO"))
    assert [name for name, _, _ in fills(market.on_price("ACME", NOW, units(500)))] == ["ONE", "TWO"]


def test_an_order_is_filled_no_sooner_than_its_latency() -> None:
    market = venue(FillModel(latency_ms=250))
    market.submit(order())
    assert market.on_price("ACME", NOW + 250 * MILLISECOND - 1, units(500)) == []
    assert len(market.on_price("ACME", NOW + 250 * MILLISECOND, units(500))) == 1


def test_a_partial_fill_leaves_the_rest_for_the_next_price() -> None:
    market = venue(FillModel(partial_pct=100))
    market.submit(order(quantity=11))
    first = market.on_price("ACME", NOW, units(500))
    second = market.on_price("ACME", NOW + 1, units(501))
    assert [quantity for _, quantity, _ in fills(first)] == [5]
    assert [quantity for _, quantity, _ in fills(second)] == [6]
    assert [e.venue_fill_id for e in (*first, *second) if isinstance(e, FillReceived)] == ["ONE-0", "ONE-1"]
    assert not market.waiting


def test_one_lot_is_never_cut() -> None:
    market = venue(FillModel(partial_pct=100))
    market.submit(order(quantity=1))
    assert [quantity for _, quantity, _ in fills(market.on_price("ACME", NOW, units(500)))] == [1]


def test_which_orders_are_cut_is_drawn_from_the_seed_and_the_order_alone() -> None:
    names = [f"ORDER{number}" for number in range(400)]

    def cut(seed: int, ordered: list[str]) -> set[str]:
        market = venue(FillModel(seed=seed, partial_pct=30))
        for name in ordered:
            market.submit(order(name))
        answers = market.on_price("ACME", NOW, units(500))
        return {name for name, quantity, _ in fills(answers) if quantity < 10}

    assert cut(1, names) == cut(1, names[::-1])
    assert cut(1, names) != cut(2, names)
    assert 80 < len(cut(1, names)) < 160


@pytest.mark.parametrize(("expire", "kind"), [(True, OrderExpired), (False, OrderCancelled)])
def test_a_cancelled_order_is_out_and_says_why(expire: bool, kind: type) -> None:
    market = venue()
    market.submit(order())
    (answer,) = market.cancel(CancelOrder("ONE", NOW, "because", expire=expire))
    assert type(answer) is kind
    assert answer.reason == "because"  # type: ignore[union-attr]
    assert not market.waiting
    assert market.on_price("ACME", NOW, units(500)) == ()


def test_cancelling_what_is_filled_or_unknown_does_nothing() -> None:
    market = venue()
    market.submit(order())
    market.on_price("ACME", NOW, units(500))
    assert market.cancel(CancelOrder("ONE", NOW, "late")) == ()
    assert market.cancel(CancelOrder("NEVER", NOW, "what")) == ()


def test_the_rest_of_a_partly_filled_order_can_be_cancelled() -> None:
    market = venue(FillModel(partial_pct=100))
    market.submit(order())
    market.on_price("ACME", NOW, units(500))
    assert len(market.cancel(CancelOrder("ONE", NOW, "enough"))) == 1
    assert market.on_price("ACME", NOW, units(500)) == ()


def test_what_closes_a_position_at_the_end_of_the_data_fills_at_the_last_price_itself() -> None:
    answers = venue(last=498).submit(order(side=Side.SELL, exit_reason=ExitReason.END))
    assert fills(answers) == [("ONE", Decimal(10), Decimal("498.00"))]


@pytest.mark.parametrize(
    ("side", "limit", "price", "filled_at"),
    [
        (Side.BUY, "500.00", 500.05, None),
        (Side.BUY, "500.00", 500, "500.00"),
        (Side.BUY, "500.00", 499, "499.05"),
        (Side.SELL, "500.00", 499.95, None),
        (Side.SELL, "500.00", 500, "500.00"),
        (Side.SELL, "500.00", 501, "500.95"),
    ],
)
def test_a_limit_order_is_never_filled_beyond_its_limit(
    side: Side, limit: str, price: float, filled_at: str | None
) -> None:
    market = venue()
    market.submit(order(side=side, limit=limit))
    found = fills(market.on_price("ACME", NOW, units(price)))
    assert [value for _, _, value in found] == ([] if filled_at is None else [Decimal(filled_at)])
    assert market.waiting is (filled_at is None)


@pytest.mark.parametrize("wrong", [{"slippage_bps": -1}, {"latency_ms": 60_001}, {"partial_pct": 101}])
def test_an_impossible_fill_model_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue):
        FillModel(**wrong)
