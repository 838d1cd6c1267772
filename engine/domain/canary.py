"""The caps of a bot that is new on a live account. Part of a bot's spec; obeyed by core/risk/canary."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.domain.errors import InvalidValue

TRADES = 10
LEVERAGE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Canary:
    """What a new live bot may do until it has closed so many trades there. On a paper account it caps nothing.

    notional_max    worth of one entry, in currency; None: as risk allows
    leverage_max    worth of all that the bot holds, in times of the account's equity
    symbols         what it may enter; none named: all of its own
    trades          closed trades until the caps lift; 0: there are no caps
    """

    notional_max: Decimal | None = None
    leverage_max: Decimal = LEVERAGE
    symbols: tuple[str, ...] = ()
    trades: int = TRADES

    def __post_init__(self) -> None:
        most = self.notional_max
        if most is not None and (not most.is_finite() or most <= 0):
            raise InvalidValue("canary.notional_max", f"must be above 0, is {most}")
        if not self.leverage_max.is_finite() or not 0 < self.leverage_max <= 10:
            raise InvalidValue("canary.leverage_max", f"must be above 0 and at most 10, is {self.leverage_max}")
        if not 0 <= self.trades <= 10_000:
            raise InvalidValue("canary.trades", f"must be 0 to 10000, is {self.trades}")
        if len(set(self.symbols)) != len(self.symbols):
            raise InvalidValue("canary.symbols", "a symbol is named twice")
