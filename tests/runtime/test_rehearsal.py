"""A signal that a person tries: it goes all the way to a closed trade, in books of its own, and into no real figure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from engine.domain.account import Desired
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, Event, InstrumentListed, SessionOpened
from engine.domain.order import ExitReason, OrderState
from engine.domain.records import (
    AccountRecord,
    ClosedTradeRecord,
    CommandResult,
    FillRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RehearsedRecord,
    SignalRecord,
)
from engine.domain.rehearsal import REHEARSE, SIMULATE
from engine.domain.signal import Outcome, SignalType
from engine.outbox.memory import MemoryJournal
from engine.runtime.engine_tap import Tap
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument, tick
from tests.builders.paper import bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Household, Life, ListFeed, books

R = TypeVar("R", bound=Record)
MONDAY = session()
SCRIPTS = {"confluence": {at("09:31"): SignalType.BUY, at("09:45"): SignalType.SELL}}
COPY, ACCOUNT = "alpha-rehearsal", "paper-test-rehearsal"
MINUTES = [f"{9 + minute // 60:02d}:{minute % 60:02d}" for minute in range(25, 75)]
DAY = [tick(f"{minute}:{second}", 500 + number % 7) for number, minute in enumerate(MINUTES) for second in (10, 50)]


def life(journal: MemoryJournal | None = None, taps: Sequence[Tap] = (), **terms: Any) -> Life:
    """A session ready for Monday's first price, whose own bot buys at 09:31 and sells at 09:45."""
    clock = ManualClock()
    one = Life(
        ListFeed(past=(SessionOpened(MONDAY, MONDAY.open_at),)),
        journal or MemoryJournal(clock),
        Household(),
        make_strategy=scripted(SCRIPTS),
        clock=clock,
        taps=taps,
    )
    if journal is not None:
        one.begin()
    steps(one, InstrumentListed(instrument()), BotChanged(bot(quantity=10, **terms), Desired.RUNNING, 1))
    steps(one, SessionOpened(MONDAY, MONDAY.open_at))
    return one


def steps(one: Life, *events: Event) -> None:
    for event in events:
        one.session.step(event)


def simulate(command_id: str = "c1", *, type_: str = "BUY", symbol: str = "ACME", bot_id: str = "alpha") -> Event:
    return CommandReceived(command_id, SIMULATE, {"bot_id": bot_id, "symbol": symbol, "type": type_, "by": "user"})


def told(one: Life, kind: type[R]) -> list[R]:
    """What the rehearsal told of a kind."""
    held = [rehearsed.record for rehearsed in one.outbox.all(RehearsedRecord)]
    return [record for record in held if isinstance(record, kind)]


def result(one: Life, command_id: str = "c1") -> tuple[str, dict[str, str]]:
    answers = [answer for answer in one.outbox.all(CommandResult) if answer.command_id == command_id]
    assert len(answers) == 1
    return answers[0].state, dict(answers[0].result)


def plain(one: Life) -> Sequence[Record]:
    """What the account itself told, but for a person's commands: its audit log tells of those who did what."""
    records = [effect.record for batch in one.outbox.given for effect in batch]
    aside = ("CommandResult", "AuditRecord", "AuditHead", "RehearsedRecord")
    return [record for record in records if type(record).__name__ not in aside]


def test_nothing_of_a_simulated_trade_is_in_the_accounts_own_records_and_books() -> None:
    quiet, tried = life(), life()
    for number, price in enumerate(DAY):
        steps(quiet, price)
        steps(tried, price)
        if number % 8 == 2:
            steps(tried, simulate(f"c{number}", type_="BUY" if number % 16 == 2 else "SELL"))
    assert len(told(tried, ClosedTradeRecord)) > 3
    assert plain(tried) == plain(quiet)
    assert books(tried.state) == books(quiet.state)
    assert [trade.bot_id for trade in tried.outbox.all(ClosedTradeRecord)] == ["alpha"]
    names = ("positions", "signals_total", "last_signal_at")
    shown, without = (one.session.snapshot.fields(one.outbox.status()) for one in (tried, quiet))
    assert {name: shown[name] for name in names} == {name: without[name] for name in names}


def test_a_simulated_signal_becomes_an_order_a_fill_and_a_position_of_the_bots_copy() -> None:
    one = life()
    steps(one, tick("09:25:10", 500), simulate(), tick("09:25:20", 500))
    (signal,), (fill,) = told(one, SignalRecord), told(one, FillRecord)
    assert (signal.bot_id, signal.type, signal.outcome, signal.score) == (COPY, SignalType.BUY, Outcome.ORDERED, 100.0)
    assert signal.reasons == ("Simulated: a person asked for it. Nothing of it counts.",)
    assert signal.price == Decimal(500)
    assert (fill.bot_id, fill.quantity, fill.order_id) == (COPY, Decimal(10), signal.order_id)
    assert fill.price == Decimal("500.05"), "the paper venue's terms"
    assert fill.charges > 0
    assert told(one, OrderRecord)[-1].state is OrderState.FILLED
    assert told(one, OrderRecord)[-1].checks, "risk was asked, and what it said is written down"
    assert told(one, PositionRecord)[-1].bot_id == COPY
    assert {held.account_id for held in one.outbox.all(RehearsedRecord)} == {ACCOUNT}
    assert told(one, AccountRecord)[-1].account_id == ACCOUNT
    said = {"account_id": ACCOUNT, "bot_id": COPY, "outcome": "ordered"}
    assert result(one) == ("done", {**said, "signal_id": signal.signal_id, "order_id": signal.order_id})


def test_what_came_of_a_command_leaves_in_one_batch_with_the_commands_result() -> None:
    one = life()
    steps(one, tick("09:25:10", 500))
    before = len(one.outbox.given)
    steps(one, simulate())
    (batch,) = one.outbox.given[before:]
    kinds = [type(effect.record) for effect in batch]
    assert RehearsedRecord in kinds
    assert CommandResult in kinds
    sequences = [effect.sequence for effect in batch]
    assert sequences == sorted(sequences)


def test_the_copys_strategy_decides_nothing_and_its_exits_work() -> None:
    one = life(stop="1")
    steps(one, tick("09:26:10", 500), simulate())
    steps(one, *(tick(f"09:{minute}:10", 500) for minute in range(27, 40)))
    assert len(told(one, SignalRecord)) == 1, "its own bot bought at 09:31, the copy did not"
    steps(one, tick("09:40:10", 494), tick("09:40:20", 494))
    (trade,) = told(one, ClosedTradeRecord)
    assert (trade.bot_id, trade.exit_reason) == (COPY, ExitReason.STOP)


def test_a_stopped_bot_is_tried_all_the_same_and_stays_stopped() -> None:
    one = life()
    steps(one, BotChanged(bot(quantity=10), Desired.STOPPED, 2), tick("09:26:10", 500), simulate())
    assert result(one)[1]["outcome"] == "ordered"
    assert one.state.bots["alpha"].desired is Desired.STOPPED


def test_what_risk_refuses_is_told_with_its_reason() -> None:
    one = life()
    steps(one, tick("09:16:10", 500), simulate())
    state, said = result(one)
    assert (state, said["outcome"], said["reason"]) == ("done", "blocked", "entry_window")
    assert told(one, SignalRecord)[0].outcome is Outcome.BLOCKED


@pytest.mark.parametrize(("asked", "words"), [
    (simulate(bot_id="beta"), "there is no bot 'beta'"),
    (simulate(symbol="NONE"), "does not trade NONE"),
])  # fmt: skip
def test_what_can_not_be_tried_fails_in_words_and_writes_nothing(asked: Event, words: str) -> None:
    one = life()
    steps(one, tick("09:26:10", 500), asked)
    state, said = result(one)
    assert state == "failed"
    assert words in said["reason"]
    assert not told(one, SignalRecord)


def test_before_the_first_price_it_says_so() -> None:
    one = life()
    steps(one, simulate())
    assert result(one) == ("failed", {"reason": "symbol: ACME has no price yet"})


def test_the_same_command_carried_out_again_has_the_same_signal() -> None:
    first, second = life(), life()
    for one in (first, second):
        steps(one, tick("09:26:10", 500), simulate())
    assert told(first, SignalRecord) == told(second, SignalRecord)
    assert told(first, OrderRecord) == told(second, OrderRecord)


def test_two_signals_of_one_minute_are_two_orders() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate("c1"), tick("09:26:11", 500))
    steps(one, simulate("c2", type_="SELL"), tick("09:26:12", 500))
    steps(one, simulate("c3"), tick("09:26:13", 500), simulate("c4", type_="SELL"), tick("09:26:14", 500))
    assert len({order.order_id for order in told(one, OrderRecord)}) == 4
    assert len(told(one, ClosedTradeRecord)) == 2


def test_it_sleeps_once_nothing_is_at_work_and_goes_on_with_its_own_money() -> None:
    one = life()
    rehearsal = one.session.rehearsal
    assert not rehearsal.awake
    steps(one, tick("09:26:10", 500), simulate(), tick("09:26:20", 500))
    steps(one, simulate("c2", type_="SELL"), tick("09:26:30", 500), tick("09:27:10", 500))
    assert rehearsal.awake
    steps(one, tick("09:29:10", 500))
    assert not rehearsal.awake
    after = told(one, AccountRecord)[-1].cash
    assert after < 1_000_000
    steps(one, tick("09:50:10", 500), simulate("c3"), tick("09:50:20", 500))
    assert rehearsal.awake
    spent = told(one, FillRecord)[-1]
    assert told(one, AccountRecord)[-1].cash == after - spent.quantity * spent.price - spent.charges


def test_a_position_is_closed_by_hand_and_other_words_are_refused() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate(), tick("09:26:20", 500))
    close = {"command": "close_position", "bot_id": COPY, "symbol": "ACME"}
    steps(one, CommandReceived("c2", REHEARSE, close), tick("09:26:30", 500))
    assert result(one, "c2")[0] == "done"
    assert told(one, ClosedTradeRecord)[0].exit_reason is ExitReason.MANUAL
    steps(one, CommandReceived("c3", REHEARSE, close), CommandReceived("c4", REHEARSE, {"command": "dance"}))
    assert result(one, "c3") == ("failed", {"reason": f"{COPY} holds no ACME"})
    assert result(one, "c4") == ("failed", {"reason": "unknown command dance"})


def test_a_deleted_bots_copy_is_closed_too() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate(), tick("09:26:20", 500), BotRemoved("alpha"), tick("09:26:30", 500))
    assert len(told(one, ClosedTradeRecord)) == 1


def test_a_strategy_that_can_not_be_made_ends_no_session() -> None:
    one = life()

    def broken(*_: Any) -> Any:
        raise RuntimeError("no strategy today")

    one.session.rehearsal._make_strategy = broken
    steps(one, tick("09:26:10", 500), simulate())
    assert result(one)[0] == "failed"
    steps(one, tick("09:30:50", 500), tick("09:31:01", 501))
    assert one.outbox.all(SignalRecord), "the account's own bot trades on"
