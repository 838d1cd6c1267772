"""What the bars say again, where the journal was lost: signals, decisions and bars that the store lacks.

Called by engine.py once the bots are there. Whether a bar gave a signal depends on bars and parameters alone, never on
money, so the past gives it again under the same id. What became of it is another matter: an order of it that is in the
store is named, and otherwise no order was made, and none is made now. What the store has is never written again,
but a signal whose order never reached the store: it says so.

A bot is not made to have judged what it did not judge: up to the last bar it is known to have looked at, only a bar it
found a signal in gives that signal; what the store says otherwise is told, and stays. The strategy goes through the
same bars as after any restart: one whose indicators remember more than the feed's history may judge differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isclose

from engine.core.bars import Series
from engine.core.bot import Bot, Stance
from engine.core.failing import fail
from engine.core.indicators import IndicatorKey
from engine.core.publish import publish_alert, publish_bar
from engine.core.publish_bots import publish_decision, publish_signal
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.core.universe import seated
from engine.domain.found import ViewsFound
from engine.domain.identity import signal_id
from engine.domain.instant import Instant
from engine.domain.market import Bar, TradingSession
from engine.domain.order import OrderState
from engine.domain.records import OrderRecord, SignalRecord
from engine.domain.signal import Outcome

REDERIVED = "rederived"
FOUND_AGAIN = "Found again from the day's bars after a restart; no order was made of it"
ORDER_LOST = "order_lost"
NO_ORDER = "Its order was lost with the journal before Firestore had it; where the broker has it, a difference says so"
# Indicators warmed on two days differ from those of a longer run by less than 1e-9 of a score, rounded to 6 decimals.
_SCORE_TOLERANCE = 2e-6


@dataclass(frozen=True, slots=True)
class _Judged:
    """A bar of the past as a bot judges it now."""

    bot: Bot
    bar: Bar
    session: TradingSession
    stance: Stance
    verdict: Verdict


class _Gap:
    """What is filled in, and what differs. `known_until` is the last bar that a bot is known to have judged."""

    def __init__(self, state: State, event: ViewsFound) -> None:
        self.state = state
        self.event = event
        self.again = 0
        self.different: list[str] = []
        self.known_until: dict[tuple[str, str], Instant] = {}
        for bot_id, symbol, close_at in event.views.verdicts:
            key = (bot_id, symbol)
            self.known_until[key] = max(self.known_until.get(key, 0), close_at)
        self.orders: dict[str, OrderRecord] = {
            order.signal_id: order for order in event.facts.orders.values() if order.signal_id is not None
        }

    def fill(self, judged: _Judged) -> None:
        """Write what is lacking of one bar and one bot."""
        bot, bar, verdict = judged.bot, judged.bar, judged.verdict
        views, key = self.event.views, (bot.bot_id, bar.symbol, bar.close_at)
        told = views.verdicts.get(key) or views.waiting.get(key)
        known_until = self.known_until.get((bot.bot_id, bar.symbol), self.event.seen[bot.bot_id])
        ordered = verdict.signal is not None and self._identity(judged) in self.orders  # ahead of all that led to it
        lost = told is None and (bar.close_at > known_until or ordered)
        if lost:
            publish_decision(self.state, bot, judged.stance, bar, judged.session)
        if verdict.signal is None:
            if told == "signal":
                self._differs(judged, "Firestore has a signal there, today's bars give none")
            return
        there = self.event.facts.signals.get(self._identity(judged))
        if there is not None:
            self._compare(judged, there)
            self._look_for_order(there)
        elif lost or ordered or told == "signal":
            self._signal(judged)
        elif told is not None:
            self._differs(judged, f"Firestore has {told} there, today's bars give a {verdict.signal}")

    def _identity(self, judged: _Judged) -> str:
        account_id, bar = self.state.account.account_id, judged.bar
        kind = str(judged.verdict.signal)
        return signal_id(account_id, judged.bot.bot_id, bar.symbol, bar.timeframe, bar.open_at, kind)

    def _signal(self, judged: _Judged) -> None:
        order = self.orders.get(self._identity(judged))
        outcome, reason, detail = _known_outcome(self.state, judged.bar, order)
        self.again += 1
        judged.bot.signals += 1
        publish_signal(
            self.state,
            judged.bot,
            judged.stance.strategy,
            judged.bar,
            judged.verdict,
            outcome=outcome,
            reason=reason,
            detail=detail,
            order_id=None if order is None else order.order_id,
            purpose=None if order is None or outcome is not Outcome.ORDERED else order.purpose,
        )

    def _compare(self, judged: _Judged, there: SignalRecord) -> None:
        price = self.state.instruments[judged.bar.symbol].price_of(judged.bar.close)
        score = judged.verdict.score
        near = score is not None and isclose(score, there.score, rel_tol=0, abs_tol=_SCORE_TOLERANCE)
        if there.type is not judged.verdict.signal or there.price != price or not near:
            given = f"{there.type} at {there.price:f}, score {there.score:+.6f}"
            self._differs(judged, f"Firestore has {given}; the bars give {judged.verdict.signal} at {price:f}, {score}")

    def _look_for_order(self, there: SignalRecord) -> None:
        """A signal that reached the store before its order did: the order was lost with the journal."""
        if there.outcome is Outcome.ORDERED and there.order_id not in self.event.facts.orders:
            expired = replace(there, outcome=Outcome.EXPIRED, order_id=None)
            self.state.publish(replace(expired, blocking_reason=ORDER_LOST, blocking_detail=NO_ORDER))

    def _differs(self, judged: _Judged, what: str) -> None:
        at = judged.session.minute_label(judged.bar.close_at)
        self.different.append(f"{judged.bot.bot_id} {judged.bar.symbol} {judged.session.day} {at}: {what}")


def on_views_found(state: State, event: ViewsFound) -> None:
    """Fill in what the store lacks since `facts.since`, oldest first; tell what was found and what differs."""
    gap = _Gap(state, event)
    _pass_over(state)
    _fill_bars(state, event)
    judged = [
        one
        for bot_id in sorted(state.bots)
        if bot_id in event.seen and state.bots[bot_id].evaluating and state.bots[bot_id].following is None
        for one in _judged_again(state, state.bots[bot_id])
        if one.bar.open_at >= event.facts.since
    ]
    for one in sorted(judged, key=lambda one: (one.bar.close_at, one.bar.symbol, one.bot.bot_id)):
        gap.fill(one)
    subject = str(event.facts.since)
    if gap.again:
        text = f"{gap.again} signals of the past were found again in the bars after the journal was lost"
        publish_alert(state, "info", "signals_found", f"{subject} {state.sequence}", text)
    if gap.different:
        more = f" and {len(gap.different) - 1} more" if len(gap.different) > 1 else ""
        text = f"Signals in Firestore are not what the bars give now; they stay as they are. {gap.different[0]}{more}"
        publish_alert(state, "warning", "signals_differ", subject, text)


def _pass_over(state: State) -> None:
    """A wide bar that is over, its last minutes empty, belongs to the past: no order comes of it."""
    for symbol in state.symbols():
        for series in state.series.get(symbol, {}).values():
            bar = series.cut(state.now)
            for bot_id in sorted(state.bots) if bar is not None else ():
                bot = state.bots[bot_id]
                looks = bot.error is None and bot.spec.timeframe == series.timeframe and symbol in bot.stances
                if bar is not None and looks:
                    stance = bot.stances[symbol]
                    try:
                        stance.verdict = stance.strategy.on_bar(bar, series.indicators.values)
                    except Exception as error:  # noqa: BLE001 - as in minute.judge: it is this bot's trouble alone
                        fail(state, bot, symbol, error)


def _judged_again(state: State, bot: Bot) -> Iterator[_Judged]:
    """Every bar of history with what the bot's strategy, begun anew, makes of it; where it fails, no more come."""
    judged = _begun_anew(state, bot)
    while True:
        try:
            one = next(judged, None)
        except Exception as error:  # noqa: BLE001 - as in minute.judge: it is this bot's trouble alone
            fail(state, bot, ", ".join(sorted(bot.stances)), error)
            return
        if one is None:
            return
        yield one


def _begun_anew(state: State, bot: Bot) -> Iterator[_Judged]:
    make = partial(state.make_strategy, bot.spec.strategy, bot.spec.parameters)
    strategies, universe = seated(make, sorted(bot.stances))
    sessions: dict[tuple[str, Instant], TradingSession] = {}
    for symbol, strategy in strategies.items():
        for series, bar, session in _bars_again(state, symbol, bot.spec.timeframe, strategy.needs):
            verdict = strategy.on_bar(bar, series.indicators.values)
            if session is None:
                continue
            sessions[symbol, bar.close_at] = session
            if universe is None:
                yield _Judged(bot, bar, session, Stance(strategy, verdict), verdict)
    for moment in universe.judged() if universe is not None else ():
        for bar, verdict in moment:
            if (bar.symbol, bar.close_at) in sessions:
                own = sessions[bar.symbol, bar.close_at]
                yield _Judged(bot, bar, own, Stance(strategies[bar.symbol], verdict), verdict)


def _bars_again(
    state: State, symbol: str, timeframe: str, needs: tuple[IndicatorKey, ...] = ()
) -> Iterator[tuple[Series, Bar, TradingSession | None]]:
    """The bars of a width that history closed, each with its session, while the indicators stand at it."""
    tape = state.tapes[symbol]
    series = Series(symbol, timeframe, tape.scale)
    series.indicators.keep(needs)
    session = None
    for base, own in tape.history:
        for bar in series.replay(base, own):
            yield series, bar, session if bar.close_at <= base.open_at else own
        session = own
    over = series.cut(state.now)
    if over is not None:
        yield series, over, session


def _fill_bars(state: State, event: ViewsFound) -> None:
    """Charts have no hole: closed bars that the store lacks, of every width that the account's bots look at."""
    lacking = [
        (bar.close_at, symbol, timeframe, bar, session)
        for symbol in state.symbols()
        for timeframe in state.series.get(symbol, {})
        for _, bar, session in _bars_again(state, symbol, timeframe)
        if bar.open_at >= event.facts.since and (symbol, timeframe, bar.open_at) not in event.views.bars
    ]
    for _, _, _, bar, session in sorted(lacking, key=lambda one: one[:3]):
        publish_bar(state, bar, session)


def _known_outcome(state: State, bar: Bar, order: OrderRecord | None) -> tuple[Outcome, str | None, str | None]:
    """What can be known of a signal's outcome: the order that came of it, or that nothing could have."""
    if not state.instruments[bar.symbol].tradable:
        return Outcome.WATCH, "watch_only", f"{bar.symbol} is watched, not traded"
    if order is None:
        return Outcome.EXPIRED, REDERIVED, FOUND_AGAIN
    if order.state is OrderState.REFUSED:
        return Outcome.BLOCKED, order.reason, "Found again from the day's bars after a restart; its order was refused"
    return Outcome.ORDERED, None, None
