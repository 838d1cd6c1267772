"""The policy in an engine at work: set, waiting, loosened, recovered; and what an entry is judged on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    PolicyChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.risk import HardLimits, RiskPolicy
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session

D = Decimal
BUY, SELL = SignalType.BUY, SignalType.SELL
TIGHT = RiskPolicy(positions_max=2)


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


def test_every_check_of_an_order_is_on_its_record() -> None:
    books = trading({"09:30": BUY, "09:40": SELL})
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:39:50", 500), tick("09:40", 500))
    bought, sold = books.orders
    assert {"notional", "leverage", "spread", "daily_stop"} <= bought.checks.keys()
    assert all(check.ok for check in bought.checks.values())
    assert (bought.checks["notional"].found, bought.checks["notional"].allowed) == ("5000", "50000")
    assert list(sold.checks) == ["reduce_only"]


def test_a_bot_that_is_new_is_told_of_the_floor_under_its_cooldown() -> None:
    books = trading({}, RiskPolicy(cooldown_min_s=600))
    books.step(BotChanged(bot(strategy="script", quantity=20), Desired.RUNNING, 2))
    assert books.state.cooldown_s(books.state.bots["alpha"].stances["ACME"]) == 600
