"""The loopback Coinbase's rows and messages have the fields and kinds of value that Coinbase's have."""

from tests.brokers.coinbase.in_process import InProcessCoinbase
from tests.brokers.coinbase.plain_client import ChannelSocket, PlainCustomer
from tests.brokers.coinbase.shapes import (
    ENVELOPE,
    EVENTS,
    FILL,
    FILLED_ORDER,
    PRODUCT,
    TOLD_ORDER,
    order_shape,
    product_shape,
)
from tests.brokers.loopback.shapes import shape_of


def test_rows_and_messages_have_them(
    coinbase: InProcessCoinbase, customer: PlainCustomer, market: ChannelSocket, user: ChannelSocket
) -> None:
    for channel in ("market_trades", "ticker", "candles", "level2", "heartbeats"):
        market.subscribe(channel, "BTC-USD")
        market.of("subscriptions")
    customer.place("one")
    coinbase.settle()
    coinbase.price("BTC-USD", "64000")
    messages = {name: market.of(name) for name in ("market_trades", "ticker", "candles", "l2_data", "heartbeats")}
    told = user.order_rows(3)
    products = customer.get("/market/products")["products"]
    (row,) = customer.get("/orders/historical/batch")["orders"]
    (fill,) = customer.get("/orders/historical/fills")["fills"]
    assert [product_shape(one) for one in products] == [PRODUCT] * len(products)
    assert order_shape(row) == FILLED_ORDER
    assert shape_of(fill) == FILL
    assert [shape_of(one) for one in told] == [TOLD_ORDER] * 3
    assert {name: shape_of(message["events"]) for name, message in messages.items()} == {
        name: [shape] for name, shape in EVENTS.items()
    }
    assert {tuple(message) for message in messages.values()} == {ENVELOPE}
