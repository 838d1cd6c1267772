"""An engine that comes back on a later day decides nothing for the hours in which nobody was there."""

from __future__ import annotations

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.events import BotChanged, ClockTicked, HistoryBar, InstrumentListed, Recovered, SessionOpened
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import ExitReason
from engine.domain.records import AlertRecord, EquityDayRecord
from tests.builders.desk import Desk
from tests.builders.market import bar, instrument, tick
from tests.builders.paper import account
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session
from tests.core.leavers import held, leaver

STARTED = at("09:45", TUESDAY)


def back_on_tuesday(**exits: str | int) -> Desk:
    """Ten were bought on Monday at 500; the engine died at 10:00 and is back on Tuesday, with both days' bars."""
    old = held(**exits)
    old.step(ClockTicked(at("10:00")))
    made = Desk(Engine(account(), scripted({})), [], [])
    made.take(InstrumentListed(instrument()))
    made.take(Recovered(old.newest(), old.state.sequence))
    for day, opened_at in ((session(), session().open_at), (session(TUESDAY), STARTED)):
        made.take(SessionOpened(day, opened_at))
        until = min(day.close_at, STARTED)
        for begins in range(day.open_at, until, MINUTE):
            made.take(HistoryBar(bar(begins, (500, 500, 500, 500))))
    made.take(BotChanged(leaver(**exits), Desired.RUNNING, 1))
    return made


def test_no_exit_is_decided_for_the_flattening_that_was_missed() -> None:
    made = back_on_tuesday(stop_pct="1")
    assert made.sent == []
    assert [record for record in made.records if isinstance(record, AlertRecord | EquityDayRecord)] == []


def test_what_should_have_been_flat_yesterday_is_told_once() -> None:
    made = back_on_tuesday()
    for minute in (1, 2, 3):
        made.take(ClockTicked(STARTED + minute * MINUTE))
    (told,) = [record for record in made.records if isinstance(record, AlertRecord)]
    assert (told.kind, told.severity) == ("not_flat", "critical")
    assert told.text.startswith("ACME: 10 of alpha should have been flat before today")
    assert "it is closed with its first price of today, at 14:55 at the latest" in told.text


def test_what_should_have_been_flat_yesterday_is_closed_at_the_first_minute() -> None:
    made = back_on_tuesday()
    assert made.sent == []
    made.take(ClockTicked(STARTED + MINUTE))
    (order,) = made.sent
    assert (order.exit_reason, order.quantity, order.at) == (ExitReason.FLATTEN, 10, STARTED + MINUTE)
    made.accept(order)
    made.take(ClockTicked(STARTED + 5 * MINUTE))
    assert made.sent == [order]


def test_its_stop_is_looked_at_from_the_first_price_on() -> None:
    made = back_on_tuesday(stop_pct="1")
    made.take(tick(STARTED + SECOND, "494"))
    (order,) = made.sent
    assert (order.exit_reason, order.at) == (ExitReason.STOP, STARTED + SECOND)


def test_what_is_due_from_then_on_happens_without_a_price_too() -> None:
    made = back_on_tuesday()
    effects = made.engine.process(ClockTicked(STARTED + MINUTE))
    (order,) = [effect for effect in effects if isinstance(effect, SubmitOrder)]
    assert (order.exit_reason, order.at) == (ExitReason.FLATTEN, STARTED + MINUTE)
    assert any(isinstance(e, PublishRecord) and isinstance(e.record, EquityDayRecord) for e in effects)
