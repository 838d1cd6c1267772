"""Policies by name, and a policy out of what somebody wrote: a preset, and single limits over it.

Read by the API, the bots file and the control plane. `balanced` is the default policy. Presets leave alone what is a
person's own: the limits in money, the symbols, the windows, the trades a day.

`adaptive` is balanced, and tightens by itself after losses: core/risk/adaptive.py has its rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain.errors import InvalidValue
from engine.domain.risk import DEFAULT_POLICY, PolicyFields, RiskPolicy
from engine.domain.risk_limits import BY_NAME, Preset

_D = Decimal
_NAMES = (
    "notional_max_pct", "at_risk_max_pct", "positions_max", "leverage_max", "orders_per_second_max", "spread_max_bps",
    "slippage_max_bps", "day_loss_max_pct", "week_loss_max_pct", "drawdown_max_pct", "losses_in_a_row_max",
)  # fmt: skip
_BALANCED = {name: getattr(DEFAULT_POLICY, name) for name in _NAMES}

PRESETS: Mapping[Preset, Mapping[str, Any]] = {
    Preset.CONSERVATIVE: {
        "notional_max_pct": _D(2), "at_risk_max_pct": _D(6), "positions_max": 5, "leverage_max": _D("0.5"),
        "orders_per_second_max": 2, "spread_max_bps": _D(20), "slippage_max_bps": _D(20), "day_loss_max_pct": _D(1),
        "week_loss_max_pct": _D(3), "drawdown_max_pct": _D(5), "losses_in_a_row_max": 4,
    },
    Preset.BALANCED: _BALANCED,
    Preset.AGGRESSIVE: {
        "notional_max_pct": _D(10), "at_risk_max_pct": _D(30), "positions_max": 20, "leverage_max": _D(1),
        "orders_per_second_max": 9, "spread_max_bps": _D(100), "slippage_max_bps": _D(100), "day_loss_max_pct": _D(5),
        "week_loss_max_pct": _D(12), "drawdown_max_pct": _D(20), "losses_in_a_row_max": None,
    },
    Preset.ADAPTIVE: _BALANCED,
}  # fmt: skip


def preset_policy(preset: Preset) -> RiskPolicy:
    """A preset as a whole policy."""
    return replace(DEFAULT_POLICY, preset=preset, **PRESETS[preset])


def read_policy(said: Mapping[str, Any], base: RiskPolicy | None = None) -> RiskPolicy:
    """A policy from JSON-like values: `base` (the defaults), then the preset if one is named, then the single limits.

    Raises InvalidValue naming the first bad field as `risk_policy.<name>`; a field that no policy has counts as bad.
    """
    policy, errors = try_policy(said, base or DEFAULT_POLICY)
    if errors:
        raise errors[0]
    return policy


def try_policy(said: Mapping[str, Any], base: RiskPolicy) -> tuple[RiskPolicy, list[InvalidValue]]:
    """As read_policy, with everything that is wrong; where anything is, the policy is `base`."""
    changed: dict[str, Any] = {}
    errors: list[InvalidValue] = []
    if "preset" in said:
        try:
            preset = _preset(said["preset"])
            changed = {**PRESETS[preset], "preset": preset}
        except InvalidValue as error:
            errors.append(error)
    for name, value in said.items():
        if name == "preset":
            continue
        try:
            changed[name] = _limit_value(name, value)
        except InvalidValue as error:
            errors.append(error)
    if errors:
        return base, errors
    try:
        return replace(base, **changed), []
    except InvalidValue as error:
        return base, [error]


def policy_kept(fields: PolicyFields, otherwise: RiskPolicy) -> RiskPolicy:
    """The policy that a record or a document holds; names that no policy has are passed over.

    `otherwise`: where it can't be read, since the limits' ranges have changed since.
    """
    policy, errors = try_policy(_known(fields), DEFAULT_POLICY)
    return otherwise if errors else policy


def read_policy_document(fields: Mapping[str, Any]) -> RiskPolicy:
    """A policy from its document; what it leaves out is as it is by default. Raises InvalidValue naming a bad limit."""
    return read_policy(_known(fields))


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a policy has of a document's fields. Documents have doubles: 5.0 was written as 5."""
    whole = {name: int(value) for name, value in fields.items() if isinstance(value, float) and value.is_integer()}
    return {name: value for name, value in {**fields, **whole}.items() if name in BY_NAME or name == "preset"}


def _preset(value: Any) -> Preset:
    if value not in tuple(Preset):
        raise InvalidValue("risk_policy.preset", f"unknown preset {value!r}; there are {', '.join(Preset)}")
    return Preset(value)


def _limit_value(name: str, value: Any) -> Any:
    limit = BY_NAME.get(name)
    if limit is None:
        known = ", ".join((*BY_NAME, "preset"))
        raise InvalidValue(f"risk_policy.{name}", f"there is no such field; there are {known}")
    return limit.read(value)
