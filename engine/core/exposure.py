"""What an account is exposed to, with the entries that are on their way.

Made for the risk gate; asked by decide.py, entry_size.py and preview.py.

Entries on their way count at their worst: whole as far as they are not filled, whether the venue has said anything of
them or not; a BUY at its limit, or at the price it was decided at and the slippage that the policy allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.core.charges import total_on
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.risk.adaptive import adapted
from engine.core.risk.view import BPS, ZERO, RiskView
from engine.core.state import State
from engine.domain.account import Mode
from engine.domain.instant import MINUTE, SECOND
from engine.domain.instrument import Instrument
from engine.domain.order import OrderRequest, Purpose, Side
from engine.domain.risk import RiskPolicy
from engine.domain.risk_limits import Preset
from engine.domain.signal import Temperature


def policy_now(state: State, equity: Decimal) -> RiskPolicy:
    """The policy as it is obeyed at this equity: the one in force, tightened by itself where it is adaptive."""
    if state.policy.preset is not Preset.ADAPTIVE:
        return state.policy
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
    now, bot = _exposure(state, policy, request.bot_id, request.symbol), state.bots.get(request.bot_id)
    return RiskView(
        policy=policy,
        equity=equity,
        cash_free=state.ledger.cash - now.entering - 2 * now.short,
        at_risk_pct=now.at_risk_pct + now.entering_at_risk_pct,
        positions=len(now.held),
        new_position=(request.bot_id, request.symbol) not in now.held,
        quote_at=tape.last_at,
        minimum_notional=instrument.minimum_notional,
        gross=now.gross,
        symbol_gross=now.of_symbol,
        bot_gross=now.of_bot,
        trades_today=state.ledger.profits["day"].trades + len(now.held),
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
        canary=None if bot is None or state.account.mode is not Mode.LIVE else bot.spec.canary,
        canary_trades=0 if bot is None else bot.closed_of(state.ledger.trades_of(bot.bot_id)),
        round_trip=round_trip(state, instrument, request.side, request.quantity, request.price, request.price),
    )


def round_trip(
    state: State, instrument: Instrument, side: Side, quantity: Decimal, entry: Decimal, leave: Decimal
) -> Decimal:
    """The charges of an entry and of the exit that ends it, at these prices."""
    rates = state.tariff.at(instrument.venue, state.now)
    opening = total_on(rates, side, instrument.value_of(entry, quantity))
    return opening + total_on(rates, side.opposite, instrument.value_of(leave, quantity))


@dataclass(slots=True)
class _Exposure:
    """Sums over open positions and entries on their way, currency.

    held       what is held or being entered, by (bot, symbol): counted, and asked whether it holds one
    gross      worth of all without sign; `of_symbol` and `of_bot` are the request's part of it
    entering   the part that entries on their way have in it
    short      what all shorts are worth: that is in the cash, but must buy them back; as much again stands behind them
    """

    held: set[tuple[str, str]] = field(default_factory=set)
    gross: Decimal = ZERO
    of_symbol: Decimal = ZERO
    of_bot: Decimal = ZERO
    entering: Decimal = ZERO
    short: Decimal = ZERO
    at_risk_pct: Decimal = ZERO
    entering_at_risk_pct: Decimal = ZERO


def _exposure(state: State, policy: RiskPolicy, bot_id: str, symbol: str) -> _Exposure:
    now = _Exposure()
    for position in state.portfolio.all():
        worth = position.worth(state.tapes[position.symbol].last_price)
        if position.quantity < 0:
            worth = -worth
            now.short += worth
        now.at_risk_pct += position.at_risk_pct
        _add(now, position, worth, bot_id, symbol)
    for order in state.orders.working():
        if order.purpose is Purpose.ENTRY:
            worth = _worst(order, policy)
            now.entering += worth
            now.entering_at_risk_pct += order.at_risk_pct * order.remaining / order.quantity
            _add(now, order, worth, bot_id, symbol)
    return now


def _add(now: _Exposure, part: Position | Order, worth: Decimal, bot_id: str, symbol: str) -> None:
    now.held.add((part.bot_id, part.symbol))
    now.gross += worth
    if part.symbol == symbol:
        now.of_symbol += worth
    if part.bot_id == bot_id:
        now.of_bot += worth


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
