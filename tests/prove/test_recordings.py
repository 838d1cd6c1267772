"""Recorded messages of Angel One have the fields, kinds and bytes that the loopback broker sends. `make prove`.

Fed by the folder that LOCKSTEP_PROVE_DATA names. No binary frames were recorded, only what SDKs made of them: so each
is packed again as the loopback broker packs its own, and the SDK must read from that what was recorded.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.angelone.frames import LENGTHS, packed
from tests.brokers.angelone.orders import STREAMED
from tests.brokers.message_shapes import FULL_QUOTE, ORDER_UPDATE, QUOTE_FRAME, SNAP_FRAME, shape_of
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
