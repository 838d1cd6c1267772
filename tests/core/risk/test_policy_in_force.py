"""The policy in an engine at work: set, waiting, loosened, recovered; and what an entry is judged on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.core.exposure import risk_view
from engine.core.risk.adaptive import adapted
from engine.core.risk.view import RiskView
from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    FillReceived,
    InstrumentListed,
    OrderUnknown,
    PolicyChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.order import OrderRequest, OrderState, Purpose, Side
from engine.domain.records import AccountRecord, OrderRecord
from engine.domain.risk import HardLimits, RiskPolicy, kept_policy
from engine.domain.risk_limits import Preset
from engine.domain.risk_presets import preset_policy
from engine.domain.signal import SignalType
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.market import instrument, tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session

D = Decimal
BUY, SELL = SignalType.BUY, SignalType.SELL
TIGHT = RiskPolicy(positions_max=2)
FIVE = ("ACME", "BOLT", "CORK", "DELL", "ERGO")


def trading(script: dict[str, SignalType], policy: RiskPolicy | None = None, **more: Any) -> Books:
    """A bot in one symbol whose signals are written down, at the open of Monday."""
    scripts = {"script": {at(clock): signal for clock, signal in script.items()}}
    spec = account(policy=policy, **more)
    return paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted(scripts), spec=spec)


def next_day(books: Books) -> None:
    tuesday = session(TUESDAY)
    books.step(ClockTicked(at("15:30")), SessionOpened(tuesday, tuesday.open_at))


def test_a_tighter_policy_holds_at_the_next_entry_and_a_looser_one_the_next_day() -> None:
    books = trading({})
    books.step(tick("09:20", 500), PolicyChanged(TIGHT))
    assert (books.state.policy, books.state.policy_next) == (TIGHT, None)
    books.step(PolicyChanged(RiskPolicy()))
    assert (books.state.policy, books.state.policy_next) == (TIGHT, RiskPolicy())
    assert (books.account.policy_in_force or {})["positions_max"] == 2
    assert (books.account.policy_next or {})["positions_max"] == 10
    next_day(books)
    assert (books.state.policy, books.state.policy_next) == (RiskPolicy(), None)
    assert books.account.policy_next is None


def test_before_anything_was_decided_any_policy_holds_at_once() -> None:
    books = trading({}, TIGHT)
    books.step(PolicyChanged(RiskPolicy()))
    assert (books.state.policy, books.state.policy_next) == (RiskPolicy(), None)


def test_a_policy_that_is_said_again_changes_nothing_and_writes_nothing() -> None:
    books = trading({})
    books.step(tick("09:20", 500), PolicyChanged(TIGHT), PolicyChanged(RiskPolicy()))
    before = len(books.effects)
    books.step(PolicyChanged(RiskPolicy()))
    assert len(books.effects) == before


def recovered(books: Books) -> Books:
    """Another engine that goes on from what the first wrote down."""
    after = trading({})
    after.loop.engine.process(Recovered(books.newest(), books.state.sequence))
    return after


def test_neither_the_policy_in_force_nor_the_one_that_waits_is_lost_with_the_engine() -> None:
    books = trading({})
    looser = RiskPolicy(positions_max=8, no_entry=("12:00-13:00",), symbols_allowed=("ACME",))
    tight = replace(looser, positions_max=2, notional_max=D("1234.56"))
    books.step(tick("09:20", 500), PolicyChanged(tight), PolicyChanged(looser))
    after = recovered(books)
    assert (after.state.policy, after.state.policy_next) == (tight, looser)
    after.step(PolicyChanged(looser))  # the control plane says it again at the start
    assert (after.state.policy, after.state.policy_next) == (tight, looser)
    next_day(after)
    assert (after.state.policy, after.state.policy_next) == (looser, None)


def test_a_policy_loosened_while_the_engine_was_away_waits_all_the_same() -> None:
    books = trading({})
    books.step(tick("09:20", 500), PolicyChanged(TIGHT))
    after = recovered(books)
    after.step(PolicyChanged(RiskPolicy()))
    assert (after.state.policy, after.state.policy_next) == (TIGHT, RiskPolicy())


def test_the_engine_obeys_no_more_than_the_hard_limits_whatever_it_is_told() -> None:
    hard = HardLimits((("notional_max_pct", D(2)),))
    books = trading({"09:30": BUY}, RiskPolicy(notional_max_pct=D(50)), hard_limits=hard)
    assert books.state.policy.notional_max_pct == D(2)
    books.step(PolicyChanged(RiskPolicy(notional_max_pct=D(60), positions_max=3)))
    assert (books.state.policy.notional_max_pct, books.state.policy.positions_max) == (D(2), 3)


@pytest.mark.parametrize(("after_s", "reason"), [(1199, "cooldown"), (1200, None), (1201, None)])
def test_the_policys_cooldown_is_the_least_there_is(after_s: int, reason: str | None) -> None:
    """Filled at 09:30:00; the strategy's own cool-down is 0."""
    bought_at, again_at = at("09:30"), at("09:30") + after_s * 1_000_000
    books = trading({"09:30": BUY, "09:50": BUY}, RiskPolicy(cooldown_min_s=1200))
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    stance = books.state.bots["alpha"].stances["ACME"]
    assert stance.last_fill_at is not None
    assert bought_at <= stance.last_fill_at
    stance.last_fill_at = at("09:50") - (again_at - bought_at)
    books.step(tick("09:49:50", 500), tick("09:50", 500))
    assert [signal.blocking_reason for signal in books.signals] == [None, reason]
    if reason is not None:
        assert books.signals[-1].blocking_detail == "Cooling down, 0:01 left"


def test_the_fifth_order_of_a_second_is_refused_and_exits_count_without_being_refused() -> None:
    made = desk(FIVE, quantity=10)
    for number in (1, 2):
        for order in enter(made, number, "500.00", FIVE):
            made.take(fill(order, 1, order.quantity, D(500)))
    records = {record.order_id: record for record in made.records if isinstance(record, OrderRecord)}
    refused = [record for record in records.values() if record.state is OrderState.REFUSED]
    assert [(record.symbol, record.reason) for record in refused] == [("ERGO", "orders_per_second")] * 2
    found = refused[0].checks["orders_per_second"]
    assert (found.ok, found.found, found.allowed) == (False, "5", "4")
    at_once = made.engine.state.now
    assert len([leave(made, symbol) for symbol in FIVE[:4]]) == 4  # exits in the very second
    assert made.engine.state.pace.within(1_000_000, at_once) == 8


def test_orders_of_just_before_a_restart_count_after_it() -> None:
    made = desk(FIVE, quantity=10)
    enter(made, 1, "500.00", FIVE)
    now = made.engine.state.now
    newest = {record.document_id: record for record in made.records}
    account_now = next(record for record in reversed(made.records) if isinstance(record, AccountRecord))
    again = desk(FIVE).engine
    again.process(Recovered((*newest.values(), replace(account_now, market_at=now)), 10_000))
    assert again.state.pace.within(1_000_000, now) == 4


def judged_on(made: Desk, symbol: str = "ACME", side: Side = Side.BUY) -> RiskView:
    state = made.engine.state
    request = OrderRequest("X", "alpha", symbol, side, D(1), D(500), Purpose.ENTRY, state.now)
    return risk_view(state, request, state.equity())


def test_an_entry_without_an_answer_counts_whole_at_its_worst() -> None:
    made = desk(("ACME", "BOLT"))
    acme, bolt = enter(made, 1, "500.00", ("ACME", "BOLT"))
    made.take(OrderUnknown(bolt.order_id, bolt.at + 1, "no answer"))
    made.take(FillReceived(acme.order_id, "1", D(40), D(500), acme.at + 1))
    seen = judged_on(made)
    slip = D("1.005")  # 50 bps that a BUY at the market may slip
    working, unknown = 60 * D(500) * slip, 100 * D(500) * slip
    assert seen.gross == 40 * D(500) + working + unknown
    assert seen.symbol_gross == 40 * D(500) + working
    assert seen.bot_gross == seen.gross
    assert seen.cash_free == made.engine.state.ledger.cash - working - unknown
    assert seen.positions == 2
    assert seen.new_position is False


def test_round_trips_of_the_day_count_closed_open_and_on_their_way() -> None:
    made = desk(("ACME", "BOLT", "CORK"))
    acme, bolt, _ = enter(made, 1, "500.00", ("ACME", "BOLT", "CORK"))
    for order in (acme, bolt):
        made.take(fill(order, 1, order.quantity, D(500)))
    gone = leave(made, "ACME")
    assert gone is not None
    made.take(fill(gone, 2, gone.quantity, D(500)))
    assert judged_on(made).trades_today == 3  # one closed, one open, one on its way


def test_the_days_price_limits_are_the_instruments() -> None:
    books = trading({})
    books.step(InstrumentListed(replace(instrument("BAND"), band_low=D(450), band_high=D(550))))
    books.step(tick("09:20", 500, "BAND"))
    request = OrderRequest("X", "alpha", "BAND", Side.BUY, D(1), D(500), Purpose.ENTRY, at("09:20"))
    seen = risk_view(books.state, request, books.state.equity())
    assert (seen.band_low, seen.band_high, seen.last_price, seen.minute_of_day) == (D(450), D(550), D(500), 560)


def test_every_check_of_an_order_is_on_its_record() -> None:
    books = trading({"09:30": BUY, "09:40": SELL})
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:39:50", 500), tick("09:40", 500))
    bought, sold = books.orders
    assert {"notional", "leverage", "spread", "daily_stop"} <= bought.checks.keys()
    assert all(check.ok for check in bought.checks.values())
    assert (bought.checks["notional"].found, bought.checks["notional"].allowed) == ("5000", "50000")
    assert list(sold.checks) == ["reduce_only"]


ADAPTIVE = preset_policy(Preset.ADAPTIVE)


@pytest.mark.parametrize(
    ("losing_days", "drawdown", "pct", "says"),
    [
        (0, "0", "5", None),
        (1, "5", "5", None),
        (2, "0", "2.5", "Adaptive: entries of 2.5 % of equity at most, after 2 days lost one after another"),
        (0, "5.0001", "2.5",
         "Adaptive: entries of 2.5 % of equity at most, after a drawdown of 5.00 %, over half of 10 %"),
    ],
)  # fmt: skip
def test_the_adaptive_preset_halves_an_entry_after_losses(
    losing_days: int, drawdown: str, pct: str, says: str | None
) -> None:
    policy, said = adapted(ADAPTIVE, losing_days, D(drawdown))
    assert (policy.notional_max_pct, said) == (D(pct), says)
    assert adapted(RiskPolicy(), 9, D(90)) == (RiskPolicy(), None)


def test_after_two_lost_days_an_adaptive_account_buys_half_as_much_and_shows_why() -> None:
    scripts = {"script": {at("09:30"): BUY}}
    books = paper_loop((bot(strategy="script"),), make_strategy=scripted(scripts), spec=account(policy=ADAPTIVE))
    books.state.ledger.losing_days = 2
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    assert [order.quantity for order in books.orders] == [D(50)]  # 2.5 % of a million at 500
    assert "2 days lost" in (books.account.policy_adapted or "")
    assert books.account.policy_in_force == kept_policy(ADAPTIVE)


def test_a_lost_day_is_counted_a_won_one_begins_anew_and_an_even_one_is_passed_over() -> None:
    ledger = trading({}).state.ledger
    found = []
    for day, equity in (("02", 100), ("03", 90), ("04", 90), ("05", 80), ("06", 85), ("09", 84)):
        ledger.begin_day(f"2026-03-{day}" if day != "02" else "2026-03-02", D(equity))
        found.append(ledger.losing_days)
    assert found == [0, 1, 1, 2, 0, 1]


def test_a_bot_that_is_new_is_told_of_the_floor_under_its_cooldown() -> None:
    books = trading({}, RiskPolicy(cooldown_min_s=600))
    books.step(BotChanged(bot(strategy="script", quantity=20), Desired.RUNNING, 2))
    assert books.state.cooldown_s(books.state.bots["alpha"].stances["ACME"]) == 600
