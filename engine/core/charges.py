"""What a fill costs. Asked by settle.py for each fill; versioned schedules, each with its source and date.

Charges are reckoned on an order's whole filled value and rounded to the paisa there; a fill bears what the order's
total grew by. So brokerage with a floor and a cap is right for partial fills, and totals do not depend on how an
order was cut up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from engine.domain.errors import InvalidValue
from engine.domain.instrument import MONEY_UNIT
from engine.domain.order import Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charges:
    """A total and the lines it is made of; the lines sum to the total to the paisa."""

    total: Decimal
    lines: Mapping[str, Decimal]


Schedule = Callable[[Side, Decimal], dict[str, Decimal]]


def _none(side: Side, value: Decimal) -> dict[str, Decimal]:
    """No charges at all."""
    return {}


def _nse_intraday(side: Side, value: Decimal) -> dict[str, Decimal]:
    """NSE equity intraday at Angel One, as of 2026-09-20 (reconciled with a contract note of 2026-09-24).

    Brokerage an executed order: the lower of 20 rupees and 0.1 %, at least 5. STT 0.025 % on sells. NSE transaction and
    investor protection fund 0.00307 % both sides. SEBI 10 rupees a crore both sides. Stamp duty 0.003 % on buys. GST
    18 % on brokerage, transaction and SEBI charges.
    """
    brokerage = max(Decimal(5), min(Decimal(20), value * Decimal("0.001")))
    transaction = value * Decimal("0.0000307")
    sebi = value * Decimal("0.000001")
    return {
        "brokerage": brokerage,
        "stt": value * Decimal("0.00025") if side is Side.SELL else ZERO,
        "transaction": transaction,
        "sebi": sebi,
        "stamp": value * Decimal("0.00003") if side is Side.BUY else ZERO,
        "gst": (brokerage + transaction + sebi) * Decimal("0.18"),
    }


def _coinbase_taker(side: Side, value: Decimal) -> dict[str, Decimal]:
    """Coinbase Advanced, lowest volume tier, taker 1.20 % (its published table, 2025)."""
    return {"taker_fee": value * Decimal("0.012")}


SCHEDULES: dict[str, Schedule] = {"nse_intraday": _nse_intraday, "coinbase_taker": _coinbase_taker, "none": _none}


def schedule(name: str) -> Schedule:
    """A schedule by name; raises InvalidValue naming those that exist."""
    found = SCHEDULES.get(name)
    if found is None:
        raise InvalidValue("charge_schedule", f"unknown schedule {name!r}; there are {', '.join(sorted(SCHEDULES))}")
    return found


def charges_on(rule: Schedule, side: Side, value: Decimal) -> Charges:
    """The charges on an order filled for `value`: the total half to even, the lines by largest remainder."""
    if value == 0:
        return Charges(ZERO, {})
    exact = {name: amount for name, amount in rule(side, value).items() if amount}
    total = sum(exact.values(), ZERO).quantize(MONEY_UNIT, ROUND_HALF_EVEN)
    lines = {name: amount.quantize(MONEY_UNIT, ROUND_DOWN) for name, amount in exact.items()}
    left = int((total - sum(lines.values(), ZERO)) / MONEY_UNIT)
    by_remainder = sorted(exact, key=lambda name: (lines[name] - exact[name], name))
    for name in by_remainder[:left]:
        lines[name] += MONEY_UNIT
    return Charges(total, lines)


def growth(before: Charges, after: Charges) -> Charges:
    """What a fill bears: its order's charges after it less those before it."""
    names = sorted({*before.lines, *after.lines})
    lines = {name: after.lines.get(name, ZERO) - before.lines.get(name, ZERO) for name in names}
    return Charges(after.total - before.total, {name: amount for name, amount in lines.items() if amount})
