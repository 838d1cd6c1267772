"""What the account's own bots do, as facts for those that follow them. Made by decide.py and settle.py as they write
signals and fills down; acted on by copying.py. A leader in another account is told by the same facts (LeaderTold).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.state import Bot, State
from engine.domain.copying import Follow, LeaderFact
from engine.domain.order import Purpose, Side
from engine.domain.records import FillRecord, SignalRecord

ZERO = Decimal(0)


def leading_fill(state: State, fill: FillRecord) -> FillRecord:
    """A fill that was booked just now, with what followers reckon by: holdings and equity after it."""
    position = state.portfolio.get(fill.bot_id, fill.symbol)
    net = None if follows(state, fill.bot_id) else held_by_leaders(state, fill.symbol)
    held = ZERO if position is None else position.quantity
    return replace(fill, position=held, net=net, equity=state.equity())


def held_by_leaders(state: State, symbol: str) -> Decimal:
    """What all bots of the account hold of a symbol, signed, but for those that follow somebody."""
    held = (one for one in state.portfolio.all() if one.symbol == symbol and not follows(state, one.bot_id))
    return sum((position.quantity for position in held), ZERO)


def follows(state: State, bot_id: str) -> bool:
    """Whether a bot of the account is a follower."""
    bot = state.bots.get(bot_id)
    return bot is not None and bot.following is not None


def fact_of_fill(state: State, fill: FillRecord) -> LeaderFact:
    """A fill of one of the account's bots."""
    after, change = fill.position or ZERO, fill.quantity * fill.side.sign
    return LeaderFact(
        fact_id=fill.fill_key,
        kind=Follow.FILLS,
        account_id=state.account.account_id,
        bot_id=fill.bot_id,
        symbol=fill.symbol,
        side=fill.side,
        price=fill.price,
        at=fill.filled_at,
        order_id=fill.order_id,
        before=after - change,
        after=after,
        net_before=None if fill.net is None else fill.net - change,
        net_after=fill.net,
        equity=fill.equity or ZERO,
        copied=fill.net is None,
    )


def fact_of_signal(state: State, bot: Bot, signal: SignalRecord) -> LeaderFact:
    """A signal of one of the account's bots."""
    return LeaderFact(
        fact_id=signal.signal_id,
        kind=Follow.SIGNALS,
        account_id=state.account.account_id,
        bot_id=bot.bot_id,
        symbol=signal.symbol,
        side=Side(signal.type.value),
        price=signal.price,
        at=signal.confirmed_at,
        score=signal.score,
        enters=signal.purpose is Purpose.ENTRY,
        copied=bot.following is not None,
    )
