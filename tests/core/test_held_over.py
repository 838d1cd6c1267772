"""A position that outlived its session's flattening is left as soon as the next day has a price of it, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core.leaving import next_leave_at
from engine.domain.account import Desired
from engine.domain.broker import BrokerReport
from engine.domain.events import (
    BotChanged,
    BrokerReported,
    ClockTicked,
    MarketStatus,
    Recovered,
    ReportBegun,
    SessionOpened,
)
from engine.domain.exits import Exits
from engine.domain.market import TradingStatus
from engine.domain.order import ExitReason, Purpose
from engine.domain.records import slot_of
from tests.builders.market import tick
from tests.builders.paper import Books, bot
from tests.builders.times import TUESDAY, at, session
from tests.core.leavers import held
from tests.core.stop_wire import StopWire

NEXT_DAY = session(TUESDAY)


def over_night(**changes: object) -> Books:
    """Ten are held from Monday, since nothing traded after 09:30, and Tuesday opens."""
    books = held()
    books.step(ClockTicked(at("15:30")))
    day = replace(NEXT_DAY, **changes)  # type: ignore[arg-type]
    books.step(SessionOpened(day, day.open_at))
    return books


def exits(books: Books) -> list[tuple[ExitReason | None, int]]:
    """The day's exits, and when they were decided."""
    found = {order.order_id: order for order in books.orders if order.purpose is Purpose.EXIT}
    return [(one.exit_reason, one.created_at) for one in found.values() if one.created_at >= NEXT_DAY.open_at]


def test_it_is_left_at_the_first_minute_that_has_a_price_of_the_day() -> None:
    books = over_night()
    books.step(ClockTicked(at("09:17", TUESDAY)))
    assert exits(books) == []
    books.step(tick("09:17:30", 480, day=TUESDAY), ClockTicked(at("09:18", TUESDAY)))
    assert exits(books) == [(ExitReason.FLATTEN, at("09:18", TUESDAY))]
    books.step(tick("09:18:01", 481, day=TUESDAY), ClockTicked(at("09:30", TUESDAY)))
    assert len(exits(books)) == 1
    assert len(books.state.portfolio) == 0
    (told,) = [alert for alert in books.alerts if alert.kind == "not_flat" and alert.at >= NEXT_DAY.open_at]
    assert "it is closed with its first price of today, at 14:55 at the latest" in told.text


def test_a_venue_on_which_positions_are_held_over_has_it_stay() -> None:
    books = over_night(flatten_at=None)
    books.step(tick("09:17:30", 480, day=TUESDAY), ClockTicked(at("15:00", TUESDAY)))
    assert exits(books) == []


def test_one_that_is_not_traded_at_the_moment_waits() -> None:
    books = over_night()
    books.step(MarketStatus("ACME", TradingStatus.HALTED, at("09:16", TUESDAY), "a circuit"))
    books.step(tick("09:17:30", 480, day=TUESDAY), ClockTicked(at("09:18", TUESDAY)))
    assert exits(books) == []
    books.step(ClockTicked(at("09:20", TUESDAY)), MarketStatus("ACME", TradingStatus.TRADING, at("09:20", TUESDAY)))
    books.step(ClockTicked(at("09:21", TUESDAY)))
    assert exits(books) == [(ExitReason.FLATTEN, at("09:21", TUESDAY))]


def test_research_looks_at_each_minute_of_the_day_until_it_is_left() -> None:
    assert next_leave_at(over_night().state, NEXT_DAY) == NEXT_DAY.open_at
    assert next_leave_at(held().state, session()) == at("14:55")


def live_over_night(*, with_its_bot: bool = True) -> StopWire:
    """The same at a venue outside: the engine was off when it should have been flat, and is back on Tuesday."""
    wire = StopWire(exits=Exits())
    wire.close_minute()
    wire.fill(wire.arrive().order_id)
    wire.hear()
    kept = {(record.collection, record.document_id, slot_of(record)): record for record in wire.records}
    sequence, wire.engine = wire.state.sequence, wire._engine()
    wire.take(Recovered(tuple(kept.values()), sequence))
    if with_its_bot:
        wire.take(BotChanged(replace(bot(strategy="script", quantity=10), exits=Exits()), Desired.RUNNING, 1))
    wire.take(SessionOpened(NEXT_DAY, NEXT_DAY.open_at))
    return wire


def seen(wire: StopWire, report: BrokerReport) -> None:
    wire.take(ReportBegun())
    wire.take(BrokerReported(report))


def left(wire: StopWire) -> list[ExitReason | None]:
    return [order.exit_reason for order in wire.outgoing if order.purpose is Purpose.EXIT]


def price_at(wire: StopWire, minute: str) -> None:
    """A price half a minute before, and the minute."""
    wire.take(tick(at(minute, TUESDAY) - 30_000_000, "500"))
    wire.take(ClockTicked(at(minute, TUESDAY)))


def test_at_a_venue_outside_it_waits_for_a_report_of_the_day() -> None:
    wire = live_over_night()
    price_at(wire, "09:17")
    assert left(wire) == []
    assert "once broker and books are seen to agree on it" in wire.alerts("not_flat")[-1]
    wire.report()
    price_at(wire, "09:18")
    assert left(wire) == [ExitReason.FLATTEN]


@pytest.mark.parametrize("reports", [1, 2])
def test_what_the_broker_may_have_squared_off_is_not_sold_again(reports: int) -> None:
    wire = live_over_night()
    nothing = replace(wire.book.report(wire.state.now), positions=())
    for _ in range(reports):
        seen(wire, nothing)
    price_at(wire, "09:17")
    assert left(wire) == []
    price_at(wire, "09:18")
    assert left(wire) == []


def test_what_no_bot_of_the_account_holds_is_left_to_the_days_own_flattening() -> None:
    wire = live_over_night(with_its_bot=False)
    wire.report()
    price_at(wire, "09:17")
    assert left(wire) == []
    assert "it is closed at 14:55 at the latest" in wire.alerts("not_flat")[-1]
    price_at(wire, "14:55")
    assert left(wire) == [ExitReason.FLATTEN]
