"""What the risk checks look at, and the words they answer in. Filled by core/exposure.py; read by the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.canary import Canary
from engine.domain.check_result import CheckResult, Shown, shown
from engine.domain.instant import Instant
from engine.domain.order import OrderRequest
from engine.domain.risk import RiskPolicy
from engine.domain.signal import Temperature

ZERO = Decimal(0)
BPS = 10_000


@dataclass(frozen=True, slots=True)
class RiskView:
    """The account as an entry is judged on it. Money and prices in the account's currency.

    policy              the limits in force
    equity              cash and what is open at the last prices
    cash_free           cash less what entries on their way may cost at their worst, and less twice what is short
    at_risk_pct         of open positions and of entries on their way, % of the equity each was entered at
    positions           open ones and those that entries on their way would open
    new_position        whether the request would open one more
    quote_at            when the symbol last had a price
    minimum_notional    the venue's own
    gross               worth of all positions, without sign, and of entries on their way at their worst
    symbol_gross        the part of it in the request's symbol, bot_gross that of its bot
    trades_today        round trips closed today, positions open, and those on their way
    sent_second         orders sent in the second before the request, sent_minute in the minute
    start_equity_day    equity as the day began
    temperature         of the score the entry is decided on; None where no score asks for it
    minute_of_day       the venue's; None while no session is known
    last_price          of the symbol; None before the first
    bid, ask            where the feed gives them
    tick_size, lot_size, band_low, band_high    the instrument's, where they are known
    canary              the caps of the bot that asks, None where it is not on a live account
    canary_trades       trades that it has closed there
    round_trip          charges of the entry, and of leaving it at the same price
    """

    policy: RiskPolicy
    equity: Decimal
    cash_free: Decimal
    at_risk_pct: Decimal
    positions: int
    new_position: bool
    quote_at: Instant
    minimum_notional: Decimal
    gross: Decimal = ZERO
    symbol_gross: Decimal = ZERO
    bot_gross: Decimal = ZERO
    trades_today: int = 0
    sent_second: int = 0
    sent_minute: int = 0
    start_equity_day: Decimal = ZERO
    temperature: Temperature | None = None
    minute_of_day: int | None = None
    last_price: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    tick_size: Decimal | None = None
    lot_size: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    canary: Canary | None = None
    canary_trades: int = 0
    round_trip: Decimal = ZERO


Check = Callable[[OrderRequest, RiskView], CheckResult]


def notional_of(request: OrderRequest) -> Decimal:
    """What the request is worth at the price it was sized at."""
    return request.quantity * request.price


def order_price(request: OrderRequest) -> Decimal:
    """The price an order asks for: its limit, at the market the price it was sized at."""
    return request.price if request.limit_price is None else request.limit_price


def worst_worth(request: OrderRequest) -> Decimal:
    """What the request is worth at the dearer of its limit and the price it was sized at."""
    return request.quantity * max(request.price, order_price(request))


def request_at_risk_pct(request: OrderRequest, equity: Decimal) -> Decimal:
    """What the request would lose at its stop, or all of it without one, % of equity."""
    if equity <= 0:
        return Decimal(100)
    distance = request.price if request.stop_price is None else abs(request.price - request.stop_price)
    return request.quantity * distance * 100 / equity


def beyond(found: Decimal, allowed: Decimal) -> str:
    """What was found beyond a limit, to two decimals; exactly, where those would not show that it is beyond."""
    short = f"{found:.2f}"
    return short if Decimal(short) > allowed else shown(found)


def at_most(check: str, found: Decimal | int, allowed: Decimal | int, detail: Callable[[], str]) -> CheckResult:
    """Passed up to the limit itself; `detail` is asked only where it is not."""
    if found <= allowed:
        return CheckResult(check, True, found, allowed)
    return CheckResult(check, False, found, allowed, detail())


def not_asked(check: str, why: str, allowed: Shown) -> CheckResult:
    """Passed, since there is nothing to compare; says why."""
    return CheckResult(check, True, f"not asked: {why}", allowed)
