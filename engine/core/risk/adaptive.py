"""The adaptive preset's rule. Asked by exposure.py before each entry and by publish.py, which shows it.

After two days lost one after another, or while the drawdown is beyond half of its limit, one entry may be worth half as
much as the policy says: entries are made smaller for it, not refused. A day is lost when its equity ends below its
start; one that ends above begins the count anew, one that ends even leaves it. A day won, and a drawdown back within
half of its limit, give the full size back.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.domain.risk import RiskPolicy
from engine.domain.risk_limits import Preset

LOSING_DAYS = 2


def adapted(policy: RiskPolicy, losing_days: int, drawdown_pct: Decimal) -> tuple[RiskPolicy, str | None]:
    """The policy as it is obeyed, and a sentence where that is not as it was set."""
    if policy.preset is not Preset.ADAPTIVE:
        return policy, None
    if losing_days >= LOSING_DAYS:
        why = f"{losing_days} days lost one after another"
    elif drawdown_pct * 2 > policy.drawdown_max_pct:
        why = f"a drawdown of {drawdown_pct:.2f} %, over half of {policy.drawdown_max_pct:f} %"
    else:
        return policy, None
    tight = replace(policy, notional_max_pct=policy.notional_max_pct / 2)
    return tight, f"Adaptive: entries of {tight.notional_max_pct:f} % of equity at most, after {why}"
