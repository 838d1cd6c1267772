"""The service's own hold on entries: it stops them, lifts by itself, and neither makes nor lifts a person's halt."""

from __future__ import annotations

from engine.domain.account import TradingState
from engine.domain.events import (
    ClockTicked,
    EntriesHeld,
    Event,
    HaltChanged,
    InstrumentListed,
    Recovered,
    SessionOpened,
)
from engine.domain.order import OrderState
from engine.domain.records import AccountRecord, AlertRecord, BotStatusRecord
from engine.domain.signal import Outcome, SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import instrument, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session

BUY, SELL = SignalType.BUY, SignalType.SELL
FULL = "The disk is full: entries wait"
HELD, LET_GO = EntriesHeld(FULL), EntriesHeld(None)


def trading(model: FillModel | None = None, **script: SignalType) -> Books:
    """One bot that signals at the closes of a script."""
    closes = {at(clock): signal for clock, signal in script.items()}
    return paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted({"script": closes}), model=model)


def minute(clock: str) -> tuple[Event, ...]:
    """Prices around a whole minute, so that its bar is judged and an order of it filled."""
    return tick(at(clock) - 10_000_000, 500), tick(at(clock) + 1_000_000, 500)


def standing(books: Books) -> tuple[TradingState, str | None]:
    """What the account shows."""
    return books.account.trading_state, books.account.halted_reason


def test_while_held_entries_stop_with_the_reason_and_exits_go_on() -> None:
    books = trading(**{"09:30": BUY, "09:31": BUY, "09:32": SELL})
    books.step(*minute("09:30"), HELD, *minute("09:31"), *minute("09:32"))
    bought, blocked, sold = books.signals
    assert (bought.outcome, sold.outcome) == (Outcome.ORDERED, Outcome.ORDERED)
    assert (blocked.outcome, blocked.blocking_reason, blocked.blocking_detail) == (Outcome.BLOCKED, "halted", FULL)
    assert books.state.portfolio.all() == []
    assert standing(books) == (TradingState.HALTED, FULL)


def test_a_hold_takes_entries_back_that_are_on_their_way() -> None:
    books = trading(FillModel(latency_ms=60_000), **{"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")), HELD, tick("09:30:10", 500))
    assert [(order.state, order.reason) for order in books.orders] == [(OrderState.CANCELLED, "entries are held")]


def test_it_lifts_by_itself_and_both_are_told() -> None:
    books = trading(**{"09:31": BUY})
    books.step(*minute("09:30"), HELD)
    assert books.all(BotStatusRecord)[-1].blocking_detail == FULL
    books.step(LET_GO)
    assert standing(books) == (TradingState.ACTIVE, None)
    assert books.all(BotStatusRecord)[-1].can_trade
    books.step(*minute("09:31"))
    assert [signal.outcome for signal in books.signals] == [Outcome.ORDERED]
    held, let_go = books.all(AlertRecord)
    assert (held.severity, held.kind, held.text) == ("critical", "held", f"Entries are held: {FULL}")
    assert (let_go.severity, let_go.kind) == ("info", "let_go")
    assert let_go.text.endswith("entries go on")


def test_it_does_not_lift_a_persons_halt_and_a_resume_does_not_lift_it() -> None:
    books = trading()
    books.step(*minute("09:30"), HaltChanged(True, "lunch"), HELD)
    assert standing(books) == (TradingState.HALTED, "lunch"), "what a person must see to is said first"
    books.step(LET_GO)
    assert standing(books) == (TradingState.HALTED, "lunch")
    assert books.all(AlertRecord)[-1].text.endswith("entries stay halted: lunch")
    books.step(HELD, HaltChanged(False, ""))
    assert standing(books) == (TradingState.HALTED, FULL)
    books.step(LET_GO)
    assert standing(books) == (TradingState.ACTIVE, None)


def test_one_reason_may_follow_another_and_letting_go_of_nothing_alarms_nobody() -> None:
    books = trading()
    books.step(*minute("09:30"), LET_GO)
    assert books.all(AlertRecord) == []
    books.step(HELD, EntriesHeld("The disk fails"))
    assert standing(books) == (TradingState.HALTED, "The disk fails")


def recovered(record: AccountRecord) -> Books:
    """An account that goes on from such a record."""
    books = Books()
    books.loop = paper_loop().loop
    books.step(InstrumentListed(instrument()), Recovered((record,), 900))
    books.step(SessionOpened(session(), session().open_at))
    return books


def test_a_restart_goes_on_without_the_hold_but_with_a_persons_halt() -> None:
    books = trading()
    books.step(*minute("09:30"), HELD)
    assert books.account.held
    assert recovered(books.account).state.breaker.reason is None
    books.step(HaltChanged(True, "lunch"))
    assert not books.account.held
    assert recovered(books.account).state.breaker.reason == "lunch"
