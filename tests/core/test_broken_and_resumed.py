"""A broken invariant waits for a person, and for the broker's word that nothing differs: then it can be lifted."""

from __future__ import annotations

from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import TradingState
from engine.domain.broker import VenueState
from engine.domain.events import HaltChanged, InstrumentListed, OrderRejected, Recovered
from engine.domain.order import Side
from engine.domain.records import AccountRecord, AlertRecord, slot_of
from tests.builders.desk import CASH, LOOSE, Desk, desk, enter
from tests.builders.market import instrument
from tests.builders.paper import account
from tests.builders.scripted import scripted
from tests.builders.venue_book import VenueBook, cycle, told

D = Decimal
RESUME = HaltChanged(False, "")


def broken() -> tuple[Desk, VenueBook]:
    """The venue rejects an order that it has filled. Books and venue hold the same all the same."""
    made, book = desk(), VenueBook()
    (order,) = enter(made, 1, "500")
    made.take(told(book.fill(book.take(order), order.quantity, D(500))))
    made.take(OrderRejected(order.order_id, "after it was filled", made.engine.state.now))
    assert made.engine.state.breaker.broken
    return made, book


def refusals(made: Desk) -> list[str]:
    return [r.text for r in made.records if isinstance(r, AlertRecord) and r.kind == "resume_refused"]


def test_a_resume_lifts_it_once_a_report_since_then_left_nothing_open() -> None:
    made, book = broken()
    cycle(made, book)
    made.take(RESUME)
    assert made.engine.state.trading_state is TradingState.ACTIVE
    account = next(record for record in reversed(made.records) if isinstance(record, AccountRecord))
    assert (account.halted_reason, account.invariant_broken) == (None, False)
    assert refusals(made) == []
    assert len(enter(made, 2, "500")) == 1


def test_a_report_of_before_it_broke_counts_for_nothing() -> None:
    made, book = broken()
    cycle(made, book)
    (order,) = made.sent
    made.take(OrderRejected(order.order_id, "once more", made.engine.state.now))
    made.take(RESUME)
    assert made.engine.state.breaker.broken
    (words,) = refusals(made)
    assert "once a report of the broker's, compared since it happened, leaves nothing open" in words


def test_while_anything_differs_it_stays() -> None:
    made, book = broken()
    stranger = book.place(None, "ACME", Side.BUY, D(7), made.engine.state.now)
    for times in (1, 2):  # suspected, then told as a difference
        cycle(made, book)
        made.take(RESUME)
        assert made.engine.state.breaker.broken
        assert len(refusals(made)) == times
    book.end(stranger, VenueState.CANCELLED)
    cycle(made, book)
    made.take(RESUME)
    assert made.engine.state.trading_state is TradingState.ACTIVE


def test_it_outlives_a_restart_and_is_lifted_after_one() -> None:
    before, book = broken()
    kept = {(r.collection, r.document_id, slot_of(r)): r for r in before.records}
    made = Desk(Engine(account(str(CASH), LOOSE), scripted({})), [], [])
    made.take(InstrumentListed(instrument()))
    made.take(Recovered(tuple(kept.values()), before.engine.state.sequence))
    made.take(RESUME)
    assert made.engine.state.breaker.broken
    cycle(made, book)
    made.take(RESUME)
    assert not made.engine.state.breaker.broken
