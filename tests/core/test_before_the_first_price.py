"""What is held of a symbol that has not traded yet is worth what it was traded for: nothing was lost."""

from __future__ import annotations

from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.events import (
    BrokerReported,
    CommandReceived,
    InstrumentListed,
    Recovered,
    ReportBegun,
    SessionOpened,
)
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.records import FillRecord, PositionRecord
from tests.builders.desk import LOOSE, Desk
from tests.builders.market import instrument, tick
from tests.builders.paper import account
from tests.builders.scripted import scripted
from tests.builders.times import at, session

D = Decimal


def before_the_open() -> Desk:
    """An account of 100,000 whose one symbol has no price yet."""
    made = Desk(Engine(account("100000", LOOSE), scripted({})), [], [])
    made.take(InstrumentListed(instrument()))
    return made


def adopted() -> Desk:
    """The broker carried a hundred over night, and a person adopts them."""
    made = before_the_open()
    made.take(SessionOpened(session(), session().open_at))
    carried = VenuePosition("ACME", D(100), D(500), overnight=True)
    for _ in range(2):
        made.take(ReportBegun())
        made.take(BrokerReported(BrokerReport((), (), (carried,), made.engine.state.now)))
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": "adopt", "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    return made


def charges(made: Desk) -> Decimal:
    return sum((record.charges for record in made.records if isinstance(record, FillRecord)), D(0))


def test_a_position_adopted_before_its_first_price_is_no_loss_and_trips_nothing() -> None:
    made = adopted()
    assert made.engine.state.equity() == D(100_000) - charges(made)
    assert made.engine.state.breaker.trips == {}


def test_the_first_price_is_what_it_is_worth_from_then_on() -> None:
    made = adopted()
    made.take(tick(at("09:15:01"), "510"))
    assert made.engine.state.equity() == D(101_000) - charges(made)


def test_books_made_of_fills_again_reckon_with_the_last_of_them_where_there_is_no_price() -> None:
    before = adopted()
    fills = tuple(record for record in before.records if isinstance(record, FillRecord))
    made = before_the_open()
    kept = {(r.collection, r.document_id): r for r in before.records if not isinstance(r, PositionRecord)}
    made.take(Recovered(tuple(kept.values()), before.engine.state.sequence))
    made.take(FactsFound(FoundFacts(session().open_at, fills)))
    assert made.engine.state.equity() == D(100_000) - charges(before)
