"""The caps of a bot that is new on a live account: a check like the others, and what its status shows.

Called by the gate (checks.ENTRY_CHECKS) and by publish_bots.
"""

from __future__ import annotations

from engine.core.risk.view import RiskView, at_most, not_asked, worst_worth
from engine.domain.account import Mode
from engine.domain.canary import Canary
from engine.domain.check_result import CheckResult, shown
from engine.domain.order import OrderRequest
from engine.domain.records import CanaryStatus

CHECK = "canary"


def within_canary(request: OrderRequest, view: RiskView) -> CheckResult:
    """Refuse an entry beyond the caps of a bot that has not closed enough trades on this live account yet."""
    canary, done = view.canary, view.canary_trades
    if canary is None:
        return not_asked(CHECK, "not a live account", "any")
    if done >= canary.trades:
        return not_asked(CHECK, f"{done} trades are closed, the caps have lifted", "any")
    new = f"the bot is new here ({done} of {canary.trades} trades closed)"
    if canary.symbols and request.symbol not in canary.symbols:
        allowed = ", ".join(canary.symbols)
        return CheckResult(CHECK, False, request.symbol, allowed, f"{request.symbol} is not among {allowed}: {new}")
    worth, most = worst_worth(request), canary.notional_max
    if most is not None and worth > most:
        return at_most(CHECK, worth, most, lambda: f"Worth {worth:.2f}, canary limit {most:.2f}: {new}")
    found, allowed_worth = view.bot_gross + worth, view.equity * canary.leverage_max
    return at_most(
        CHECK,
        found,
        allowed_worth,
        lambda: (
            f"The bot would hold {found:.2f}, canary limit {allowed_worth:.2f} "
            f"({shown(canary.leverage_max)} times the equity): {new}"
        ),
    )


def canary_status(mode: Mode, canary: Canary, trades_done: int) -> CanaryStatus | None:
    """The caps as shown; None where nothing is capped, or not any more."""
    if mode is not Mode.LIVE or trades_done >= canary.trades:
        return None
    return CanaryStatus(canary.notional_max, canary.leverage_max, canary.symbols, canary.trades, trades_done)
