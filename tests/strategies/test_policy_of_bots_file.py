"""A bots file's risk policy: a preset and limits over it; and the digest that names the account."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.risk import RiskPolicy
from engine.domain.risk_limits import Preset
from engine.domain.risk_presets import preset_policy
from engine.strategies.bot_list import BotList, parse_bots

BOT = {"id": "alpha", "strategy": "confluence", "symbols": ["ACME"]}


def parsed(policy: dict[str, Any]) -> BotList:
    return parse_bots({"bots": [BOT], "risk_policy": policy})


def test_a_preset_and_single_limits_are_read() -> None:
    policy = parsed({"preset": "conservative", "notional_max": 20000, "no_entry": ["12:00-13:00"]}).risk_policy
    assert policy.preset is Preset.CONSERVATIVE
    assert policy.at_risk_max_pct == preset_policy(Preset.CONSERVATIVE).at_risk_max_pct
    assert (policy.notional_max, policy.no_entry) == (20000, ("12:00-13:00",))


def test_limits_that_came_later_leave_the_digest_of_what_was_said_before_them_alone() -> None:
    """The account of a replay is named after it: its books would be lost."""
    assert repr(RiskPolicy()) == (
        "RiskPolicy(notional_max_pct=Decimal('5'), at_risk_max_pct=Decimal('15'), positions_max=10, "
        "quote_age_max_s=30, notional_min=Decimal('500'))"
    )
    plain = parsed({}).digest()
    assert parsed({"preset": "balanced"}).digest() == plain
    assert parsed({"leverage_max": 1}).digest() == plain
    others: list[dict[str, Any]] = [
        {"leverage_max": 0.5}, {"preset": "adaptive"}, {"no_entry": ["12:00-13:00"]}, {"notional_max": 5000},
    ]  # fmt: skip
    digests = {parsed(other).digest() for other in others}
    assert len(digests | {plain}) == 5


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"preset": "reckless"}, "risk_policy.preset: unknown preset 'reckless'"),
        ({"orders_per_second_max": 10}, "risk_policy.orders_per_second_max: must be 1 to 9, is 10"),
        ({"notional_max": 100}, "risk_policy.notional_min: must be at most notional_max, 100"),
    ],
)
def test_a_policy_that_cannot_be_obeyed_is_refused_with_its_path(said: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        parsed(said)
