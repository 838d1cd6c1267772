"""From one policy to another, limit by limit: tighter at once, looser with the next session. And hard limits above."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.core.risk.policy_change import change
from engine.domain.errors import InvalidValue
from engine.domain.risk import HardLimits, RiskPolicy, kept_policy, plain_policy, read_hard_limits
from engine.domain.risk_limits import LIMITS, NO_SYMBOL, Preset
from engine.domain.risk_presets import PRESETS, policy_kept, preset_policy, read_policy, try_policy
from engine.domain.signal import Temperature

D = Decimal

# Limit, a tighter value, a looser one.
PAIRS: list[tuple[str, Any, Any]] = [
    ("notional_max_pct", D(4), D(5)),
    ("at_risk_max_pct", D(10), D(15)),
    ("positions_max", 3, 10),
    ("quote_age_max_s", 10, 30),
    ("notional_min", D(600), D(500)),
    ("notional_max", D(50_000), D(60_000)),
    ("notional_max", D(50_000), None),
    ("leverage_max", D("0.5"), D(1)),
    ("symbol_exposure_max_pct", D(20), D(100)),
    ("bot_exposure_max_pct", D(20), D(100)),
    ("trades_day_max", 5, None),
    ("orders_per_second_max", 3, 4),
    ("orders_per_minute_max", 60, None),
    ("temperature_min", Temperature.WARM, Temperature.FROZEN),
    ("temperature_min", Temperature.HOT, Temperature.WARM),
    ("symbols_allowed", ("INFY",), ()),
    ("symbols_allowed", ("INFY",), ("INFY", "TCS")),
    ("no_entry", ("12:00-13:00",), ()),
    ("no_entry", ("09:15-09:30", "12:00-13:00"), ("12:00-13:00",)),
    ("spread_max_bps", D(20), D(50)),
    ("slippage_max_bps", D(20), D(50)),
    ("cooldown_min_s", 1800, None),
    ("cooldown_min_s", 1800, 900),
    ("day_loss_max_pct", D(1), D(3)),
    ("day_loss_max", D(5_000), None),
    ("week_loss_max_pct", D(3), D(7)),
    ("drawdown_max_pct", D(5), D(10)),
    ("losses_in_a_row_max", 4, None),
    ("rejects_max", 3, 5),
    ("feed_lost_s", 30, 60),
]


def of(name: str, value: Any) -> RiskPolicy:
    return replace(RiskPolicy(), **{name: value})


@pytest.mark.parametrize(("name", "tighter", "looser"), PAIRS)
def test_a_tighter_limit_holds_at_once_and_a_looser_one_waits(name: str, tighter: Any, looser: Any) -> None:
    tight, loose = of(name, tighter), of(name, looser)
    assert change(loose, tight) == (tight, None)
    assert change(tight, loose) == (tight, loose)
    assert change(tight, tight) == (tight, None)


def test_every_limit_has_a_direction() -> None:
    assert {name for name, _, _ in PAIRS} == {limit.name for limit in LIMITS}


def test_each_limit_goes_its_own_way() -> None:
    before = RiskPolicy(positions_max=5, notional_max_pct=D(5))
    wanted = RiskPolicy(positions_max=8, notional_max_pct=D(2))
    assert change(before, wanted) == (RiskPolicy(positions_max=5, notional_max_pct=D(2)), wanted)


def test_other_symbols_leave_only_those_on_both_lists_until_the_next_session() -> None:
    before, wanted = of("symbols_allowed", ("INFY", "TCS")), of("symbols_allowed", ("SBIN", "TCS"))
    assert change(before, wanted)[0].symbols_allowed == ("TCS",)
    assert change(before, of("symbols_allowed", ("SBIN",)))[0].symbols_allowed == (NO_SYMBOL,)


def test_other_windows_are_all_kept_free_until_the_next_session() -> None:
    before, wanted = of("no_entry", ("12:00-13:00",)), of("no_entry", ("09:15-09:30",))
    assert change(before, wanted) == (of("no_entry", ("09:15-09:30", "12:00-13:00")), wanted)


def test_limits_that_leave_nothing_between_them_meanwhile_are_no_error() -> None:
    before = RiskPolicy(notional_min=D(500))
    now, later = change(before, RiskPolicy(notional_min=D(100), notional_max=D(300)))
    assert (now.notional_min, now.notional_max) == (D(300), D(300))
    assert later == RiskPolicy(notional_min=D(100), notional_max=D(300))


def test_adaptive_begins_at_once_and_ends_with_the_next_session() -> None:
    balanced, adaptive = RiskPolicy(), preset_policy(Preset.ADAPTIVE)
    assert change(balanced, adaptive) == (adaptive, None)
    assert change(adaptive, balanced) == (adaptive, balanced)


def test_the_defaults_are_the_issues_and_the_balanced_preset() -> None:
    policy = RiskPolicy()
    assert policy == preset_policy(Preset.BALANCED)
    found = plain_policy(policy)
    assert found == {
        "notional_max_pct": 5.0, "at_risk_max_pct": 15.0, "positions_max": 10, "quote_age_max_s": 30,
        "notional_min": 500.0, "notional_max": None, "leverage_max": 1.0, "symbol_exposure_max_pct": 100.0,
        "bot_exposure_max_pct": 100.0, "trades_day_max": None, "orders_per_second_max": 4,
        "orders_per_minute_max": 120, "temperature_min": "FROZEN", "symbols_allowed": [], "no_entry": [],
        "spread_max_bps": 50.0, "slippage_max_bps": 50.0, "cooldown_min_s": None, "day_loss_max_pct": 3.0,
        "day_loss_max": None, "week_loss_max_pct": 7.0, "drawdown_max_pct": 10.0, "losses_in_a_row_max": None,
        "rejects_max": 5, "feed_lost_s": 60, "preset": "balanced",
    }  # fmt: skip


def test_presets_name_the_same_limits_and_go_from_tight_to_loose() -> None:
    names = {frozenset(limits) for limits in PRESETS.values()}
    assert len(names) == 1
    conservative, balanced, aggressive = (
        preset_policy(one) for one in (Preset.CONSERVATIVE, Preset.BALANCED, Preset.AGGRESSIVE)
    )
    for tighter, looser in ((conservative, balanced), (balanced, aggressive)):
        now, later = change(looser, tighter)
        assert (replace(now, preset=tighter.preset), later) == (tighter, None)


def test_single_limits_go_over_the_preset_whatever_their_order() -> None:
    policy = read_policy({"positions_max": 3, "preset": "conservative"})
    assert policy == replace(preset_policy(Preset.CONSERVATIVE), positions_max=3)


def test_a_preset_leaves_alone_what_is_a_persons_own() -> None:
    own = RiskPolicy(symbols_allowed=("INFY",), notional_max=D(20_000), no_entry=("12:00-13:00",))
    policy = read_policy({"preset": "aggressive"}, own)
    assert (policy.symbols_allowed, policy.notional_max, policy.no_entry) == (
        own.symbols_allowed, own.notional_max, own.no_entry,
    )  # fmt: skip


@pytest.mark.parametrize("policy", [RiskPolicy(), *(preset_policy(one) for one in Preset)])
def test_a_policy_comes_back_from_what_is_kept_of_it(policy: RiskPolicy) -> None:
    odd = replace(policy, no_entry=("12:00-13:00",), symbols_allowed=("INFY",), notional_max=D("1234.56"))
    for each in (policy, odd):
        assert policy_kept(kept_policy(each), RiskPolicy(positions_max=1)) == each
        assert read_policy(plain_policy(each)) == each


def test_what_cannot_be_read_any_more_leaves_the_policy_that_stands() -> None:
    standing = RiskPolicy(positions_max=2)
    assert policy_kept({"positions_max": -1}, standing) is standing
    assert policy_kept({"positions_max": 3, "gone": 1.0}, standing) == RiskPolicy(positions_max=3)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"notional_max_pct": 0}, "must be above 0 and at most 100, is 0"),
    ({"notional_max_pct": -1}, "must be above 0 and at most 100, is -1"),
    ({"notional_max_pct": 100.01}, "must be above 0 and at most 100, is 100.01"),
    ({"notional_max_pct": float("nan")}, "must be a finite number, is nan"),
    ({"notional_max_pct": None}, "must be a number, is None"),
    ({"notional_max_pct": True}, "must be a number, is True"),
    ({"notional_max": 0}, "must be above 0 and at most 1000000000000, is 0"),
    ({"notional_min": -0.01}, "must not be negative, is -0.01"),
    ({"leverage_max": 10.5}, "must be above 0 and at most 10, is 10.5"),
    ({"positions_max": 2.5}, "must be a whole number, is 2.5"),
    ({"positions_max": 0}, "must be 1 to 1000, is 0"),
    ({"orders_per_second_max": 10}, "must be 1 to 9, is 10"),
    ({"temperature_min": "LUKEWARM"}, "unknown temperature 'LUKEWARM'; there are FROZEN, COOL, WARM, HOT"),
    ({"symbols_allowed": "INFY"}, "must be a list of texts, is 'INFY'"),
    ({"symbols_allowed": [""]}, "'' is not a symbol: 1 to 40 characters"),
    ({"no_entry": ["noon"]}, "'noon' is no window: write HH:MM-HH:MM, as in 11:30-12:15"),
    ({"no_entry": ["12:00-12:00"]}, "'12:00-12:00' is no window: write HH:MM-HH:MM, as in 11:30-12:15"),
    ({"no_entry": ["12:00-24:01"]}, "'12:00-24:01' is no window: write HH:MM-HH:MM, as in 11:30-12:15"),
    ({"preset": "reckless"}, "unknown preset 'reckless'; there are conservative, balanced, aggressive, adaptive"),
    ({"mood": 1}, "there is no such field; there are notional_max_pct, "),
]


@pytest.mark.parametrize(("said", "words"), BAD)
def test_a_bad_limit_is_refused_by_name_and_the_policy_stays(said: dict[str, Any], words: str) -> None:
    standing = RiskPolicy(positions_max=2)
    policy, errors = try_policy(said, standing)
    assert policy is standing
    (error,) = errors
    assert error.field == f"risk_policy.{next(iter(said))}"
    assert error.message.startswith(words)


def test_a_policy_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidValue, match="notional_min: must be at most notional_max, 300, or no entry fits, is 500"):
        RiskPolicy(notional_max=D(300))


def test_every_bad_limit_is_named_at_once() -> None:
    _, errors = try_policy({"positions_max": 0, "mood": 1, "notional_min": "x"}, RiskPolicy())
    assert [error.field for error in errors] == [
        "risk_policy.positions_max", "risk_policy.mood", "risk_policy.notional_min",
    ]  # fmt: skip


HARD = read_hard_limits({"notional_max_pct": 4, "orders_per_second_max": 4, "symbols_allowed": ["INFY", "TCS"]})


def test_no_policy_is_obeyed_beyond_the_hard_limits() -> None:
    loose = RiskPolicy(notional_max_pct=D(50), orders_per_second_max=2)
    obeyed = HARD.obeyed(loose)
    assert (obeyed.notional_max_pct, obeyed.orders_per_second_max) == (D(4), 2)
    assert obeyed.symbols_allowed == ("INFY", "TCS")
    assert HARD.obeyed(obeyed) is obeyed
    assert HardLimits().obeyed(loose) is loose


def test_what_exceeds_a_hard_limit_is_named_with_both() -> None:
    asked = RiskPolicy(notional_max_pct=D(5), symbols_allowed=("TCS", "YESBANK"))
    assert [(error.field, error.message) for error in HARD.exceeded(asked)] == [
        ("risk_policy.notional_max_pct", "is beyond this deployment's hard limit of 4, is 5"),
        ("risk_policy.symbols_allowed", "is beyond this deployment's hard limit of INFY, TCS, is TCS, YESBANK"),
    ]
    assert HARD.exceeded(RiskPolicy(notional_max_pct=D(4), symbols_allowed=("TCS",))) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ([], "risk_hard_limits"),
        ({"mood": 1}, "risk_hard_limits.mood"),
        ({"positions_max": 0}, "risk_hard_limits.positions_max"),
        ({"notional_max_pct": float("nan")}, "risk_hard_limits.notional_max_pct"),
    ],
)
def test_hard_limits_that_cannot_be_read_are_refused(said: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_hard_limits(said)
    assert refused.value.field == field
