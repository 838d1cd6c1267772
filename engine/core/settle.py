"""What the venue says, booked: orders, positions, cash, closed trades. Called by engine.py for every broker event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.charges import Charges, charges_on, growth
from engine.core.decide import exit_position
from engine.core.exits import exit_prices, levels, nearest
from engine.core.orders import Move, Order
from engine.core.portfolio import Booked, Position
from engine.core.publish import (
    publish_account,
    publish_alert,
    publish_order,
    publish_position,
    publish_profits,
    publish_trade,
)
from engine.core.publish_bots import publish_bot
from engine.core.state import State
from engine.domain.errors import InvariantBroken
from engine.domain.events import FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.identity import fill_key
from engine.domain.order import ExitReason, Purpose
from engine.domain.records import BotForgotten, FillRecord, PositionFlat


def _known(state: State, order_id: str) -> Order:
    order = state.orders.get(order_id)
    if order is None:
        raise InvariantBroken(f"the venue speaks of order {order_id}, which is not ours")
    return order


def on_accepted(state: State, event: OrderAccepted) -> None:
    """The venue has the order."""
    order = _known(state, event.order_id)
    order.move(Move.ACCEPT, event.at)
    order.venue_order_id = event.venue_order_id
    publish_order(state, order)


def on_rejected(state: State, event: OrderRejected) -> None:
    """The venue will not have it."""
    order = _known(state, event.order_id)
    order.move(Move.REJECT, event.at, event.reason)
    publish_order(state, order)
    publish_alert(state, "warning", "order_rejected", order.order_id, f"{order.symbol}: rejected, {event.reason}")
    _forget_if_removed(state, order.bot_id)


def on_ended(state: State, event: OrderCancelled | OrderExpired) -> None:
    """The rest of the order is out."""
    order = _known(state, event.order_id)
    order.move(Move.CANCEL if isinstance(event, OrderCancelled) else Move.EXPIRE, event.at, event.reason)
    publish_order(state, order)
    _forget_if_removed(state, order.bot_id)
    position = state.portfolio.get(order.bot_id, order.symbol)
    if state.ended and position is not None:
        exit_position(state, position, ExitReason.END, event.at)


def on_fill(state: State, event: FillReceived) -> None:
    """Book a fill once, whatever the number of times it arrives. One that can't be booked changes nothing."""
    order = _known(state, event.order_id)
    instrument = state.instruments[order.symbol]
    key = fill_key(state.account.account_id, order.order_id, event.venue_fill_id)
    if key in order.fill_keys:
        return
    entry = order.purpose is Purpose.ENTRY
    state.portfolio.check(order.bot_id, order.symbol, order.side, event.quantity, entry=entry)
    value = instrument.value_of(event.price, event.quantity)
    before = charges_on(state.charge_rule, order.side, order.filled_value)
    order.fill(key, event.quantity, event.price, value, event.at)
    charges = growth(before, charges_on(state.charge_rule, order.side, order.filled_value))
    fill = _fill_record(order, event, key, charges)
    exit_reason = None if entry else order.exit_reason or ExitReason.MANUAL
    risk = order.at_risk_pct * event.quantity / order.quantity
    booked = state.portfolio.book(fill, instrument, risk, exit_reason)
    state.ledger.book(order.side, value, fill.charges, booked.realized)
    _count(state, order, fill, booked)
    state.publish(fill)
    publish_order(state, order)
    _publish_position(state, order, booked)
    publish_account(state)
    _publish_bot(state, order.bot_id)


def _fill_record(order: Order, event: FillReceived, key: str, charges: Charges) -> FillRecord:
    return FillRecord(
        fill_key=key,
        order_id=order.order_id,
        venue_fill_id=event.venue_fill_id,
        bot_id=order.bot_id,
        symbol=order.symbol,
        side=order.side,
        quantity=event.quantity,
        price=event.price,
        charges=charges.total,
        charge_lines=charges.lines,
        filled_at=event.at,
    )


def _count(state: State, order: Order, fill: FillRecord, booked: Booked) -> None:
    """The bot's own counters, and the fill its cool-down counts from."""
    bot = state.bots.get(order.bot_id)
    if bot is None:
        return
    bot.charges += fill.charges
    bot.realized_gross += booked.realized
    bot.trades += booked.closed is not None
    stance = bot.stances.get(order.symbol)
    if stance is not None:
        stance.last_fill_at = fill.filled_at


def _publish_position(state: State, order: Order, booked: Booked) -> None:
    position = state.portfolio.get(order.bot_id, order.symbol)
    if position is not None:
        if order.purpose is Purpose.ENTRY:
            set_exits(state, position)
        publish_position(state, position)
    else:
        state.publish(PositionFlat(order.bot_id, order.symbol))
    set_triggers(state, order.symbol)
    if booked.closed is not None:
        trade = booked.closed
        state.ledger.close_trade(trade.bot_id, trade.gross_pnl, trade.charges)
        publish_trade(state, trade)
        publish_profits(state)


def set_exits(state: State, position: Position) -> None:
    """Stop and target follow the average entry price and the bot's exits as they are now."""
    bot = state.bots.get(position.bot_id)
    if bot is not None:
        position.stop_price, position.target_price = exit_prices(
            bot.spec.exits, position.entry_price, position.sign, position.instrument
        )


def set_triggers(state: State, symbol: str) -> None:
    """The prices between which no tick of the symbol needs a second look."""
    low, high = nearest(
        levels(position.sign, position.stop_price, position.target_price, position.instrument)
        for position in state.portfolio.all()
        if position.symbol == symbol
    )
    state.tapes[symbol].watch(low, high)


def _publish_bot(state: State, bot_id: str) -> None:
    bot = state.bots.get(bot_id)
    if bot is None:
        return
    if bot.removed and not _busy(state, bot_id):
        del state.bots[bot_id]
        state.publish(BotForgotten(bot_id))
    elif state.views:
        publish_bot(state, bot)


def _forget_if_removed(state: State, bot_id: str) -> None:
    bot = state.bots.get(bot_id)
    if bot is not None and bot.removed:
        _publish_bot(state, bot_id)


def _busy(state: State, bot_id: str) -> bool:
    held = any(position.bot_id == bot_id for position in state.portfolio.all())
    return held or bool(state.open_orders(bot_id))


def forget_if_done(state: State, bot_id: str) -> None:
    """Let a deleted bot go once it holds nothing and waits for nothing."""
    _publish_bot(state, bot_id)


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    OrderAccepted: on_accepted,
    OrderRejected: on_rejected,
    OrderCancelled: on_ended,
    OrderExpired: on_ended,
    FillReceived: on_fill,
}
