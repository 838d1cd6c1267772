"""What the core wants, as Angel One can be asked for it: limits for the day, on its tick, in whole lots, or not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.orders.order_words import (
    DayOrder,
    Limit,
    Pricing,
    Product,
    StopLimit,
    Variety,
    cancel_body,
    day_order,
)
from engine.adapters.brokers.angelone.prices.instruments import Listed
from engine.domain.errors import InvalidValue
from engine.domain.identity import order_id
from engine.domain.order import OrderType, Purpose, Side
from tests.adapters.brokers.angelone.order_desk import limit_order, stop_order

D = Decimal
SBIN = Listed("SBIN", "SBIN-EQ", "3045", "NSE", "State Bank", 5, 1, True, True, True)


def body(order: object, listed: Listed = SBIN, product: Product = Product.INTRADAY) -> dict[str, str]:
    return day_order(order, listed, product).body()  # type: ignore[arg-type]


def test_a_limit_is_a_normal_day_order_with_our_id_as_its_tag_and_text_everywhere() -> None:
    identity = order_id("live-a", "bot", "SBIN", "1m", 0, "entry", 0)
    asked = body(limit_order(identity, "812.35"))
    assert asked == {
        "variety": "NORMAL", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045", "transactiontype": "BUY",
        "exchange": "NSE", "ordertype": "LIMIT", "producttype": "INTRADAY", "duration": "DAY", "price": "812.35",
        "squareoff": "0", "stoploss": "0", "quantity": "10", "ordertag": identity,
    }  # fmt: skip
    assert len(identity) <= 19


def test_a_stop_goes_in_the_drawer_of_stops_with_its_trigger() -> None:
    asked = body(stop_order(trigger="800.00", price="784.00"), product=Product.DELIVERY)
    assert (asked["variety"], asked["ordertype"], asked["transactiontype"]) == ("STOPLOSS", "STOPLOSS_LIMIT", "SELL")
    assert (asked["price"], asked["triggerprice"], asked["producttype"]) == ("784.00", "800.00", "DELIVERY")


def test_an_order_at_the_market_and_one_for_immediate_execution_have_no_type() -> None:
    assert {kind.kind for kind in Pricing.__args__} == {"LIMIT", "STOPLOSS_LIMIT"}  # type: ignore[attr-defined]
    assert "MARKET" not in {variety.value for variety in Variety}
    made = DayOrder("T", SBIN, Side.BUY, 1, Product.INTRADAY, Limit(D("1.00")))
    assert made.body()["duration"] == "DAY"
    with pytest.raises(InvalidValue, match="takes no order at the market"):
        body(replace(limit_order(), order_type=OrderType.MARKET, limit_price=None))


@pytest.mark.parametrize(
    ("side", "price", "sent"),
    [
        (Side.BUY, "812.37", "812.35"), (Side.SELL, "812.37", "812.40"), (Side.BUY, "812.35", "812.35"),
        (Side.SELL, "0.01", "0.05"), (Side.BUY, "0.01", "0.05"),
    ],
)  # fmt: skip
def test_a_price_comes_to_the_brokers_tick_on_the_side_that_is_better_for_us(side: Side, price: str, sent: str) -> None:
    assert body(limit_order(price=price, side=side))["price"] == sent


@given(
    trigger=st.decimals("1", "5000", places=3), away=st.decimals("0", "50", places=3),
    tick=st.sampled_from([1, 5, 10, 50]), side=st.sampled_from(Side),
)  # fmt: skip
def test_a_stops_limit_is_never_on_the_wrong_side_of_its_trigger(
    trigger: Decimal, away: Decimal, tick: int, side: Side
) -> None:
    price = max(trigger + side.sign * away, D("0.01"))
    order = stop_order(price=str(price), trigger=str(trigger), side=side)
    made = day_order(order, replace(SBIN, tick_paise=tick), Product.INTRADAY).pricing
    assert isinstance(made, StopLimit)
    assert (made.price - made.trigger) * side.sign >= 0
    assert made.price * 100 % tick == 0
    assert made.trigger * 100 % tick == 0
    assert (made.trigger - trigger) * side.sign <= 0  # reached no later than it was wanted
    assert abs(made.trigger - trigger) * 100 < tick or made.trigger * 100 == tick


@pytest.mark.parametrize(("side", "price", "sent"), [(Side.SELL, "801.00", "800.00"), (Side.BUY, "799.00", "800.00")])
def test_a_stops_limit_that_was_asked_for_on_the_wrong_side_comes_to_its_trigger(
    side: Side, price: str, sent: str
) -> None:
    assert body(stop_order(price=price, trigger="800.00", side=side))["price"] == sent


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"quantity": D("10.5")}, "no whole lots of 1"),
        ({"quantity": D(0)}, "no whole lots"),
        ({"post_only": True}, "never takes"),
        ({"limit_price": None}, "needs a limit"),
        ({"order_id": "A" * 20}, "19 characters"),
        ({"order_id": ""}, "19 characters"),
        ({"order_type": OrderType.STOP_LIMIT}, "needs that price"),
    ],
)
def test_what_can_not_be_asked_for_is_said_in_a_sentence(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        body(replace(limit_order(), **changes))  # type: ignore[arg-type]


def test_lots_are_the_brokers() -> None:
    by_fives = replace(SBIN, lot=5)
    assert body(limit_order(), by_fives)["quantity"] == "10"
    with pytest.raises(InvalidValue, match="no whole lots of 5"):
        body(limit_order(quantity=D(12)), by_fives)


def test_a_share_that_is_settled_trade_by_trade_is_not_entered_for_the_day_but_can_be_left() -> None:
    no_intraday = replace(SBIN, intraday_allowed=False)
    with pytest.raises(InvalidValue, match="only for delivery"):
        body(limit_order(), no_intraday)
    assert body(limit_order(purpose=Purpose.EXIT), no_intraday)["transactiontype"] == "SELL"
    assert body(limit_order(), no_intraday, Product.DELIVERY)["producttype"] == "DELIVERY"


def test_a_cancellation_names_the_drawer() -> None:
    assert cancel_body("261123000000001", Variety.STOPLOSS) == {"variety": "STOPLOSS", "orderid": "261123000000001"}
