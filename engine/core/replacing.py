"""Orders with a limit, kept from getting stuck: taken back when they are not filled in time, and sent anew.

Told by answers.py what the venue said, by minute.py that time has passed, by recover.py what was at work before a
restart. Another attempt goes only after the venue has said that the one before is out, for what is not filled, with an
id of its own: there are never two live. Where a fill comes late, of an attempt that was out, the live one is taken
back as far as it is too much. An entry ends in the end, with a reason; an exit goes on until its position is flat.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.decide import send_again
from engine.core.execution import Leg, Terms, behind_the_touch, entry_terms, execution_of, exit_terms, in_collar
from engine.core.orders import Order
from engine.core.publish import publish_alert, publish_order
from engine.core.sending import follow, next_order_id, request_cancel
from engine.core.state import State
from engine.domain.errors import InvariantBroken
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.order import ExitReason, OrderRequest, OrderState, OrderType, Purpose, Refusal

_ZERO = Decimal(0)


def run_legs(state: State, at: Instant) -> None:
    """At a whole minute: take back what was not filled in time, send what waits. Only while its session is on."""
    for leg in [leg for key, leg in state.legs.items() if not leg.over and key == leg.live]:
        order, session = state.orders[leg.live], state.session_of(leg.first.symbol)
        if session is None or not session.trading(at) or order.state is OrderState.CREATED:
            continue
        if not order.open:
            go_on(state, order, at)
        elif order.remaining > _rest(state, leg):
            _shrink(state, leg, order, at)
        elif at - (leg.asked_at or order.created_at) >= _setting(state, leg).replace_after_s * SECOND:
            leg.asked_at, leg.slow = at, True  # asked again, if the venue refused or did not answer
            request_cancel(state, order, at, "not filled in time", replacing=True)


def check_leg(state: State, order: Order, quantity: Decimal) -> None:
    """Raise InvariantBroken for a fill with which an entry's attempts together would have more than was wanted."""
    leg = state.legs.get(order.order_id)
    if leg is not None and leg.entry and leg.filled + quantity > leg.first.quantity:
        raise InvariantBroken(
            f"{leg.filled:f} of the {leg.first.quantity:f} wanted are filled, by this order and those it replaced or "
            f"was replaced by: {quantity:f} are too many"
        )


def on_filled(state: State, order: Order, at: Instant) -> None:
    """A fill was booked. One of an attempt that was out leaves less for the live one."""
    leg = state.legs.get(order.order_id)
    if leg is None or leg.over:
        return
    live = state.orders[leg.live]
    if live.state is OrderState.FILLED:
        leg.over = True
    elif live.open and live.state is not OrderState.CANCEL_REQUESTED and live.remaining > _rest(state, leg):
        _shrink(state, leg, live, at)


def on_refused(state: State, order: Order, at: Instant, *, would_cross: bool) -> bool:
    """The venue rejected it. A post-only entry that would have crossed goes once more; True where that was done."""
    leg = _standing(state, order)
    if leg is None or not leg.entry:
        return False
    if not would_cross or leg.repriced:
        leg.over = True
        return False
    leg.repriced = True
    terms = behind_the_touch(order.side, state.tapes[order.symbol].price(), state.instruments[order.symbol])
    return _enter(state, leg, order, terms, at)


def go_on(state: State, order: Order, at: Instant) -> None:
    """The venue says that it is out: send what is not filled anew, wait, or leave it at that with a reason."""
    leg = _standing(state, order)
    if leg is None:
        return
    at = max(at, state.now)
    if order.state is OrderState.CANCELLED and leg.slow:
        leg.replacements += 1
        leg.slow = False  # counted once, however often it is looked at while it waits
    if leg.entry:
        _go_on_entering(state, leg, order, at)
    else:
        _go_on_leaving(state, leg, order, at)


def resume(state: State, order: Order) -> None:
    """An exit with a limit that was at work before a restart goes on; what was tried before it is not known any more.

    An entry does not: it is taken back as its session is opened again.
    """
    position = state.portfolio.get(order.bot_id, order.symbol)
    if order.order_type is not OrderType.LIMIT or order.purpose is Purpose.ENTRY or position is None:
        return
    first = OrderRequest(
        order.order_id, order.bot_id, order.symbol, order.side, order.quantity, order.price, order.purpose,
        order.created_at, order.signal_id, order.exit_reason, order.stop_price, order.order_type, order.limit_price,
    )  # fmt: skip
    name, bar_at = f"exit-{order.exit_reason}", order.created_at - order.created_at % MINUTE
    leg = Leg(first, None, "1m", bar_at, name, position.fill_ids[0], filled=order.filled_quantity)
    follow(state, leg, order.order_id)


def _standing(state: State, order: Order) -> Leg | None:
    """The leg of an order that was its live attempt and is out now, unless it is over."""
    leg = state.legs.get(order.order_id)
    if leg is None or leg.over or leg.live != order.order_id or order.open:
        return None
    return leg


def _setting(state: State, leg: Leg) -> Execution:
    """How the leg is executed; after a restart, as its bot is set now, with the limit that it had."""
    if leg.execution is not None:
        return leg.execution
    bot = state.bots.get(leg.first.bot_id)
    setting = execution_of(state.account, bot.spec if bot else None)
    return replace(setting, exits=ExitStyle.MARKETABLE_LIMIT)


def _rest(state: State, leg: Leg) -> Decimal:
    """What is still wanted."""
    if leg.entry:
        return leg.first.quantity - leg.filled
    position = state.portfolio.get(leg.first.bot_id, leg.first.symbol)
    if position is None or position.fill_ids[0] != leg.opened_by:
        return _ZERO
    if leg.first.exit_reason is ExitReason.REDUCE:
        return min(leg.first.quantity - leg.filled, abs(position.quantity))
    return abs(position.quantity)


def _shrink(state: State, leg: Leg, order: Order, at: Instant) -> None:
    leg.asked_at = at
    request_cancel(state, order, at, "an earlier order of it was filled late", replacing=True)


def _go_on_entering(state: State, leg: Leg, order: Order, at: Instant) -> None:
    setting, side = _setting(state, leg), leg.first.side
    price = state.tapes[order.symbol].price()
    if _rest(state, leg) <= 0:
        leg.over = True
    elif order.state is OrderState.EXPIRED or leg.asked_at is None:
        _give_up(state, leg, order, f"the broker ended it ({order.reason})")
    elif leg.replacements > setting.replacements_max:
        _give_up(state, leg, order, f"not filled after {setting.replacements_max} replacements")
    elif not in_collar(setting, side, leg.first.price, price):
        words = f"the price, {price}, is more than {setting.collar_bps:f} basis points beyond {leg.first.price}"
        _give_up(state, leg, order, words)
    else:
        priced_at = leg.first.price if setting.entries is EntryStyle.MARKETABLE_LIMIT else price
        _enter(state, leg, order, entry_terms(setting, side, priced_at, state.instruments[order.symbol]), at)


def _enter(state: State, leg: Leg, before: Order, terms: Terms, at: Instant) -> bool:
    ruling = _send(state, leg, _rest(state, leg), terms, at)
    if isinstance(ruling, Refusal):
        _give_up(state, leg, before, ruling.detail)
        return False
    return True


def _go_on_leaving(state: State, leg: Leg, order: Order, at: Instant) -> None:
    first, session = leg.first, state.session_of(order.symbol)
    if state.ended or _rest(state, leg) <= 0 or state.exit_in_flight(first.bot_id, first.symbol):
        leg.over = True
        return
    resting = at < state.exit_rests.get((first.bot_id, first.symbol), at)
    if resting or session is None or not session.trading(at):
        return  # the minute asks again
    setting, reason = _setting(state, leg), first.exit_reason or ExitReason.MANUAL
    terms = exit_terms(setting, reason, first.side, first.price, leg.replacements, state.instruments[order.symbol])
    ruling = _send(state, leg, _rest(state, leg), terms, at)
    if isinstance(ruling, Order) and leg.replacements > setting.replacements_max:
        words = f"{order.symbol}: not closed after {leg.replacements} replacements; now at {terms.limit_price}"
        publish_alert(state, "critical", "exit_unfilled", first.order_id, words)


def _send(state: State, leg: Leg, quantity: Decimal, terms: Terms, at: Instant) -> Order | Refusal:
    first = leg.first
    identity = next_order_id(state, first.bot_id, first.symbol, leg.timeframe, leg.bar_at, leg.name)
    request = replace(
        first, order_id=identity, quantity=quantity, at=at,
        order_type=terms.order_type, limit_price=terms.limit_price, post_only=terms.post_only,
    )  # fmt: skip
    ruling = send_again(state, request)
    if isinstance(ruling, Order):
        follow(state, leg, identity)
        state.next_due_at = min(state.next_due_at, at - at % MINUTE + MINUTE)
    return ruling


def _give_up(state: State, leg: Leg, last: Order, why: str) -> None:
    """The rest of an entry is left: said on the signal's order, on the last one, and as an alert."""
    leg.over = True
    words = f"given up: {why}; {leg.first.quantity - leg.filled:f} of {leg.first.quantity:f} not filled"
    for identity in dict.fromkeys((leg.first.order_id, last.order_id)):
        order = state.orders.get(identity)
        if order is not None:
            order.reason = words
            publish_order(state, order)
    publish_alert(state, "warning", "order_given_up", leg.first.order_id, f"{last.symbol}: {words}")
