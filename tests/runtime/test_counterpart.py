"""Paper accounts are compared with their venue too, and what an outside venue is asked for leaves after its records."""

from __future__ import annotations

from decimal import Decimal

from engine.core.orders import TERMINAL
from engine.domain.account import Desired, TradingState
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    BrokerReported,
    CommandReceived,
    InstrumentListed,
    OrderAccepted,
    ReportBegun,
    SessionOpened,
)
from engine.domain.instant import instant_of
from engine.domain.order import OrderState
from engine.domain.records import AccountRecord, CommandResult, HealthRecord, OrderRecord
from engine.domain.signal import SignalType
from engine.outbox.memory import MemoryJournal
from engine.runtime.outgoing import Lane, Outgoing, ReportWish, Written
from engine.runtime.session import Doors, Session
from engine.simulation.clock import ManualClock
from engine.simulation.paper import PaperLoop
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Batches, Household, Life, ListFeed

SCRIPT = {at("09:31"): SignalType.BUY}
OPENING = (
    InstrumentListed(instrument()),
    BotChanged(bot(quantity=10), Desired.RUNNING, 1),
    SessionOpened(session(), session().open_at),
)
COMPARED = (ReportBegun(), BrokerReported(BrokerReport((), (), (), at("09:16"))))


def paper(journal: MemoryJournal, clock: ManualClock) -> Life:
    """A paper account whose bot buys 10 at 09:31."""
    one = Life(ListFeed(), journal, Household(), make_strategy=scripted({"confluence": SCRIPT}), clock=clock)
    one.begin()
    for event in OPENING:
        one.session.step(event)
    return one


def bought() -> tuple[Life, ManualClock]:
    clock = ManualClock()
    one = paper(MemoryJournal(clock), clock)
    for when in ("09:30:55", "09:31:01", "09:31:30"):
        one.session.step(tick(when, 500))
    assert [position.quantity for position in one.state.portfolio.all()] == [Decimal(10)]
    return one, clock


def told(one: Life) -> HealthRecord:
    one.session.tell(force=True)
    return one.outbox.all(HealthRecord)[-1]


def venue_has(one: Life, quantity: int) -> None:
    """The venue holds something else than the books."""
    assert isinstance(one.session.loop, PaperLoop)
    assert one.session.loop.book is not None
    one.session.loop.book.restore([("ACME", Decimal(quantity), Decimal(500))])


def test_a_paper_account_is_in_step_because_it_was_compared() -> None:
    one, clock = bought()
    health = told(one)
    assert (health.truth_state, health.truth_checked_at) == ("in_step", instant_of(clock.now()))
    assert one.state.truth.reports == 1


def test_a_paper_account_is_compared_every_thirty_seconds_and_two_seconds_after_a_suspicion() -> None:
    one, clock = bought()
    told(one)
    venue_has(one, 11)
    clock.advance(29)
    assert told(one).truth_state == "in_step"
    clock.advance(1)
    assert told(one).truth_state == "checking"
    clock.advance(2)
    health = told(one)
    assert (health.truth_state, health.truth_differences) == (
        "differs",
        ("ACME: 10 held; the broker: 11 held",),
    )


def test_a_person_who_asks_is_told_at_once_what_two_fresh_reports_find() -> None:
    one, _ = bought()
    told(one)
    venue_has(one, 11)
    one.session.step(CommandReceived("c", "sync_orders", {}))
    result = one.outbox.all(CommandResult)[-1].result
    assert (result["truth"], result["differences"], result["found"]) == (
        "differs",
        "1",
        "ACME: 10 held; the broker: 11 held",
    )


def test_after_a_restart_a_paper_account_is_compared_with_the_positions_it_went_on_from() -> None:
    one, clock = bought()
    again = paper(one.journal, clock)
    assert [position.quantity for position in again.state.portfolio.all()] == [Decimal(10)]
    again.session.step(CommandReceived("c", "sync_orders", {}))
    assert again.outbox.all(CommandResult)[-1].result["truth"] == "in_step"


class Kept(Outgoing):
    """Remembers in which order it was called, and what the outbox held by then."""

    def __init__(self, outbox: Batches) -> None:
        clock = ManualClock()
        super().__init__(clock, self._expected, ReportWish(clock))
        self.outbox, self.calls = outbox, []  # type: ignore[var-annotated]

    def _expected(self, batch: list[PublishRecord]) -> Written:  # type: ignore[override]
        self.calls.append(("expect", self._written(batch[-1])))
        return lambda timeout_s: None

    def put(self, effects: list[SubmitOrder | CancelOrder], written: Written) -> list[SubmitOrder]:  # type: ignore[override]
        self.calls.append(("put", all(self._known(effect.order_id) for effect in effects)))
        return super().put(effects, written)

    def _written(self, published: PublishRecord) -> bool:
        return any(published in batch for batch in self.outbox.given)

    def _known(self, order_id: str) -> bool:
        return any(record.order_id == order_id for record in self.outbox.all(OrderRecord))


def outside(*, compared: bool = True) -> tuple[Session, Kept]:
    """A session at a venue outside, whose orders a test looks at; the venue has nothing, and has said so."""
    clock = ManualClock()
    household = Household()
    one = Life(ListFeed(), MemoryJournal(clock), household, make_strategy=scripted({"confluence": SCRIPT}), clock=clock)
    kept = Kept(one.outbox)
    doors = Doors(clock, ListFeed(), one.outbox, lambda: False, kept)  # type: ignore[arg-type]
    made = Session(account(), scripted({"confluence": SCRIPT}), doors, one.session.snapshot)
    for event in (*OPENING, *(COMPARED if compared else ())):
        made.step(event)
    for when in ("09:30:55", "09:31:01"):
        made.step(tick(when, 500))
    return made, kept


def test_at_a_venue_outside_nothing_is_bought_before_it_has_given_a_report() -> None:
    made, kept = outside(compared=False)
    assert (made.loop.engine.state.trading_state, kept.calls) == (TradingState.HALTED, [])


def test_a_paper_account_is_compared_before_its_first_price_and_is_never_shown_as_waiting() -> None:
    clock = ManualClock()
    one = paper(MemoryJournal(clock), clock)
    assert one.state.truth.reports == 1
    assert [record.trading_state for record in one.outbox.all(AccountRecord)] == [TradingState.ACTIVE]


def test_an_order_is_promised_before_its_record_is_put_and_handed_over_after() -> None:
    _, kept = outside()
    assert kept.calls == [("expect", False), ("put", True)]
    errand = kept.take(Lane.ENTRIES)
    assert errand is not None
    assert isinstance(errand.effect, SubmitOrder)
    assert kept.take(Lane.ENTRIES) is None


def test_an_order_that_may_have_been_sent_is_unknown_after_a_restart_and_an_accepted_one_is_only_looked_at() -> None:
    made, kept = outside()
    (order,) = made.loop.engine.state.orders.values()
    made.meet_venue()
    assert order.state is OrderState.UNKNOWN
    made.step(OrderAccepted(order.order_id, "V-1", order.created_at))
    made.meet_venue()
    assert order.state is OrderState.ACCEPTED
    assert order.state not in TERMINAL
    kept.look_again()
    assert kept.to_look_at() == [order.order_id]


def test_dispatch_knows_in_which_symbols_broker_and_books_differ_and_what_the_books_hold() -> None:
    made, kept = outside()
    position = VenuePosition("ACME", Decimal(7), Decimal(500))
    for _ in range(2):
        made.step(ReportBegun())
        made.step(BrokerReported(BrokerReport((), (), (position,), made.loop.engine.state.now)))
    assert kept.doubted == {"ACME": 0}
