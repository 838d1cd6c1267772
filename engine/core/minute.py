"""What happens at a whole minute of market time, and when a day begins. Called by engine.py when time gets there.

In this order: bars close (all symbols, by name), breakers trip, entries are taken back where they are stopped, bots
judge the bars (those whose strategy compares symbols last: they wait for all of them), positions are flattened, the
day's orders expire, orders not filled in time are taken back, the account is marked. Every driver goes through here, so
that a backtest and a live day take their decisions alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.core import copying, policy, tripping
from engine.core.bars import Series
from engine.core.bot import Bot
from engine.core.decide import act_on_signal
from engine.core.failing import fail, judged_together
from engine.core.kept_orders import KeptOrders
from engine.core.leaving import leave_by_time
from engine.core.lookers import Lookers
from engine.core.orders import Order
from engine.core.publish import publish_account, publish_bar, publish_position
from engine.core.publish_bots import publish_bot, publish_decision
from engine.core.publish_rollups import publish_equity_day, publish_profits
from engine.core.replacing import run_legs
from engine.core.sending import request_cancel
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.core.withdrawn import keep_withdrawn_out
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import Bar, TradingSession
from engine.domain.order import OrderState, Purpose
from engine.domain.timeframe import timeframe_us


def run_minute(state: State, at: Instant) -> None:
    """Let everything due at the minute `at` happen, and say when the next thing is due."""
    state.now = at
    closed = close_bars(state, at)
    equity = tripping.judge(state, at)
    tripping.keep_out(state, at)
    keep_withdrawn_out(state, at)
    for series, bar in closed:
        lookers = lookers_on(state, series)
        for bot in lookers.woken(series.indicators.values, bar.close_at, state.ledger.day):
            judge(state, bot, series, bar, act=True)
        lookers.rest()
    judge_together(state, closed)
    if state.copies:
        copying.look(state, at)
    for venue in sorted(state.sessions):
        _session_clock(state, state.sessions[venue], at)
    if state.legs:
        run_legs(state, at)
    _mark(state, at, equity)
    if state.views and closed:
        for bot_id in sorted(state.bots):
            publish_bot(state, state.bots[bot_id])
    state.next_due_at = at + MINUTE if _something_due(state, at) else NEVER


def begin_day(state: State, day: str) -> None:
    """The account's day turns: roll-ups and counters begin anew, and say so at once."""
    state.ledger.begin_day(day, state.equity())
    policy.begin_session(state)
    tripping.begin_day(state, day)
    state.portfolio.begin_day()
    began_at, state.day_began_at = state.day_began_at, state.now
    # An order that ended yesterday is kept for today: the venue may still have something to say of it.
    # The last attempt at an exit that is not flat yet is kept until it is: the next one follows it.
    waits = {leg.live for leg in state.legs.values() if not leg.over}
    kept = {key: one for key, one in state.orders.items() if one.open or one.created_at >= began_at or key in waits}
    state.orders = KeptOrders(kept)
    state.legs = {key: leg for key, leg in state.legs.items() if key in state.orders or not leg.over}
    state.truth.begin_day()
    state.not_flat.clear()
    state.bot_days.clear()
    for bot_id in sorted(state.bots):
        state.bots[bot_id].begin_day()
        if state.views:
            publish_bot(state, state.bots[bot_id])
    publish_profits(state)


def close_bars(state: State, at: Instant) -> list[tuple[Series, Bar]]:
    """Close every bar that is due, of every width in use; returns them by symbol, narrowest first."""
    closed: list[tuple[Series, Bar]] = []
    state.forming = False
    for tape, widths in state.rows():
        if 0 < tape.until <= at:
            tape.cut(at)
        else:
            if tape.floor < at:
                tape.floor = at
            if tape.until > at:  # the minute is an older one, of another's late tick
                state.forming = True
        if tape.closed:
            for base in tape.closed:
                tape.history.append((base, tape.session))
                for series in widths:
                    _pass_over(state, series, series.cut(base.open_at))
                    series.add(base, tape.session)
            state.bars += len(tape.closed)
            tape.closed.clear()
        for series in widths:
            if series.close_at > at:
                if series.close_at != NEVER:
                    state.forming = True
                continue
            bar = series.cut(at)
            if bar is not None and at - bar.close_at >= timeframe_us(bar.timeframe):
                _pass_over(state, series, bar)
            elif bar is not None:
                closed.append((series, bar))
                if state.views:
                    publish_bar(state, bar)
    return closed


def _pass_over(state: State, series: Series, bar: Bar | None) -> None:
    """A bar that history left open, and that was over long before now: seen, never acted on."""
    if bar is not None:
        see(state, series, bar)


def bots_on(state: State, series: Series) -> Sequence[Bot]:
    """The bots that look at these bars, by id."""
    return lookers_on(state, series).bots


def lookers_on(state: State, series: Series) -> Lookers:
    """The same, and which of them sleep."""
    key = (series.symbol, series.timeframe)
    lookers = state.lookers.get(key)
    if lookers is None:
        bots = [
            bot
            for _, bot in sorted(state.bots.items())
            if bot.spec.timeframe == series.timeframe and series.symbol in bot.stances
        ]
        lookers = state.lookers[key] = Lookers(bots, series.symbol, state.account, views=state.views)
    return lookers


def see(state: State, series: Series, bar: Bar) -> None:
    """Let every bot look at a bar of which nothing comes (history)."""
    if not state.views:
        state.rouse()
    for bot in bots_on(state, series):
        judge(state, bot, series, bar, act=False)
    if not state.views:  # who sleeps may have been changed by it
        state.lookers.clear()


def judge(state: State, bot: Bot, series: Series, bar: Bar, *, act: bool) -> None:
    """Let a bot look at a closed bar; with `act` false nothing comes of it (history)."""
    if bot.error is not None:
        return
    stance = bot.stances[bar.symbol]
    try:
        verdict: Verdict = stance.strategy.on_bar(bar, series.indicators.values)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this bot's: the exits of all others must go on
        fail(state, bot, bar.symbol, error)
        return
    stance.verdict = verdict
    if act and bot.universe is None and bot.evaluating:
        _act(state, bot, bar, verdict)


def judge_together(state: State, closed: list[tuple[Series, Bar]]) -> None:
    """Let bots that judge all their symbols together judge what they noted; what is not `closed` now is only seen.

    Exits are decided before entries. What an exit frees is there for an entry only when it is filled.
    """
    bots = [bot for bot in state.bots.values() if bot.universe is not None] if closed else []
    if not bots:
        return
    now = {(series.symbol, series.timeframe): bar.close_at for series, bar in closed}
    for bot in sorted(bots, key=lambda one: one.bot_id):
        for bar, verdict in judged_together(state, bot):
            if now.get((bar.symbol, bar.timeframe)) == bar.close_at and bot.evaluating:
                _act(state, bot, bar, verdict)


def _act(state: State, bot: Bot, bar: Bar, verdict: Verdict) -> None:
    """Tell what was made of a bar, and do what follows from it."""
    bot.last_evaluated_at = bar.close_at
    bot.take_part(state.ledger.day)
    if state.views and bot.following is None:  # a follower makes nothing of a bar
        publish_decision(state, bot, bot.stances[bar.symbol], bar)
    if verdict.signal is not None:
        act_on_signal(state, bot, bar, verdict)


def _session_clock(state: State, session: TradingSession, at: Instant) -> None:
    """Leave what is due to be left; at the venue's close, let orders expire."""
    if not session.over(at):
        leave_by_time(state, session, at)
    else:
        expire_orders(state, session, at)


def _rests_on(order: Order, session: TradingSession) -> bool:
    """Whether an order outlives the opening of a session, which a restart repeats: what protects a position, and the
    exit that waits for it, where the venue has not closed since.
    """
    protects = order.purpose is Purpose.PROTECT or order.state is OrderState.CREATED
    return protects and (order.created_at >= session.open_at or not session.closes)


def expire_orders(state: State, session: TradingSession, at: Instant, *, opening: bool = False) -> None:
    """The trading day that orders rested for is over: its venue has closed, or opens for another, over which what
    protects a position rests.
    """
    for order in state.open_orders():
        if state.instruments[order.symbol].venue == session.venue and not (opening and _rests_on(order, session)):
            request_cancel(state, order, at, "the trading day is over", expire=True)


def _mark(state: State, at: Instant, equity: Decimal) -> None:
    """A point of the equity line while a session is on."""
    for session in state.sessions.values():
        if session.open_at < at <= session.close_at:
            state.ledger.mark(at, equity)
            break
    else:
        return
    if not state.views:
        return
    for position in state.portfolio.all():
        publish_position(state, position)
    publish_account(state)
    publish_equity_day(state)


def _something_due(state: State, at: Instant) -> bool:
    if state.forming:
        return True
    if not len(state.portfolio) and not state.orders.working():
        return False
    return not all(session.over(at) for session in state.sessions.values())
