"""Records about bots: how each stands, and what it made of each bar.

Called by whoever in the core has changed something of it.
"""

from __future__ import annotations

from engine.core.bars import span
from engine.core.bot import Bot, Stance
from engine.core.risk.canary import canary_status
from engine.core.state import State
from engine.core.strategy import Strategy, Verdict
from engine.domain.account import BotSpec, Desired
from engine.domain.effective import EffectiveMode
from engine.domain.identity import signal_id, strategy_key
from engine.domain.instant import SECOND, Instant
from engine.domain.market import Bar, TradingSession, TradingStatus
from engine.domain.order import Purpose
from engine.domain.records import BotStatusRecord, DecisionRecord, SignalRecord, SymbolStatus
from engine.domain.signal import Outcome, Temperature
from engine.domain.timeframe import timeframe_us

_VERDICT_WORDS = {
    "warming": "Too few bars yet",
    "quiet": "Quiet",
    "ended": "The candidate ended before it was confirmed",
    "signal": "Signal",
    "following": "Follows a leader; bars decide nothing",
}


def publish_decision(state: State, bot: Bot, stance: Stance, bar: Bar, session: TradingSession | None = None) -> None:
    """What a bot made of a bar; `session` is the bar's own where that is not the present one."""
    session = session or state.session_of(bar.symbol)
    verdict = stance.verdict
    if session is None or verdict is None:
        return
    label = session.minute_label(bar.open_at)
    state.publish(
        DecisionRecord(
            bot_id=bot.bot_id,
            symbol=bar.symbol,
            day=session.day,
            hour=label[:2],
            slot=f"{bar.symbol}_{label}",
            at=bar.close_at,
            score=verdict.score,
            inputs=dict(verdict.inputs),
            verdict=verdict.code,
            detail=_detail(stance, bar.close_at),
        )
    )


def _detail(stance: Stance, at: Instant) -> str:
    verdict = stance.verdict
    if verdict is None:
        return _VERDICT_WORDS["warming"]
    if verdict.candidate is not None and verdict.candidate_since is not None:
        held = (at - verdict.candidate_since) // SECOND
        return f"{verdict.candidate} candidate, held {held} s of {stance.strategy.confirm_us // SECOND} s"
    return _VERDICT_WORDS[verdict.code]


def _symbol_status(stance: Stance, at: Instant) -> SymbolStatus:
    verdict = stance.verdict
    if verdict is None:
        return SymbolStatus(None, None, "warming", _detail(stance, at), None, None, stance.last_fill_at)
    temperature = None if verdict.score is None else Temperature.of(verdict.score)
    return SymbolStatus(
        verdict.score,
        temperature,
        verdict.code,
        _detail(stance, at),
        verdict.candidate,
        verdict.candidate_since,
        stance.last_fill_at,
    )


def _run_state(bot: Bot) -> str:
    if bot.error is not None:
        return "error"
    if bot.desired is not Desired.RUNNING:
        return bot.desired.value
    scored = [stance for stance in bot.stances.values() if stance.verdict and stance.verdict.score is not None]
    return "running" if scored or bot.following is not None else "warming"


def _blocking(state: State, bot: Bot) -> tuple[str | None, str | None]:
    """Why the bot could not enter right now, whatever its score: a code and a sentence."""
    if bot.error is not None:
        return "error", bot.error
    if bot.desired is not Desired.RUNNING:
        return bot.desired.value, f"The bot is {bot.desired.value}"
    if state.kill is not None:
        return "kill", state.kill.words
    stopped = state.breaker.refusal
    if stopped is not None:
        return stopped.code, stopped.detail
    if bot.following is not None and (barred := bot.following.blocking()) is not None:
        return barred
    if state.mode is EffectiveMode.DRY:
        return "dry", state.dry_words()
    quiet = [state.statuses.get(symbol) for symbol in bot.stances]
    if quiet and all(status is not None and status.status is not TradingStatus.TRADING for status in quiet):
        told = "; ".join(f"{status.symbol}: {status.why}" for status in quiet if status is not None and status.why)
        return "market_halted", f"None of its symbols is traded at the moment{f' ({told})' if told else ''}"
    sessions = [session for symbol in bot.stances if (session := state.session_of(symbol)) is not None]
    if not any(session.takes_entries(state.now) for session in sessions):
        return "entry_window", "Outside the session's entry window"
    left = [_cooldown_left(state, stance) for stance in bot.stances.values()]
    if left and min(left) > 0:
        seconds = min(left) // SECOND
        return "cooldown", f"Cooling down, {seconds // 60}:{seconds % 60:02d} left"
    unscored = all(stance.verdict is None or stance.verdict.score is None for stance in bot.stances.values())
    if unscored and bot.following is None:
        return "warming", "Too few bars yet for a score"
    return None, None


def _cooldown_left(state: State, stance: Stance) -> int:
    if stance.last_fill_at is None:
        return 0
    return max(0, stance.last_fill_at + state.cooldown_s(stance) * SECOND - state.now)


def _countdown(state: State, bot: Bot, blocking: str | None) -> tuple[str | None, Instant | None]:
    """What comes next for the bot, and when in market time."""
    if bot.error is not None or bot.desired is Desired.STOPPED:
        return None, None
    if blocking == "cooldown":
        return "cooldown", state.now + min(_cooldown_left(state, stance) for stance in bot.stances.values())
    opening = [s.entry_from for symbol in bot.stances if (s := state.session_of(symbol)) and s.entry_from > state.now]
    if blocking == "entry_window" and opening:
        return "entry_window", min(opening)
    confirming = [
        stance.verdict.candidate_since + stance.strategy.confirm_us
        for stance in bot.stances.values()
        if stance.verdict and stance.verdict.candidate_since is not None
    ]
    if confirming:
        return "confirmation", min(confirming)
    width = timeframe_us(bot.spec.timeframe)
    due = [span(state.now, width, s)[1] for symbol in bot.stances if (s := state.session_of(symbol)) is not None]
    return ("bar_close", min(due)) if due else (None, None)


def decides_by(spec: BotSpec) -> str:
    """What a bot's sessions are counted for: with another strategy, timeframe or parameter they begin anew."""
    return strategy_key(spec.strategy, spec.timeframe, spec.parameters)


def publish_bot(state: State, bot: Bot) -> None:
    """How a bot is doing, the strongest of its symbols first."""
    scored = [
        (abs(stance.verdict.score), symbol, stance.verdict.score)
        for symbol, stance in bot.stances.items()
        if stance.verdict and stance.verdict.score is not None
    ]
    _, symbol, score = max(scored, default=(0.0, None, None))
    reason, detail = _blocking(state, bot)
    kind, until = _countdown(state, bot, reason)
    state.publish(
        BotStatusRecord(
            bot_id=bot.bot_id,
            observed_generation=bot.generation,
            state=_run_state(bot),
            temperature=None if score is None else Temperature.of(score),
            score=score,
            symbol=symbol,
            can_trade=reason is None,
            blocking_reason=reason,
            blocking_detail=detail,
            countdown_kind=kind,
            countdown_until=until,
            last_evaluated_at=bot.last_evaluated_at,
            symbols={name: _symbol_status(bot.stances[name], state.now) for name in sorted(bot.stances)},
            signals_today=bot.signals,
            orders_today=bot.orders,
            trades_today=bot.trades,
            realized_pnl_day=bot.realized_gross - bot.charges,
            charges_day=bot.charges,
            sessions=bot.sessions,
            session_day=bot.session_day,
            sessions_of=decides_by(bot.spec),
            canary=canary_status(
                state.account.mode, bot.spec.canary, bot.closed_of(state.ledger.trades_of(bot.bot_id))
            ),
            following=None if bot.following is None else bot.following.status(),
            trades_before=bot.trades_before,
        )
    )


def _reasons(strategy: Strategy, verdict: Verdict) -> tuple[str, ...]:
    """The strategy's own words; the signal is decided by now, and is not lost over them."""
    try:
        return tuple(str(reason) for reason in strategy.explain(verdict))
    except Exception as error:  # noqa: BLE001 - whatever it is, the order goes out and the signal is written down
        return (f"The strategy can't say why: its explain raised {type(error).__name__}: {error}",)


def publish_signal(
    state: State,
    bot: Bot,
    strategy: Strategy,
    bar: Bar,
    verdict: Verdict,
    *,
    outcome: Outcome,
    reason: str | None,
    detail: str | None,
    order_id: str | None,
    purpose: Purpose | None = None,
    identity: str | None = None,
) -> SignalRecord | None:
    """A signal and what became of it, of a verdict that gives one; `purpose` is that of an order that was sent."""
    if verdict.signal is None or verdict.score is None:
        return None
    spec = bot.spec
    record = SignalRecord(
        signal_id=identity
        or signal_id(state.account.account_id, spec.bot_id, bar.symbol, spec.timeframe, bar.open_at, verdict.signal),
        bot_id=spec.bot_id,
        strategy=spec.strategy,
        symbol=bar.symbol,
        timeframe=spec.timeframe,
        type=verdict.signal,
        price=state.instruments[bar.symbol].price_of(bar.close),
        score=verdict.score,
        reasons=_reasons(strategy, verdict),
        bar_at=bar.open_at,
        confirmed_at=bar.close_at,
        outcome=outcome,
        blocking_reason=reason,
        blocking_detail=detail,
        order_id=order_id,
        purpose=purpose,
    )
    state.publish(record)
    return record
