"""A bot whose strategy failed: it decides nothing more, until it is changed or the engine begins anew.

Told by minute.py, control.py and rederive.py. What the bot holds keeps its stop and target and is closed at the
session's end, and all other bots go on: an exception that ended the engine would come again at every start. A strategy
that only can't explain its signal loses the explanation, not the signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from engine.core.bot import Bot
from engine.core.publish import publish_alert
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.domain.errors import StrategyFailed
from engine.domain.market import Bar

WORDS_MAX = 500
_ENGINE = __file__.removesuffix("core/failing.py")


def fail(state: State, bot: Bot, symbol: str, error: Exception) -> None:
    """Take the bot out, and say why. In a backtest raise StrategyFailed: whoever runs it is there to see it."""
    bot.error = f"The strategy failed on {symbol}: {said_by(error)}{place_of(error.__traceback__)}"
    if not state.views:
        raise StrategyFailed(f"{bot.bot_id}: {bot.error}") from error
    words = f"{bot.bot_id}: {bot.error}. It decides nothing more; what it holds keeps its stop and target"
    publish_alert(state, "critical", "strategy_failed", f"{bot.bot_id} {bot.generation}", words)


def said_by(error: Exception) -> str:
    """Its kind and its words, as far as they fit into a document; they are somebody else's, and may be anything."""
    try:
        words = str(error).encode(errors="replace").decode()
    except Exception:  # noqa: BLE001 - it can't even say what it is
        return type(error).__name__
    return f"{type(error).__name__}: {words[:WORDS_MAX]}"


def place_of(trace: TracebackType | None) -> str:
    """The strategy's own line that raised, as text to follow a sentence; empty where it was not in its code."""
    frames = []
    while trace is not None:
        frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    own = next((file for file, _ in frames if _is_strategy(file)), None)
    if own is None:
        return ""
    line = [line for file, line in frames if file == own][-1]
    return f" ({own.rpartition('/')[2]} line {line})"


def _is_strategy(file: str) -> bool:
    """Whether a file is a strategy's, of the project or of somebody else, and no part of the engine around it."""
    if file.startswith(_ENGINE):
        return file.startswith(f"{_ENGINE}strategies/") and not file.endswith(("/guarded.py", "/registry.py"))
    return not file.startswith("<")


def judged_together(state: State, bot: Bot) -> Iterator[tuple[Bar, Verdict]]:
    """Let a bot that judges its symbols together judge what it noted: each bar with its verdict, oldest moment first.

    The verdicts of a moment stand on all its symbols before the first of them is given.
    """
    if bot.universe is None or bot.error is not None:
        return
    moments = bot.universe.judged()
    while True:
        try:
            moment = next(moments, None)
        except Exception as error:  # noqa: BLE001 - as in minute.judge
            fail(state, bot, "its symbols", error)
            return
        if moment is None:
            return
        for bar, verdict in moment:
            bot.stances[bar.symbol].verdict = verdict
        yield from moment
