"""The limits on how much, one function each, and the fixed tuple of all checks. Called by the gate.

A check allows the limit itself. Each says what it found and what it allows, whether it refuses or not.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.risk.canary import within_canary
from engine.core.risk.market_checks import (
    day_not_lost,
    lots_whole,
    orders_per_minute,
    orders_per_second,
    outside_no_entry,
    price_in_band,
    price_near_last,
    price_on_tick,
    quote_fresh,
    spread_narrow,
    symbol_allowed,
    warm_enough,
)
from engine.core.risk.view import (
    Check,
    RiskView,
    at_most,
    beyond,
    not_asked,
    notional_of,
    request_at_risk_pct,
    worst_worth,
)
from engine.domain.check_result import CheckResult
from engine.domain.order import OrderRequest


def quantity_above_zero(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order for nothing: the sizing did not reach one lot."""
    ok = request.quantity > 0
    detail = "" if ok else f"The sizing does not reach one lot at {request.price:f}"
    return CheckResult("zero_quantity", ok, request.quantity, "1 lot", detail)


def notional_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order worth more of the equity than one order may be."""
    found, share = notional_of(request), view.policy.notional_max_pct
    allowed = view.equity * share / 100
    return at_most(
        "notional",
        found,
        allowed,
        lambda: f"Worth {beyond(found, allowed)}, limit {allowed:.2f} ({share:f} % of equity)",
    )


def notional_within_money(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order worth more money than one order may be."""
    found, allowed = notional_of(request), view.policy.notional_max
    if allowed is None:
        return not_asked("notional_max", "no limit in money", "any")
    return at_most("notional_max", found, allowed, lambda: f"Worth {beyond(found, allowed)}, limit {allowed:.2f}")


def notional_above_minimum(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order too small to be worth its charges, or for the venue."""
    found = notional_of(request)
    allowed = max(view.policy.notional_min, view.minimum_notional)
    ok = found >= allowed
    detail = "" if ok else f"Worth {found:.2f}, at least {allowed:.2f} needed"
    return CheckResult("minimum_notional", ok, found, allowed, detail)


def worth_above_charges(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order of which less than the smallest entry is left after the charges of a round trip."""
    worth, charges, allowed = notional_of(request), view.round_trip, view.policy.notional_min
    left = worth - charges
    ok = left >= allowed
    if ok:
        return CheckResult("minimum", True, left, allowed)
    words = f"Worth {worth:.2f}, {left:.2f} after {charges:.2f} of charges in and out, at least {allowed:.2f} needed"
    return CheckResult("minimum", False, left, allowed, words)


def positions_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse one open position too many."""
    found, allowed = view.positions + view.new_position, view.policy.positions_max
    return at_most("positions", found, allowed, lambda: f"Would be position {found}, limit {allowed}")


def trades_within_day(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse to begin one round trip too many in a day; one that is open may be built on."""
    found, allowed = view.trades_today + view.new_position, view.policy.trades_day_max
    if allowed is None:
        return not_asked("trades_day", "no limit", "any")
    if not view.new_position:
        return not_asked("trades_day", "the position is open", allowed)
    return at_most("trades_day", found, allowed, lambda: f"Would be trade {found} of the day, limit {allowed}")


def symbol_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order that puts too much into one symbol, over all bots."""
    return _exposure("symbol_exposure", request.symbol, request, view, view.symbol_gross)


def bot_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order that puts too much into one bot's hands, over all symbols."""
    return _exposure("bot_exposure", request.bot_id, request, view, view.bot_gross)


def _exposure(check: str, whose: str, request: OrderRequest, view: RiskView, held: Decimal) -> CheckResult:
    policy = view.policy
    share = policy.symbol_exposure_max_pct if check == "symbol_exposure" else policy.bot_exposure_max_pct
    found, allowed = held + worst_worth(request), view.equity * share / 100
    return at_most(
        check,
        found,
        allowed,
        lambda: f"{whose} would be worth {beyond(found, allowed)}, limit {allowed:.2f} ({share:f} % of equity)",
    )


def leverage_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order with which everything open and on its way would be worth too many times the equity."""
    found, allowed = view.gross + worst_worth(request), view.equity * view.policy.leverage_max
    return at_most(
        "leverage",
        found,
        allowed,
        lambda: (
            f"All would be worth {beyond(found, allowed)}, limit {allowed:.2f} ({view.policy.leverage_max:f} x equity)"
        ),
    )


def total_at_risk_within_limit(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order that puts too much of the account at risk at once."""
    found = view.at_risk_pct + request_at_risk_pct(request, view.equity)
    allowed = view.policy.at_risk_max_pct
    return at_most(
        "total_at_risk", found, allowed, lambda: f"At risk {beyond(found, allowed)} % of equity, limit {allowed:f} %"
    )


def cash_covers(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order that there is no money for."""
    found = worst_worth(request)
    return at_most(
        "buying_power",
        found,
        view.cash_free,
        lambda: f"Worth {beyond(found, view.cash_free)}, free cash {view.cash_free:.2f}",
    )


ENTRY_CHECKS: tuple[Check, ...] = (
    quantity_above_zero,
    lots_whole,
    price_on_tick,
    price_in_band,
    symbol_allowed,
    outside_no_entry,
    warm_enough,
    quote_fresh,
    spread_narrow,
    price_near_last,
    day_not_lost,
    trades_within_day,
    orders_per_second,
    orders_per_minute,
    notional_within_limit,
    notional_within_money,
    notional_above_minimum,
    worth_above_charges,
    positions_within_limit,
    symbol_within_limit,
    bot_within_limit,
    leverage_within_limit,
    total_at_risk_within_limit,
    cash_covers,
    within_canary,
)
