"""The simulated venue keeps a book of its own, so that "in step" is a comparison on paper accounts too."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.broker import VenueState
from engine.domain.events import BrokerReported, CommandReceived, ReportBegun
from engine.domain.records import CommandResult, DifferenceKind
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

D = Decimal


def traded(**options: object) -> Books:
    """A bot that bought 10 at 09:31, sold at 09:33, and bought again at 09:35."""
    script = {at("09:31"): SignalType.BUY, at("09:33"): SignalType.SELL, at("09:35"): SignalType.BUY}
    books = paper_loop([bot(quantity=10)], make_strategy=scripted({"confluence": script}), **options)  # type: ignore[arg-type]
    for minute in range(30, 38):
        books.step(tick(f"09:{minute}:01", 500), tick(f"09:{minute}:40", 501))
    return books


def compare(books: Books, times: int = 2) -> str:
    for _ in range(times):
        books.step(ReportBegun(), BrokerReported(books.loop.report()))
    return books.state.truth.state


def test_the_venue_lists_its_orders_fills_and_net_position() -> None:
    books = traded()
    report = books.loop.report()
    assert [(order.client_order_id, order.state) for order in report.orders] == [
        (order.order_id, VenueState.FILLED) for order in books.orders
    ]
    assert len(report.fills) == len(books.fills) == 3
    assert [(held.symbol, held.quantity) for held in report.positions] == [("ACME", D(10))]


def test_books_and_venue_are_in_step_after_trades_in_parts() -> None:
    books = traded(model=FillModel(partial_pct=100))
    assert len(books.fills) > 3
    assert compare(books) == "in_step"


def test_a_fill_that_the_books_lost_is_found_and_adopted() -> None:
    books = traded()
    assert books.loop.book is not None
    books.loop.book.restore([("ACME", D(15), D(500))])
    assert compare(books) == "differs"
    (found,) = books.state.truth.open()
    assert (found.kind, found.quantity) == (DifferenceKind.QUANTITY_MISMATCH, D(5))
    arguments = {"difference_id": found.difference_id, "resolution": "adopt", "by": "ann"}
    books.step(CommandReceived("c", "resolve_difference", arguments))
    assert books.all(CommandResult)[-1].state == "done"
    assert compare(books, 1) == "in_step"


def test_after_a_restart_the_venue_goes_on_from_the_positions_that_were_written_down() -> None:
    books = traded()
    books.loop.restore()
    assert compare(books) == "in_step"
    books.step(tick("09:38:01", 500))
    assert compare(books) == "in_step"


def test_what_only_a_backtest_wants_keeps_no_book() -> None:
    assert traded(views=False).loop.book is None
