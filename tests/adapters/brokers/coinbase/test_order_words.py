"""Orders in Coinbase's words: text throughout, on its steps, within its bounds, and nothing that it has not got."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.brokers.coinbase.orders.order_words import cancel_body, spot_order
from engine.adapters.brokers.coinbase.prices.listed import Listed, read_product
from engine.domain.effects import SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.order import OrderType, Purpose, Side
from tests.adapters.brokers.coinbase.order_desk import ONE, XRP, limit_order, stop_order
from tests.brokers.coinbase.listings import DEFAULT

D = Decimal
LISTED: dict[str, Listed] = {
    product.product_id: read_product(product.row()) for product in DEFAULT if product.status == "online"
}


def body(order: SubmitOrder) -> dict[str, Any]:
    return spot_order(order, LISTED[order.symbol]).body()


def test_a_limit_is_written_as_text_good_until_it_is_cancelled() -> None:
    assert body(limit_order()) == {
        "client_order_id": ONE,
        "product_id": XRP,
        "side": "BUY",
        "order_configuration": {"limit_limit_gtc": {"base_size": "10", "limit_price": "2.05", "post_only": False}},
    }


def test_a_stop_waits_for_the_price_to_fall_and_one_that_buys_for_it_to_rise() -> None:
    configuration = body(stop_order())["order_configuration"]
    assert configuration == {
        "stop_limit_stop_limit_gtc": {
            "base_size": "10",
            "limit_price": "1.99",
            "stop_price": "2",
            "stop_direction": "STOP_DIRECTION_STOP_DOWN",
        }
    }
    buys = body(stop_order(side=Side.BUY, trigger="2.20", price="2.21"))["order_configuration"]
    assert buys["stop_limit_stop_limit_gtc"]["stop_direction"] == "STOP_DIRECTION_STOP_UP"


def test_an_order_that_must_not_take_says_so() -> None:
    configuration = body(limit_order(post_only=True))["order_configuration"]
    assert configuration["limit_limit_gtc"]["post_only"] is True


def test_small_numbers_are_written_without_an_exponent() -> None:
    order = limit_order(symbol="BTC-USD", quantity=D("1E-4"), price="65000")
    assert body(order)["order_configuration"]["limit_limit_gtc"]["base_size"] == "0.0001"


def test_prices_come_to_the_products_own_step_on_the_side_that_is_better_for_us() -> None:
    bought = body(limit_order(price="2.05009"))["order_configuration"]["limit_limit_gtc"]
    sold = body(limit_order(price="2.05001", purpose=Purpose.EXIT))["order_configuration"]["limit_limit_gtc"]
    assert (bought["limit_price"], sold["limit_price"]) == ("2.05", "2.0501")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"side": Side.SELL}, "knows no shorts"),
        ({"order_type": OrderType.MARKET}, "takes no order at the market"),
        ({"limit_price": None}, "takes no order at the market"),
        ({"order_type": OrderType.STOP_LIMIT}, "needs that price"),
        ({"order_type": OrderType.STOP_LIMIT, "trigger_price": D(2), "post_only": True}, "never takes"),
        ({"quantity": D("10.0000005")}, "10.0000005 of XRP-USD are no whole steps of 0.000001"),
        ({"quantity": D("0.4")}, "0.4 XRP at 2.05 come to 0.82 USD, less than the smallest order"),
        ({"quantity": D(24_000_000)}, "24000000 XRP are more than the largest order of XRP-USD, 23000000"),
        ({"quantity": D(20_000_000)}, "more than the largest order of XRP-USD, 25000000"),
        ({"order_id": ""}, "can't be found again"),
    ],
)
def test_what_coinbase_can_not_be_asked_for_is_refused_with_the_numbers(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        spot_order(replace(limit_order(), **changes), LISTED[XRP])


def test_what_leaves_a_position_is_rounded_down_to_the_products_steps() -> None:
    order = limit_order(purpose=Purpose.EXIT, quantity=D("10.0000009"), price="2.15")
    assert body(order)["order_configuration"]["limit_limit_gtc"]["base_size"] == "10"
    dust = limit_order(purpose=Purpose.EXIT, quantity=D("0.0000009"), price="2.15")
    with pytest.raises(InvalidValue, match=r"0\.0000009 XRP are less than the smallest order of XRP-USD, 0\.000001"):
        body(dust)


@given(
    symbol=st.sampled_from(sorted(LISTED)),
    quantity=st.decimals(D("0.00000001"), D(100_000), places=8),
    price=st.decimals(D("0.00001"), D(100_000), places=7),
    purpose=st.sampled_from([Purpose.ENTRY, Purpose.EXIT]),
)
def test_what_is_written_is_within_the_products_bounds_or_nothing_is(
    symbol: str, quantity: Decimal, price: Decimal, purpose: Purpose
) -> None:
    listed = LISTED[symbol]
    try:
        asked = spot_order(limit_order(symbol=symbol, quantity=quantity, price=str(price), purpose=purpose), listed)
    except InvalidValue:
        return
    terms = asked.configuration()["limit_limit_gtc"]
    size, limit = D(str(terms["base_size"])), D(str(terms["limit_price"]))
    assert size <= quantity < size + listed.base_increment
    assert (size % listed.base_increment, limit % listed.price_increment) == (0, 0)
    assert listed.base_min_size <= size <= listed.base_max_size
    assert listed.quote_min_size <= size * limit <= listed.quote_max_size
    assert limit <= max(price, listed.price_increment) if asked.side is Side.BUY else limit >= price


def test_a_cancellation_names_the_brokers_id() -> None:
    assert cancel_body("7f") == {"order_ids": ["7f"]}
