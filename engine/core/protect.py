"""Protective stops that rest at the venue: what keeps a position from being naked while the engine is dead.

Only for an account whose orders go to a venue outside. Called by engine.py after each event that may have changed
anything; it compares what should rest with what does, and asks for the next single step. So there is nothing to
remember but what the venue said, and a restart goes on where it was.

One rule makes it safe: of a position's stop and its exit, at most one may be at the venue. A stop is placed when no
exit is on its way and the stop before it is out. An exit that is decided while a stop may rest is written down
(`created`), the stop is cancelled, and the exit leaves for what is held by then when the venue has said that the stop
is out. Out means ended: cancelled, filled, rejected, expired; no answer is not out.
"""

from __future__ import annotations

from dataclasses import replace

from engine.core.audit import note
from engine.core.decide import exit_position
from engine.core.differences import NOT_LISTED
from engine.core.execution import within_band
from engine.core.left_for import too_small
from engine.core.orders import UNANSWERED, Order
from engine.core.portfolio import Position
from engine.core.publish import publish_alert, publish_position
from engine.core.reconcile import resolve
from engine.core.risk.gate import judge_exit
from engine.core.sending import release, request_cancel, send_held, settle_request, withdraw_entries
from engine.core.settle import forget_if_removed
from engine.core.state import Guard, State
from engine.core.stop_numbers import count_stop, next_stop_id
from engine.core.stuck_exits import watch, wish_again
from engine.domain.instant import SECOND, Instant
from engine.domain.order import ExitReason, OrderRequest, OrderState, OrderType, Purpose, Refusal, Side
from engine.domain.records import DifferenceKind, Resolution
from engine.domain.records.audit import ENGINE

COLLAR_PCT = 2  # a stop's limit, beyond its trigger: a gap wider than this is the engine's to close
TRIES_MAX = 5  # stops in a row that can't be placed or vanish
RESTED_US = 60 * SECOND  # one that rested so long begins the count anew
RETRY_US, RETRY_MAX_US = 5 * SECOND, 60 * SECOND
MOVES_US = 10 * SECOND  # at least so long between two stops that differ in price alone
ASKED_AT_ONCE, ASK_AGAIN_US = 3, 5 * SECOND  # cancellations that were refused
ANSWERED_US = 90 * SECOND  # dispatch asks again while it has no answer; after so long its answer has been lost here
_ENDED_AT_VENUE = (DifferenceKind.KILLED_BY_BROKER, DifferenceKind.MISSED_STATUS)
_WORKING = (OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED)
_Key = tuple[str, str]


def tend(state: State) -> None:
    """Take the next step for every position that has, should have or had a stop at the venue."""
    if not state.protects or not state.sessions:
        return
    _take_word_of_reports(state)
    keys = {(position.bot_id, position.symbol) for position in state.portfolio.all()}
    keys.update((order.bot_id, order.symbol) for order in state.open_orders() if order.purpose is Purpose.PROTECT)
    keys.update(key for key, guard in state.guards.items() if guard.order_id is not None)
    keys.update((order.bot_id, order.symbol) for order in _held(state))
    for key in sorted(keys):
        _tend_one(state, key, max(state.now, state.tapes[key[1]].last_at))
    watch(state)


def _take_word_of_reports(state: State) -> None:
    """What the venue's reports show as ended is out: nobody is asked, since the position of a stop is naked meanwhile,
    and that of an exit waits for it. An exit that is in no list may come to light yet, and a person decides.
    """
    for standing in state.truth.open():
        order = state.orders.get(standing.order_id or "")
        if standing.kind not in _ENDED_AT_VENUE or order is None:
            continue
        if order.purpose is Purpose.PROTECT:
            resolve(state, standing.difference_id, Resolution.ADOPT, "policy protective stop", state.now)
        elif order.purpose is Purpose.EXIT and standing.theirs != NOT_LISTED:
            resolve(state, standing.difference_id, Resolution.ADOPT, "policy exit", state.now)


def _held(state: State) -> list[Order]:
    return [order for order in state.open_orders() if order.state is OrderState.CREATED]


def _tend_one(state: State, key: _Key, at: Instant) -> None:
    guard, stop, position = state.guards.setdefault(key, Guard()), state.resting_stop(*key), state.portfolio.get(*key)
    _see_what_became(state, key, guard, stop, at)
    held = next((order for order in _held(state) if (order.bot_id, order.symbol) == key), None)
    if held is not None and held.order_id not in state.held_exits:  # of before a restart: decided anew below
        wish_again(state, held)
        request_cancel(state, held, at, "the engine was restarted before it was sent", replacing=True)
        held = None
    if position is None:
        state.exit_wishes.pop(key, None)
        if held is not None:
            request_cancel(state, held, at, "the stop at the broker has closed the position")
            forget_if_removed(state, key[0])
        if stop is not None:
            _take_out(state, guard, stop, at, "its position is closed")
        elif guard.order_id is None:
            state.guards.pop(key)
            _protected(state, key)
    elif held is not None:
        if stop is None:
            _send(state, position, held, at)
        else:
            _take_out(state, guard, stop, at, "the position is being closed")
    elif state.exit_in_flight(*key):
        _keep_apart(state, key, guard, stop, position, at)
    else:
        _guard(state, key, guard, stop, position, at)


def _see_what_became(state: State, key: _Key, guard: Guard, stop: Order | None, at: Instant) -> None:
    """Whether the stop that was placed last is still there, and if not, whether that was meant."""
    if stop is not None and guard.order_id in (None, stop.order_id):
        if guard.order_id is None:  # of before a restart
            guard.order_id, guard.placed_at = stop.order_id, stop.created_at
            count_stop(state, stop)
        if stop.state in _WORKING:
            _protected(state, key)
        return
    ended = state.orders.get(guard.order_id or "")
    guard.order_id = None if stop is None else stop.order_id
    if ended is None:
        return
    if ended.filled_quantity:
        withdraw_entries(state, at, *key)
    asked = ended.cancel_wanted is not None or any(s.state is OrderState.CANCEL_REQUESTED for s in ended.history)
    position = state.portfolio.get(*key)
    if ended.state is OrderState.FILLED or asked or position is None:
        return
    taken_at = next((step.at for step in ended.history if step.state is OrderState.ACCEPTED), None)
    guard.tries = 1 if taken_at is not None and at - taken_at >= RESTED_US else guard.tries + 1
    if taken_at is None and ended.state is OrderState.EXPIRED:  # it never got there: nobody has said no to it
        guard.tries = min(guard.tries, TRIES_MAX - 1)
    guard.retry_at = at + min(RETRY_US * 2 ** (guard.tries - 1), RETRY_MAX_US)
    _tell_unprotected(state, key, guard, position, ended)


def _tell_unprotected(state: State, key: _Key, guard: Guard, position: Position, ended: Order) -> None:
    last = guard.tries >= TRIES_MAX
    words = (
        f"{key[1]}: no stop rests at the broker for the {position.quantity:f} of {key[0]} "
        f"({ended.state}: {ended.reason or 'no reason given'}); "
        + (f"{guard.tries} tries, no further one: close it or place a stop by hand" if last else "it is tried again")
    )
    if key not in state.unprotected:
        note(state, ENGINE, "unprotected", f"{key[0]}_{key[1]}", None, words)
    state.unprotected[key] = f"{words}. No entry on it meanwhile"
    subject = f"{position.fill_ids[0]} given up" if last else position.fill_ids[0]
    publish_alert(state, "critical", "unprotected", subject, state.unprotected[key])


def _protected(state: State, key: _Key) -> None:
    why = state.unprotected.pop(key, None)
    if why is not None:
        note(state, ENGINE, "protected", f"{key[0]}_{key[1]}", why, None)


def _send(state: State, position: Position, held: Order, at: Instant) -> None:
    """The stop is out: the exit leaves, for what is held now."""
    request, quantity = state.held_exits[held.order_id], abs(position.quantity)
    part = min(request.quantity, quantity) if request.exit_reason is ExitReason.REDUCE else quantity
    request = replace(request, quantity=part, at=at)
    if isinstance(ruling := judge_exit(request, position.quantity), Refusal):
        request_cancel(state, held, at, ruling.detail)
    else:
        send_held(state, held, ruling)


def _keep_apart(state: State, key: _Key, guard: Guard, stop: Order | None, position: Position, at: Instant) -> None:
    """An exit is at the venue. What of the stop was filled and told late makes it too large: it goes anew."""
    if stop is not None:
        _take_out(state, guard, stop, at, "the position is being closed")
    for order in state.open_orders(*key):
        too_large = order.purpose is Purpose.EXIT and order.remaining > abs(position.quantity)
        if too_large and order.state is not OrderState.CANCEL_REQUESTED and order.cancel_wanted is None:
            wish_again(state, order)
            request_cancel(state, order, at, "the stop at the broker was filled late", replacing=True)


def _guard(state: State, key: _Key, guard: Guard, stop: Order | None, position: Position, at: Instant) -> None:
    """No exit is on its way: let an exit that is still wanted go, or see to it that the right stop rests."""
    compared = not state.recovered or state.truth.reports > 0  # else an id that the venue knows might be given again
    session = state.session_of(key[1])
    if state.ended or not compared or session is None or not session.trading(at):
        return
    wish = state.exit_wishes.get(key)
    if wish is not None and exit_position(state, position, wish, at) is not None:
        state.exit_wishes.pop(key)
        return
    if stop is not None:
        moved = stop.trigger_price != position.stop_price and at - guard.placed_at >= MOVES_US
        if position.stop_price is None:
            _take_out(state, guard, stop, at, "the position has no stop any more")
        elif stop.remaining != abs(position.quantity) or stop.side.sign == position.sign or moved:
            _take_out(state, guard, stop, at, "the stop is placed anew")
        elif too_small(state, guard, position):
            _take_out(state, guard, stop, at, "it left for less than is held, and nothing differs any more")
        elif stop.state is OrderState.CANCEL_REQUESTED and guard.asked != stop.order_id:
            _take_out(state, guard, stop, at, "asked before a restart: whether it was heard, nobody knows")
    elif position.stop_price is not None and guard.tries < TRIES_MAX and at >= guard.retry_at:
        auction = session.continuous_until is not None and position.instrument.closing_auction
        if not (auction and at >= (session.continuous_until or 0)):
            _place(state, key, guard, position, at)


def _place(state: State, key: _Key, guard: Guard, position: Position, at: Instant) -> None:
    """Send the position's stop, unless its price was reached: then its exit is what is due."""
    trigger, price, sign = position.stop_price, state.tapes[key[1]].price(), position.sign
    if trigger is None or (price - trigger) * sign <= 0:
        return
    tick = position.instrument.tick_size
    side = Side.SELL if sign > 0 else Side.BUY
    limit = (trigger * (100 - sign * COLLAR_PCT) / 100 / tick).to_integral_value() * tick
    identity = next_stop_id(state, position)
    request = OrderRequest(
        identity, key[0], key[1], side, abs(position.quantity), price, Purpose.PROTECT, at,
        exit_reason=position.stop_reason, stop_price=trigger, order_type=OrderType.STOP_LIMIT,
        limit_price=max(within_band(limit, side, state.instruments[key[1]]), tick), trigger_price=trigger,
    )  # fmt: skip
    if isinstance(ruling := judge_exit(request, position.quantity), Refusal):
        return
    guard.order_id, guard.placed_at, guard.refusals, guard.left_for = identity, at, 0, None
    publish_position(state, position)  # with the number that its next stop must not be given again
    order, submit = settle_request(state, request, ruling)
    release(state, order, submit)


def _take_out(state: State, guard: Guard, stop: Order, at: Instant, reason: str) -> None:
    """Have the venue cancel it; where that was refused, again: at once a few times, then every few seconds."""
    if stop.state in UNANSWERED:
        if stop.cancel_wanted is None:
            request_cancel(state, stop, at, reason, replacing=True)
            guard.asked = stop.order_id
        guard.ask_at = at
        return
    asked = guard.asked == stop.order_id
    if stop.state is OrderState.CANCEL_REQUESTED:
        if asked and at - guard.ask_at < ANSWERED_US:
            return
    elif asked:
        if guard.refusals >= ASKED_AT_ONCE and at < guard.ask_at:
            return
        guard.refusals += 1
    guard.asked, guard.ask_at = stop.order_id, at + ASK_AGAIN_US
    request_cancel(state, stop, at, reason, replacing=True)
