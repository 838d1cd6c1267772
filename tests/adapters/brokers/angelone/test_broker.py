"""The adapter at the loopback broker: what is sent, when nothing is, how orders are found and taken out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.angelone.access.calls import UnlistedRefusal
from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.order import OrderType, Purpose, Side
from tests.adapters.brokers.angelone.order_desk import ONE, THREE, TWO, OrderDesk, limit_order, stop_order
from tests.brokers.angelone.running import ORDER

D = Decimal
NEVER_ASKED = 0


def test_an_order_is_sent_as_it_was_asked_for_and_accepted_under_the_brokers_number(desk: OrderDesk) -> None:
    (accepted,) = desk.venue.submit(limit_order(price="812.37"))
    assert isinstance(accepted, OrderAccepted)
    (standing,) = desk.orders
    assert (standing.number, standing.asked["ordertag"], standing.price) == (accepted.venue_order_id, ONE, 81235)
    assert (standing.asked["producttype"], standing.asked["variety"]) == ("INTRADAY", "NORMAL")


def test_what_the_broker_checks_is_rejected_with_its_words(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "refused", code="AB1012", message="Invalid Product Type")
    (told,) = desk.venue.submit(limit_order())
    assert isinstance(told, OrderRejected)
    assert told.reason == "Invalid Product Type (AB1012)"


def test_what_the_exchange_rejects_is_found_with_its_words(desk: OrderDesk) -> None:
    desk.ask(limit_order(price="500.00"))
    found = desk.venue.find(ONE)
    assert found is not None
    assert (found[0].state, found[0].reason) == (VenueState.REJECTED, "The price is out of the circuit limits")


@pytest.mark.parametrize(
    "at",
    ["2026-11-23T09:14:59+05:30", "2026-11-23T15:29:49+05:30", "2026-11-23T18:00:00+05:30",
     "2026-11-22T11:00:00+05:30", "2026-11-24T11:00:00+05:30"],
)  # fmt: skip
def test_outside_the_session_nothing_is_sent_since_the_broker_would_keep_it(desk: OrderDesk, at: str) -> None:
    desk.clock.pass_s((datetime.fromisoformat(at) - desk.clock.now()).total_seconds() % (7 * 86_400))
    for order in (limit_order(), limit_order(purpose=Purpose.EXIT), stop_order()):
        with pytest.raises(BackPressure, match="closed"):
            desk.venue.submit(order)
    assert desk.angel.calls("placeOrder") == NEVER_ASKED


def test_an_order_that_waits_for_its_turn_over_the_close_does_not_leave(desk: OrderDesk) -> None:
    for number in range(9):
        desk.venue.submit(limit_order(f"{number:A>15}".replace("0", "Z"), purpose=Purpose.EXIT))
    desk.clock.jump(datetime.fromisoformat("2026-11-23T15:29:44+05:30"))
    for number in range(9):
        desk.access.calls.send(Route.CANCEL, {"variety": "NORMAL", "orderid": str(number)}, exit=True)
    desk.clock.on_wait = lambda: desk.clock.pass_s(10.0)  # the machine stands still for ten seconds
    with pytest.raises(BackPressure, match="closed"):
        desk.venue.submit(limit_order(purpose=Purpose.EXIT))
    assert desk.angel.calls("placeOrder") == 9


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"order_type": OrderType.MARKET, "limit_price": None}, "at the market"),
        ({"symbol": "NOSUCH"}, "NOSUCH"),
        ({"post_only": True}, "never takes"),
    ],
)
def test_what_can_not_be_asked_for_stays_here_and_says_why(desk: OrderDesk, changes: Any, says: str) -> None:
    with pytest.raises(BackPressure, match=says):
        desk.venue.submit(replace(limit_order(), **changes))
    assert desk.angel.calls("placeOrder") == NEVER_ASKED


def test_what_never_left_or_was_refused_is_not_looked_for(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "refused", code="AB1009")
    desk.venue.submit(limit_order())
    desk.cut_off()
    with pytest.raises(BackPressure):
        desk.venue.submit(limit_order(TWO))
    before = desk.angel.calls("getOrderBook")
    desk.venue.stream.take(None, desk.told.append)
    assert desk.angel.calls("getOrderBook") == before
    assert not desk.venue.stream.looks_for_anything


def test_an_order_without_an_answer_is_found_by_its_tag_in_the_order_book(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "lose_reply")
    with pytest.raises(OutcomeUnknown):
        desk.venue.submit(limit_order())
    found = desk.venue.find(ONE)
    assert found is not None
    assert (found[0].client_order_id, found[0].state) == (ONE, VenueState.WORKING)
    assert desk.venue.find(TWO) is None


def test_an_order_that_was_answered_is_asked_for_by_its_unique_id_not_by_the_whole_book(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    before = desk.angel.calls("getOrderBook")
    assert desk.venue.find(ONE) is not None
    assert (desk.angel.calls("getOrderBook"), desk.angel.calls("details")) == (before, 1)


def test_an_order_that_was_taken_and_is_listed_nowhere_is_no_absent_order(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "hidden", seconds=30)
    desk.venue.submit(limit_order())
    with pytest.raises(OutcomeUnknown, match="does not list it"):
        desk.venue.find(ONE)
    desk.pass_s(31)
    assert desk.venue.find(ONE) is not None


def test_a_cancellation_names_the_drawer_and_ends_as_it_was_meant(desk: OrderDesk) -> None:
    desk.ask(stop_order(ONE), limit_order(TWO, side=Side.SELL, price="830.00", purpose=Purpose.ENTRY))
    desk.ask(CancelOrder(ONE, 0, "moved"), CancelOrder(TWO, 0, "the day is over", expire=True))
    desk.until(lambda: len(desk.told) >= 8)
    ended = {type(event): event.order_id for event in desk.told if isinstance(event, (OrderCancelled, OrderExpired))}
    assert ended == {OrderCancelled: ONE, OrderExpired: TWO}
    assert [order.status for order in desk.orders] == ["cancelled", "cancelled"]


def test_an_order_of_before_a_restart_is_cancelled_in_the_drawer_that_the_book_says(desk: OrderDesk) -> None:
    (accepted,) = desk.venue.submit(stop_order())
    assert isinstance(accepted, OrderAccepted)
    desk.pass_s(31)  # a one-time code is good for one login
    anew = OrderDesk(desk.angel, desk.reach.instruments, Product.INTRADAY)  # type: ignore[arg-type]
    anew.venue.cancel(CancelOrder(ONE, 0, "again", venue_order_id=accepted.venue_order_id))
    desk.pass_s()
    assert desk.orders[0].status == "cancelled"
    anew.access.wire.close()


def test_an_order_that_became_one_for_the_next_morning_is_still_taken_out(desk: OrderDesk) -> None:
    desk.venue.report()  # logged in
    desk.angel.broker.clock.jump(datetime.fromisoformat("2026-11-23T15:30:01+05:30"))  # the broker's clock is ahead
    desk.ask(limit_order())
    (standing,) = desk.orders
    assert (standing.asked["variety"], standing.status) == ("AMO", "after market order req received")
    found = desk.venue.find(ONE)
    assert found is not None
    assert found[0].state is VenueState.WORKING
    desk.ask(CancelOrder(ONE, 0, "the day is over", expire=True))
    desk.until(lambda: "OrderExpired" in desk.kinds())
    assert standing.status == "cancelled after market order"


def test_an_order_by_hand_is_cancelled_by_its_number_and_the_books_are_told_nothing(desk: OrderDesk) -> None:
    desk.venue.report()  # logged in
    by_hand = {**ORDER, "variety": "STOPLOSS", "ordertype": "STOPLOSS_LIMIT", "transactiontype": "SELL",
               "price": "795.00", "triggerprice": "800.00"}  # fmt: skip
    desk.angel.broker.desk.place(by_hand, desk.angel.broker.clock.now())
    desk.pass_s()
    (standing,) = desk.orders
    assert desk.ask(CancelOrder("", 0, "a person had it cancelled", venue_order_id=standing.number)) == []
    assert standing.status == "cancelled"


def test_a_cancellation_of_what_has_ended_says_nothing_and_its_end_is_looked_up(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.price("809.00")
    assert desk.venue.cancel(CancelOrder(ONE, 0, "late")) == ()
    desk.ask(CancelOrder(ONE, 0, "late"))
    desk.until(lambda: "FillReceived" in desk.kinds())
    assert "OrderCancelled" not in desk.kinds()


def test_a_cancellation_that_the_broker_only_heard_is_asked_again_until_the_order_is_out(desk: OrderDesk) -> None:
    desk.ask(limit_order())
    desk.angel.broker.terms.step_s = 5.0
    desk.ask(CancelOrder(ONE, 0, "slowly"))
    assert desk.until(lambda: "OrderCancelled" in desk.kinds()) >= 5
    assert desk.kinds().count("OrderCancelled") == 1


def test_the_second_order_under_one_tag_is_somebody_elses(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "applied_twice")
    desk.ask(limit_order())
    first, second = desk.venue.report().orders
    assert (first.client_order_id, second.client_order_id) == (ONE, None)
    assert "second order under the id" in second.reason
    desk.price("809.00")
    assert [fill.client_order_id for fill in desk.venue.report().fills] == [ONE, None]
    found = desk.venue.find(ONE)
    assert found is not None
    assert (found[0].venue_order_id, len(found[1])) == (first.venue_order_id, 1)


def test_a_refusal_that_is_in_no_list_stops_entries_for_the_day_and_lets_exits_leave(desk: OrderDesk) -> None:
    desk.angel.fault("placeOrder", "refused", code="AB7777", message="Request is not from a registered address")
    with pytest.raises(UnlistedRefusal):
        desk.venue.submit(limit_order(ONE))
    with pytest.raises(BackPressure, match="entries stop"):
        desk.venue.submit(limit_order(TWO))
    assert desk.venue.stopped is not None
    assert "AB7777" in desk.venue.stopped
    assert isinstance(desk.venue.submit(limit_order(THREE, purpose=Purpose.EXIT, price="830.00"))[0], OrderAccepted)
    desk.clock.jump(datetime.fromisoformat("2026-11-25T10:00:05+05:30"))
    assert desk.venue.stopped is None
    assert isinstance(desk.venue.submit(limit_order(TWO))[0], OrderAccepted)
