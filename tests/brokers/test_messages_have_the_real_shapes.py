"""The loopback broker's messages have the fields and kinds of value that Angel One's have."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.brokers.angelone.frames import LTP, QUOTE, SNAP, frame, packed
from tests.brokers.angelone.listening import order_socket
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.running import OPEN_DAY, PlainClient, running_angel_one
from tests.brokers.loopback.shapes import shape_of
from tests.brokers.message_shapes import FULL_QUOTE, LTP_FRAME, ORDER_UPDATE, QUOTE_FRAME, SNAP_FRAME
from tests.brokers.sdk_process import in_the_sdk


def test_order_messages_and_full_quotes_have_them() -> None:
    with running_angel_one() as broker, PlainClient(broker) as client:
        client.login()
        with order_socket(broker, client) as socket:
            client.place(price="830.00")
            messages = [socket.json() for _ in range(4)]
        quoted = client.ask("quote", {"mode": "FULL", "exchangeTokens": {"NSE": ["3045"]}})
    assert [message["order-status"] for message in messages] == ["AB00", "AB09", "AB01", "AB05"]
    assert [shape_of(message) for message in messages] == [ORDER_UPDATE] * 4
    assert shape_of(quoted["data"]["fetched"]) == [FULL_QUOTE]


def test_frames_have_them_as_the_sdk_parses_them(tmp_path: Path) -> None:
    at = datetime.fromisoformat(OPEN_DAY)
    quote = Market(DEFAULT, at).trade("NSE", "3045", 82_345, 1, at)
    parsed = in_the_sdk("sdk_parses", [frame(mode, quote, at).hex() for mode in (LTP, QUOTE, SNAP)], tmp_path)
    assert [shape_of(values) for values in parsed] == [LTP_FRAME, QUOTE_FRAME, SNAP_FRAME]
    assert [packed(values) for values in parsed] == [frame(mode, quote, at) for mode in (LTP, QUOTE, SNAP)]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (1, "number"),
        (1.5, "number"),
        ("1", "text"),
        (None, "null"),
        (True, "true or false"),
        ([1, 2, ""], ["number", "text"]),
    ],
)
def test_a_shape_tells_kinds_of_value_apart(value: object, shape: object) -> None:
    assert shape_of(value) == shape
