"""The breakers that do not count money: losing streaks and rejections; and several trips at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.decide import exit_position
from engine.domain.account import TradingState
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    HaltChanged,
    OrderRejected,
)
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason
from engine.domain.records import AccountRecord, TripKind
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import MONDAY, TUESDAY, at
from tests.core.risk.losing import BUY, SELL, holding, losing, opened, policy, priced, reasons, restarted

D = Decimal


def rounds(count: int, first: int = 30) -> dict[int, SignalType]:
    """So many round trips, two minutes each, from 09:MM on."""
    moments = {}
    for number in range(count):
        moments[at(f"09:{first + 2 * number}")] = BUY
        moments[at(f"09:{first + 2 * number + 1}")] = SELL
    return moments


def trade(books: Books, minute: int, result: int) -> None:
    """One round trip that gains or loses so many rupees."""
    books.step(*priced(f"09:{minute}", 500), *priced(f"09:{minute + 1}", 500 + D(result) / 1_000))


def tripped(books: Books) -> list[str]:
    return [trip.kind.value for trip in books.account.trips]


# --- losing streak ---------------------------------------------------------------------------------------------------


def test_as_many_losses_in_a_row_as_are_allowed_trip_and_one_less_does_not() -> None:
    books = losing(rounds(4), limits=policy(losses_in_a_row_max=3))
    trade(books, 30, -100)
    trade(books, 32, -100)
    assert (tripped(books), books.account.losses_in_a_row) == ([], 2)
    trade(books, 34, -100)
    assert tripped(books) == ["losing_streak"]
    trade(books, 36, -100)
    assert reasons(books)[-2] == "losing_streak"
    words = "Losing streak: 3 trades lost one after another, limit 3; the next session or a person's resume lifts it"
    assert books.account.halted_reason == words
    assert books.account.trading_state is TradingState.HALTED, "nothing is held"


@pytest.mark.parametrize("result", [100, 0])
def test_a_trade_that_is_not_lost_ends_the_streak(result: int) -> None:
    books = losing(rounds(3), limits=policy(losses_in_a_row_max=2))
    for minute, outcome in ((30, -100), (32, result), (34, -100)):
        trade(books, minute, outcome)
    assert (tripped(books), books.account.losses_in_a_row) == ([], 1)


def test_without_a_limit_no_streak_trips() -> None:
    books = losing(rounds(5))
    for number in range(5):
        trade(books, 30 + 2 * number, -100)
    assert (tripped(books), books.account.losses_in_a_row) == ([], 5)


def test_a_streak_goes_on_over_a_restart_and_begins_anew_when_a_person_lifts_it() -> None:
    limits = policy(losses_in_a_row_max=3)
    books = losing(rounds(2), limits=limits)
    trade(books, 30, -100)
    trade(books, 32, -100)
    again = restarted(books, rounds(4, 34), MONDAY, limits=limits)
    trade(again, 34, -100)
    assert tripped(again) == ["losing_streak"]
    again.step(HaltChanged(False, ""))
    assert (tripped(again), again.account.losses_in_a_row) == ([], 0)
    trade(again, 36, -100)
    trade(again, 38, -100)
    assert tripped(again) == []
    trade(again, 40, -100)
    assert tripped(again) == ["losing_streak"]


def test_the_next_session_lifts_a_streak() -> None:
    books = losing(rounds(1), limits=policy(losses_in_a_row_max=1))
    trade(books, 30, -100)
    assert tripped(books) == ["losing_streak"]
    books.step(opened(TUESDAY))
    assert (tripped(books), books.account.losses_in_a_row) == ([], 0)


# --- reject storm ----------------------------------------------------------------------------------------------------


def rejecting(count: int, gap_s: int) -> Books:
    """A broker that rejects everything: the position's exit, tried again after each rest, so many times."""
    books = holding({at("09:30"): BUY, at("15:00"): BUY})
    engine, venue = books.loop.engine, books.loop.venue
    for number in range(count):
        moment = at("09:40") + number * gap_s * SECOND
        order = _order(books, moment)
        books.effects += engine.process(OrderRejected(order, "no margin", moment))  # type: ignore[arg-type]
    assert not venue.waiting
    return books


def _order(books: Books, moment: int) -> str:
    """An exit sent at a moment, by the engine alone: the venue knows nothing of it."""
    state = books.state
    state.exit_rests.clear()
    order = exit_position(state, state.portfolio.all()[0], ExitReason.STOP, moment)
    assert order is not None
    state.out.clear()
    return order.order_id


@pytest.mark.parametrize(("count", "gap_s", "trips"), [(4, 1, False), (5, 1, True), (5, 15, True), (5, 16, False)])
def test_five_rejections_within_sixty_seconds_are_a_storm(count: int, gap_s: int, trips: bool) -> None:
    books = rejecting(count, gap_s)
    assert tripped(books) == (["reject_storm"] if trips else [])


def test_a_storm_says_what_the_broker_said_and_only_a_person_lifts_it() -> None:
    books = rejecting(5, 1)
    words = (
        "Reject storm: the broker rejected 5 orders within 60 s, limit 5 (the last: no margin); "
        "a person's resume lifts it"
    )
    assert books.account.halted_reason == words
    books.step(opened(TUESDAY))
    assert tripped(books) == ["reject_storm"]
    books.step(HaltChanged(False, ""))
    assert tripped(books) == []


def test_a_rejection_told_twice_counts_once() -> None:
    books = holding(limits=policy(rejects_max=2))
    order = _order(books, at("09:40"))
    for _ in range(3):
        books.step(OrderRejected(order, "no margin", at("09:40")))
    assert books.account.trips == ()


def test_what_risk_refuses_is_no_rejection() -> None:
    minutes = {at(f"09:{minute}"): BUY for minute in range(30, 40)}
    books = losing(minutes, limits=policy(rejects_max=2, notional_max=D(1_000)))
    for minute in range(30, 40):
        books.step(*priced(f"09:{minute}", 500))
    assert set(reasons(books)) == {"notional_max"}
    assert tripped(books) == []


def test_a_rejected_exit_is_not_sent_again_with_each_tick() -> None:
    books = holding()
    position = books.state.portfolio.all()[0]
    position.stop_price = D(490)
    books.state.tapes["ACME"].watch(49_000, 2**60)
    engine = books.loop.engine
    sent = []
    for number in range(40):
        for effect in engine.process(tick(at("09:40") + number * SECOND // 4, 489)):
            if isinstance(effect, SubmitOrder):
                sent.append(effect)
                engine.process(OrderRejected(effect.order_id, "no margin", effect.at))
    assert len(sent) == 2, "ten seconds, and five between two attempts"


def test_several_trips_are_all_shown_and_each_is_lifted_by_its_own() -> None:
    books = holding({at("09:30"): BUY, at("09:41"): SELL}, limits=policy(losses_in_a_row_max=1))
    books.step(*priced("09:40", 470), *priced("09:41", 470))
    assert tripped(books) == ["daily_stop", "losing_streak"]
    books.step(HaltChanged(False, ""))
    assert tripped(books) == ["daily_stop"]
    books.step(opened(TUESDAY))
    assert tripped(books) == []


def test_in_a_backtest_a_trip_stops_entries_as_well_and_costs_no_bots_a_status() -> None:
    books = paper_loop(
        (bot(strategy="script", quantity=1_000),),
        make_strategy=scripted({"script": {at("09:30"): BUY, at("09:40"): BUY}}),
        spec=account(policy=policy(), charge_schedule="none"),
        model=FillModel(slippage_bps=0),
        views=False,
    )
    books.step(*priced("09:30", 500), *priced("09:40", 470))
    assert reasons(books) == [None, "daily_stop"]
    assert books.all(AccountRecord)[-1].trips[0].kind is TripKind.DAILY_STOP
