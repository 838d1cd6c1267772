"""The whole service trades a stretch of a day live at the loopback Coinbase; then its books are the broker's.

Orders fill in parts, the answer to the first is lost, a target is reached, the service is killed with positions open
and started anew, a person kills and flattens. Then everything that the store has of the account is compared with what
the broker has, id by id and cent by cent.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from local.firestore import FirestoreEmulator
from tests.integration.coinbase_day import ACCOUNT, CASH, CoinbaseDay, coinbase_day
from tests.integration.service_process import money

STATES = {"FILLED": "filled", "CANCELLED": "cancelled"}
LOT = "0.1"
CENT = Decimal("0.01")


def trade(day: CoinbaseDay) -> None:
    """From the start until a target was reached and something is held; ends with kill -9."""
    begun(day)
    day.broker.do("terms", fill_lot=LOT, maker_rate="0.012")  # the books reckon the taker's rate alone
    day.broker.do("fault", route="create_order", kind="lose_reply")
    day.arm()
    day.service.await_that(lambda: day.account().get("effective_mode") == "live", 30, "live is effective")
    day.service.await_that(lambda: sides(day) == {"BUY", "SELL"}, 100, "a target was reached")
    day.service.await_that(lambda: day.store.all_of("open_positions", ACCOUNT), 60, "something is held")
    day.service.kill()


def end(day: CoinbaseDay) -> None:
    """From the start anew to flat."""
    begun(day)
    (day.state / "KILL_SWITCH").write_text("flatten\nthe rehearsal is over\n", encoding="utf-8")
    day.service.await_that(
        lambda: not working(day) and set(held(day)) <= {"USD"}, 40, "it is flat, and nothing rests at the broker"
    )
    day.service.await_that(lambda: not day.store.all_of("open_positions", ACCOUNT), 20, "the books are flat")
    # Two reports may see a fill before the stream tells of it; the next one ends that difference.
    day.service.await_that(lambda: day.account()["truth"]["state"] == "in_step", 45, "broker and books are in step")


def begun(day: CoinbaseDay) -> None:
    day.service.await_that(lambda: '"message": "trading"' in day.service.told(), 60, "it trades")


def sides(day: CoinbaseDay) -> set[str]:
    """Sides that were filled."""
    return {fill["side"] for fill in day.fills().values()}


def working(day: CoinbaseDay) -> list[dict[str, Any]]:
    """The broker's orders that are not over."""
    return [order for order in day.broker.look()["orders"] if order["status"] not in STATES]


def held(day: CoinbaseDay) -> dict[str, Decimal]:
    """So much of each currency, free and held by orders, where there is any."""
    rows = day.broker.look()["accounts"]
    sums = {row["currency"]: Decimal(row["available_balance"]["value"]) + Decimal(row["hold"]["value"]) for row in rows}
    return {currency: amount for currency, amount in sums.items() if amount}


def assert_orders_are_the_brokers(day: CoinbaseDay, report: dict[str, Any]) -> None:
    """Every order of the broker carries our id and is as in our books; every order of ours that was sent is there."""
    ours = {order_id: order for order_id, order in day.orders().items() if order["venue_order_id"]}
    theirs = {row["client_order_id"]: row for row in report["orders"]}
    assert len(theirs) == len(report["orders"]), "no id twice: nothing was sent twice"
    assert ours.keys() == theirs.keys()
    for order_id, row in theirs.items():
        order, (terms,) = ours[order_id], row["order_configuration"].values()
        assert (order["venue_order_id"], order["state"]) == (row["order_id"], STATES[row["status"]]), order_id
        assert (order["symbol"], order["side"]) == (row["product_id"], row["side"])
        assert money(order["quantity"]) == Decimal(terms["base_size"])
        assert money(order["filled_quantity"]) == Decimal(row["filled_size"])


def assert_fills_are_the_brokers(day: CoinbaseDay, report: dict[str, Any]) -> None:
    """Fill by fill: of which order, how much, at which price."""
    theirs = {
        (row["client_order_id"], fill["entry_id"], Decimal(fill["size"]), Decimal(fill["price"]))
        for row in report["orders"]
        for fill in row["fills"]
    }
    ours = [
        (fill["order_id"], fill["venue_fill_id"], money(fill["quantity"]), money(fill["price"]))
        for fill in day.fills().values()
    ]
    assert len(ours) == len(set(ours))
    assert set(ours) == theirs
    assert len(ours) > len({fill[0] for fill in ours}), "some orders were filled in parts"


def assert_money_is_the_brokers(day: CoinbaseDay) -> None:
    """Cash is the broker's balance, but for what rounds: it takes fractions of cents, the books whole ones an order."""
    ours, theirs = money(day.account()["cash"]), held(day)["USD"]
    assert abs(ours - theirs) <= CENT * len(day.orders())
    assert theirs != CASH


def test_the_whole_service_trades_live_at_the_loopback_coinbase_and_its_books_are_the_brokers(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    with coinbase_day(firestore_emulator.host, firestore_project, tmp_path) as day:
        with day.served():
            trade(day)
            said = day.service.told()
        with day.served():
            end(day)
            code, _ = day.service.end()
            said += day.service.told()
        assert (code, "did not end in time" in said) == (0, False), said[-3000:]
        report = day.broker.look()
        assert_orders_are_the_brokers(day, report)
        assert_fills_are_the_brokers(day, report)
        assert_money_is_the_brokers(day)
        assert (day.account()["truth"]["state"], day.account()["truth"]["differences"]) == ("in_step", [])
        files = b"".join(path.read_bytes() for path in day.state.rglob("*") if path.is_file())
        key = day.broker.told["private_key"].splitlines()[1:-1]
        secrets = (day.broker.told["key_name"], *key)
        assert not [secret for secret in secrets if secret in said or secret.encode() in files], "in no log and no file"
    assert "eyJ" not in said, "no token in any log"
    assert "Traceback" not in said
