"""What forbids a bot's entries now, before an order is thought of.

Asked by decide.py, copied_signals.py and preview.py.
"""

from __future__ import annotations

from engine.core.bot import Bot
from engine.core.state import State
from engine.core.withdrawn import withdrawn
from engine.domain.account import Desired
from engine.domain.effective import EffectiveMode
from engine.domain.instant import SECOND, Instant
from engine.domain.market import TradingStatus
from engine.domain.order import Refusal


def blocked(state: State, bot: Bot, symbol: str, at: Instant) -> Refusal | None:
    """What blocks any new entry of this bot on this symbol now, before an order is thought of."""
    closed = closed_to_entries(state, bot, symbol, at)
    if closed is not None:
        return closed
    if withdrawn(state, bot.bot_id, symbol) is not None:
        return Refusal("entry_in_flight", "An entry that was taken back has not ended at the broker yet")
    stance = bot.stances[symbol]
    since = None if stance.last_fill_at is None else at - stance.last_fill_at
    cooldown = state.cooldown_s(stance) * SECOND
    if since is not None and cooldown and since < cooldown:  # a fill may be told ahead of the market's clock
        left = (cooldown - since) // SECOND
        return Refusal("cooldown", f"Cooling down, {left // 60}:{left % 60:02d} left")
    return None


def closed_to_entries(state: State, bot: Bot, symbol: str, at: Instant) -> Refusal | None:
    """What forbids entries, a further attempt at one that is partly filled included."""
    if bot.desired is not Desired.RUNNING:
        return Refusal(bot.desired.value, f"The bot is {bot.desired.value}")
    if bot.error is not None:
        return Refusal("error", bot.error)
    if state.kill is not None:
        return Refusal("kill", state.kill.words)
    stopped = state.breaker.refusal
    if stopped is not None:
        return stopped
    if state.mode is EffectiveMode.DRY:
        return Refusal("dry", state.dry_words())
    status = state.statuses.get(symbol)
    if status is not None and status.status is not TradingStatus.TRADING:
        why = status.why or f"the venue says {status.status}"
        return Refusal("market_halted", f"{symbol} is not traded at the moment: {why}")
    for (_, unprotected), why in state.unprotected.items():
        if unprotected == symbol:
            return Refusal("unprotected", why)
    if state.protects and state.portfolio.get(bot.bot_id, symbol) is None and state.resting_stop(bot.bot_id, symbol):
        return Refusal("exit_in_flight", f"The stop of the {symbol} held before is not gone at the broker yet")
    differs = state.truth.open_on(symbol)
    if differs is not None:
        return Refusal("difference", f"Broker and books differ on {symbol}: {differs.ours}; {differs.theirs}")
    session = state.session_of(symbol)
    if session is None or not session.takes_entries(at):
        return Refusal("entry_window", "Outside the session's entry window")
    return None
