"""A bot whose strategy failed: it decides nothing more, until it is changed or the engine begins anew.

Told by minute.py and control.py. What the bot holds keeps its stop and target and is closed at the session's end, and
all other bots go on: an exception that ended the engine would come again at every start.
"""

from __future__ import annotations

from engine.core.publish import publish_alert
from engine.core.state import Bot, State


def fail(state: State, bot: Bot, symbol: str, error: Exception) -> None:
    """Take the bot out, and say why. In a backtest the error is raised: whoever runs it is there to see it."""
    if not state.views:
        raise error
    bot.error = f"The strategy failed on {symbol}: {type(error).__name__}: {error}"
    words = f"{bot.bot_id}: {bot.error}. It decides nothing more; what it holds keeps its stop and target"
    publish_alert(state, "critical", "strategy_failed", f"{bot.bot_id} {bot.generation}", words)
