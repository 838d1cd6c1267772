"""Exits that were decided and do not leave: decided anew, told once, and told again when they have left.

Fed by sending.py with each exit that is asked for, by answers.py with what became of it, by recover.py with what was
before a restart, by protect.py with the time; feeds the person with alerts, and protect.py with the exits to be decided
anew. Only for an account whose orders go to a venue outside, which may be away, refuse, or be asked too much.

An exit has left when the venue fills it, or has taken it and keeps it: some take an order and reject it a moment later.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.orders import Order
from engine.core.publish import publish_alert
from engine.core.state import Leaving, State
from engine.domain.instant import NEVER, SECOND, Instant
from engine.domain.order import ExitReason, OrderState, Purpose
from engine.domain.records import OrderRecord

TRIES = 3  # that came to nothing, and a person is told
WAITED_US = 60 * SECOND  # as long as an order may be on its way without an answer; longer, and a person is told
KEPT_US = 5 * SECOND  # what the venue has taken and not ended by then has left
REST_US = 5 * SECOND  # before another follows one that the venue ended by itself
_MAY_HAVE_LEFT = (OrderState.IN_FLIGHT, OrderState.UNKNOWN)  # asked about, and told as a difference
_Key = tuple[str, str]


def decided(state: State, order: Order, at: Instant) -> None:
    """An exit of a position is asked for, the first one or a further one."""
    if state.protects and order.purpose is Purpose.EXIT:
        _leaving_of(state, order, at).order_id = order.order_id


def taken(state: State, order: Order) -> None:
    """The venue has the order."""
    leaving = state.leaving.get((order.bot_id, order.symbol))
    if leaving is not None and leaving.order_id == order.order_id and leaving.taken_at is None and order.open:
        leaving.taken_at = _now(state, order.symbol)


def filled(state: State, order: Order) -> None:
    """Part of a position was closed: what closes it gets through."""
    if order.purpose is not Purpose.ENTRY:
        _left(state, (order.bot_id, order.symbol))


def ended(state: State, order: Order, at: Instant) -> None:
    """An order is out. An exit that nobody had taken back is decided anew while its position stands: a person who
    closed it believes that it is closed. One with a limit goes on by itself (replacing.py), one of a part is left.
    """
    if not state.protects or state.ended or order.purpose is not Purpose.EXIT or order.state is OrderState.FILLED:
        return
    key = (order.bot_id, order.symbol)
    wanted = order.cancel_wanted
    asked = wanted is not None or any(step.state is OrderState.CANCEL_REQUESTED for step in order.history)
    if state.portfolio.get(*key) is None:
        _left(state, key)
        return
    if asked and (order.state is OrderState.CANCELLED or (wanted is not None and not wanted.expire)):
        state.leaving.pop(key, None)
        return
    leaving = _leaving_of(state, order, at)
    leaving.taken_at, leaving.why = None, order.reason or f"{order.state}, no reason given"
    leaving.tries += not asked and not order.filled_quantity
    leg = state.legs.get(order.order_id)
    if leg is None or leg.over:
        wish_again(state, order)
    if not asked and any(step.state is OrderState.ACCEPTED for step in order.history):  # the next may end as soon
        state.exit_rests[key] = max(at + REST_US, state.exit_rests.get(key, 0))


def wish_again(state: State, order: Order | OrderRecord) -> None:
    """Have an exit decided anew, by the reason that it had. One of a part is left at that, not made a whole one; after
    a kill that closes positions the kill itself sees to it.
    """
    wish(state, order.bot_id, order.symbol, order.exit_reason or ExitReason.MANUAL)


def wish(state: State, bot_id: str, symbol: str, reason: ExitReason) -> None:
    """`wish_again` by the position and the reason."""
    kills = state.kill is not None and state.kill.flatten
    if state.protects and reason is not ExitReason.REDUCE and not kills:
        state.exit_wishes[bot_id, symbol] = reason


def recall(state: State, records: Iterable[OrderRecord]) -> None:
    """After a restart: the last exit of what is held had ended without closing it, and nobody had taken it back."""
    newest: dict[_Key, OrderRecord] = {}
    for record in records:
        key = (record.bot_id, record.symbol)
        if record.purpose is Purpose.EXIT and (key not in newest or newest[key].created_at <= record.created_at):
            newest[key] = record
    for key, record in newest.items():
        position = state.portfolio.get(*key)
        ended = record.state in (OrderState.EXPIRED, OrderState.REJECTED)
        if ended and position is not None and record.created_at >= position.entry_time:
            wish_again(state, record)


def watch(state: State) -> None:
    """Tell of every exit that has been wanted for too long or tried too often, and of each that has left since."""
    for key, leaving in list(state.leaving.items()):
        position, order = state.portfolio.get(*key), state.orders.get(leaving.order_id)
        now = _now(state, key[1])
        closed = position is None or position.fill_ids[0] != leaving.opened_by
        if closed or (leaving.taken_at is not None and now - leaving.taken_at >= KEPT_US):
            _left(state, key)
        elif not leaving.told and leaving.taken_at is None:
            waits = order is None or order.state not in _MAY_HAVE_LEFT
            if leaving.tries >= TRIES or (waits and now - leaving.since >= WAITED_US):
                leaving.told = True
                _tell(state, key, leaving, order, now)


def _leaving_of(state: State, order: Order, at: Instant) -> Leaving:
    """What is known of the position's exit so far; of one that closes an earlier position nothing is."""
    key = (order.bot_id, order.symbol)
    position = state.portfolio.get(*key)
    opened_by = "" if position is None else position.fill_ids[0]
    leaving = state.leaving.get(key)
    if leaving is None or leaving.opened_by != opened_by:
        leaving = state.leaving[key] = Leaving(opened_by, max(at, _now(state, order.symbol)), order.order_id)
    return leaving


def _left(state: State, key: _Key) -> None:
    leaving = state.leaving.pop(key, None)
    if leaving is None or not leaving.told:
        return
    position = state.portfolio.get(*key)
    what = "it is closed" if position is None else f"the broker has the exit; {abs(position.quantity):f} are still held"
    publish_alert(state, "info", "exit_left", leaving.opened_by, f"{key[1]} of {key[0]}: {what}")


def _tell(state: State, key: _Key, leaving: Leaving, order: Order | None, now: Instant) -> None:
    bot_id, symbol = key
    position = state.portfolio.get(bot_id, symbol)
    if position is None:
        return
    reason = "" if order is None or order.exit_reason is None else f" ({order.exit_reason})"
    waited_s = (now - leaving.since) // SECOND
    tries = f", {leaving.tries} tr{'y' if leaving.tries == 1 else 'ies'}" if leaving.tries else ""
    session = state.session_of(symbol)
    if order is not None and order.exit_reason is ExitReason.REDUCE and not order.open:
        then = "It is not tried again: sell that part at the broker, or close the position"
    elif session is None or not session.trading(state.reached_at()):
        then = "It is tried again when the market trades"
    else:
        then = "It is tried again; close it at the broker if it can't wait, and adopt the difference that is shown then"
    words = (
        f"{symbol}: the exit{reason} of the {abs(position.quantity):f} of {bot_id} has not left for "
        f"{waited_s} s{tries}: {_why(leaving, order)}. {then}"
    )
    publish_alert(state, "critical", "exit_stuck", leaving.opened_by, words)


def _why(leaving: Leaving, order: Order | None) -> str:
    if order is not None and order.state is OrderState.CREATED:
        return "the stop at the broker is not out yet, and both must not fill"
    if leaving.why:
        return leaving.why
    return "it waits to be sent" if order is not None and order.open else "it ended before it was sent"


def _now(state: State, symbol: str) -> Instant:
    """By the wall's clock where that is the market's: an exit may be stuck while no price comes."""
    wall_at = state.tapes[symbol].wall_at
    return state.reached_at() if wall_at == NEVER else max(state.reached_at(), wall_at)
