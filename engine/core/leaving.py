"""Positions that are left by price or by time: stops and targets touched, time exits, the session's flattening.

Called by engine.py for prices that leave a symbol's calm interval, by minute.py at each minute.

A position that outlived its flattening (the engine was off, or nobody traded with it) is left on the next day as soon
as that has a price of it: what its bot never wanted to hold overnight it does not want to hold another morning. Where
orders go to a venue outside, not before that day's report agrees with the books: the broker may have squared it off.
"""

from __future__ import annotations

from engine.core.decide import exit_position
from engine.core.exits import STOPS, levels, place, ratchet
from engine.core.portfolio import Position
from engine.core.publish import publish_alert, publish_position
from engine.core.settle import exits_of, set_triggers
from engine.core.state import State
from engine.core.tape import Tape
from engine.domain.instant import MINUTE, NEVER, SECOND, Instant
from engine.domain.market import TradingSession, TradingStatus
from engine.domain.order import ExitReason, OrderState

LEFT_TO_VENUE_US = 5 * SECOND  # a stop that rests at the venue and was reached has so long to fill there
NOT_FLAT_AFTER_US = 5 * MINUTE


def touched(state: State, tape: Tape, low: int, high: int, last: int, at: Instant) -> None:
    """A price, or a bar's range that ended at `last`, reached a stop, a target, or a price at which a stop moves.

    Of a range the worse is assumed: first the stop as it was, then the target, and only then does the stop move, and
    what it is then is compared with the last price alone.
    """
    state.now, moved = at, False
    for position in state.portfolio.all():
        if position.symbol != tape.symbol:
            continue
        exits = exits_of(state, position)
        reason = levels(position, exits).crossed(low, high)
        if reason is None and exits is not None and ratchet(exits, position, high if position.sign > 0 else low):
            place(exits, position)
            moved = True
            if state.views:
                publish_position(state, position)
            reason = levels(position, exits).crossed(last, last)
        if reason is not None and not (reason in STOPS and _left_to_venue(state, position, low, high, at)):
            exit_position(state, position, reason, at)
    if moved:
        set_triggers(state, tape.symbol)


def _left_to_venue(state: State, position: Position, low: int, high: int, at: Instant) -> bool:
    """Whether the stop that rests at the venue was reached too, and still has time to fill there."""
    stop = state.resting_stop(position.bot_id, position.symbol)
    if stop is None or stop.state not in (OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED):
        return False
    trigger = position.instrument.units_of(stop.trigger_price or stop.price)
    if not (low <= trigger if position.sign > 0 else high >= trigger):
        return False
    stop.touched_at = stop.touched_at or at
    return at - stop.touched_at < LEFT_TO_VENUE_US


def leave_by_time(state: State, session: TradingSession, at: Instant) -> None:
    """At a minute of a session: close what is due to be flattened or has been held for its time, and what deleted bots
    still hold; tell of what is not flat when it should be.
    """
    for position in state.portfolio.all():
        if position.instrument.venue != session.venue:
            continue
        flatten_at = session.flatten_for(position.instrument.closing_auction)
        reason = _due(state, position, session, at)
        if reason is not None:
            exit_position(state, position, reason, at)
        if flatten_at is not None and at >= flatten_at + NOT_FLAT_AFTER_US:
            _tell_not_flat(state, position, session)
        elif flatten_at is not None and position.entry_time < session.open_at and state.views:
            _tell_held_over(state, position, session, flatten_at)


def next_leave_at(state: State, session: TradingSession) -> Instant:
    """From which minute on `leave_by_time` would do something about what is held now; NEVER where it would not."""
    found = NEVER
    for position in state.portfolio.all():
        if position.instrument.venue != session.venue:
            continue
        flatten_at = session.flatten_for(position.instrument.closing_auction)
        if flatten_at is not None:
            found = min(found, flatten_at)
        bot = state.bots.get(position.bot_id)
        if bot is None:
            continue
        if bot.removed:
            return -NEVER
        if flatten_at is not None and position.entry_time < session.open_at:
            found = min(found, session.open_at)
        if (held_s := bot.spec.exits.time_exit_s) is not None:
            found = min(found, position.entry_time + held_s * SECOND)
    return found


def _due(state: State, position: Position, session: TradingSession, at: Instant) -> ExitReason | None:
    flatten_at = session.flatten_for(position.instrument.closing_auction)
    if flatten_at is not None and at >= flatten_at:
        return ExitReason.FLATTEN
    bot = state.bots.get(position.bot_id)
    if bot is None:
        return None
    if bot.removed:
        return ExitReason.MANUAL
    if flatten_at is not None and position.entry_time < session.open_at and _trades_today(state, position, session, at):
        return ExitReason.FLATTEN
    held_s = bot.spec.exits.time_exit_s
    return ExitReason.TIME if held_s is not None and at - position.entry_time >= held_s * SECOND else None


def _trades_today(state: State, position: Position, session: TradingSession, at: Instant) -> bool:
    """Whether what was held overnight can be left: today has a price of it, and the venue is seen to have it still."""
    symbol, truth = position.symbol, state.truth
    status = state.statuses.get(symbol)
    if not session.trading(at) or state.tapes[symbol].last_at < session.open_at:
        return False
    if status is not None and status.status is not TradingStatus.TRADING:
        return False
    return not state.protects or (truth.compared_today and not truth.suspects and symbol not in truth.doubted())


def _tell_not_flat(state: State, position: Position, session: TradingSession) -> None:
    words = (
        f"{position.symbol}: {position.quantity:f} of {position.bot_id} should be flat by now, and is not; the session "
        f"ends at {_clock(session, session.close_at)}. Close it at the broker if it stays so"
    )
    _tell_once(state, f"{position.fill_ids[0]} {session.day}", words)


def _tell_held_over(state: State, position: Position, session: TradingSession, flatten_at: Instant) -> None:
    """The engine was off, or no price came, when it should have been closed."""
    first = "with its first price of today, " if position.bot_id in state.bots else ""
    if first and state.protects:
        first = "with its first price of today, once broker and books are seen to agree on it, "
    words = (
        f"{position.symbol}: {position.quantity:f} of {position.bot_id} should have been flat before today, and is "
        f"not; it is closed {first}at {_clock(session, flatten_at)} at the latest. Close it now if that is too late"
    )
    _tell_once(state, f"{position.fill_ids[0]} {session.day} held over", words)


def _clock(session: TradingSession, at: Instant) -> str:
    label = session.minute_label(at)
    return f"{label[:2]}:{label[2:]}"


def _tell_once(state: State, subject: str, words: str) -> None:
    if subject not in state.not_flat:
        state.not_flat.add(subject)
        publish_alert(state, "critical", "not_flat", subject, words)
