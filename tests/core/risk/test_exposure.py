"""What an entry is judged on: what is open, what is on its way at its worst, and what was sent lately."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.exposure import risk_view
from engine.core.risk.view import RiskView
from engine.domain.events import (
    CommandReceived,
    FillReceived,
    InstrumentListed,
    OrderUnknown,
    Recovered,
)
from engine.domain.order import OrderRequest, OrderState, Purpose, Side
from engine.domain.records import AccountRecord, OrderRecord
from engine.domain.signal import SignalType
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.market import instrument, tick
from tests.builders.paper import bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at
from tests.builders.venue_book import VenueBook, cycle

D = Decimal
SHORT = {"script": {at("09:30"): SignalType.SELL}}
FIVE = ("ACME", "BOLT", "CORK", "DELL", "ERGO")


def test_the_fifth_order_of_a_second_is_refused_and_exits_count_without_being_refused() -> None:
    made = desk(FIVE, quantity=10)
    for number in (1, 2):
        for order in enter(made, number, "500.00", FIVE):
            made.take(fill(order, 1, order.quantity, D(500)))
    records = {record.order_id: record for record in made.records if isinstance(record, OrderRecord)}
    refused = [record for record in records.values() if record.state is OrderState.REFUSED]
    assert [(record.symbol, record.reason) for record in refused] == [("ERGO", "orders_per_second")] * 2
    found = refused[0].checks["orders_per_second"]
    assert (found.ok, found.found, found.allowed) == (False, "5", "4")
    at_once = made.engine.state.now
    assert len([leave(made, symbol) for symbol in FIVE[:4]]) == 4  # exits in the very second
    assert made.engine.state.pace.within(1_000_000, at_once) == 8


def test_orders_of_just_before_a_restart_count_after_it() -> None:
    made = desk(FIVE, quantity=10)
    enter(made, 1, "500.00", FIVE)
    now = made.engine.state.now
    newest = {record.document_id: record for record in made.records}
    account_now = next(record for record in reversed(made.records) if isinstance(record, AccountRecord))
    again = desk(FIVE).engine
    again.process(Recovered((*newest.values(), replace(account_now, market_at=now)), 10_000))
    assert again.state.pace.within(1_000_000, now) == 4


def judged_on(made: Desk, symbol: str = "ACME", side: Side = Side.BUY) -> RiskView:
    state = made.engine.state
    request = OrderRequest("X", "alpha", symbol, side, D(1), D(500), Purpose.ENTRY, state.now)
    return risk_view(state, request, state.equity())


def test_an_entry_without_an_answer_counts_whole_at_its_worst() -> None:
    made = desk(("ACME", "BOLT"))
    acme, bolt = enter(made, 1, "500.00", ("ACME", "BOLT"))
    made.take(OrderUnknown(bolt.order_id, bolt.at + 1, "no answer"))
    made.take(FillReceived(acme.order_id, "1", D(40), D(500), acme.at + 1))
    seen = judged_on(made)
    slip = D("1.005")  # 50 bps that a BUY at the market may slip
    working, unknown = 60 * D(500) * slip, 100 * D(500) * slip
    assert seen.gross == 40 * D(500) + working + unknown
    assert seen.symbol_gross == 40 * D(500) + working
    assert seen.bot_gross == seen.gross
    assert seen.cash_free == made.engine.state.ledger.cash - working - unknown
    assert seen.positions == 2
    assert seen.new_position is False


def test_round_trips_of_the_day_count_closed_open_and_on_their_way() -> None:
    made = desk(("ACME", "BOLT", "CORK"))
    acme, bolt, _ = enter(made, 1, "500.00", ("ACME", "BOLT", "CORK"))
    for order in (acme, bolt):
        made.take(fill(order, 1, order.quantity, D(500)))
    gone = leave(made, "ACME")
    assert gone is not None
    made.take(fill(gone, 2, gone.quantity, D(500)))
    assert judged_on(made).trades_today == 3  # one closed, one open, one on its way


def test_the_days_price_limits_are_the_instruments() -> None:
    books = paper_loop()
    books.step(InstrumentListed(replace(instrument("BAND"), band_low=D(450), band_high=D(550))))
    books.step(tick("09:20", 500, "BAND"))
    request = OrderRequest("X", "alpha", "BAND", Side.BUY, D(1), D(500), Purpose.ENTRY, at("09:20"))
    seen = risk_view(books.state, request, books.state.equity())
    assert (seen.band_low, seen.band_high, seen.last_price, seen.minute_of_day) == (D(450), D(550), D(500), 560)


def test_money_that_a_short_sale_brought_in_buys_nothing() -> None:
    books = paper_loop((bot(strategy="script", quantity=100),), make_strategy=scripted(SHORT, allow_short=True))
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:01", 500))
    (position,) = books.state.portfolio.all()
    assert position.quantity == -100
    request = OrderRequest("X", "alpha", "ACME", Side.BUY, D(1), D(500), Purpose.ENTRY, at("09:31"))
    seen = risk_view(books.state, request, books.state.equity())
    assert seen.cash_free == books.state.ledger.cash - 2 * 100 * D(500)  # what it brought, and as much to buy it back
    assert seen.cash_free == seen.equity - seen.gross


def test_what_is_held_by_hand_is_at_risk_whole() -> None:
    made, book = desk(("ACME",)), VenueBook()
    made.take(tick("09:20", 500))
    book.carry("ACME", D(1000), D(500), overnight=False)
    cycle(made, book, 2)
    (standing,) = made.engine.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": "adopt", "by": "ann"}
    made.take(CommandReceived("c", "resolve_difference", arguments))
    assert made.engine.state.portfolio.all()[0].quantity == 1000
    assert judged_on(made).at_risk_pct == D(5)  # 500,000 of 10,000,000
