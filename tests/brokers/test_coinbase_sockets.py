"""Both sockets of the loopback Coinbase: subscriptions, channels, numbers, orders, who is let go."""

from decimal import Decimal

import pytest

from tests.brokers.coinbase.in_process import InProcessCoinbase
from tests.brokers.coinbase.plain_client import ChannelSocket, PlainCustomer, event_of, listening, order

BTC, ETH = "BTC-USD", "ETH-USD"


def test_a_subscription_is_answered_by_snapshots_and_by_all_that_is_subscribed(
    coinbase: InProcessCoinbase, market: ChannelSocket
) -> None:
    coinbase.price(BTC, "65100")
    coinbase.price(BTC, "65200")
    market.subscribe("market_trades", BTC, ETH)
    first, second, told = market.json(), market.json(), market.json()
    assert [row["price"] for row in event_of(first)["trades"]] == ["65200", "65100"]
    assert (event_of(first)["type"], event_of(second)["trades"]) == ("snapshot", [])
    assert event_of(told) == {"subscriptions": {"market_trades": [BTC, ETH]}}
    market.subscribe("heartbeats")
    subscribed = {"heartbeats": ["heartbeats"], "market_trades": [BTC, ETH]}
    assert event_of(market.of("subscriptions")) == {"subscriptions": subscribed}
    assert [message["sequence_num"] for message in (first, second, told)] == [0, 1, 2]
    assert list(first) == ["channel", "timestamp", "sequence_num", "events"]


def test_numbers_count_every_message_of_a_connection_whatever_its_channel(
    coinbase: InProcessCoinbase, market: ChannelSocket
) -> None:
    for channel in ("ticker", "market_trades", "level2", "candles", "status", "heartbeats"):
        market.subscribe(channel, BTC)
    coinbase.price(BTC, "65100")
    numbers = [market.json()["sequence_num"] for _ in range(20)]
    assert numbers == list(range(20))


def test_a_trade_is_told_on_every_channel_of_its_product_alone(
    coinbase: InProcessCoinbase, market: ChannelSocket
) -> None:
    for channel in ("market_trades", "ticker", "candles", "level2"):
        market.subscribe(channel, BTC)
    for _ in range(4):
        market.of("subscriptions")
    coinbase.price(ETH, "1950")
    coinbase.price(BTC, "65100.5", "0.25", side="BUY")
    trades, ticker, candles, book = (event_of(market.json()) for _ in range(4))
    assert trades["trades"][0]["side"] == "BUY"
    assert [row["size"] for row in trades["trades"]] == ["0.25"]
    assert (ticker["tickers"][0]["price"], ticker["tickers"][0]["best_bid"]) == ("65100.5", "65100.5")
    assert (candles["candles"][0]["close"], candles["candles"][0]["product_id"]) == ("65100.5", BTC)
    assert {row["product_id"] for row in (*trades["trades"], *ticker["tickers"], *candles["candles"])} == {BTC}
    assert {row["side"] for row in book["updates"]} == {"bid", "offer"}


def test_the_book_kept_from_updates_is_the_book(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("level2", BTC)
    kept: dict[tuple[str, Decimal], Decimal] = {}
    for number, price in enumerate((None, "65000.03", "65000.02", "66000")):
        if price is not None:
            coinbase.price(BTC, price)
        message = event_of(market.of("l2_data"))
        assert message["type"] == ("update" if number else "snapshot")
        for row in message["updates"]:
            kept[row["side"], Decimal(row["price_level"])] = Decimal(row["new_quantity"])
    kept = {level: size for level, size in kept.items() if size}
    bids, asks = coinbase.broker.market.quotes[BTC].book()
    assert kept == {
        **{("bid", price): size for price, size in bids},
        **{("offer", price): size for price, size in asks},
    }


def test_who_shares_anothers_book_is_told_its_trades_under_the_others_name_and_orders_under_its_own(
    coinbase: InProcessCoinbase, customer: PlainCustomer, market: ChannelSocket, user: ChannelSocket
) -> None:
    shared = "BTC-USDC"
    coinbase.do("balance", currency="USDC", available="10000")
    market.subscribe("market_trades", shared, BTC)
    assert event_of(market.of("subscriptions")) == {"subscriptions": {"market_trades": [BTC]}}
    customer.post("/orders", order("one", product=shared, base_size="0.1"))
    coinbase.settle()
    coinbase.price(BTC, "63000")
    assert [row["product_id"] for row in event_of(market.json())["trades"]] == [BTC]
    assert [(row["product_id"], row["status"]) for row in user.order_rows(3)] == [
        (shared, "PENDING"), (shared, "OPEN"), (shared, "FILLED"),
    ]  # fmt: skip
    listed = {row["product_id"]: row for row in customer.get("/market/products")["products"]}
    assert (listed[shared]["alias"], listed[BTC]["alias_to"], listed[shared]["price"]) == (BTC, [shared], "63000")
    balances = {row["currency"]: row["available_balance"]["value"] for row in customer.get("/accounts")["accounts"]}
    assert balances == {"USD": "100000", "BTC": "1.1", "USDC": "3561.6"}


def test_trades_of_a_product_are_numbered_without_a_hole(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("market_trades", BTC)
    market.of("subscriptions")
    for price in ("65001", "65002", "65003"):
        coinbase.price(ETH, "1950")
        coinbase.price(BTC, price)
    numbers = [int(event_of(market.json())["trades"][0]["trade_id"]) for _ in range(3)]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_heartbeats_count_up_and_come_to_whom_they_were_promised(market: ChannelSocket) -> None:
    market.subscribe("heartbeats")
    counters = [event_of(market.of("heartbeats"))["heartbeat_counter"] for _ in range(3)]
    assert counters == list(range(counters[0], counters[0] + 3))


def test_what_is_unsubscribed_comes_no_more(coinbase: InProcessCoinbase, market: ChannelSocket) -> None:
    market.subscribe("ticker", BTC, ETH)
    market.subscribe("ticker", BTC, kind="unsubscribe")
    assert event_of(market.of("subscriptions")) == {"subscriptions": {"ticker": [BTC, ETH]}}
    assert event_of(market.of("subscriptions")) == {"subscriptions": {"ticker": [ETH]}}
    coinbase.price(BTC, "65100")
    coinbase.price(ETH, "1950")
    assert event_of(market.of("ticker"))["tickers"][0]["product_id"] == ETH


@pytest.mark.parametrize("said", ["hello", "[]", '{"type": "subscribe"}', '{"type": "sell", "channel": "ticker"}'])
def test_what_it_does_not_understand_it_says_so(market: ChannelSocket, said: str) -> None:
    market.send(said)
    assert market.json()["type"] == "error"


def test_the_status_channel_tells_what_may_not_be_traded_any_more(
    coinbase: InProcessCoinbase, market: ChannelSocket, customer: PlainCustomer
) -> None:
    market.subscribe("status")
    assert {row["id"] for row in event_of(market.of("status"))["products"]} >= {BTC, "GONE-USD"}
    coinbase.do("product", product=BTC, cancel_only=True)
    assert event_of(market.of("status"))["type"] == "snapshot"
    assert customer.get(f"/market/products/{BTC}")["cancel_only"] is True
    assert customer.place("one")["error_response"]["error"] == "ORDER_ENTRY_DISABLED"


def test_orders_are_told_to_their_owner_alone(coinbase: InProcessCoinbase, customer: PlainCustomer) -> None:
    with listening(coinbase.endpoints.user_socket) as socket:
        socket.subscribe("user")
        assert socket.json() == {"type": "error", "message": "authentication failure"}
        token = customer.token()
        socket.subscribe("user", token=token)
        assert event_of(socket.of("user")) == {"type": "snapshot", "orders": []}
        socket.subscribe("user", token=token)  # a nonce serves once
        socket.of("subscriptions")
        assert socket.json()["message"] == "authentication failure"
        socket.subscribe("ticker", BTC)
        assert socket.json()["type"] == "error"


def test_every_step_of_an_order_is_told_and_its_end_three_times(
    coinbase: InProcessCoinbase, customer: PlainCustomer, user: ChannelSocket
) -> None:
    coinbase.do("terms", fill_lot="0.06")
    customer.place("one")
    coinbase.settle()
    coinbase.price(BTC, "64000")
    coinbase.price(BTC, "64000")
    rows = user.order_rows(6)
    told = [(row["status"], row["cumulative_quantity"], row["leaves_quantity"]) for row in rows]
    assert told == [
        ("PENDING", "0", "0.1"),
        ("OPEN", "0", "0.1"),
        ("OPEN", "0.06", "0.04"),
        *[("FILLED", "0.1", "0")] * 3,
    ]
    assert rows[3] == rows[4] == rows[5]
    assert {row["client_order_id"] for row in rows} == {"one"}


def test_the_snapshot_has_open_orders_alone_fifty_a_message(
    coinbase: InProcessCoinbase, customer: PlainCustomer
) -> None:
    coinbase.limits(on=False)
    for number in range(52):
        customer.place(f"open {number}", base_size="0.001")
    gone = customer.place("gone", base_size="0.001")["success_response"]["order_id"]
    coinbase.settle()
    customer.post("/orders/batch_cancel", {"order_ids": [gone]})
    coinbase.settle()
    with listening(coinbase.endpoints.user_socket) as socket:
        socket.subscribe("user", BTC, token=customer.token())
        first, second = event_of(socket.json()), event_of(socket.json())
    assert (len(first["orders"]), len(second["orders"])) == (50, 2)
    assert "gone" not in {row["client_order_id"] for row in (*first["orders"], *second["orders"])}


def test_whoever_asks_for_nothing_or_hears_nothing_is_let_go(
    coinbase: InProcessCoinbase, market: ChannelSocket
) -> None:
    with listening(coinbase.endpoints.market_socket) as quiet, listening(coinbase.endpoints.market_socket) as kept:
        quiet.subscribe("market_trades", BTC)
        kept.subscribe("heartbeats")
        kept.of("subscriptions")
        quiet.of("subscriptions")
        coinbase.clock.pass_s(6)
        assert market.closing() == 1000
        coinbase.clock.pass_s(85)
        assert quiet.closing() == 1000
        kept.of("heartbeats")
