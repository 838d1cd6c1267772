"""Where broker and books differ an exit leaves for what the broker has: it never turns the position there round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.broker import BrokerReport, VenueOrder, VenuePosition, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import (
    BrokerEvent,
    CommandReceived,
    FillReceived,
    OrderAccepted,
    OrderDispatched,
    OrderExpired,
)
from engine.domain.exits import Exits
from engine.domain.order import ExitReason, OrderState, Purpose, Side
from engine.runtime.dispatch import NOT_ASKED_RESTS_S
from engine.runtime.doubted_exits import still_to_close
from tests.core.test_stuck_exits import bought, held
from tests.runtime.broker_desk import AT, BrokerDesk, ScriptedVenue, order

D = Decimal
OUT = order("OUT", Purpose.EXIT)  # sells a hundred


def report(net: int, *working: tuple[str | None, Side, int]) -> BrokerReport:
    """The venue holds so much, and these orders work there: id of ours or none, side, quantity."""
    orders = tuple(
        VenueOrder(f"V{number}", tag, "ACME", side, D(quantity), D(0), VenueState.WORKING, AT)
        for number, (tag, side, quantity) in enumerate(working)
    )
    return BrokerReport(orders, (), (VenuePosition("ACME", D(net), D(500)),) if net else (), AT)


@pytest.mark.parametrize(
    ("books", "seen", "leaves"),
    [
        (100, report(100), 100),
        (100, report(0), 0),
        (100, report(40), 40),
        (100, report(-30), 0),
        (100, report(130), 100),
        (200, report(100), 100),  # another bot's hundred, or ours: one of them is there
        (200, report(100, ("STOP", Side.SELL, 100)), 0),  # the other's stop has that hundred already
        (0, report(0), 100),  # another bot is short a hundred: nothing is missing
        (0, report(-100), 0),  # and now it is
        (100, report(100, (None, Side.SELL, 100)), 100),  # a person's order may never fill
        (100, report(100, ("OTHER", Side.BUY, 100)), 100),
    ],
)
def test_so_much_may_leave(books: int, seen: BrokerReport, leaves: int) -> None:
    assert still_to_close(OUT, seen, D(books)) == leaves
    short = order("BACK", Purpose.EXIT, side=Side.BUY)
    sides = {Side.SELL: Side.BUY, Side.BUY: Side.SELL}
    turned = BrokerReport(
        tuple(
            VenueOrder(o.venue_order_id, o.client_order_id, "ACME", sides[o.side], o.quantity, D(0), o.state, AT)
            for o in seen.orders
        ),
        (),
        tuple(VenuePosition("ACME", -held.quantity, D(500)) for held in seen.positions),
        AT,
    )
    assert still_to_close(short, turned, D(-books)) == leaves, "a short position alike"


class Keeping(ScriptedVenue):
    """Remembers what was sent."""

    sent: list[SubmitOrder]

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        self.sent = [*getattr(self, "sent", []), order]
        return super().submit(order)


def differing(*reports: BrokerReport | OutcomeUnknown, books: int = 100) -> tuple[BrokerDesk, Keeping]:
    """A desk whose books differ from what the venue shows."""
    venue = Keeping()
    venue.on_report.extend(reports)
    desk = BrokerDesk(venue)
    desk.outgoing.doubted = {"ACME": D(books)}
    return desk, venue


def test_of_a_position_that_a_person_sold_by_hand_nothing_is_sold_again_and_it_is_told_why() -> None:
    desk, _ = differing(report(0), report(0))
    desk.ask(OUT).step()
    assert desk.calls("submit") == []
    (event,) = desk.step(after_s=NOT_ASKED_RESTS_S)
    assert isinstance(event, OrderExpired)
    assert "decide the difference" in event.reason


def test_what_the_broker_has_left_is_closed_and_the_books_hear_how_much_that_was() -> None:
    desk, venue = differing(report(40))
    told = desk.ask(OUT).step()
    assert [sent.quantity for sent in venue.sent] == [40]
    assert [event.quantity for event in told if isinstance(event, OrderAccepted)] == [40]


def test_where_the_broker_does_not_say_what_it_has_the_exit_leaves_whole() -> None:
    desk, venue = differing(OutcomeUnknown("no report today"))
    desk.ask(OUT).step()
    assert [sent.quantity for sent in venue.sent] == [100]


def test_a_protective_stop_is_placed_for_what_the_broker_has_and_not_at_all_of_nothing() -> None:
    desk, venue = differing(report(40), report(0))
    desk.ask(order("STOP", Purpose.PROTECT, side=Side.SELL)).step()
    assert [sent.quantity for sent in venue.sent] == [40]
    told = desk.ask(order("NEXT", Purpose.PROTECT, side=Side.SELL)).step()
    assert [type(event) for event in told] == [OrderExpired], "at once: another is tried by the rule of stops"
    assert desk.calls("submit") == ["STOP"]


def test_entries_and_symbols_that_do_not_differ_ask_for_no_report() -> None:
    desk, _ = differing()
    desk.ask(order("IN"), order("ELSE", Purpose.EXIT, symbol="OTHER")).step()
    assert sorted(desk.calls("submit")) == ["ELSE", "IN"]
    assert desk.calls("report") == []


def test_the_books_take_an_exit_for_what_left_and_have_the_rest_decided_anew() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.outgoing.pop(0)
    wire.take(OrderAccepted(leaving.order_id, "V-1", wire.now, D(4)))
    wire.take(FillReceived(leaving.order_id, "F-1", D(4), D(500), wire.now))
    done = wire.state.orders[leaving.order_id]
    assert (done.state, done.quantity, done.filled_quantity) == (OrderState.FILLED, 4, 4)
    assert [(sent.quantity, sent.exit_reason) for sent in wire.outgoing] == [(6, ExitReason.MANUAL)]


def test_a_stop_that_rested_for_what_the_broker_had_is_out_when_that_is_filled() -> None:
    """Six of ten were sold by hand, so four are left to protect; the books have ten until the difference is decided."""
    wire = bought(Exits(stop_pct=D(1)))
    stop = wire.outgoing.pop(0)
    hand = wire.book.place(None, "ACME", Side.SELL, D(6), wire.now)
    wire.book.fill(hand, D(6), D(500))
    wire.take(OrderDispatched(stop.order_id, wire.now))
    wire.report()
    wire.report()
    wire.take(OrderAccepted(stop.order_id, wire.book.take(replace(stop, quantity=D(4))), wire.now, D(4)))
    assert not wire.cancels, "it is not placed anew while they differ: the books have it as it was decided"
    wire.fill(stop.order_id)
    wire.hear()
    for _ in range(3):
        wire.report()
    assert not wire.state.orders[stop.order_id].open
    (differs,) = wire.state.truth.open()
    decided = {"difference_id": differs.difference_id, "resolution": "adopt", "by": "ann"}
    wire.take(CommandReceived("d", "resolve_difference", decided))
    wire.settle()
    assert (wire.position, wire.net(), wire.state.truth.state) == (None, 0, "in_step")
