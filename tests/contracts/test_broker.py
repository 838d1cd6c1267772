"""What dispatch and reconciliation rely on of a venue, asked of all alike: one suite for the simulated venue, the
practice venue, Angel One and Coinbase (venues.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import BrokerEvent, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.order import OrderType, Purpose
from tests.adapters.brokers.angelone.order_desk import order_desk as angelone_desk
from tests.adapters.brokers.coinbase.order_desk import CASH
from tests.adapters.brokers.coinbase.order_desk import order_desk as coinbase_desk
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.contracts.venues import ONE, TWO, AngelOne, AnyBroker, AnyVenue, Coinbase, Practice, Simulated
from tests.runtime.broker_desk import AT, order

D = Decimal


@pytest.fixture(scope="module")
def loopback_angelone() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one() as made:
        yield made


@pytest.fixture
def angelone(loopback_angelone: InProcessAngelOne, tmp_path: Path) -> Iterator[AngelOne]:
    with angelone_desk(tmp_path, angel=loopback_angelone) as desk:
        yield AngelOne(desk)


@pytest.fixture(scope="module")
def loopback_coinbase() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(cash=CASH) as made:
        yield made


@pytest.fixture
def coinbase(loopback_coinbase: InProcessCoinbase) -> Iterator[Coinbase]:
    with coinbase_desk(loopback_coinbase) as desk:
        yield Coinbase(desk)


@pytest.fixture
def practice() -> Iterator[Practice]:
    made = Practice()
    yield made
    made.close()


@pytest.fixture(params=["practice", "angelone", "coinbase"])
def broker(request: pytest.FixtureRequest) -> AnyBroker:
    """A venue outside this process that has nothing yet. The next broker is a class in venues.py and a word here."""
    made: AnyBroker = request.getfixturevalue(request.param)
    return made


@pytest.fixture(params=["simulated", "practice", "angelone", "coinbase"])
def venue(request: pytest.FixtureRequest) -> AnyVenue:
    """A venue that has nothing yet."""
    made: AnyVenue = Simulated() if request.param == "simulated" else request.getfixturevalue(request.param)
    return made


def test_an_order_that_is_taken_is_accepted_and_listed_under_our_id(venue: AnyVenue) -> None:
    (accepted,) = venue.submit(venue.order())
    assert isinstance(accepted, OrderAccepted)
    (listed,) = venue.report().orders
    assert (listed.client_order_id, listed.venue_order_id) == (ONE, accepted.venue_order_id)
    assert (listed.state, listed.quantity, listed.filled_quantity) == (VenueState.WORKING, D(100), D(0))


def test_what_it_fills_is_in_the_report_three_times_order_fill_and_position(venue: AnyVenue) -> None:
    venue.submit(venue.order())
    venue.fill_all()
    report = venue.report()
    (listed,), (fill,), (held,) = report.orders, report.fills, report.positions
    assert (listed.state, listed.filled_quantity) == (VenueState.FILLED, D(100))
    assert (fill.client_order_id, fill.quantity, fill.venue_order_id) == (ONE, D(100), listed.venue_order_id)
    assert (held.symbol, held.quantity, held.overnight) == (venue.symbol, D(100), False)


def test_what_was_bought_and_sold_is_no_position(venue: AnyVenue) -> None:
    venue.submit(venue.order())
    venue.fill_all()
    venue.submit(venue.order(TWO, Purpose.EXIT))
    venue.fill_all()
    assert (len(venue.report().fills), venue.report().positions) == (2, ())


@pytest.mark.parametrize(
    ("expire", "event", "state"), [(False, OrderCancelled, "cancelled"), (True, OrderExpired, "expired")]
)
def test_a_working_order_is_cancelled_or_expires_as_it_was_asked(
    venue: AnyVenue, expire: bool, event: type, state: str
) -> None:
    venue.submit(venue.order())
    (told,) = venue.cancel(CancelOrder(ONE, AT, "as asked", expire)) or venue.end_of(ONE)
    assert (type(told), venue.report().orders[0].state) == (event, state)


def test_cancelling_what_has_ended_tells_nothing_however_often(venue: AnyVenue) -> None:
    venue.submit(venue.order())
    venue.fill_all()
    for _ in range(2):
        assert venue.cancel(CancelOrder(ONE, AT, "as asked")) == ()
    assert venue.report().orders[0].state is VenueState.FILLED


def test_an_order_is_found_by_our_id_with_its_fills_and_one_that_never_came_is_not(broker: AnyBroker) -> None:
    broker.submit(broker.order())
    broker.fill_all()
    found = broker.find(ONE)
    assert found is not None
    assert (found[0].state, [fill.quantity for fill in found[1]]) == (VenueState.FILLED, [D(100)])
    assert broker.find(TWO) is None


def test_a_fill_has_one_name_wherever_it_is_told(broker: AnyBroker) -> None:
    broker.submit(broker.order())
    broker.fill_all()
    found = broker.find(ONE)
    assert found is not None
    assert [fill.venue_fill_id for fill in found[1]] == [fill.venue_fill_id for fill in broker.report().fills]


def test_a_lost_reply_is_an_unknown_outcome_and_the_order_is_there(broker: AnyBroker) -> None:
    broker.lose_reply()
    with pytest.raises(OutcomeUnknown):
        broker.submit(broker.order())
    assert broker.find(ONE) is not None


def test_an_answer_that_is_no_yes_and_no_no_is_an_unknown_outcome(broker: AnyBroker) -> None:
    broker.answer_nonsense()
    with pytest.raises(OutcomeUnknown, match="503"):
        broker.submit(broker.order())


def test_a_request_is_never_repeated_by_itself(broker: AnyBroker) -> None:
    broker.lose_reply()
    with pytest.raises(OutcomeUnknown):
        broker.submit(broker.order())
    assert broker.sent() == 1


def test_a_venue_that_can_not_be_reached_certainly_has_nothing(broker: AnyBroker) -> None:
    broker.forget_where()
    with pytest.raises(BackPressure):
        broker.submit(broker.order())


def test_a_second_order_under_a_used_id_is_never_taken_for_the_first(angelone: AngelOne) -> None:
    (first,) = angelone.submit(angelone.order())
    (second,) = angelone.submit(angelone.order())
    assert isinstance(first, OrderAccepted)
    assert isinstance(second, OrderAccepted)
    assert second.venue_order_id != first.venue_order_id
    assert [order.client_order_id for order in angelone.report().orders].count(ONE) == 1


def test_an_order_that_is_sent_twice_stands_once_where_the_venue_knows_its_id(coinbase: Coinbase) -> None:
    (first,) = coinbase.submit(coinbase.order())
    (second,) = coinbase.submit(coinbase.order())
    assert isinstance(first, OrderAccepted)
    assert isinstance(second, OrderAccepted)
    assert second.venue_order_id == first.venue_order_id
    assert len(coinbase.report().orders) == 1


def test_a_used_client_id_is_refused_where_the_venue_is_strict_and_taken_again_where_it_is_not() -> None:
    for strict, expected in ((True, OrderRejected), (False, OrderAccepted)):
        venue = Practice(strict=strict)
        venue.submit(order())
        (told,) = venue.submit(order())
        assert type(told) is expected
        venue.close()


def test_a_coin_that_is_not_there_can_not_be_sold(coinbase: Coinbase) -> None:
    (told,) = coinbase.submit(coinbase.order(purpose=Purpose.EXIT))
    assert isinstance(told, OrderRejected)
    assert "INSUFFICIENT_FUND" in told.reason


def test_a_post_only_order_that_would_trade_is_rejected_by_coinbase_too(coinbase: Coinbase) -> None:
    limit = replace(coinbase.order(), limit_price=D("2.11"), post_only=True)
    (told,) = coinbase.submit(limit)
    assert isinstance(told, OrderRejected)
    assert told.would_cross


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


def test_a_report_begins_when_the_book_does_and_that_is_no_later_than_now(broker: AnyBroker) -> None:
    report = broker.report()
    assert report.since == broker.book_since() <= report.at
