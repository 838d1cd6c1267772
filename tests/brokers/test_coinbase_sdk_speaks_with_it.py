"""Coinbase's unmodified SDK, alone, trades and listens against the loopback broker: it speaks the real dialect."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.brokers.coinbase.running import running_coinbase
from tests.brokers.sdk_process import in_the_sdk

Visit = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """What the SDK understood of its visit, and what the broker says of it."""
    with running_coinbase("--walk", "1", "--beat", "0.1") as broker:
        for socket in ("market_socket", "user_socket"):
            broker.do(socket, act="client_id", on=True)  # its types insist on one, though production sends none
        found = in_the_sdk("coinbase_sdk_alone", broker.told, tmp_path_factory.mktemp("sdk"), broker.told["authority"])
        yield found, broker.look()


def test_both_kinds_of_its_keys_open_and_none_of_its_tokens_is_turned_away(visit: Visit) -> None:
    found, report = visit
    assert (found["permissions"]["can_view"], found["permissions"]["can_trade"]) == (True, True)
    assert found["by_key_file"]["portfolios"][0]["uuid"] == found["permissions"]["portfolio_uuid"]
    assert report["turned_away"] == []
    assert report["denied"] == {"market": 0, "user": 0}


def test_it_reads_the_market_by_either_path(visit: Visit) -> None:
    found, _ = visit
    for path in ("", "public_"):
        listed = {row["product_id"]: row for row in found[f"{path}products"]["products"]}
        assert listed["BTC-USD"]["base_increment"] == "0.00000001"
        assert found[f"{path}product"]["product_id"] == "BTC-USD"
        assert [len(found[f"{path}book"]["pricebook"][side]) for side in ("bids", "asks")] == [3, 3]
        assert len(found[f"{path}candles"]["candles"]) >= 12
        assert found[f"{path}trades"]["trades"][0]["product_id"] == "BTC-USD"
    assert found["best"]["pricebooks"][0]["product_id"] == "BTC-USD"
    assert found["preview"]["errs"] == []
    assert int(found["time"]["epoch_seconds"]) > 1_700_000_000


def test_its_order_fills_and_every_list_agrees(visit: Visit) -> None:
    found, report = visit
    placed = found["placed"]["success_response"]["order_id"]
    (fill,) = found["fills"]["fills"]
    row = next(row for row in found["orders"] if row["order_id"] == placed)
    assert (row["status"], row["client_order_id"], row["filled_size"]) == ("FILLED", "sdk-1", "0.01")
    assert (row["average_filled_price"], row["total_fees"]) == (fill["price"], fill["commission"])
    balances = {one["currency"]: one["available_balance"]["value"] for one in found["accounts"]["accounts"]}
    assert float(balances["USD"]) == 100_000 - float(row["total_value_after_fees"])
    assert found["fees"]["total_fees"] == float(fill["commission"])
    assert found["again"]["success_response"]["order_id"] == placed
    assert [one["client_order_id"] for one in found["orders"]] == ["sdk-3", "sdk-2", "sdk-1"]
    assert [one["order_id"] for one in report["orders"]] == [one["order_id"] for one in reversed(found["orders"])]


def test_a_stop_is_kept_a_rest_is_cancelled_and_too_much_is_refused(visit: Visit) -> None:
    found, _ = visit
    assert found["stop"]["order"]["order_configuration"]["stop_limit_stop_limit_gtc"]["stop_price"] == "41000"
    assert [one["success"] for one in found["cancelled"]["results"]] == [True, False]
    assert found["last_update"]["client_order_id"] == "sdk-2"
    assert found["refused"]["error_response"]["preview_failure_reason"] == "PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE"


def test_the_user_channel_tells_it_each_step(visit: Visit) -> None:
    found, _ = visit
    assert found["snapshot"]["events"] == [{"type": "snapshot", "orders": []}]
    assert [row["status"] for row in found["updates"]] == ["PENDING", "OPEN", "FILLED"]


def test_every_channel_of_the_market_speaks_to_it_in_order(visit: Visit) -> None:
    found, _ = visit
    channels = {message["channel"] for message in found["messages"]}
    assert channels == {"ticker", "market_trades", "candles", "l2_data", "status", "heartbeats", "subscriptions"}
    numbers = [message["sequence_num"] for message in found["messages"]]
    assert numbers == list(range(len(numbers)))
