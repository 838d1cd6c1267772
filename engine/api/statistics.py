"""Win rate, profit factor, expectancy, average hold and grade from a roll-up, so that no request scans trades. Fed by
reads; feeds portfolio. The formulas are those of core/performance.py, so that the roll-up and an answer agree.

win rate       wins / (wins + losses), break-even trades left out
profit factor  gross profit / gross loss, both sums of net P&L
expectancy     net P&L a trade, in currency
average hold   seconds of market time from entry to exit
grade          A to E, or "too few" trades to tell (docs/STRATEGIES.md has the rule)
Each but the grade is null where its divisor is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine.core import performance
from engine.domain.instrument import MONEY_UNIT
from engine.ports import Fields

_RATIO_UNIT = Decimal("0.0001")
_BOUNDS = ("period_start", "period_end", "first_exit_at", "last_exit_at")


def statistics(roll_up: Mapping[str, Any]) -> Fields:
    """The statistics of a period's roll-up (docs/contract/documents.md, `profits`), in all and bot by bot.

    A roll-up of before the sums of holds and of bots were kept leaves what needs them null, and such a bot ungraded.
    """
    return {
        "period": roll_up["period"],
        **{name: roll_up.get(name) for name in _BOUNDS},
        **_of(roll_up),
        "bots": {bot_id: _of(part) for bot_id, part in roll_up["bots"].items()},
    }


def _of(part: Mapping[str, Any]) -> Fields:
    trades, wins, losses = part["trades"], part["wins"], part["losses"]
    sums = {name: part[name] for name in ("gross_pnl", "charges", "net_pnl")}
    found: Fields = {
        "trades": trades,
        "wins": wins,
        "losses": losses,
        "break_even": trades - wins - losses,
        **sums,
        "win_rate": _rounded(performance.win_rate(wins, losses)),
        "expectancy": _rounded(performance.expectancy(_decimal(part["net_pnl"]), trades), MONEY_UNIT),
        "profit_factor": None,
        "avg_hold_s": None,
        "grade": performance.TOO_FEW,
    }
    if "gross_profit" in part:
        profit, loss = _decimal(part["gross_profit"]), abs(_decimal(part["gross_loss"]))
        found["profit_factor"] = _rounded(performance.profit_factor(profit, loss))
        found["grade"] = performance.grade(trades, losses, profit, loss)
    if part.get("hold_s") is not None:
        found["avg_hold_s"] = performance.average_hold_s(part["hold_s"], trades)
    return found


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _rounded(value: float | Decimal | None, unit: Decimal = _RATIO_UNIT) -> float | None:
    return None if value is None else float(Decimal(str(value)).quantize(unit, ROUND_HALF_EVEN))
