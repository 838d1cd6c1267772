"""The breakers that do not count money: losing streaks, rejections, a lost feed, books that nobody compared yet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.decide import exit_position
from engine.domain.account import TradingState
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    BrokerReported,
    HaltChanged,
    MarketStatus,
    OrderRejected,
    ReportBegun,
    WallClock,
)
from engine.domain.instant import SECOND
from engine.domain.market import TradingStatus
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


# --- feed lost -------------------------------------------------------------------------------------------------------


def at_wall(clock: str) -> WallClock:
    return WallClock(at(clock))


def test_a_held_symbol_without_a_price_for_sixty_seconds_is_a_lost_feed() -> None:
    books = holding()
    books.step(at_wall("09:30:30"), tick("09:30:40", 500), at_wall("09:31:39.999999"))
    assert tripped(books) == []
    books.step(at_wall("09:31:40"), at_wall("09:31:41"))
    words = (
        "Feed lost: no price of ACME for 60 s while it is held, limit 60 s; "
        "the next session or a person's resume lifts it"
    )
    assert books.account.halted_reason == words
    assert [alert.kind for alert in books.alerts] == ["feed_lost"]


def test_a_silent_feed_trips_nothing_while_nothing_is_held_or_the_market_is_closed() -> None:
    books = losing({})
    books.step(tick("09:30", 500), at_wall("09:30:01"), at_wall("10:30"))
    assert tripped(books) == []
    books = holding()
    books.step(at_wall("15:29:30"), at_wall("15:30"), at_wall("17:00"))
    assert books.account.trips == ()


def test_a_feed_has_its_time_after_a_start_and_after_a_persons_resume() -> None:
    books = holding()
    books.step(at_wall("11:00"), at_wall("11:00:59"))
    assert books.account.trips == ()
    books.step(at_wall("11:01"))
    assert tripped(books) == ["feed_lost"]
    books.step(HaltChanged(False, ""), at_wall("11:01:01"), at_wall("11:02:00"))
    assert tripped(books) == []
    books.step(at_wall("11:02:01"))
    assert tripped(books) == ["feed_lost"]
    books.step(opened(TUESDAY))
    assert tripped(books) == []


def test_the_same_price_told_again_shows_that_the_feed_lives() -> None:
    books = holding()
    for clock in ("09:30:30", "09:31", "09:31:30", "09:32"):
        books.step(at_wall(clock), tick("09:30:01", 500, quantity=0))
    assert books.state.dropped == {"repeat": 4}
    assert books.account.trips == ()


@pytest.mark.parametrize("status", [TradingStatus.HALTED, TradingStatus.AUCTION, TradingStatus.CLOSED])
def test_a_market_that_does_not_trade_is_no_lost_feed_and_refuses_entries_by_its_name(status: TradingStatus) -> None:
    books = holding({at("09:30"): BUY, at("10:00"): BUY, at("10:03"): BUY})
    books.step(at_wall("09:31"), MarketStatus("ACME", status, at("09:31")), at_wall("10:00"))
    assert books.account.trips == ()
    books.step(*priced("10:00", 500), MarketStatus("ACME", TradingStatus.TRADING, at("10:01")))
    books.step(at_wall("10:02"), *priced("10:03", 500))
    assert [reason for reason in reasons(books) if reason] == ["market_halted"]
    assert books.signals[1].blocking_detail == f"ACME is not traded at the moment: the venue says {status}"


def test_after_a_halt_a_feed_has_its_time_again() -> None:
    books = holding()
    books.step(at_wall("09:31"), MarketStatus("ACME", TradingStatus.HALTED, at("09:31")), at_wall("10:00"))
    books.step(MarketStatus("ACME", TradingStatus.TRADING, at("10:00")), at_wall("10:00:59"))
    assert books.account.trips == ()
    books.step(at_wall("10:01"))
    assert tripped(books) == ["feed_lost"]


def test_a_new_session_trades_until_the_venue_says_otherwise() -> None:
    books = losing({at("09:30", TUESDAY): BUY})
    books.step(MarketStatus("ACME", TradingStatus.HALTED, at("14:00")), opened(TUESDAY), *priced("09:30", 500, TUESDAY))
    assert reasons(books) == [None]


def test_of_a_symbol_that_is_not_listed_nothing_is_believed() -> None:
    books = losing({})
    books.step(MarketStatus("NOBODY", TradingStatus.HALTED, at("09:30")))
    assert books.state.dropped == {"unknown_symbol": 1}


# --- not reconciled --------------------------------------------------------------------------------------------------


def compared(*positions: VenuePosition) -> tuple[ReportBegun, BrokerReported]:
    return ReportBegun(), BrokerReported(BrokerReport((), (), positions, at("09:31")))


def waiting() -> Books:
    books = losing({at("09:30"): BUY, at("09:40"): BUY})
    books.state.breaker.await_comparison()
    return books


def test_nothing_is_bought_before_the_brokers_first_report_was_compared() -> None:
    books = waiting()
    books.step(*priced("09:30", 500))
    assert reasons(books) == ["not_reconciled"]
    assert (tripped(books), books.account.trading_state) == (["not_reconciled"], TradingState.HALTED)
    books.step(*compared())
    assert (tripped(books), books.account.trading_state) == ([], TradingState.ACTIVE)
    books.step(*priced("09:40", 500))
    assert reasons(books)[-1] is None


def test_what_the_first_report_leaves_in_doubt_keeps_the_hold_until_the_next() -> None:
    books = waiting()
    strange = VenuePosition("ACME", D(7), D(500))
    books.step(*compared(strange))
    assert books.state.breaker.unreconciled is not None
    books.step(*compared(strange))
    assert books.state.breaker.unreconciled is None
    books.step(*priced("09:30", 500))
    assert reasons(books) == ["difference"], "it is one now, and holds its symbol"


def test_a_restart_holds_anew_and_only_where_a_venue_is_asked() -> None:
    books = waiting()
    books.step(*priced("09:30", 500))
    assert restarted(books, {}, MONDAY).state.breaker.refusal is None, "no hold of before is put back"


def test_a_persons_resume_says_that_the_comparison_is_waited_for() -> None:
    books = waiting()
    books.step(HaltChanged(False, ""))
    assert [alert.text for alert in books.alerts if alert.kind == "resume_refused"] == [
        "Not reconciled: the broker's report is not compared with the books yet; the comparison lifts it"
    ]


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
