"""How much an entry trades, as a person sets it. In a bot's spec; core/sizing.py makes quantities of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.domain.errors import InvalidValue
from engine.domain.exits import Exits
from engine.domain.given_number import AMOUNT_MAX
from engine.domain.signal import Temperature

ATR_PERIOD = 14
ATR_PERIOD_MAX = 100
SLIPPAGE_BPS = Decimal(5)
SLIPPAGE_MAX_BPS = Decimal(500)
TIMES_MAX = Decimal(3)


class SizingKind(StrEnum):
    """How an entry's quantity is found; docs/RISK.md, Size of an entry, has the formulas."""

    EQUITY_PCT = "equity_pct"
    NOTIONAL = "notional"
    QUANTITY = "quantity"
    VOLATILITY = "volatility"
    RISK_PER_TRADE = "risk_per_trade"


_OF_EQUITY = (SizingKind.EQUITY_PCT, SizingKind.VOLATILITY, SizingKind.RISK_PER_TRADE)


@dataclass(frozen=True, slots=True)
class ByTemperature:
    """How many times the size an entry has, by how warm the score is. 0: no entry then, nor ever when FROZEN."""

    cool: Decimal = Decimal(1)
    warm: Decimal = Decimal(1)
    hot: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        for name in ("cool", "warm", "hot"):
            times: Decimal = getattr(self, name)
            if not times.is_finite() or not 0 <= times <= TIMES_MAX:
                raise InvalidValue(f"sizing.by_temperature.{name}", f"must be 0 to {TIMES_MAX}, is {times}")
        if self.cool == self.warm == self.hot == 0:
            raise InvalidValue("sizing.by_temperature", "all are 0: no entry would ever be made")

    def times(self, temperature: Temperature) -> Decimal:
        """What the size is multiplied by."""
        by = {Temperature.COOL: self.cool, Temperature.WARM: self.warm, Temperature.HOT: self.hot}
        return by.get(temperature, Decimal(0))


@dataclass(frozen=True, slots=True)
class Sizing:
    """`value` is by `kind`: % of equity that the entry is worth, an amount of currency, or a quantity; % of equity that
    a move of one average true range is worth (`volatility`), or that is lost at the bot's stop (`risk_per_trade`).

    atr_period       of the average true range, bars of the bot's timeframe; with `volatility` alone
    slippage_bps     reckoned against us at entry and stop, basis points of the price; with `risk_per_trade` alone
    by_temperature   scales any kind by the score; None: one size for all
    """

    kind: SizingKind = SizingKind.EQUITY_PCT
    value: Decimal = Decimal(5)
    atr_period: int = field(default=ATR_PERIOD, repr=False)  # out of repr: see BotList.digest
    slippage_bps: Decimal = field(default=SLIPPAGE_BPS, repr=False)
    by_temperature: ByTemperature | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value <= 0:
            raise InvalidValue("sizing.value", f"must be above 0, is {self.value}")
        if self.value > AMOUNT_MAX:
            raise InvalidValue("sizing.value", f"must be at most {AMOUNT_MAX:f}, is {self.value}")
        if self.kind in _OF_EQUITY and self.value > 100:
            raise InvalidValue("sizing.value", f"must be at most 100 % of equity, is {self.value}")
        if self.atr_period != ATR_PERIOD and self.kind is not SizingKind.VOLATILITY:
            raise InvalidValue("sizing.atr_period", f"only volatility has one, the sizing is {self.kind}")
        if self.slippage_bps != SLIPPAGE_BPS and self.kind is not SizingKind.RISK_PER_TRADE:
            raise InvalidValue("sizing.slippage_bps", f"only risk_per_trade has one, the sizing is {self.kind}")
        if not 2 <= self.atr_period <= ATR_PERIOD_MAX:
            raise InvalidValue("sizing.atr_period", f"must be 2 to {ATR_PERIOD_MAX} bars, is {self.atr_period}")
        if not self.slippage_bps.is_finite() or not 0 <= self.slippage_bps <= SLIPPAGE_MAX_BPS:
            raise InvalidValue("sizing.slippage_bps", f"must be 0 to {SLIPPAGE_MAX_BPS}, is {self.slippage_bps}")

    def plain(self) -> dict[str, Any]:
        """As JSON and documents have it: what its kind reads, as plain numbers."""
        said: dict[str, Any] = {"kind": self.kind.value, "value": float(self.value)}
        if self.kind is SizingKind.VOLATILITY:
            said["atr_period"] = self.atr_period
        if self.kind is SizingKind.RISK_PER_TRADE:
            said["slippage_bps"] = float(self.slippage_bps)
        scale = self.by_temperature
        if scale is not None:
            said["by_temperature"] = {"cool": float(scale.cool), "warm": float(scale.warm), "hot": float(scale.hot)}
        return said

    @property
    def later(self) -> tuple[object, ...]:
        """What is set of the fields that came after the first bot files; empty where nothing is."""
        found: list[object] = []
        if self.atr_period != ATR_PERIOD:
            found.append(("atr_period", self.atr_period))
        if self.slippage_bps != SLIPPAGE_BPS:
            found.append(("slippage_bps", self.slippage_bps))
        if self.by_temperature is not None:
            found.append(("by_temperature", self.by_temperature))
        return tuple(found)


def require_stop(sizing: Sizing, exits: Exits) -> None:
    """Raise InvalidValue where the size is reckoned from a stop and there is none."""
    if sizing.kind is SizingKind.RISK_PER_TRADE and exits.stop_pct is None:
        raise InvalidValue("exits.stop_pct", "is needed: sizing by risk_per_trade reckons from the stop")
