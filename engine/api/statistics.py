"""Win rate, profit factor and expectancy from a roll-up, so that no request scans trades. Fed by reads; feeds
portfolio.

win rate       wins / (wins + losses), break-even trades left out
profit factor  gross profit / gross loss
expectancy     net P&L a trade, in currency
Each is null where its divisor is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine.domain.instrument import MONEY_UNIT
from engine.ports import Fields

_RATIO_UNIT = Decimal("0.0001")


def statistics(roll_up: Mapping[str, Any]) -> Fields:
    """The statistics of a period's roll-up (docs/contract/documents.md, `profits`), in all and bot by bot."""
    return {
        "period": roll_up["period"],
        **_of(roll_up),
        "break_even": roll_up["break_even"],
        "profit_factor": _ratio(_decimal(roll_up["gross_profit"]), abs(_decimal(roll_up["gross_loss"]))),
        "gross_pnl": roll_up["gross_pnl"],
        "charges": roll_up["charges"],
        "bots": {bot_id: _of(part) for bot_id, part in roll_up["bots"].items()},
    }


def _of(part: Mapping[str, Any]) -> Fields:
    wins, losses, trades = (Decimal(part[name]) for name in ("wins", "losses", "trades"))
    return {
        "trades": part["trades"],
        "wins": part["wins"],
        "losses": part["losses"],
        "net_pnl": part["net_pnl"],
        "win_rate": _ratio(wins, wins + losses),
        "expectancy": _ratio(_decimal(part["net_pnl"]), trades, MONEY_UNIT),
    }


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _ratio(amount: Decimal, divisor: Decimal, unit: Decimal = _RATIO_UNIT) -> float | None:
    return float((amount / divisor).quantize(unit, ROUND_HALF_EVEN)) if divisor else None
