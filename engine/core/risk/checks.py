"""The limits, one function each. Called by the gate in a fixed order. A check allows the limit itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.account import RiskPolicy
from engine.domain.instant import SECOND, Instant
from engine.domain.order import OrderRequest, Refusal


@dataclass(frozen=True, slots=True)
class RiskView:
    """What the checks look at. Money in the account's currency; `quote_at` is when the symbol last had a price.

    `at_risk_pct` and `positions` count open positions and entries that are still on their way; `new_position` says
    whether the request would open one more. `cash_free` is cash less what entries on their way may cost.
    """

    policy: RiskPolicy
    equity: Decimal
    cash_free: Decimal
    at_risk_pct: Decimal
    positions: int
    new_position: bool
    quote_at: Instant
    minimum_notional: Decimal


Check = Callable[[OrderRequest, RiskView], Refusal | None]


def notional_of(request: OrderRequest) -> Decimal:
    """What the request is worth at the price it was sized at."""
    return request.quantity * request.price


def request_at_risk_pct(request: OrderRequest, equity: Decimal) -> Decimal:
    """What the request would lose at its stop, or all of it without one, % of equity."""
    if equity <= 0:
        return Decimal(100)
    distance = request.price if request.stop_price is None else abs(request.price - request.stop_price)
    return request.quantity * distance * 100 / equity


def quantity_above_zero(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order for nothing: the sizing did not reach one lot."""
    if request.quantity > 0:
        return None
    return Refusal("zero_quantity", f"The sizing does not reach one lot at {request.price:f}", "0", "1 lot")


def quote_fresh(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order decided on an old price."""
    age = request.at - view.quote_at
    allowed = view.policy.quote_age_max_s
    if age <= allowed * SECOND:
        return None
    found = age / SECOND
    return Refusal(
        "stale_quote", f"{request.symbol}: price {found:.0f} s old, limit {allowed} s", f"{found}", f"{allowed}"
    )


def notional_within_limit(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order worth more than one order may be worth."""
    found = notional_of(request)
    allowed = view.equity * view.policy.notional_max_pct / 100
    if found <= allowed:
        return None
    detail = f"Worth {found:.2f}, limit {allowed:.2f} ({view.policy.notional_max_pct:f} % of equity)"
    return Refusal("notional", detail, f"{found}", f"{allowed}")


def notional_above_minimum(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order too small to be worth its charges, or for the venue."""
    found = notional_of(request)
    allowed = max(view.policy.notional_min, view.minimum_notional)
    if found >= allowed:
        return None
    return Refusal("minimum_notional", f"Worth {found:.2f}, at least {allowed:.2f} needed", f"{found}", f"{allowed}")


def positions_within_limit(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse one open position too many."""
    found = view.positions + view.new_position
    allowed = view.policy.positions_max
    if found <= allowed:
        return None
    return Refusal("positions", f"Would be position {found}, limit {allowed}", f"{found}", f"{allowed}")


def total_at_risk_within_limit(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order that puts too much of the account at risk at once."""
    found = view.at_risk_pct + request_at_risk_pct(request, view.equity)
    allowed = view.policy.at_risk_max_pct
    if found <= allowed:
        return None
    return Refusal("total_at_risk", f"At risk {found:.2f} % of equity, limit {allowed:f} %", f"{found}", f"{allowed}")


def cash_covers(request: OrderRequest, view: RiskView) -> Refusal | None:
    """Refuse an order that there is no money for."""
    found = notional_of(request)
    if found <= view.cash_free:
        return None
    return Refusal(
        "buying_power", f"Worth {found:.2f}, free cash {view.cash_free:.2f}", f"{found}", f"{view.cash_free}"
    )


ENTRY_CHECKS: tuple[Check, ...] = (
    quantity_above_zero,
    quote_fresh,
    notional_within_limit,
    notional_above_minimum,
    positions_within_limit,
    total_at_risk_within_limit,
    cash_covers,
)
