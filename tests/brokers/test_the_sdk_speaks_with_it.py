"""The unmodified SDK, alone, trades and listens against the loopback broker: it speaks the real dialect."""

import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.angelone.frames import LENGTHS, frame
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.running import OPEN_DAY, RunningAngelOne, running_angel_one
from tests.brokers.sdk_process import in_the_sdk

# Published with the socket's layout: token 3045, sequence 7, 1700000000000 ms, 823.45 rupees.
GOLDEN = (
    "0101333034350000000000000000000000000000000000000000000700000000000000"
    "0068e5cf8b010000a941010000000000"
)  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What the SDK understood of its day, and what the broker says of it."""
    with running_angel_one("--at", OPEN_DAY, "--beat", "0.2") as broker:
        broker.do("price", symbol="SBIN-EQ", price="820.50", quantity=7)
        found = run_the_sdk(broker, tmp_path_factory.mktemp("sdk"))
        yield found, broker.look()


def run_the_sdk(broker: RunningAngelOne, folder: Path) -> dict[str, Any]:
    """Its printed findings."""
    at = datetime.fromisoformat(broker.look()["at"]).timestamp()
    asked = {"told": broker.told, "at": at}
    found: dict[str, Any] = in_the_sdk("sdk_alone", asked, folder, broker.told["authority"])
    return found


def test_it_logs_in_refreshes_and_logs_out(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found, report = day
    assert found["login"] == "L0001"
    assert found["refreshed"] is True
    assert found["logged_out"] is True
    assert report["logins"] == 1


def test_its_order_fills_and_every_book_agrees(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found, report = day
    number, tag = found["placed"]["data"]["orderid"], "L0A1B2C3D4E5F6G7H8I"
    row = next(row for row in found["order_book"]["data"] if row["orderid"] == number)
    assert (row["status"], row["ordertag"], row["averageprice"], row["filledshares"]) == ("complete", tag, 820.5, "10")
    assert found["details"]["data"] == row
    assert [trade["fillsize"] for trade in found["trade_book"]["data"]] == ["10"]
    assert [held["netqty"] for held in found["positions"]["data"]] == ["10"]
    assert found["holdings"]["data"] is None
    assert found["all_holdings"]["data"]["holdings"] is None
    assert found["funds"]["data"]["net"] == "998359.00"
    assert [order["orderid"] for order in report["orders"]] == [row["orderid"] for row in found["order_book"]["data"]]


def test_the_order_stream_tells_each_step_with_the_tag(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found, _ = day
    assert found["greeting"]["order-status"] == "AB00"
    assert [update["order-status"] for update in found["updates"]] == ["AB09", "AB01", "AB05"]
    assert {update["orderData"]["ordertag"] for update in found["updates"]} == {"L0A1B2C3D4E5F6G7H8I"}
    assert "uniqueorderid" not in found["updates"][-1]["orderData"]


def test_a_resting_order_is_changed_and_cancelled(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found, _ = day
    assert found["modified"]["status"] is True
    assert found["cancelled"]["status"] is True
    last = found["last_update"]
    assert (last["order-status"], last["orderData"]["price"], last["orderData"]["quantity"]) == ("AB02", 799.0, "5")
    assert last["orderData"]["ordertag"] == "L1"


def test_frames_of_three_modes_are_understood(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    frames = day[0]["frames"]
    assert (frames["1"]["token"], frames["1"]["last_traded_price"]) == ("3045", 82_050)
    assert "volume_trade_for_the_day" not in frames["1"]
    assert (frames["2"]["token"], frames["2"]["closed_price"]) == ("2885", 140_000)
    snap = frames["3"]
    assert (snap["token"], snap["upper_circuit_limit"], snap["lower_circuit_limit"]) == ("1594", 165_000, 135_000)
    assert [level["price"] for level in snap["best_5_buy_data"]] == [150_000, 149_995, 149_990, 149_985, 149_980]
    assert [level["flag"] for level in snap["best_5_sell_data"]] == [0, 0, 0, 0, 0]
    assert snap["best_5_sell_data"][0]["price"] == 150_005


def test_prices_candles_and_search_are_understood(day: tuple[dict[str, Any], dict[str, Any]]) -> None:
    found, _ = day
    assert found["last_price"]["data"]["ltp"] == 820.5
    assert [row["tradingSymbol"] for row in found["quote"]["data"]["fetched"]] == ["SBIN-EQ"]
    assert [row["symbolToken"] for row in found["quote"]["data"]["unfetched"]] == ["1"]
    assert [row[0][11:16] for row in found["candles"]["data"]][:2] == ["09:15", "09:20"]
    assert found["found"]["data"] == [{"exchange": "NSE", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045"}]


def test_frames_have_the_lengths_of_the_real_ones_and_the_published_bytes() -> None:
    at = datetime.fromtimestamp(1_700_000_000, tz=datetime.fromisoformat(OPEN_DAY).tzinfo)
    quote = Market(DEFAULT, at).trade("NSE", "3045", 82_345, 1, at)
    assert [len(frame(mode, quote, at)) for mode in LENGTHS] == [51, 123, 379]
    assert frame(1, quote, at, sequence=7).hex() == GOLDEN
    assert struct.unpack_from("<q", frame(3, quote, at), 123) == (1_700_000_000,)
