"""Leaders that are gone: noticed, told once, and what was copied of them closed where that is asked for.

Called by copying.py, at each minute for the account's own bots, as it is told for others.
"""

from __future__ import annotations

from engine.core.bot import Bot
from engine.core.decide import exit_position
from engine.core.following import Following
from engine.core.publish import publish_alert
from engine.core.sending import withdraw_entries
from engine.core.state import State
from engine.domain.account import Desired
from engine.domain.copying import WhenGone
from engine.domain.instant import SECOND, Instant
from engine.domain.order import ExitReason


def why_gone(state: State, bot_id: str) -> str | None:
    """Why a bot of the account can't be followed now, as a phrase after its name."""
    bot = state.bots.get(bot_id)
    if bot is None or bot.removed:
        return "does not exist"
    if bot.error is not None:
        return f"decides nothing: {bot.error}"
    return "is stopped" if bot.desired is Desired.STOPPED else None


def see(state: State, bot: Bot, following: Following, gone: str | None, at: Instant) -> None:
    """The leader is there, or is not; said once each time."""
    was, following.gone = following.gone, gone
    leader = following.terms.leader
    if gone is None:
        following.gone_at = None
        if was is not None:
            words = f"{bot.bot_id}: the leader {leader} is back"
            publish_alert(state, "info", "leader_back", f"{bot.bot_id} {at}", words)
        return
    following.gone_at = following.gone_at or at
    if was is None:
        closes = following.terms.when_gone is WhenGone.CLOSE
        what = f"closed after {following.terms.close_after_s} s" if closes else "kept, with their stops and targets"
        words = f"{bot.bot_id}: the leader {leader} {gone}. Nothing is entered; copied positions are {what}"
        publish_alert(state, "warning", "leader_gone", f"{bot.bot_id} {at}", words)


def close_after(state: State, bot: Bot, following: Following, at: Instant) -> None:
    """Close what was copied, where the follower's terms ask for it and the leader has been gone for so long."""
    terms, since = following.terms, following.gone_at
    if terms.when_gone is not WhenGone.CLOSE or since is None or at - since < terms.close_after_s * SECOND:
        return
    withdraw_entries(state, at, bot.bot_id, reason="the leader is gone")
    for position in state.portfolio.all():
        session = state.session_of(position.symbol)
        if position.bot_id == bot.bot_id and session is not None and session.open_at <= at < session.close_at:
            exit_position(state, position, ExitReason.LEADER_GONE, at)
