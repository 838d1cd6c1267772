"""Orders at the loopback broker's desk: their steps, fills, refusals and the money they hold."""

import pytest

from tests.brokers.angelone.floor import LAKH, Floor


def test_an_order_goes_through_every_status_of_the_real_one() -> None:
    floor, seen = Floor(step_s=1), list[str]()
    order = floor.place()
    for _ in range(5):
        seen.append(order.status)
        floor.pass_time()
    assert seen == ["put order req received", "validation pending", "open pending", "open", "open"]
    assert [code for code, *_ in floor.told] == ["AB09", "AB01"]


def test_a_limit_fills_at_the_better_of_its_price_and_the_last() -> None:
    floor = Floor()
    at_once, resting = floor.place(price="825.00"), floor.place(price="810.00")
    floor.pass_time()
    floor.price("809.50")
    assert [(order.status, order.average) for order in (at_once, resting)] == [("complete", 820.0), ("complete", 809.5)]


def test_a_part_that_fills_stays_open_and_is_told() -> None:
    floor = Floor(fill_lot=4)
    order = floor.place(price="820.00")
    floor.pass_time()
    assert (order.status, order.filled) == ("open", 4)
    floor.price("819.00")
    floor.price("819.00")
    assert [(fill.quantity, fill.price) for fill in order.fills] == [(4, 82_000), (4, 81_900), (2, 81_900)]
    assert [told for told in floor.told if told[2]] == [
        ("AB01", "open", 4), ("AB01", "open", 8), ("AB05", "complete", 10),
    ]  # fmt: skip
    assert [row["fillsize"] for row in order.trade_rows()] == ["4", "4", "2"]


def test_a_stop_waits_for_its_trigger_and_is_then_a_limit() -> None:
    floor = Floor()
    stop = {"ordertype": "STOPLOSS_LIMIT", "variety": "STOPLOSS", "transactiontype": "SELL", "producttype": "INTRADAY"}
    order = floor.place(**stop, triggerprice="815.00", price="814.00")
    floor.pass_time()
    assert order.status == "trigger pending"
    floor.price("813.00")
    assert order.status == "open"
    floor.price("814.50")
    assert (order.status, order.average) == ("complete", 814.5)
    assert [code for code, *_ in floor.told] == ["AB09", "AB10", "AB01", "AB05"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"variety": "NONE"}, (200, "AB1008")),
        ({"ordertype": "STOPLOSS_LIMIT"}, (200, "AB1008")),
        ({"producttype": "CARRYFORWARD"}, (200, "AB1012")),
        ({"symboltoken": ""}, (200, "AB4018")),
        ({"symboltoken": "2885"}, (200, "AB1009")),
        ({"tradingsymbol": "Nifty 50", "symboltoken": "99926000"}, (200, "AB1009")),
        ({"ordertag": "X" * 20}, (200, "AB4008")),
        ({"transactiontype": "HOLD"}, (400, "")),
        ({"duration": "GTC"}, (400, "")),
        ({"quantity": "0"}, (400, "")),
        ({"price": "cheap"}, (400, "")),
    ],
)
def test_the_application_refuses_at_once(changes: dict[str, str], refusal: tuple[int, str]) -> None:
    floor = Floor()
    assert floor.refusal_of(**changes) == refusal
    assert floor.desk.orders == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price": "810.03"}, "tick size"),
        ({"price": "810.005"}, "tick size"),
        ({"price": "700.00"}, "circuit"),
        ({"quantity": "100000"}, "Insufficient Funds"),
        ({"producttype": "DELIVERY", "transactiontype": "SELL"}, "Insufficient holdings"),
        ({"ordertype": "MARKET"}, "not allowed"),
        ({"duration": "IOC"}, "not allowed"),
    ],
)
def test_risk_and_the_exchange_reject_a_moment_later(changes: dict[str, str], words: str) -> None:
    floor = Floor()
    order = floor.place(**changes)
    floor.pass_time()
    assert order.status == "rejected"
    assert words in order.text
    assert floor.told == [("AB03", "rejected", 0)]


def test_a_market_order_may_be_turned_into_a_limit_instead() -> None:
    floor = Floor(market_orders="convert")
    order = floor.place(ordertype="MARKET", price="0")
    floor.pass_time()
    assert (order.asked["ordertype"], order.price, order.status) == ("LIMIT", 82_410, "complete")


def test_a_tag_that_was_used_makes_another_order() -> None:
    floor = Floor()
    assert floor.place(ordertag="L1").number != floor.place(ordertag="L1").number


def test_a_cancellation_may_lose_against_a_fill() -> None:
    floor = Floor(fills_before_cancel=True)
    order = floor.place()
    floor.pass_time()
    told = floor.desk.cancel({"orderid": order.number, "variety": "NORMAL"}, floor.at).json()
    assert (told["status"], order.status) == (True, "complete")


def test_what_fills_before_a_cancellation_is_in_force_has_filled() -> None:
    floor = Floor(step_s=1)
    order = floor.place()
    floor.pass_time(3)
    floor.desk.cancel({"orderid": order.number, "variety": "NORMAL"}, floor.at)
    floor.price("809.00")
    floor.pass_time(3)
    assert order.status == "complete"
    assert floor.desk.cancel({"orderid": order.number, "variety": "NORMAL"}, floor.at).json()["errorcode"] == "AB1013"


def test_a_cancellation_must_name_the_variety() -> None:
    floor = Floor()
    order = floor.place()
    assert floor.desk.cancel({"orderid": order.number, "variety": "STOPLOSS"}, floor.at).json()["errorcode"] == "AB1008"


def test_a_modification_is_in_force_a_step_later() -> None:
    floor = Floor(step_s=1)
    order = floor.place()
    floor.pass_time(3)
    floor.desk.modify({"orderid": order.number, "variety": "NORMAL", "price": "811.00", "quantity": "4"}, floor.at)
    assert (order.status, order.price) == ("modify pending", 81_000)
    floor.pass_time(3)
    assert (order.status, order.price, order.quantity) == ("open", 81_100, 4)
    assert [code for code, *_ in floor.told] == ["AB09", "AB01", "AB11", "AB04", "AB01"]


def test_funds_are_blocked_by_what_works_and_freed_by_what_ends() -> None:
    floor = Floor()
    order = floor.place(quantity="100")
    floor.pass_time()
    assert floor.account.available(floor.desk.blocked()) == 10 * LAKH - 81_000 * 100 // 5
    floor.desk.cancel({"orderid": order.number, "variety": "NORMAL"}, floor.at)
    floor.pass_time()
    assert floor.account.available(floor.desk.blocked()) == 10 * LAKH
