"""What an account is exposed to, with the entries that are on their way. Made for the risk gate; asked by decide.py."""

from __future__ import annotations

from decimal import Decimal

from engine.core.risk.checks import RiskView
from engine.core.state import State
from engine.domain.order import OrderRequest, Purpose


def risk_view(state: State, request: OrderRequest, equity: Decimal) -> RiskView:
    """What an entry is judged on, at this equity (currency): free cash, what is at risk, positions, the price's age."""
    entries = [order for order in state.open_orders() if order.purpose is Purpose.ENTRY]
    positions = state.portfolio.all()
    held = {(position.bot_id, position.symbol) for position in positions}
    held.update((order.bot_id, order.symbol) for order in entries)
    zero = Decimal(0)
    return RiskView(
        policy=state.policy,
        equity=equity,
        cash_free=state.ledger.cash - sum((order.remaining * order.price for order in entries), zero),
        at_risk_pct=sum((position.at_risk_pct for position in positions), zero)
        + sum((order.at_risk_pct * order.remaining / order.quantity for order in entries), zero),
        positions=len(held),
        new_position=(request.bot_id, request.symbol) not in held,
        quote_at=state.tapes[request.symbol].last_at,
        minimum_notional=state.instruments[request.symbol].minimum_notional,
    )
