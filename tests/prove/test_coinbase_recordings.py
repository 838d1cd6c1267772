"""Recorded messages of Coinbase have the fields and kinds that the loopback broker sends. `make prove`.

Fed by the folder that LOCKSTEP_PROVE_DATA names: a stretch of the real market socket with the products it began with,
and rows of the real order and fill lists.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.brokers.coinbase.prices.listed import read_product
from engine.adapters.brokers.coinbase.prices.messages import read_envelope
from engine.adapters.brokers.coinbase.prices.trades import Heard, Trades
from engine.domain.market import Tick
from tests.brokers.coinbase.shapes import ENVELOPE, EVENTS, FILL, FILLED_ORDER, PRODUCT, order_shape, product_shape
from tests.brokers.loopback.shapes import shape_of

pytestmark = pytest.mark.prove

RECORDED = Path(os.environ.get("LOCKSTEP_PROVE_DATA", ".")) / "broker_messages"


def lines(kind: str) -> Iterator[Any]:
    """What was said or answered, as values."""
    with gzip.open(RECORDED / "coinbase_advanced_ws_2026-08-09_first_half.jsonl.gz", "rt") as recorded:
        for line in map(json.loads, recorded):
            if line["t"] == kind:
                yield json.loads(line["data"])


def test_every_message_has_our_envelope_and_our_events() -> None:
    seen: Counter[str] = Counter()
    for message in lines("recv"):
        assert tuple(message) == ENVELOPE
        seen[message["channel"]] += 1
        if message["channel"] != "subscriptions":
            assert shape_of(message["events"]) == [EVENTS[message["channel"]]]
    assert seen.keys() == {*EVENTS, "subscriptions"}


def test_numbers_count_a_connections_messages_from_nothing_and_trades_their_product() -> None:
    numbers, trades = [], dict[str, list[int]]()
    for message in lines("recv"):
        numbers.append(message["sequence_num"])
        for event in message["events"] if message["channel"] == "market_trades" else ():
            for row in reversed(event["trades"]):
                trades.setdefault(row["product_id"], []).append(int(row["trade_id"]))
    assert numbers == list(range(len(numbers)))
    assert {later - earlier for found in trades.values() for earlier, later in pairwise(found)} == {1}


def test_a_subscription_is_answered_after_its_snapshots() -> None:
    channels = [message["channel"] for message in lines("recv")]
    told = [message for message in lines("recv") if message["channel"] == "subscriptions"]
    assert channels[:3] == ["market_trades", "market_trades", "subscriptions"]
    assert told[-1]["events"][0]["subscriptions"]["heartbeats"] == ["heartbeats"]


def test_products_orders_and_fills_have_our_fields() -> None:
    (listed,) = lines("http")
    assert {json.dumps(product_shape(row), sort_keys=True) for row in listed["products"]} == {
        json.dumps(PRODUCT, sort_keys=True)
    }
    rows = json.loads((RECORDED / "coinbase_rest_fills_orders_ccxt.json").read_text())
    assert [order_shape(row) for row in rows["orders"]] == [FILLED_ORDER] * len(rows["orders"])
    assert [shape_of(row) for row in rows["fills"]] == [FILL] * len(rows["fills"])


def test_the_feed_reads_every_product_and_every_trade_once_and_in_order() -> None:
    (answer,) = lines("http")
    products = {row["product_id"]: read_product(row) for row in answer["products"]}
    assert len(products) == answer["num_products"]
    trades, told = Trades([Heard(products[name].instrument, (name,)) for name in ("BTC-USD", "ETH-USD")]), list[Tick]()
    trades.gather(0.0)
    for message in lines("recv"):
        envelope = read_envelope(json.dumps(message))
        assert envelope is not None
        for event in envelope.events if envelope.channel == "market_trades" else ():
            told += trades.take(event["trades"], 1.0, snapshot=event["type"] == "snapshot")
    counts = trades.counts
    assert (counts.trades, counts.missed, counts.repeated, counts.unreadable) == (len(told), 0, 0, 0)
    assert len(told) > 200
    for name in ("BTC-USD", "ETH-USD"):
        stamps = [tick.at for tick in told if tick.symbol == name]
        assert stamps == sorted(stamps)
