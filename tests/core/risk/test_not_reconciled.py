"""No entry is made before the first report of the broker was compared with the books."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.account import TradingState
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.events import (
    BrokerReported,
    HaltChanged,
    ReportBegun,
)
from tests.builders.paper import Books
from tests.builders.times import MONDAY, at
from tests.core.risk.losing import BUY, losing, priced, reasons, restarted

D = Decimal


def tripped(books: Books) -> list[str]:
    return [trip.kind.value for trip in books.account.trips]


def compared(*positions: VenuePosition) -> tuple[ReportBegun, BrokerReported]:
    return ReportBegun(), BrokerReported(BrokerReport((), (), positions, at("09:31")))


def waiting() -> Books:
    books = losing({at("09:30"): BUY, at("09:40"): BUY})
    books.state.breaker.await_comparison()
    return books


def test_nothing_is_bought_before_the_brokers_first_report_was_compared() -> None:
    books = waiting()
    books.step(*priced("09:30", 500))
    assert reasons(books) == ["not_reconciled"]
    assert (tripped(books), books.account.trading_state) == (["not_reconciled"], TradingState.HALTED)
    books.step(*compared())
    assert (tripped(books), books.account.trading_state) == ([], TradingState.ACTIVE)
    books.step(*priced("09:40", 500))
    assert reasons(books)[-1] is None


def test_what_the_first_report_leaves_in_doubt_keeps_the_hold_until_the_next() -> None:
    books = waiting()
    strange = VenuePosition("ACME", D(7), D(500))
    books.step(*compared(strange))
    assert books.state.breaker.unreconciled is not None
    books.step(*compared(strange))
    assert books.state.breaker.unreconciled is None
    books.step(*priced("09:30", 500))
    assert reasons(books) == ["difference"], "it is one now, and holds its symbol"


def test_a_restart_holds_anew_and_only_where_a_venue_is_asked() -> None:
    books = waiting()
    books.step(*priced("09:30", 500))
    assert restarted(books, {}, MONDAY).state.breaker.refusal is None, "no hold of before is put back"


def test_a_persons_resume_says_that_the_comparison_is_waited_for() -> None:
    books = waiting()
    books.step(HaltChanged(False, ""))
    assert [alert.text for alert in books.alerts if alert.kind == "resume_refused"] == [
        "Not reconciled: the broker's report is not compared with the books yet; the comparison lifts it"
    ]
