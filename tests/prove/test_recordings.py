"""Recorded messages of Angel One have the fields, kinds and bytes that the loopback broker sends. `make prove`.

Fed by the folder that LOCKSTEP_PROVE_DATA names. No binary frames were recorded, only what SDKs made of them: so each
is packed again as the loopback broker packs its own, and the SDK must read from that what was recorded.
"""

from __future__ import annotations

import json
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.brokers.angelone.orders.order_rows import Place, day_of, order_row
from engine.adapters.brokers.angelone.prices.frames import QUOTE, SNAP_QUOTE, read_frame
from engine.adapters.brokers.angelone.prices.prints import Heard, Prints
from engine.domain.broker import VenueState
from engine.domain.instant import MILLISECOND, SECOND, iso
from engine.domain.market import Tick
from engine.market_data.instruments import instrument_for
from tests.brokers.angelone.frames import LENGTHS, packed
from tests.brokers.angelone.orders import STREAMED
from tests.brokers.loopback.shapes import shape_of
from tests.brokers.message_shapes import FULL_QUOTE, ORDER_UPDATE, QUOTE_FRAME, SNAP_FRAME
from tests.brokers.sdk_process import in_the_sdk

pytestmark = pytest.mark.prove

RECORDED = Path(os.environ.get("LOCKSTEP_PROVE_DATA", ".")) / "broker_messages" / "angel_one_messages.jsonl"
ORDER_TIME = re.compile(r"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d")

# The JavaScript SDK's names for what the Python one calls otherwise.
RENAMED = {
    "avg_traded_price": "average_traded_price",
    "vol_traded": "volume_trade_for_the_day",
    "open_price_day": "open_price_of_the_day",
    "high_price_day": "high_price_of_the_day",
    "low_price_day": "low_price_of_the_day",
    "close_price": "closed_price",
}


def recorded(kind: str, sdk: str) -> list[dict[str, Any]]:
    """The messages of a kind, as they were written down."""
    lines = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    return [line["message"] for line in lines if line["kind"] == kind and line["sdk"] == sdk]


def test_order_messages_have_our_fields_statuses_and_times() -> None:
    messages = recorded("order_update_ws", "smartapi-python")
    assert len(messages) == 2
    for message in messages:
        row = message["orderData"]
        assert shape_of(message) == ORDER_UPDATE
        assert STREAMED[row["status"]] == message["order-status"]
        assert ORDER_TIME.fullmatch(row["updatetime"])
        assert re.fullmatch(r"\d{15}", row["orderid"])


def test_recorded_orders_are_read_as_what_they_were() -> None:
    waiting, done = (order_row(message["orderData"]) for message in recorded("order_update_ws", "smartapi-python"))
    assert (waiting.state, waiting.filled, waiting.quantity) == (VenueState.WORKING, 0, 1)
    assert (done.state, done.filled, done.quantity) == (VenueState.FILLED, 1, 1)
    assert (done.place, done.tag) == (Place("NSE", "NIFTYBEES-EQ", "DELIVERY"), None)
    assert [iso(row.at or 0) for row in (waiting, done)] == ["2024-12-26T08:18:37Z", "2024-12-26T08:37:19Z"]
    days = {day_of(row.order_id, row.at or 0).isoformat() for row in (waiting, done)}
    assert days == {"2024-12-26"}


def test_a_heartbeat_of_the_order_socket_is_our_pong() -> None:
    lines = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    assert [line["message_hex"] for line in lines if line["kind"] == "order_update_ws_heartbeat"] == ["00"]


def test_a_full_quote_has_our_fields() -> None:
    quotes = recorded("rest_quote_full_item", "smartapi-javascript")
    assert [shape_of(quote) for quote in quotes] == [FULL_QUOTE]


def test_a_snap_quote_packed_by_us_is_read_as_it_was_recorded(tmp_path: Path) -> None:
    snaps = recorded("ws_v2_decoded", "smartapi-python")
    assert [shape_of(snap) for snap in snaps] == [SNAP_FRAME]
    frames = [packed(snap) for snap in snaps]
    assert [len(frame) for frame in frames] == [LENGTHS[3]]
    assert in_the_sdk("sdk_parses", [frame.hex() for frame in frames], tmp_path) == snaps


def test_quotes_packed_by_us_are_read_as_they_were_recorded(tmp_path: Path) -> None:
    quotes = recorded("ws_v2_decoded", "smartapi-javascript")
    assert len(quotes) == 4
    values = [
        {RENAMED.get(name, name): value.strip('"') if name == "token" else int(value) for name, value in quote.items()}
        for quote in quotes
    ]
    frames = [packed(each) for each in values]
    assert {len(frame) for frame in frames} == {LENGTHS[2]}
    parsed = in_the_sdk("sdk_parses", [frame.hex() for frame in frames], tmp_path)
    assert [shape_of(each) for each in parsed] == [QUOTE_FRAME] * 4
    assert parsed == [{**each, "subscription_mode_val": "QUOTE"} for each in values]


def test_recorded_frames_are_read_by_us_as_by_the_sdk() -> None:
    (snap,) = recorded("ws_v2_decoded", "smartapi-python")
    read = read_frame(packed(snap))
    assert (read.mode, read.exchange, read.token, read.sequence) == (
        SNAP_QUOTE, "NSE", snap["token"], snap["sequence_number"],
    )  # fmt: skip
    assert (read.at, read.price) == (snap["exchange_timestamp"] * MILLISECOND, snap["last_traded_price"])
    assert read.day is not None
    assert read.book is not None
    assert (read.day.volume, read.day.average) == (snap["volume_trade_for_the_day"], snap["average_traded_price"])
    assert (read.day.open, read.day.high, read.day.low, read.day.previous_close) == (
        snap["open_price_of_the_day"], snap["high_price_of_the_day"], snap["low_price_of_the_day"],
        snap["closed_price"],
    )  # fmt: skip
    for side, levels in (("best_5_buy_data", read.book.buys), ("best_5_sell_data", read.book.sells)):
        told = [(level["price"], level["quantity"], level["no of orders"]) for level in snap[side]]
        assert [(level.price, level.quantity, level.orders) for level in levels] == told
    assert read.book.last_traded_at == snap["last_traded_timestamp"] * SECOND
    assert (read.book.upper_circuit, read.book.lower_circuit) == (
        snap["upper_circuit_limit"], snap["lower_circuit_limit"],
    )  # fmt: skip


def test_recorded_quotes_become_ticks_whose_quantities_are_what_traded() -> None:
    values = [
        {RENAMED.get(name, name): value.strip('"') if name == "token" else int(value) for name, value in quote.items()}
        for quote in recorded("ws_v2_decoded", "smartapi-javascript")
    ]
    prints = Prints([Heard(instrument_for("INFY"), "NSE", "1594", QUOTE)])
    ticks = [event for each in values for event in prints.take(packed(each), 0.0) if isinstance(event, Tick)]
    assert [tick.price for tick in ticks] == [each["last_traded_price"] for each in values]
    volumes = [each["volume_trade_for_the_day"] for each in values]
    assert [tick.quantity for tick in ticks] == [0, *(later - before for before, later in pairwise(volumes))]
