"""What an account may risk: its policy, and the deployment's hard limits that no policy exceeds.

Made from documents, the API and the bots file; obeyed by core/risk. The table of limits is domain/risk_limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from engine.domain.errors import InvalidValue
from engine.domain.risk_limits import BY_NAME, LIMITS, Preset, tighter_of
from engine.domain.signal import Temperature

PolicyFields: TypeAlias = Mapping[str, float | int | str | tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """The account's limits. A check refuses what is beyond its limit, and allows the limit; a breaker trips at it.

    notional_max_pct         worth of one entry, % of equity
    at_risk_max_pct          sum over open entries of what their stop would lose (without a stop: all of it), % of the
                             equity each was entered at
    positions_max            open positions in the account
    quote_age_max_s          age of the price an order is decided on, seconds of market time
    notional_min             smallest entry, currency
    notional_max             worth of one entry, currency; None: as % of equity alone
    leverage_max             worth of all positions and of entries on their way, times equity
    symbol_exposure_max_pct  the same of one symbol, % of equity
    bot_exposure_max_pct     the same of one bot, % of equity
    trades_day_max           round trips of a day: closed, open and on their way; None: any number
    orders_per_second_max    orders of the account in any second of market time; exits count, and are never refused
    orders_per_minute_max    the same in any minute; None: any number
    temperature_min          least temperature of the score that an entry is decided on; FROZEN: any
    symbols_allowed          what entries may trade; empty: everything
    no_entry                 windows "HH:MM-HH:MM" of the venue's time without entries; the end is not in them
    spread_max_bps           ask less bid, basis points of their middle, where the feed gives both
    slippage_max_bps         how far beyond the last price an order may be priced, basis points of it
    cooldown_min_s           least cool-down after a fill, whatever the strategy says; None: the strategy's
    day_loss_max_pct         loss of the day that stops the day, % of its start equity
    day_loss_max             the same, currency; None: as % alone
    week_loss_max_pct        loss of the week that stops the week, % of its start equity
    drawdown_max_pct         how far equity may be below its high-water mark, %
    losses_in_a_row_max      closed trades lost one after another; None: any number
    rejects_max              rejections by the broker within 60 s of market time
    feed_lost_s              seconds without a price while positions are open
    preset                   the named policy that it began as
    """

    notional_max_pct: Decimal = Decimal(5)
    at_risk_max_pct: Decimal = Decimal(15)
    positions_max: int = 10
    quote_age_max_s: int = 30
    notional_min: Decimal = Decimal(500)
    # What follows came later, and stays out of repr: see BotList.digest.
    notional_max: Decimal | None = field(default=None, repr=False)
    leverage_max: Decimal = field(default=Decimal(1), repr=False)
    symbol_exposure_max_pct: Decimal = field(default=Decimal(100), repr=False)
    bot_exposure_max_pct: Decimal = field(default=Decimal(100), repr=False)
    trades_day_max: int | None = field(default=None, repr=False)
    orders_per_second_max: int = field(default=4, repr=False)
    orders_per_minute_max: int | None = field(default=120, repr=False)
    temperature_min: Temperature = field(default=Temperature.FROZEN, repr=False)
    symbols_allowed: tuple[str, ...] = field(default=(), repr=False)
    no_entry: tuple[str, ...] = field(default=(), repr=False)
    spread_max_bps: Decimal = field(default=Decimal(50), repr=False)
    slippage_max_bps: Decimal = field(default=Decimal(50), repr=False)
    cooldown_min_s: int | None = field(default=None, repr=False)
    day_loss_max_pct: Decimal = field(default=Decimal(3), repr=False)
    day_loss_max: Decimal | None = field(default=None, repr=False)
    week_loss_max_pct: Decimal = field(default=Decimal(7), repr=False)
    drawdown_max_pct: Decimal = field(default=Decimal(10), repr=False)
    losses_in_a_row_max: int | None = field(default=None, repr=False)
    rejects_max: int = field(default=5, repr=False)
    feed_lost_s: int = field(default=60, repr=False)
    preset: Preset = field(default=Preset.BALANCED, repr=False)

    def __post_init__(self) -> None:
        for limit in LIMITS:
            limit.check(getattr(self, limit.name))
        if self.notional_max is not None and self.notional_min > self.notional_max:
            raise InvalidValue(
                "risk_policy.notional_min",
                f"must be at most notional_max, {self.notional_max:f}, or no entry fits, is {self.notional_min:f}",
            )


DEFAULT_POLICY = RiskPolicy()


def later_limits(policy: RiskPolicy) -> tuple[tuple[str, Any], ...]:
    """What is not in a policy's repr and differs from the default, by name."""
    return tuple(
        (item.name, getattr(policy, item.name))
        for item in fields(RiskPolicy)
        if not item.repr and getattr(policy, item.name) != getattr(DEFAULT_POLICY, item.name)
    )


def plain_policy(policy: RiskPolicy) -> dict[str, Any]:
    """A policy as JSON-like values: numbers, texts, lists, None."""
    return {item.name: _plain(getattr(policy, item.name)) for item in fields(RiskPolicy)}


@lru_cache(maxsize=16)
def kept_policy(policy: RiskPolicy) -> PolicyFields:
    """A policy as records keep it: never to be changed, it is the same object each time."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain_policy(policy).items()}


def with_limits(policy: RiskPolicy, limits: Mapping[str, Any]) -> RiskPolicy:
    """The policy with other limits. Two that leave no entry between them meet at the largest: nothing is raised."""
    changed = {name: value for name, value in limits.items() if value != getattr(policy, name)}
    if not changed:
        return policy
    most, least = (changed.get(name, getattr(policy, name)) for name in ("notional_max", "notional_min"))
    if most is not None and least > most:
        changed["notional_min"] = most
    return replace(policy, **changed)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Temperature | Preset) else value


@dataclass(frozen=True, slots=True)
class HardLimits:
    """The deployment's own limits, by name: whatever a policy says, no more than these is obeyed. Empty: none."""

    bounds: tuple[tuple[str, Any], ...] = ()

    def obeyed(self, policy: RiskPolicy) -> RiskPolicy:
        """The policy, and where a hard limit is tighter that instead."""
        return with_limits(policy, self._bounded(policy))

    def exceeded(self, policy: RiskPolicy) -> list[InvalidValue]:
        """An error for each limit of the policy that is beyond the hard one."""
        bounds = dict(self.bounds)
        return [
            InvalidValue(
                BY_NAME[name].path,
                f"is beyond this deployment's hard limit of {_words(bounds[name])}, is {_words(getattr(policy, name))}",
            )
            for name, bound in self._bounded(policy).items()
            if bound != getattr(policy, name)
        ]

    def plain(self) -> dict[str, Any]:
        """The bounds as JSON-like values, by name."""
        return {name: _plain(bound) for name, bound in self.bounds}

    def _bounded(self, policy: RiskPolicy) -> dict[str, Any]:
        return {name: tighter_of(BY_NAME[name], getattr(policy, name), bound) for name, bound in self.bounds}


NO_HARD_LIMITS = HardLimits()


def read_hard_limits(said: Any) -> HardLimits:
    """Hard limits from an object of limits by name; raises InvalidValue naming the bad one."""
    if not isinstance(said, Mapping):
        raise InvalidValue("risk_hard_limits", "must be an object of limits by name")
    bounds = []
    for name in sorted(said):
        if name not in BY_NAME:
            raise InvalidValue(f"risk_hard_limits.{name}", f"there is no such limit; there are {', '.join(BY_NAME)}")
        try:
            value = BY_NAME[name].read(said[name])
        except InvalidValue as error:
            raise InvalidValue(f"risk_hard_limits.{name}", error.message) from error
        if value is not None:
            bounds.append((name, value))
    return HardLimits(tuple(bounds))


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "all"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
