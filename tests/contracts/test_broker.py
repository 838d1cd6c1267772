"""What dispatch and reconciliation rely on of a venue, asked of the simulated one and of the practice venue alike.

The practice venue stands in a thread of the test, its fills made by hand; the simulated one fills at the next price.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

import pytest

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.domain.broker import BrokerReport, VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import BrokerEvent, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.order import OrderType, Purpose
from engine.simulation.fill_model import FillModel
from engine.simulation.venue import SimulatedVenue
from engine.simulation.venue_book import VenueBook
from tests.builders.market import instrument
from tests.runtime.broker_desk import AT, order
from tests.venue.book import Book
from tests.venue.server import serve

D = Decimal


class AnyVenue(Protocol):
    """What both are asked here."""

    def submit(self, asked: SubmitOrder) -> Sequence[BrokerEvent]: ...

    def cancel(self, asked: CancelOrder) -> Sequence[BrokerEvent]: ...

    def report(self) -> BrokerReport: ...

    def fill_all(self) -> None: ...


class Simulated:
    """The simulated venue and its book, put together as paper.py does."""

    def __init__(self) -> None:
        self._venue = SimulatedVenue(FillModel(), lambda symbol: instrument(), lambda symbol: 50_000)
        self._book = VenueBook()

    def submit(self, asked: SubmitOrder) -> Sequence[BrokerEvent]:
        said = self._venue.submit(asked)
        self._book.take(asked, said)
        return said

    def cancel(self, asked: CancelOrder) -> Sequence[BrokerEvent]:
        said = self._venue.cancel(asked)
        self._book.note(said)
        return said

    def report(self) -> BrokerReport:
        return self._book.report(AT)

    def fill_all(self) -> None:
        self._book.note(self._venue.on_price("ACME", AT + 1, 50_000))


class Practice(PracticeBroker):
    """The adapter on a server of the test's own."""

    def __init__(self, *, strict: bool = False) -> None:
        self._server = serve(0, Book(delay_s=(1e6, 1e6), parted=0), strict=strict)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.venue = self._server.RequestHandlerClass.venue  # type: ignore[attr-defined]
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        super().__init__(url, MarketView(lambda: AT, lambda symbol: D(500)), within_s=1.0)

    def fill_all(self) -> None:
        with self.venue.changed:
            for booked in self.venue.book.orders.values():
                if booked.state == "working":
                    self.venue.book.fill(booked, booked.quantity)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


@pytest.fixture(params=["simulated", "practice"])
def venue(request: pytest.FixtureRequest) -> AnyVenue:
    """A venue that has nothing yet."""
    return Simulated() if request.param == "simulated" else request.getfixturevalue("practice")


def test_an_order_that_is_taken_is_accepted_and_listed_under_our_id(venue: AnyVenue) -> None:
    (accepted,) = venue.submit(order())
    assert isinstance(accepted, OrderAccepted)
    (listed,) = venue.report().orders
    assert (listed.client_order_id, listed.venue_order_id) == ("ONE", accepted.venue_order_id)
    assert (listed.state, listed.quantity, listed.filled_quantity) == (VenueState.WORKING, D(100), D(0))


def test_what_it_fills_is_in_the_report_three_times_order_fill_and_position(venue: AnyVenue) -> None:
    venue.submit(order())
    venue.fill_all()
    report = venue.report()
    (listed,), (fill,), (held,) = report.orders, report.fills, report.positions
    assert (listed.state, listed.filled_quantity) == (VenueState.FILLED, D(100))
    assert (fill.client_order_id, fill.quantity, fill.venue_order_id) == ("ONE", D(100), listed.venue_order_id)
    assert (held.symbol, held.quantity, held.overnight) == ("ACME", D(100), False)


def test_what_was_bought_and_sold_is_no_position(venue: AnyVenue) -> None:
    venue.submit(order())
    venue.submit(order("TWO", Purpose.EXIT))
    venue.fill_all()
    assert (len(venue.report().fills), venue.report().positions) == (2, ())


@pytest.mark.parametrize(
    ("expire", "event", "state"), [(False, OrderCancelled, "cancelled"), (True, OrderExpired, "expired")]
)
def test_a_working_order_is_cancelled_or_expires_as_it_was_asked(
    venue: AnyVenue, expire: bool, event: type, state: str
) -> None:
    venue.submit(order())
    (told,) = venue.cancel(CancelOrder("ONE", AT, "as asked", expire))
    assert (type(told), venue.report().orders[0].state) == (event, state)


def test_cancelling_what_has_ended_tells_nothing_however_often(venue: AnyVenue) -> None:
    venue.submit(order())
    venue.fill_all()
    for _ in range(2):
        assert venue.cancel(CancelOrder("ONE", AT, "as asked")) == ()
    assert venue.report().orders[0].state is VenueState.FILLED


def test_an_order_is_found_by_our_id_with_its_fills_and_one_that_never_came_is_not(practice: Practice) -> None:
    practice.submit(order())
    practice.fill_all()
    found = practice.find("ONE")
    assert found is not None
    assert (found[0].state, [fill.quantity for fill in found[1]]) == (VenueState.FILLED, [D(100)])
    assert practice.find("TWO") is None


def test_a_lost_reply_is_an_unknown_outcome_and_the_order_is_there() -> None:
    venue = Practice()
    venue.venue.faults.append({"do": "lose_reply"})
    with pytest.raises(OutcomeUnknown):
        venue.submit(order())
    assert venue.find("ONE") is not None
    venue.close()


def test_an_answer_that_is_no_yes_and_no_no_is_an_unknown_outcome(practice: Practice) -> None:
    practice.venue.faults.append({"do": "refuse_503"})
    with pytest.raises(OutcomeUnknown, match="503"):
        practice.submit(order())


def test_a_request_is_never_repeated_by_itself(practice: Practice) -> None:
    practice.venue.faults.append({"do": "lose_reply"})
    with pytest.raises(OutcomeUnknown):
        practice.submit(order())
    assert len(practice.report().orders) == 1


def test_a_venue_that_can_not_be_reached_certainly_has_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = PracticeBroker(f"http://127.0.0.1:{port}", MarketView(lambda: AT, lambda symbol: D(500)), within_s=1.0)
    with pytest.raises(BackPressure):
        gone.submit(order())


def test_a_used_client_id_is_refused_where_the_venue_is_strict_and_taken_again_where_it_is_not() -> None:
    for strict, expected in ((True, OrderRejected), (False, OrderAccepted)):
        venue = Practice(strict=strict)
        venue.submit(order())
        (told,) = venue.submit(order())
        assert type(told) is expected
        venue.close()


def test_a_post_only_order_that_would_trade_is_rejected_and_says_so(practice: Practice) -> None:
    limit = order(order_type=OrderType.LIMIT, limit_price=D(501), post_only=True)
    (told,) = practice.submit(limit)
    assert isinstance(told, OrderRejected)
    assert told.would_cross


def test_the_stream_tells_what_happens_after_it_was_opened_and_is_broken_when_it_begins_anew(
    practice: Practice,
) -> None:
    told: list[BrokerEvent] = []

    def opened() -> None:
        practice.submit(order())

    def tell(event: BrokerEvent) -> None:
        told.append(event)
        with practice.venue.changed:
            practice.venue.run += 1

    with pytest.raises(OutcomeUnknown, match="began anew"):
        practice.listen(tell, opened, lambda: False)
    assert [type(event) for event in told] == [OrderAccepted]
