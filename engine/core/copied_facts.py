"""What the account's own bots do, as facts for those that follow them. Made by decide.py and settle.py as they write
signals and fills down; acted on by copying.py. A leader in another account is told by the same facts (LeaderTold).
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.bot import Bot
from engine.core.state import State
from engine.domain.copying import Follow, LeaderFact
from engine.domain.order import Purpose, Side
from engine.domain.records import FillRecord, SignalRecord

ZERO = Decimal(0)


def net_held(state: State, bot_id: str, symbol: str) -> Decimal | None:
    """What followers of a bot reckon by: `held_by_leaders`, None where it follows somebody itself."""
    return None if follows(state, bot_id) else held_by_leaders(state, symbol)


def held_by_leaders(state: State, symbol: str) -> Decimal:
    """What all bots of the account hold of a symbol, signed, but for those that follow somebody."""
    held = ZERO
    for position in state.portfolio.all():
        if position.symbol == symbol and not follows(state, position.bot_id):
            held += position.quantity
    return held


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
