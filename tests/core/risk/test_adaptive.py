"""The adaptive preset: half the size after losses, in a sentence, and back again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.risk.adaptive import adapted
from engine.domain.risk import RiskPolicy, kept_policy
from engine.domain.risk_limits import Preset
from engine.domain.risk_presets import preset_policy
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

D = Decimal
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
    scripts = {"script": {at("09:30"): SignalType.BUY}}
    books = paper_loop((bot(strategy="script"),), make_strategy=scripted(scripts), spec=account(policy=ADAPTIVE))
    books.state.ledger.losing_days = 2
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    assert [order.quantity for order in books.orders] == [D(50)]  # 2.5 % of a million at 500
    assert "2 days lost" in (books.account.policy_adapted or "")
    assert books.account.policy_in_force == kept_policy(ADAPTIVE)


def test_a_lost_day_is_counted_a_won_one_begins_anew_and_an_even_one_is_passed_over() -> None:
    ledger = paper_loop().state.ledger
    found = []
    for day, equity in (("02", 100), ("03", 90), ("04", 90), ("05", 80), ("06", 85), ("09", 84)):
        ledger.begin_day(f"2026-03-{day}" if day != "02" else "2026-03-02", D(equity))
        found.append(ledger.losing_days)
    assert found == [0, 1, 1, 2, 0, 1]
