"""The limits on what, when and at which price, one function each. Called by the gate, by checks.ENTRY_CHECKS.

What can't be compared (no bid and ask from the feed, no price band known) passes, and the result says so.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.risk.view import BPS, ZERO, RiskView, at_most, beyond, not_asked, order_price
from engine.domain.check_result import CheckResult, shown
from engine.domain.instant import NEVER, SECOND
from engine.domain.order import OrderRequest
from engine.domain.risk_limits import heat, in_window


def lots_whole(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse a quantity that is no whole number of lots: the venue would reject it."""
    lot = view.lot_size
    if lot is None:
        return not_asked("lot_size", "the lot size is not known", "any")
    ok = request.quantity % lot == 0
    detail = "" if ok else f"{request.quantity:f} is no whole number of lots of {lot:f}"
    return CheckResult("lot_size", ok, request.quantity, lambda: f"lots of {shown(lot)}", detail)


def price_on_tick(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse a limit between two ticks: the venue would reject it."""
    tick, limit = view.tick_size, request.limit_price
    if tick is None or limit is None:
        return not_asked("tick_size", "an order at the market" if limit is None else "the tick is not known", "any")
    ok = limit % tick == 0
    detail = "" if ok else f"A limit of {limit:f} is between ticks of {tick:f}"
    return CheckResult("tick_size", ok, limit, f"ticks of {shown(tick)}", detail)


def price_in_band(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse a price beyond the day's price limits: nobody can trade there."""
    low, high, price = view.band_low, view.band_high, order_price(request)
    if low is None and high is None:
        return not_asked("price_band", "the day's price limits are not known", "any")
    ok = (low is None or price >= low) and (high is None or price <= high)

    def band() -> str:
        return f"{'any' if low is None else shown(low)} to {'any' if high is None else shown(high)}"

    detail = "" if ok else f"{request.symbol}: {price:f} is outside the day's price band, {band()}"
    return CheckResult("price_band", ok, price, band, detail)


def symbol_allowed(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse what the allow-list does not have."""
    allowed = view.policy.symbols_allowed
    if not allowed:
        return CheckResult("symbols_allowed", True, request.symbol, "all")
    ok, listed = request.symbol in allowed, ", ".join(allowed)
    detail = "" if ok else f"{request.symbol} is not among the symbols allowed: {listed}"
    return CheckResult("symbols_allowed", ok, request.symbol, listed, detail)


def outside_no_entry(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an entry in a window that is kept free of them. A window's end is outside."""
    windows, minute = view.policy.no_entry, view.minute_of_day
    if not windows or minute is None:
        return not_asked("no_entry", "no window" if not windows else "no session is known", "any")
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    hit = next((window for window in windows if in_window(window, minute)), None)
    detail = "" if hit is None else f"At {clock} no entries are made: {hit} is kept free of them"
    return CheckResult("no_entry", hit is None, clock, f"not in {', '.join(windows)}", detail)


def warm_enough(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an entry on a score that is not warm enough."""
    found, allowed = view.temperature, view.policy.temperature_min
    if found is None:
        return not_asked("temperature", "no score asks for it", allowed.value)
    ok = heat(found) >= heat(allowed)
    detail = "" if ok else f"The score is {found}; entries are made from {allowed} on"
    return CheckResult("temperature", ok, found.value, allowed.value, detail)


def quote_fresh(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order decided on an old price; what a restart or a broker's report says of it is none."""
    if view.quote_at == -NEVER:
        words = f"{request.symbol}: no price has come yet"
        return CheckResult("stale_quote", False, "no price yet", view.policy.quote_age_max_s, words)
    age, allowed = request.at - view.quote_at, view.policy.quote_age_max_s
    found = Decimal(age) / SECOND
    return at_most(
        "stale_quote",
        found,
        allowed,
        lambda: f"{request.symbol}: price {shown(found)} s old, limit {allowed} s",
    )


def spread_narrow(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order while buyers and sellers are far apart; basis points of their middle."""
    bid, ask, allowed = view.bid, view.ask, view.policy.spread_max_bps
    if bid is None or ask is None or bid + ask <= 0:
        return not_asked("spread", "the feed gives no bid and ask", allowed)
    found = (ask - bid) * 2 * BPS / (bid + ask)
    return at_most(
        "spread", found, allowed, lambda: f"The spread is {beyond(found, allowed)} bps, limit {allowed:f} bps"
    )


def price_near_last(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse a price that is further beyond the last one, against us, than slippage may be."""
    last, price, allowed = view.last_price, order_price(request), view.policy.slippage_max_bps
    if last is None or last <= 0:
        return not_asked("slippage", "there is no last price", allowed)
    found = max(ZERO, (price - last) * request.side.sign * BPS / last)
    return at_most(
        "slippage",
        found,
        allowed,
        lambda: f"{price:f} is {beyond(found, allowed)} bps beyond the last price {last:f}, limit {allowed:f} bps",
    )


def day_not_lost(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an entry while the day's loss is at or beyond its limit, in percent or in money; the breaker trips there.

    This one does not allow the limit itself: it is the breaker's limit, asked before the breaker has looked.
    """
    start, policy = view.start_equity_day, view.policy
    limit = policy.day_loss_max

    def allowed() -> str:
        return f"above -{shown(policy.day_loss_max_pct)} %" + ("" if limit is None else f" and -{shown(limit)}")

    if start <= 0:
        return not_asked("daily_stop", "no day has begun", allowed)
    change = view.equity - start

    def found() -> str:
        return f"{change * 100 / start:.2f} %, {change:.2f}"

    if -change * 100 >= start * policy.day_loss_max_pct:
        said = f"{change * 100 / start:.2f} % today, limit -{policy.day_loss_max_pct:.2f} %"
    elif limit is not None and -change >= limit:
        said = f"{change:.2f} today, limit -{limit:.2f}"
    else:
        return CheckResult("daily_stop", True, found, allowed)
    return CheckResult("daily_stop", False, found, allowed, f"Daily stop: {said}; the next session lifts it")


def orders_per_second(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order too many in a second of market time."""
    found, allowed = view.sent_second + 1, view.policy.orders_per_second_max
    return at_most(
        "orders_per_second",
        found,
        allowed,
        lambda: f"Would be order {found} within a second, limit {allowed}",
    )


def orders_per_minute(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an order too many in a minute of market time."""
    found, allowed = view.sent_minute + 1, view.policy.orders_per_minute_max
    if allowed is None:
        return not_asked("orders_per_minute", "no limit", "any")
    return at_most(
        "orders_per_minute",
        found,
        allowed,
        lambda: f"Would be order {found} within a minute, limit {allowed}",
    )
