"""Start-up is recovery: a session cut anywhere goes on with the same books, and writes nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.firestore.recovery import FirestorePast
from engine.domain.events import MarketEvent
from engine.domain.instant import MINUTE, Instant
from engine.domain.order import OrderState
from engine.domain.records import AccountRecord, FillRecord, OrderRecord, SignalRecord
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.runtime.ending import Ended, EndWish
from engine.runtime.patience import Patience
from engine.runtime.recovery import Place, Sources, place_of, recover
from engine.runtime.rederive import Past
from engine.runtime.start_notice import StartNotice
from engine.simulation.clock import ManualClock
from tests.builders.paper import account, paper_loop
from tests.runtime.demo_account import BOTS, DEMO, SPEC, START, begin, demo_life
from tests.runtime.world import Household, Life, books, facts


@pytest.fixture(scope="module")
def uncut() -> Life:
    """Forty minutes of the demo without a restart."""
    return demo_life(*begin()).run_until(START + 40 * MINUTE)


def test_the_forty_minutes_are_worth_cutting(uncut: Life) -> None:
    assert len(uncut.outbox.all(FillRecord)) >= 8
    assert len(uncut.state.portfolio) > 0
    assert uncut.state.ledger.profits["day"].trades > 0


@pytest.mark.parametrize("minutes", [0, 1, 4, 9, 17, 26, 33])
@pytest.mark.parametrize("seconds", [0, 7, 59])
def test_a_session_cut_anywhere_goes_on_with_the_same_books(minutes: int, seconds: int) -> None:
    journal, household = begin()
    first = demo_life(journal, household).run_until(START + minutes * MINUTE + seconds * MINUTE // 60)
    second = demo_life(journal, household)
    assert books(second.state) == books(first.state)
    assert second.state.sequence >= first.state.sequence
    assert second.state.open_orders() == []


@pytest.mark.parametrize("cuts", [(3,), (10, 20), (5, 12, 13, 14, 27)])
def test_a_session_cut_at_quiet_moments_ends_as_one_that_was_never_cut(cuts: tuple[int, ...], uncut: Life) -> None:
    journal, household = begin()
    for minutes in cuts:
        life = demo_life(journal, household).run_until(START + minutes * MINUTE + MINUTE * 50 // 60)
        assert life.state.open_orders() == [], "not a quiet moment: cut elsewhere"
    last = demo_life(journal, household).run_until(START + 40 * MINUTE)
    assert books(last.state) == books(uncut.state)
    for kind in (SignalRecord, FillRecord):
        expected = [record for _, record in facts(uncut.journal) if isinstance(record, kind)]
        assert [record for _, record in facts(journal) if isinstance(record, kind)] == expected


def test_a_cut_within_recovery_itself_costs_nothing(uncut: Life) -> None:
    """History opens the day before; a crash right after that must not begin today anew, with its figures at zero."""
    journal, household = begin()
    first = demo_life(journal, household).run_until(START + 33 * MINUTE)
    assert first.state.ledger.charges_day > 0
    for given in range(1, 12):
        cut = Life(DemoFeed(DEMO, ManualClock(), 0), journal, household, spec=SPEC)
        cut.outbox.crash_after = given
        with suppress(ConnectionAbortedError):
            cut.begin()
        again = demo_life(journal, household)
        assert books(again.state) == books(first.state), f"cut after batch {given}"


def open_orders_life() -> tuple[Life, MemoryJournal, Household]:
    """A session cut while an order rests at the venue."""
    journal, household = begin()
    life = demo_life(journal, household)
    for event in life.events():
        life.session.step(event)
        if life.state.open_orders():
            return life, journal, household
    raise AssertionError("the demo never ends")


def test_an_order_that_rested_at_the_simulated_venue_is_cancelled_with_the_reason() -> None:
    life, journal, household = open_orders_life()
    (resting,) = life.state.open_orders()
    again = demo_life(journal, household)
    assert again.state.open_orders() == []
    told = {record.order_id: record for record in again.outbox.all(OrderRecord)}[resting.order_id]
    assert (told.state, told.reason) == (OrderState.CANCELLED, "the simulated venue was restarted")
    assert books(again.state) == books(life.state)
    again.run_until(START + 20 * MINUTE)
    fills = [record for _, record in facts(journal) if isinstance(record, FillRecord)]
    assert resting.order_id not in {fill.order_id for fill in fills}


def test_the_place_is_the_minute_of_the_account_as_written_last() -> None:
    written = paper_loop(spec=account(market="demo")).newest()
    (record,) = (record for record in written if isinstance(record, AccountRecord))
    assert place_of(Past(tuple(written))) == Place(record.market_at - record.market_at % MINUTE, finished=False)
    assert place_of(Past()) == Place(None, finished=False)


def test_the_place_before_the_first_price_is_the_feeds_own_start() -> None:
    journal, household = begin()
    life = demo_life(journal, household)
    assert life.place == Place(None, finished=False)
    assert next(event.at for event in life.events()) >= START


def test_a_restart_before_the_first_minute_goes_on_where_the_demo_began() -> None:
    journal, household = begin()
    demo_life(journal, household)
    assert demo_life(journal, household).place.since == START


def test_a_bots_cool_down_and_the_halt_of_a_person_hold_over_a_restart() -> None:
    journal, household = begin()
    first = demo_life(journal, household).run_until(START + 20 * MINUTE)
    household.write("controls", SPEC.account_id, halted=True, halted_reason="lunch")
    first.watch.look()
    first.session.step_all(first.session.inbox.take(0))
    again = demo_life(journal, household)
    assert (again.state.breaker.reason, again.state.breaker.broken) == ("lunch", False)
    fills = [record for _, record in facts(journal) if isinstance(record, FillRecord)]
    last = {(fill.bot_id, fill.symbol): fill.filled_at for fill in fills}
    assert last
    for (bot_id, symbol), filled_at in last.items():
        assert again.state.bots[bot_id].stances[symbol].last_fill_at == filled_at


def test_the_snapshot_shows_the_recovered_account_at_once() -> None:
    journal, household = begin()
    first = demo_life(journal, household).run_until(START + 33 * MINUTE)
    again = demo_life(journal, household)
    shown = again.session.snapshot.fields(journal.status())
    assert {position["symbol"] for position in shown["positions"]} == {
        position.symbol for position in first.state.portfolio.all()
    }
    assert shown["account"]["cash"] == float(first.state.ledger.cash)
    assert set(shown["bots"]) == {bot.bot_id for bot in BOTS}
    assert len(shown["instruments"]) == 8


class AskedAmidThePast(DemoFeed):
    """A demo during whose past somebody asks for the end, at the hundredth event; `told` is how many were given."""

    def __init__(self, wish: EndWish) -> None:
        super().__init__(DEMO, ManualClock(), 0)
        self._wish, self.told = wish, 0

    def history(self, until: Instant | None) -> Iterator[MarketEvent]:
        for event in super().history(until):
            self.told += 1
            if self.told == 100:
                self._wish.ask()
            yield event


def test_an_end_asked_for_while_the_past_is_told_ends_the_start_with_nothing_written() -> None:
    journal, household = begin()
    wish = EndWish()
    feed = AskedAmidThePast(wish)
    life = Life(feed, journal, household, spec=SPEC)
    patient = Patience(Backoff(lambda: 0.5), StartNotice(ManualClock(), SPEC.account_id), wish)
    past = Past((), 0, account_at=0)
    store = FirestorePast(household.wire)
    with pytest.raises(Ended):
        recover(life.session, life.watch, past, Sources(feed, life.outbox, store, patient))
    assert feed.told == 100
    assert facts(journal) == []
