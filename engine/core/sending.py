"""Orders on their way out, and taken back: an id that says what the order is for, written down before it is asked for.

Called by decide.py, and by whoever takes an order back.
"""

from __future__ import annotations

from engine.core.execution import Leg
from engine.core.orders import UNANSWERED, Move, Order
from engine.core.publish import publish_order
from engine.core.risk.gate import Approved
from engine.core.state import State
from engine.core.stuck_exits import decided, wish_again
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.identity import order_id
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderRequest, OrderState, OrderType, Purpose, Refusal
from engine.domain.records import OrderCheck


def next_order_id(state: State, bot_id: str, symbol: str, timeframe: str, bar_at: Instant, leg: str) -> str:
    """The id of the first attempt at this leg that has not been made yet."""
    attempt = 0
    while True:
        identity = order_id(state.account.account_id, bot_id, symbol, timeframe, bar_at, leg, attempt)
        if identity not in state.orders and identity not in state.legs and identity not in state.truth.listed:
            return identity
        attempt += 1


def settle_request(state: State, request: OrderRequest, ruling: Approved | Refusal) -> tuple[Order, SubmitOrder | None]:
    """Turn the gate's ruling into an order that is sent or refused; nothing is published yet.

    An exit of a position whose protective stop rests at the venue is neither yet: it waits until that is gone.
    """
    order = Order.of(request)
    if state.views:
        order.checks = {each.check: OrderCheck(each.ok, each.found, each.allowed) for each in ruling.checks}
    order.mode = state.mode
    state.orders[order.order_id] = order
    if isinstance(ruling, Refusal):
        order.move(Move.REFUSE, request.at, ruling.code)
        return order, None
    order.at_risk_pct = ruling.at_risk_pct
    decided(state, order, request.at)
    if state.protects and request.purpose is Purpose.EXIT:
        stop = state.resting_stop(request.bot_id, request.symbol)
        if stop is not None:  # the two must never both fill: protect.py sends it when the stop is gone
            state.held_exits[order.order_id] = request
            return order, None
    return order, _sent(state, order, request)


def send_held(state: State, order: Order, ruling: Approved) -> None:
    """An exit that waited for a resting stop leaves, for what is held by now."""
    request = ruling.request
    state.held_exits.pop(order.order_id, None)
    order.quantity = request.quantity
    release(state, order, _sent(state, order, request))


def _sent(state: State, order: Order, request: OrderRequest) -> SubmitOrder:
    state.pace.note(request.at)
    order.move(Move.SEND, request.at)
    return SubmitOrder(
        order.order_id, order.symbol, order.side, order.quantity, order.order_type, order.limit_price,
        order.purpose, order.exit_reason, request.at, request.post_only, order.mode, order.trigger_price,
    )  # fmt: skip


def release(state: State, order: Order | None, submit: SubmitOrder | None) -> None:
    """Write the order down, then ask for it to be sent."""
    if order is not None:
        publish_order(state, order)
    if submit is not None:
        state.truth.touch(submit.symbol)
        state.out.append(submit)


def withdraw_entries(
    state: State,
    at: Instant,
    bot_id: str | None = None,
    symbol: str | None = None,
    reason: str = "the position is being closed",
) -> None:
    """Take back entries that are on their way, so that nothing is bought after the decision not to."""
    for order in state.open_orders(bot_id, symbol):
        if order.purpose is not Purpose.ENTRY:
            continue
        if order.state is OrderState.CANCEL_REQUESTED:
            end_leg(state, order)
        else:
            request_cancel(state, order, at, reason)


def withdraw_part(state: State, at: Instant, bot_id: str, symbol: str, reason: ExitReason) -> None:
    """Take back a follower's exit of a part that rests at a limit: all is to be left, and a stop can't wait for it.
    Asked once: a venue that says no has traded it. The follower leaves the whole when the part is out.
    """
    bot = state.bots.get(bot_id)
    for order in state.open_orders(bot_id, symbol):
        if order.exit_reason is not ExitReason.REDUCE or order.order_type is not OrderType.LIMIT:
            continue
        if bot is not None and bot.following is not None:
            bot.following.leaving[symbol] = reason
        if order.cancel_wanted is None and all(s.state is not OrderState.CANCEL_REQUESTED for s in order.history):
            request_cancel(state, order, at, "all of the position is being closed")


def request_cancel(
    state: State, order: Order, at: Instant, reason: str, *, expire: bool = False, replacing: bool = False
) -> None:
    """Ask for the rest of an order to be taken out; of one that the venue has not answered to, once it has.

    `expire` says that its day is over, `replacing` that another attempt may follow: else none does, but that an exit
    goes on the next day.
    """
    if not replacing and not (expire and order.purpose is Purpose.EXIT):
        end_leg(state, order)
    if order.state is OrderState.CREATED:  # it waited for a resting stop, and never left
        state.held_exits.pop(order.order_id, None)
        order.move(Move.EXPIRE if expire else Move.CANCEL, at, reason)
        if expire:  # its position is left the next day
            wish_again(state, order)
        publish_order(state, order)
        return
    cancel = CancelOrder(order.order_id, at, reason, expire, order.venue_order_id)
    if order.state in UNANSWERED:
        order.cancel_wanted = order.cancel_wanted or cancel
        return
    if order.state is not OrderState.CANCEL_REQUESTED:
        order.move(Move.REQUEST_CANCEL, at)
        publish_order(state, order)
    state.truth.touch(order.symbol)
    state.out.append(cancel)


def follow(state: State, leg: Leg, order_id: str) -> None:
    """This order is the leg's live attempt from now on."""
    leg.order_ids.append(order_id)
    leg.asked_at, leg.slow = None, False
    state.legs[order_id] = leg


def end_leg(state: State, order: Order) -> None:
    """No further attempt is made at what this order is for."""
    leg = state.legs.get(order.order_id)
    if leg is not None:
        leg.over = True
