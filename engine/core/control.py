"""What people want: bots that come, change and go, policies, halts, commands; and the service's own hold on entries.

Called by engine.py for those events.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.core import kill, tripping
from engine.core.audit import note, note_bot
from engine.core.bars import Series
from engine.core.bot import Bot, Stance
from engine.core.commands import on_command
from engine.core.decide import exit_position
from engine.core.exits import ratchet
from engine.core.failing import fail, judged_together
from engine.core.leaders import begin_following, wake
from engine.core.policy import on_policy_changed
from engine.core.publish import publish_alert, publish_position
from engine.core.publish_bots import decides_by, publish_bot
from engine.core.sending import withdraw_entries
from engine.core.settle import forget_if_removed, set_exits, set_triggers
from engine.core.sizing import sizing_needs
from engine.core.state import State
from engine.core.strategy import Follows
from engine.core.tape import Tape
from engine.core.universe import seated
from engine.domain.account import Desired
from engine.domain.errors import InvalidValue
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, EntriesHeld, HaltChanged, PolicyChanged
from engine.domain.market import Bar
from engine.domain.order import ExitReason
from engine.domain.records import BotStatusRecord
from engine.domain.records.audit import ENGINE
from engine.domain.timeframe import timeframe_us

NOT_IN_STEP = "This is lifted once a report of the broker's, compared since it happened, leaves nothing open"


def on_bot_changed(state: State, event: BotChanged) -> None:
    """A new bot, another spec, or another wish. A spec that can't run is shown as the bot's error."""
    known = state.bots.get(event.spec.bot_id)
    note_bot(state, event, known)
    state.rouse()
    if known is not None and known.spec == event.spec and known.error is None:
        if known.desired is Desired.STOPPED and event.desired is not Desired.STOPPED:
            wake(known)
        known.desired, known.generation = event.desired, event.generation
        known.removed = False
    else:
        bot = Bot(event.spec, event.desired, event.generation)
        bot.trades_before = state.ledger.trades_of(bot.bot_id)
        if known is not None:
            bot.signals, bot.orders, bot.trades = known.signals, known.orders, known.trades
            bot.realized_gross, bot.charges = known.realized_gross, known.charges
            if decides_by(known.spec) == decides_by(bot.spec):
                bot.sessions, bot.session_day = known.sessions, known.session_day
                bot.trades_before = known.trades_before
        elif bot.bot_id in state.bot_days:
            _count_on(bot, state.bot_days.pop(bot.bot_id))
        if known is None and bot.bot_id in state.bot_pasts:
            _sessions_on(bot, state.bot_pasts.pop(bot.bot_id))
        state.bots[bot.bot_id] = bot
        _equip(state, bot, known)
        _renew_exits(state, bot)
    tripping.keep_out_of(state, state.bots[event.spec.bot_id], state.reached_at())
    if state.views:
        publish_bot(state, state.bots[event.spec.bot_id])


def _count_on(bot: Bot, before: BotStatusRecord) -> None:
    """Go on with the day's counters of before a restart."""
    bot.signals, bot.orders, bot.trades = before.signals_today, before.orders_today, before.trades_today
    bot.realized_gross, bot.charges = before.realized_pnl_day + before.charges_day, before.charges_day


def _sessions_on(bot: Bot, before: BotStatusRecord) -> None:
    """Go on with the sessions that it took part in, and with the trades that it closed, where it decides by what it
    decided by then.
    """
    if before.sessions_of == decides_by(bot.spec):
        bot.sessions, bot.session_day = before.sessions, before.session_day
        bot.trades_before = before.trades_before


def _renew_exits(state: State, bot: Bot) -> None:
    """Stops and targets of what it holds follow its exits as they are now."""
    for position in state.portfolio.all():
        if position.bot_id == bot.bot_id:
            set_exits(state, position)
            if ratchet(bot.spec.exits, position, state.tapes[position.symbol].last_price):
                set_exits(state, position)
            set_triggers(state, position.symbol)
            publish_position(state, position)


def _equip(state: State, bot: Bot, before: Bot | None) -> None:
    """Give a bot its strategies, warmed on the bars that are known."""
    try:
        spec = bot.spec
        make = partial(state.make_strategy, spec.strategy, spec.parameters)
        strategies, bot.universe = seated(make, spec.symbols)
        for symbol in spec.symbols:
            tape = state.tapes.get(symbol)
            if tape is None and isinstance(strategies[symbol], Follows):
                continue  # its leader may trade it all the same: told by begin_following
            if tape is None:
                raise InvalidValue("symbols", f"{symbol} is not traded here: the account's market does not list it")
            stance = Stance(strategies[symbol])
            old = before.stances.get(symbol) if before else None
            stance.last_fill_at = old.last_fill_at if old else state.last_fills.get((bot.bot_id, symbol))
            _warm(state, bot, stance, tape)
            bot.stances[symbol] = stance
        if not bot.stances:
            raise InvalidValue("symbols", f"{' and '.join(spec.symbols)} are not traded here")
    except InvalidValue as error:
        bot.stances.clear()
        bot.error = str(error)
    except Exception as error:  # noqa: BLE001 - a strategy that can't even begin, as one that fails on a bar
        bot.stances.clear()
        fail(state, bot, ", ".join(bot.spec.symbols), error)
    state.rouse()
    if bot.error is None:
        begin_following(state, bot, before)
    for _ in judged_together(state, bot):
        pass  # bars of the past: the strategy has seen them, nothing comes of it


def _warm(state: State, bot: Bot, stance: Stance, tape: Tape) -> None:
    """Run a strategy over the known bars, and leave its indicators in the shared series."""
    timeframe = bot.spec.timeframe
    series = state.series.setdefault(tape.symbol, {}).get(timeframe)
    needs = (*stance.strategy.needs, *sizing_needs(bot.spec.sizing))
    fresh = Series(tape.symbol, timeframe, tape.scale)
    fresh.indicators.keep(needs)
    for base, session in tape.history:
        if timeframe_us(base.timeframe) > timeframe_us(timeframe):
            raise InvalidValue("timeframe", f"{tape.symbol} has bars of {base.timeframe}: {timeframe} can't be built")
        for bar in fresh.replay(base, session):
            _see(state, bot, stance, bar, fresh)
    over = fresh.cut(tape.floor)  # its last minutes were empty
    if over is not None:
        _see(state, bot, stance, over, fresh)
    if series is None:
        widths = {**state.series[tape.symbol], timeframe: fresh}
        state.series[tape.symbol] = dict(sorted(widths.items(), key=lambda item: timeframe_us(item[0])))
        state.forget_rows()
    else:
        series.indicators.adopt(fresh.indicators)


def _see(state: State, bot: Bot, stance: Stance, bar: Bar, series: Series) -> None:
    """A bar of the past. One that the strategy fails on makes the bot's error, and is the last it sees."""
    if bot.error is not None:
        return
    try:
        stance.verdict = stance.strategy.on_bar(bar, series.indicators.values)
    except Exception as error:  # noqa: BLE001 - as in minute.judge: it must not keep the engine from starting
        fail(state, bot, bar.symbol, error)


def on_bot_removed(state: State, event: BotRemoved) -> None:
    """A deleted bot closes what it holds, then it is forgotten."""
    bot = state.bots.get(event.bot_id)
    if bot is None:
        return
    if not bot.removed:
        note(state, state.account.user_id, "bot_removed", bot.bot_id, bot.desired.value)
    bot.removed, bot.desired = True, Desired.STOPPED
    state.rouse()
    for position in state.portfolio.all():
        if position.bot_id == bot.bot_id:
            exit_position(state, position, ExitReason.MANUAL, state.reach_now())
    withdraw_entries(state, state.reach_now(), bot.bot_id)
    forget_if_removed(state, bot.bot_id)


def on_halt_changed(state: State, event: HaltChanged) -> None:
    """A person halts the account, or lifts the halt. Exits go on in either state."""
    actor, account_id, was = event.by or state.account.user_id, state.account.account_id, state.breaker.reason
    if event.halted:
        state.breaker.halt(event.reason)
        state.reach_now()
        note(state, actor, "halted", account_id, was, event.reason)
        withdraw_entries(state, state.reach_now(), reason="entries are halted")
        publish_alert(state, "warning", "halt", str(state.now), f"Entries are halted: {event.reason}")
    elif (stands := kill.lift(state)) is not None:
        publish_alert(state, "critical", "resume_refused", str(state.reach_now()), stands)
    elif not state.breaker.resume(reports=state.truth.reports, in_step=state.truth.state == "in_step"):
        words = f"{state.breaker.reason}. {NOT_IN_STEP}"
        publish_alert(state, "critical", "resume_refused", str(state.reach_now()), words)
    else:
        state.reach_now()
        note(state, actor, "resumed", account_id, was)
        if (stands := tripping.resume(state, actor)) is not None:
            publish_alert(state, "critical", "resume_refused", str(state.now), stands)
    tripping.publish_standing(state)


def on_entries_held(state: State, event: EntriesHeld) -> None:
    """The service holds entries back, or lets them go again; a person's halt is neither made nor lifted by it."""
    breaker = state.breaker
    before, breaker.held = breaker.held, event.reason
    if event.reason != before:
        action = "entries_let_go" if event.reason is None else "entries_held"
        note(state, ENGINE, action, state.account.account_id, before, event.reason)
    if event.reason is not None:
        withdraw_entries(state, state.reach_now(), reason="entries are held")
        publish_alert(state, "critical", "held", str(state.now), f"Entries are held: {event.reason}")
    elif before is not None:
        goes_on = "entries go on" if breaker.reason is None else f"entries stay halted: {breaker.reason}"
        publish_alert(state, "info", "let_go", str(state.reach_now()), f"It has passed ({before}); {goes_on}")
    tripping.publish_standing(state)


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    BotChanged: on_bot_changed,
    BotRemoved: on_bot_removed,
    PolicyChanged: on_policy_changed,
    HaltChanged: on_halt_changed,
    EntriesHeld: on_entries_held,
    CommandReceived: on_command,
}
