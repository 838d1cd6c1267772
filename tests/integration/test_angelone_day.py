"""The whole service trades a stretch of a day live at the loopback Angel One; then its books are the broker's.

Orders fill in parts, the answer to the first is lost, targets are reached, a person kills and flattens. Then everything
that the store has of the account is compared with what the broker has, id by id and paisa by paisa.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.recording.folder import parts_in
from local.firestore import FirestoreEmulator
from tests.cli.command import lockstep
from tests.integration.rehearsed_day import ACCOUNT, CASH, RehearsedDay, rehearsed_day
from tests.integration.service_process import money

STATES = {"complete": "filled", "cancelled": "cancelled"}
SYMBOLS = {"SBIN-EQ": "SBIN", "RELIANCE-EQ": "RELIANCE"}
SHARES_AT_ONCE = 7


def trade(day: RehearsedDay) -> None:
    """From the start to flat."""
    broker, running = day.broker, day.service
    running.await_that(lambda: '"message": "trading"' in running.told(), 60, "it trades")
    broker.do("terms", fill_lot=SHARES_AT_ONCE)
    broker.do("fault", route="placeOrder", kind="lose_reply")
    day.arm()
    running.await_that(lambda: day.account().get("effective_mode") == "live", 30, "live is effective")
    running.await_that(lambda: sides(day) == {"BUY", "SELL"}, 100, "a target was reached")
    (day.state / "KILL_SWITCH").write_text("flatten\nthe rehearsal is over\n", encoding="utf-8")
    running.await_that(lambda: not working(day) and not held(day), 40, "it is flat, and nothing rests at the broker")
    running.await_that(lambda: not day.store.all_of("open_positions", ACCOUNT), 20, "the books are flat")
    # The last report may have come between an order's end and the word of it: the next one settles that.
    running.await_that(lambda: day.account()["truth"]["state"] == "in_step", 60, "broker and books are in step")


def sides(day: RehearsedDay) -> set[str]:
    """Sides that were filled."""
    return {fill["side"] for fill in day.fills().values()}


def working(day: RehearsedDay) -> list[dict[str, Any]]:
    """The broker's orders that are not over."""
    return [order for order in day.broker.look()["orders"] if order["status"] not in STATES]


def held(day: RehearsedDay) -> list[dict[str, Any]]:
    """The broker's positions that are not flat."""
    return [row for row in day.broker.look()["positions"] if row["netqty"] != "0"]


def assert_orders_are_the_brokers(day: RehearsedDay, report: dict[str, Any]) -> None:
    """Every order of the broker carries our id and is as in our books; every order of ours that was sent is there."""
    ours = {order_id: order for order_id, order in day.orders().items() if order["venue_order_id"]}
    theirs = {row["ordertag"]: row for row in report["orders"]}
    assert len(theirs) == len(report["orders"]), "no tag twice: nothing was sent twice"
    assert ours.keys() == theirs.keys()
    for order_id, row in theirs.items():
        order = ours[order_id]
        assert (order["venue_order_id"], order["state"]) == (row["orderid"], STATES[row["status"]]), order_id
        assert (order["symbol"], order["side"]) == (SYMBOLS[row["tradingsymbol"]], row["transactiontype"])
        assert money(order["quantity"]) == Decimal(row["quantity"])
        assert money(order["filled_quantity"]) == Decimal(row["filledshares"])


def assert_fills_are_the_brokers(day: RehearsedDay, report: dict[str, Any]) -> None:
    """Fill by fill: of which order, how much, at which price."""
    theirs = {
        (row["ordertag"], str(fill["fillid"]), Decimal(fill["fillsize"]), Decimal(str(fill["fillprice"])))
        for row in report["orders"]
        for fill in row["fills"]
    }
    ours = [
        (fill["order_id"], fill["venue_fill_id"].rsplit("-", 1)[-1], money(fill["quantity"]), money(fill["price"]))
        for fill in day.fills().values()
    ]
    assert len(ours) == len(set(ours))
    assert set(ours) == theirs
    assert len(ours) > len({fill[0] for fill in ours}), "some orders were filled in parts"


def assert_money_is_the_brokers(day: RehearsedDay, report: dict[str, Any]) -> None:
    """What was paid and got, by symbol; and cash is what began, that, and our charges."""
    flow = Decimal(0)
    for row in report["positions"]:
        symbol = SYMBOLS[row["tradingsymbol"]]
        sums = {"BUY": Decimal(0), "SELL": Decimal(0)}
        for fill in day.fills().values():
            if fill["symbol"] == symbol:
                sums[fill["side"]] += money(fill["price"]) * money(fill["quantity"])
        assert (sums["BUY"], sums["SELL"]) == (Decimal(row["buyamount"]), Decimal(row["sellamount"])), symbol
        flow += sums["SELL"] - sums["BUY"]
    charges = sum((money(fill["charges"]) for fill in day.fills().values()), Decimal(0))
    assert money(day.account()["cash"]) == CASH + flow - charges
    assert charges > 0


def test_the_whole_service_trades_live_at_the_loopback_broker_and_its_books_are_the_brokers(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    with rehearsed_day(firestore_emulator.host, firestore_project, tmp_path) as day:
        trade(day)
        code, _ = day.service.end()
        report = day.broker.look()
        assert code == 0, day.service.told()[-3000:]
        assert "did not end in time" not in day.service.told()
        assert_orders_are_the_brokers(day, report)
        assert_fills_are_the_brokers(day, report)
        assert_money_is_the_brokers(day, report)
        assert (day.account()["truth"]["state"], day.account()["truth"]["differences"]) == ("in_step", [])
        assert (report["logins"], report["calls"]["logout"]) == (1, 1), "one login, and a logout at the end"
        said = day.service.told()
        (part,) = parts_in(day.state / "recordings" / ACCOUNT)
        replayed = lockstep("replay", "--day", part.path, "--strategies", tmp_path / "strategies", "--json")
        assert (replayed.code, json.loads(replayed.out)["differing"]) == (0, 0), "its recorded day is decided alike"
    secrets = ("pin", "totp_secret", "api_key")
    assert not [name for name in secrets if f'"{day.broker.told[name]}"' in said or day.broker.told[name] in said]
    assert "eyJ" not in said, "no token in any log"
    assert "Traceback" not in said
