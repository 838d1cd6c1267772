"""The breakers trip at their limits, stay tripped over restarts, and are lifted by what each says lifts it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import TradingState
from engine.domain.events import ClockTicked, HaltChanged, PolicyChanged
from engine.domain.order import OrderState
from engine.domain.records import AlertRecord, AuditRecord, BotStatusRecord, TripKind
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, at
from tests.core.risk.losing import BUY, SELL, holding, losing, lost, opened, policy, priced, reasons, restarted

D = Decimal
NEXT_MONDAY, NEXT_TUESDAY = "2026-03-09", "2026-03-10"
FRIDAY = "2026-03-06"


def tripped(books: Books) -> list[str]:
    return [trip.kind.value for trip in books.account.trips]


def told(books: Books, kind: str) -> list[AlertRecord]:
    return [alert for alert in books.alerts if alert.kind == kind]


def test_minus_four_percent_on_the_day_refuses_entries_with_daily_stop() -> None:
    books = holding({at("09:30"): BUY, at("09:40"): BUY})
    books.step(*priced("09:40", lost(4)))
    assert reasons(books) == [None, "daily_stop"]
    words = "Daily stop: -4.00 % today, limit -3.00 %; the next session lifts it"
    assert books.signals[-1].blocking_detail == words
    assert (books.account.trading_state, books.account.halted_reason) == (TradingState.REDUCING, words)
    (trip,) = books.account.trips
    assert (trip.kind, trip.found, trip.limit, trip.day) == (TripKind.DAILY_STOP, D(-4), D(-3), MONDAY)
    assert (trip.detail, trip.lifted_by) == (words, "the next session lifts it")
    (alert,) = told(books, "daily_stop")
    assert (alert.severity, alert.text) == ("critical", words)
    assert books.all(BotStatusRecord)[-1].blocking_reason == "daily_stop"


@pytest.mark.parametrize(
    ("price", "cash", "limits", "kind"),
    [
        ("470", "1000000.00", {}, "daily_stop"),
        ("470", "1000000.34", {}, None),
        ("480", "1000000", {"day_loss_max": D("20000.00")}, "daily_stop"),
        ("480", "1000000", {"day_loss_max": D("20000.01")}, None),
        ("430", "1000000.00", {"day_loss_max_pct": D(50)}, "weekly_stop"),
        ("430", "1000000.15", {"day_loss_max_pct": D(50)}, None),
        ("400", "1000000.00", {"day_loss_max_pct": D(50), "week_loss_max_pct": D(50)}, "drawdown"),
        ("400", "1000000.10", {"day_loss_max_pct": D(50), "week_loss_max_pct": D(50)}, None),
    ],
)
def test_a_loss_of_exactly_the_limit_trips_and_one_paisa_less_than_it_does_not(
    price: str, cash: str, limits: dict[str, Any], kind: str | None
) -> None:
    """What is lost are round thousands; with these paise more to begin with, the limit is one paisa more than that."""
    books = holding({at("09:30"): BUY, at("09:40"): BUY}, limits=policy(**limits), cash=cash)
    books.step(*priced("09:40", price))
    assert tripped(books) == ([] if kind is None else [kind])
    assert reasons(books)[-1] == kind


def test_a_trip_takes_entries_back_and_is_told_once_however_long_it_lasts() -> None:
    books = losing({at("09:30"): BUY, at("09:39"): BUY}, model=FillModel(slippage_bps=0, latency_ms=20_000))
    books.step(*priced("09:30", 500), tick("09:30:21", 500), tick("09:38:50", 500), tick("09:39:10", lost(4)))
    assert [order.state for order in books.orders] == [OrderState.FILLED, OrderState.ACCEPTED]
    books.step(ClockTicked(at("09:40")))
    waiting = books.orders[-1]
    assert (waiting.state, waiting.reason) == (OrderState.CANCELLED, "entries are stopped: Daily stop")
    books.step(*priced("09:41", lost(5)), *priced("09:42", lost(2)), *priced("09:43", lost(6)))
    assert len(told(books, "daily_stop")) == 1
    assert "-4.00 %" in books.account.trips[0].detail, "what is shown is what it tripped at"


def test_what_has_tripped_reduces_while_anything_is_held_and_is_halted_then() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): SELL})
    books.step(*priced("09:40", lost(4)))
    assert books.account.trading_state is TradingState.REDUCING
    books.step(*priced("09:41", lost(4)))
    assert [trade.net_pnl for trade in books.trades] == [D(-40_000)], "exits go on"
    assert books.account.trading_state is TradingState.HALTED


def test_a_trip_within_a_minute_is_seen_by_the_bar_that_closes_it() -> None:
    books = holding({at("09:30"): BUY, at("09:40"): BUY})
    books.step(tick("09:39:20", 500), tick("09:39:59", lost(4)), ClockTicked(at("09:40")))
    assert reasons(books)[-1] == "daily_stop"


def test_a_fill_that_costs_too_much_trips_before_any_minute_does() -> None:
    books = losing({at("09:30"): BUY}, limits=policy(day_loss_max=D(50)), model=FillModel(slippage_bps=2))
    books.step(tick("09:29:50", 500), tick("09:30:01", 500))
    assert tripped(books) == ["daily_stop"], "filled at 500.10, a hundred are lost at the last price"
    assert books.state.now == at("09:30")


def test_charges_that_were_paid_count_and_those_of_closing_do_not() -> None:
    books = holding(limits=policy(day_loss_max=D(100)))
    books.state.ledger.cash -= D("99.99")
    books.step(*priced("09:40", 500))
    assert tripped(books) == []
    books.state.ledger.cash -= D("0.01")
    books.step(*priced("09:41", 500))
    assert tripped(books) == ["daily_stop"]


def test_a_restart_does_not_lift_it_and_the_next_session_does() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): SELL})
    books.step(*priced("09:40", lost(4)), *priced("09:41", lost(4)))
    script = {at("09:50"): BUY, at("09:30", TUESDAY): BUY}
    again = restarted(books, script, MONDAY)
    again.step(*priced("09:50", lost(4)))
    assert reasons(again) == ["daily_stop"]
    assert (again.account.trips, told(again, "daily_stop")) == (books.account.trips, []), "the same, and told before"
    assert again.account.trading_state is TradingState.HALTED
    again.step(opened(TUESDAY), *priced("09:30", lost(4), TUESDAY))
    assert reasons(again) == ["daily_stop", None]
    assert (again.account.trips, again.account.trading_state) == ((), TradingState.ACTIVE)
    (lifted,) = told(again, "trip_lifted")
    assert (lifted.severity, lifted.text) == ("info", f"Daily stop: lifted by the session of {TUESDAY}")


def test_a_restart_on_the_next_day_has_it_lifted_as_well() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): SELL})
    books.step(*priced("09:40", lost(4)), *priced("09:41", lost(4)))
    again = restarted(books, {at("09:30", TUESDAY): BUY}, TUESDAY)
    again.step(*priced("09:30", lost(4), TUESDAY))
    assert reasons(again) == [None]


def test_what_fell_while_nobody_watched_trips_with_the_first_prices_after_the_restart() -> None:
    books = holding()
    again = restarted(books, {at("09:50"): BUY}, MONDAY)
    assert again.state.breaker.trips == {}
    again.step(*priced("09:50", lost(4)))
    assert (tripped(again), reasons(again)) == (["daily_stop"], ["daily_stop"])


def test_the_weeks_stop_stands_until_the_week_turns() -> None:
    days = (TUESDAY, WEDNESDAY, FRIDAY, NEXT_MONDAY)
    books = holding({at("09:30"): BUY, at("09:41"): SELL, **{at("09:30", day): BUY for day in days}})
    books.step(*priced("09:40", lost(7)), *priced("09:41", lost(7)))
    assert tripped(books) == ["daily_stop", "weekly_stop"]
    words = "Weekly stop: -7.00 % this week, limit -7.00 %; the next week's first session lifts it"
    assert books.account.trips[1].detail == words
    for day in days[:-1]:
        books.step(opened(day), *priced("09:30", lost(7), day))
        assert (tripped(books), reasons(books)[-1]) == (["weekly_stop"], "weekly_stop")
    books = restarted(books, {at("09:30", NEXT_MONDAY): BUY}, FRIDAY)
    assert list(books.state.breaker.trips) == [TripKind.WEEKLY_STOP], "nor does a restart lift it"
    books.step(opened(NEXT_MONDAY), *priced("09:30", lost(7), NEXT_MONDAY))
    assert (tripped(books), reasons(books)[-1]) == ([], None)


def test_a_week_whose_monday_is_a_holiday_turns_on_tuesday() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): SELL, at("09:30", NEXT_TUESDAY): BUY})
    books.step(*priced("09:40", lost(7)), *priced("09:41", lost(7)), opened(FRIDAY))
    assert tripped(books) == ["weekly_stop"]
    books.step(opened(NEXT_TUESDAY), *priced("09:30", lost(7), NEXT_TUESDAY))
    assert (tripped(books), reasons(books)[-1]) == ([], None)
    assert books.account.start_equity_week == D(930_000)


def test_a_drawdown_counts_from_a_high_water_mark_of_last_week() -> None:
    books = holding(limits=policy(day_loss_max_pct=D(50), week_loss_max_pct=D(50)))
    books.step(*priced("09:40", 600))
    assert books.account.high_water_mark == D(1_100_000)
    books.step(*priced("09:41", 530), *priced("09:42", 530))
    again = restarted(books, {at("09:40", NEXT_MONDAY): BUY}, FRIDAY, limits=books.state.policy)
    again.step(opened(NEXT_MONDAY, held_over=True), *priced("09:31", 500, NEXT_MONDAY))
    assert (tripped(again), again.account.high_water_mark) == ([], D(1_100_000))
    again.step(*priced("09:40", 490, NEXT_MONDAY))
    (trip,) = again.account.trips
    assert (trip.kind, trip.found, trip.limit) == (TripKind.DRAWDOWN, D(10), D(10))
    assert trip.detail.startswith("Drawdown: 10.00 % below the high-water mark of 1100000.00, limit 10.00 %; a person")
    assert reasons(again) == ["drawdown"]


def test_a_drawdown_is_lifted_by_a_person_alone_and_the_mark_begins_anew() -> None:
    limits = policy(day_loss_max_pct=D(50), week_loss_max_pct=D(50))
    books = holding({at("09:30"): BUY, at("09:41"): SELL, at("09:30", NEXT_MONDAY): BUY}, limits=limits)
    books.step(*priced("09:40", lost(10)), *priced("09:41", lost(10)), opened(NEXT_MONDAY))
    assert tripped(books) == ["drawdown"]
    books.step(HaltChanged(False, "", by="anna"))
    assert (tripped(books), books.account.high_water_mark, books.account.drawdown_pct) == ([], D(900_000), D(0))
    books.step(*priced("09:30", lost(10), NEXT_MONDAY))
    assert reasons(books)[-1] is None
    noted = [record for record in books.all(AuditRecord) if record.action == "trip_lifted"]
    assert [(record.actor, record.subject) for record in noted] == [("anna", "drawdown")]
    assert "the high-water mark begins anew at 900000.00, it was 1000000.00" in noted[0].after["text"]


def test_a_person_does_not_lift_the_daily_stop_and_is_told_why() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): BUY})
    books.step(*priced("09:40", lost(4)), HaltChanged(True, "lunch"))
    assert (books.account.trading_state, books.account.halted_reason) == (TradingState.HALTED, "lunch")
    books.step(HaltChanged(False, ""))
    words = "Daily stop: -4.00 % today, limit -3.00 %; the next session lifts it"
    assert [alert.text for alert in told(books, "resume_refused")] == [words]
    assert (books.account.trading_state, books.account.halted_reason) == (TradingState.REDUCING, words)
    books.step(*priced("09:41", lost(4)))
    assert reasons(books)[-1] == "daily_stop"


def test_a_restart_keeps_the_trip_and_the_persons_halt_apart() -> None:
    books = holding()
    books.step(*priced("09:40", lost(4)))
    assert restarted(books, {}, MONDAY).state.breaker.halted is None
    books.step(HaltChanged(True, "lunch"))
    again = restarted(books, {}, MONDAY)
    assert (again.state.breaker.halted, list(again.state.breaker.trips)) == ("lunch", [TripKind.DAILY_STOP])


def test_a_tighter_policy_trips_at_once_and_a_looser_one_lifts_nothing() -> None:
    books = holding()
    books.step(*priced("09:40", lost(2)), PolicyChanged(policy(day_loss_max_pct=D(2))), *priced("09:41", lost(2)))
    assert tripped(books) == ["daily_stop"]
    books.step(PolicyChanged(policy(day_loss_max_pct=D(50))), *priced("09:42", 500))
    assert tripped(books) == ["daily_stop"]


def test_a_trip_is_noted_in_the_audit_log() -> None:
    books = holding()
    books.step(*priced("09:40", lost(4)))
    (noted,) = [record for record in books.all(AuditRecord) if record.action == "tripped"]
    assert (noted.actor, noted.subject) == ("engine", "daily_stop")
