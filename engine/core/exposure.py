"""What an account is exposed to, with the entries that are on their way. Made for the risk gate; asked by decide.py.

Entries on their way count at their worst: whole as far as they are not filled, whether the venue has said anything of
them or not; a BUY at its limit, or at the price it was decided at and the slippage that the policy allows.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.charges import charges_on
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.risk.adaptive import adapted
from engine.core.risk.view import BPS, ZERO, RiskView
from engine.core.state import State
from engine.domain.account import Mode
from engine.domain.canary import Canary
from engine.domain.instant import MINUTE, SECOND, iso
from engine.domain.instrument import Instrument
from engine.domain.order import OrderRequest, Purpose, Side
from engine.domain.risk import RiskPolicy
from engine.domain.signal import Temperature


def policy_now(state: State, equity: Decimal) -> RiskPolicy:
    """The policy as it is obeyed at this equity: the one in force, tightened by itself where it is adaptive."""
    ledger = state.ledger
    return adapted(state.policy, ledger.losing_days, ledger.drawdown_pct(equity))[0]


def entry_cap(state: State, quantity: Decimal, instrument: Instrument, price: Decimal, equity: Decimal) -> Decimal:
    """A sized entry (whole lots), made smaller where an adaptive policy has tightened; otherwise as it is."""
    policy = policy_now(state, equity)
    if policy is state.policy or price <= 0:
        return quantity
    return min(quantity, instrument.whole_lots(max(ZERO, equity) * policy.notional_max_pct / 100 / price))


def risk_view(state: State, request: OrderRequest, equity: Decimal) -> RiskView:
    """What an entry is judged on, at this equity (currency)."""
    policy, tape = policy_now(state, equity), state.tapes[request.symbol]
    instrument, session = state.instruments[request.symbol], tape.session
    entries = [order for order in state.open_orders() if order.purpose is Purpose.ENTRY]
    positions = state.portfolio.all()
    held = {(position.bot_id, position.symbol) for position in positions}
    held.update((order.bot_id, order.symbol) for order in entries)
    worst = [(order, _worst(order, policy)) for order in entries]
    worth = [(p.bot_id, p.symbol, abs(p.value(state.tapes[p.symbol].price()))) for p in positions]
    worth += [(order.bot_id, order.symbol, value) for order, value in worst]
    return RiskView(
        policy=policy,
        equity=equity,
        cash_free=state.ledger.cash - sum((value for _, value in worst), ZERO) - 2 * _short(state, positions),
        at_risk_pct=sum((position.at_risk_pct for position in positions), ZERO)
        + sum((order.at_risk_pct * order.remaining / order.quantity for order in entries), ZERO),
        positions=len(held),
        new_position=(request.bot_id, request.symbol) not in held,
        quote_at=tape.last_at,
        minimum_notional=instrument.minimum_notional,
        gross=sum((value for _, _, value in worth), ZERO),
        symbol_gross=sum((value for _, symbol, value in worth if symbol == request.symbol), ZERO),
        bot_gross=sum((value for bot_id, _, value in worth if bot_id == request.bot_id), ZERO),
        trades_today=state.ledger.profits["day"].trades + len(held),
        sent_second=state.pace.within(SECOND, request.at),
        sent_minute=state.pace.within(MINUTE, request.at),
        start_equity_day=state.ledger.start_equity_day,
        temperature=_temperature(state, request),
        minute_of_day=None if session is None else session.minute_of_day(request.at),
        last_price=tape.price() if tape.last_price else None,
        tick_size=instrument.tick_size,
        lot_size=instrument.lot_size,
        band_low=instrument.band_low,
        band_high=instrument.band_high,
        canary=_canary(state, request.bot_id),
        canary_trades=state.ledger.trades_of(request.bot_id),
        round_trip=round_trip(state, instrument, request.side, request.quantity, request.price, request.price),
    )


def round_trip(
    state: State, instrument: Instrument, side: Side, quantity: Decimal, entry: Decimal, leave: Decimal
) -> Decimal:
    """The charges of an entry and of the exit that ends it, at these prices."""
    rates = state.tariff.rates(instrument.venue, iso(state.now)[:10])
    opening = charges_on(rates, side, instrument.value_of(entry, quantity)).total
    return opening + charges_on(rates, side.opposite, instrument.value_of(leave, quantity)).total


def _canary(state: State, bot_id: str) -> Canary | None:
    bot = state.bots.get(bot_id)
    return None if bot is None or state.account.mode is not Mode.LIVE else bot.spec.canary


def _short(state: State, positions: list[Position]) -> Decimal:
    """What all shorts are worth. It is in the cash, but must buy them back; and as much again stands behind them."""
    return sum((-p.value(state.tapes[p.symbol].price()) for p in positions if p.sign < 0), ZERO)


def _worst(order: Order, policy: RiskPolicy) -> Decimal:
    """What the open rest of an entry may yet be worth."""
    if order.limit_price is not None:
        return order.remaining * max(order.price, order.limit_price)
    slip = BPS + policy.slippage_max_bps if order.side is Side.BUY else BPS
    return order.remaining * order.price * slip / BPS


def _temperature(state: State, request: OrderRequest) -> Temperature | None:
    """How warm the score is that the bot decides on; None for what no score asks for."""
    stance = state.stance(request.bot_id, request.symbol)
    verdict = None if stance is None or request.signal_id is None else stance.verdict
    return None if verdict is None or verdict.score is None else Temperature.of(verdict.score)
