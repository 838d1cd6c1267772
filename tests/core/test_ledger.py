"""The account's money over days: roll-ups that turn, and marks that are carried."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.ledger import Ledger, percent, period_end, period_start
from engine.domain.events import ClockTicked, MarketEnded, SessionOpened
from engine.domain.records import EquityDayRecord
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, at, session

D = Decimal
FRIDAY, NEXT_MONDAY = "2026-03-27", "2026-03-30"
NEXT_MONTH = "2026-04-01"


@pytest.mark.parametrize(
    ("period", "start"), [("day", WEDNESDAY), ("week", MONDAY), ("month", "2026-03-01"), ("all", "")]
)
def test_a_period_begins_on_its_first_day(period: str, start: str) -> None:
    assert period_start(period, WEDNESDAY) == start


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", WEDNESDAY, WEDNESDAY), ("week", MONDAY, "2026-03-08"), ("month", "2026-03-01", "2026-03-31"),
        ("month", "2026-02-01", "2026-02-28"), ("month", "2024-02-01", "2024-02-29"),
        ("month", "2026-12-01", "2026-12-31"), ("week", "2026-12-28", "2027-01-03"), ("all", "", ""), ("day", "", ""),
    ],
)  # fmt: skip
def test_a_period_ends_on_its_last_day(period: str, start: str, end: str) -> None:
    assert period_end(period, start) == end


def test_a_percentage_has_four_decimals_and_nothing_of_nothing_is_nothing() -> None:
    assert percent(D(1), D(3)) == D("33.3333")
    assert percent(D(1), D(0)) == 0


def started(*days: str) -> Ledger:
    """A ledger with one trade of +10 net on each of the days."""
    ledger = Ledger(D(1_000))
    for number, day in enumerate(days):
        ledger.begin_day(day, D(1_000 + 10 * number))
        ledger.close_trade("alpha", D(12), D(2), 60, number)
    return ledger


@pytest.mark.parametrize(
    ("days", "trades"),
    [
        ((MONDAY, TUESDAY, WEDNESDAY), {"day": 1, "week": 3, "month": 3, "all": 3}),
        ((FRIDAY, NEXT_MONDAY), {"day": 1, "week": 1, "month": 2, "all": 2}),
        ((NEXT_MONDAY, NEXT_MONTH), {"day": 1, "week": 2, "month": 1, "all": 2}),
        ((MONDAY, MONDAY), {"day": 2, "week": 2, "month": 2, "all": 2}),
    ],
)
def test_roll_ups_turn_with_their_periods(days: tuple[str, ...], trades: dict[str, int]) -> None:
    ledger = started(*days)
    assert {name: profit.trades for name, profit in ledger.profits.items()} == trades
    assert {name: profit.net_pnl for name, profit in ledger.profits.items()} == {n: 10 * c for n, c in trades.items()}
    assert ledger.profits["week"].start == period_start("week", days[-1])


def test_the_weeks_start_equity_is_that_of_its_first_day() -> None:
    ledger = started(FRIDAY, NEXT_MONDAY)
    ledger.begin_day("2026-03-31", D(2_000))
    assert (ledger.start_equity_week, ledger.start_equity_day) == (D(1_010), D(2_000))


def test_an_older_day_told_late_turns_nothing_back() -> None:
    ledger = started(MONDAY, TUESDAY)
    ledger.begin_day(MONDAY, D(5))
    assert (ledger.day, ledger.start_equity_day) == (TUESDAY, D(1_010))


def test_wins_losses_and_break_even_are_told_by_net_pnl() -> None:
    ledger = Ledger(D(1_000))
    for gross, charges in ((D(5), D(1)), (D(5), D(5)), (D(3), D(5)), (D(-3), D(1))):
        ledger.close_trade("alpha", gross, charges, 60, 1)
    profit = ledger.profits["all"]
    assert (profit.wins, profit.break_even, profit.losses, profit.trades) == (1, 1, 2, 4)
    assert (profit.gross_profit, profit.gross_loss) == (D(4), D(6))
    assert profit.net_pnl == profit.gross_profit - profit.gross_loss


def test_a_bots_part_sums_what_the_whole_sums() -> None:
    ledger = Ledger(D(1_000))
    for number, (bot_id, gross) in enumerate((("alpha", 5), ("beta", 1), ("alpha", -3), ("beta", 9), ("alpha", 1))):
        ledger.close_trade(bot_id, D(gross), D(1), 10 * number, 100 - number)
    whole = ledger.profits["all"]
    for name in ("gross_pnl", "charges", "net_pnl", "trades", "wins", "losses", "break_even", "hold_s"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in whole.bots.values()), name
    assert whole.gross_profit == sum(part.gross_profit for part in whole.bots.values()) == D(12)
    assert whole.gross_loss == sum(part.gross_loss for part in whole.bots.values()) == D(4)
    assert (whole.hold_s, whole.break_even) == (100, 2)
    assert (whole.first_exit_at, whole.last_exit_at) == (96, 100)


def test_drawdown_is_measured_from_the_high_water_mark_and_never_negative() -> None:
    ledger = Ledger(D(1_000))
    for equity, high, drawdown in ((900, 1_000, "10"), (1_200, 1_200, "0"), (1_080, 1_200, "10")):
        ledger.mark(1, D(equity))
        assert (ledger.high_water_mark, ledger.drawdown_pct(D(equity))) == (D(high), D(drawdown))
    assert ledger.drawdown_pct(D(9_999)) == 0


def held_over_two_days() -> Books:
    """Ten held from Monday at 500 overnight, since nothing trades after noon; sold on Tuesday."""
    scripts = {"script": {at("09:30"): SignalType.BUY, at("09:40", TUESDAY): SignalType.SELL}}
    books = paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted(scripts))
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("10:00", 550), tick("11:00", 520))
    books.step(ClockTicked(at("15:30")))
    return books


def test_high_water_mark_and_drawdown_are_carried_into_the_next_day() -> None:
    books = held_over_two_days()
    monday = books.account
    assert monday.high_water_mark == D("1000000") - books.fills[0].charges + 10 * (D(550) - D("500.05"))
    assert monday.drawdown_pct > 0
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at))
    assert books.account.high_water_mark == monday.high_water_mark
    assert books.account.drawdown_pct == monday.drawdown_pct


def test_a_new_day_begins_with_the_equity_of_the_old_one() -> None:
    books = held_over_two_days()
    monday = books.account
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at))
    account = books.account
    assert (account.start_equity_day, account.equity) == (monday.equity, monday.equity)
    assert (account.realized_pnl_day, account.charges_day, account.pnl_pct_day) == (0, 0, 0)
    assert account.start_equity_week == D(1_000_000)
    assert account.session is not None
    assert account.session.day == TUESDAY


def test_the_days_gain_is_what_was_realized_and_what_open_positions_gained_since_its_start() -> None:
    books = held_over_two_days()
    overnight = books.account.unrealized_pnl
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at))
    books.step(tick("09:39:50", 530, day=TUESDAY), ClockTicked(at("09:40", TUESDAY)))
    for _ in range(2):
        account = books.account
        gained = account.realized_pnl_day + account.unrealized_pnl - overnight
        assert account.start_equity_day + gained == account.equity
        books.step(tick("09:40:10", 531, day=TUESDAY))
    assert len(books.trades) == 1


def test_the_equity_line_has_a_point_a_minute_and_begins_anew_each_day() -> None:
    books = held_over_two_days()
    points = books.all(EquityDayRecord)[-1].points
    assert [point.at for point in points] == [at("09:30") + n * 60_000_000 for n in range(361)]
    tuesday = session(TUESDAY)
    books.step(
        SessionOpened(tuesday, tuesday.open_at), tick("09:15:10", 520, day=TUESDAY), MarketEnded(at("09:16", TUESDAY))
    )
    newest = books.all(EquityDayRecord)[-1]
    assert (newest.day, [point.at for point in newest.points]) == (TUESDAY, [at("09:16", TUESDAY)])
