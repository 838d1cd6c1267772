"""Each cause that stops an account is one critical alert in the record stream, by its kind, with the numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.tripping import trip
from engine.domain.alert_kinds import KINDS
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.events import BrokerReported, ReportBegun
from engine.domain.records import TripKind, TripRecord
from tests.builders.times import at
from tests.core.risk.losing import PRICE, holding, priced

WORDS = "found 3.00 %, limit 3 %; the next session lifts it"
TRIPS = [kind for kind in TripKind if kind is not TripKind.NOT_RECONCILED]


@pytest.mark.parametrize("kind", TRIPS)
def test_a_breaker_that_trips_is_a_critical_alert_of_its_kind_once(kind: TripKind) -> None:
    books = holding()
    record = TripRecord(kind, at("09:31"), Decimal(-3), Decimal(-3), WORDS, "the next session", "2026-01-05")
    trip(books.state, record)
    trip(books.state, record)
    books.step(*priced("09:31", PRICE))  # what was published comes out with the next event
    told = [(alert.severity, alert.kind, alert.text) for alert in books.alerts if alert.kind != "trip_lifted"]
    assert told == [("critical", kind.value, WORDS)]
    assert KINDS[kind.value].severity == "critical"


def test_books_that_differ_from_the_broker_are_a_critical_alert_once() -> None:
    books = holding()
    strange = BrokerReport((), (), (VenuePosition("ACME", Decimal(7), Decimal(500)),), at("09:31"))
    for _ in range(4):
        books.step(ReportBegun(), BrokerReported(strange))
    assert {(alert.severity, alert.kind) for alert in books.alerts} == {("critical", "difference")}
    assert len({alert.alert_id for alert in books.alerts}) == len(books.alerts)
