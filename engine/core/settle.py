"""A fill, booked: order, position, cash, closed trade. Called by answers.py and adopt.py."""

from __future__ import annotations

from engine.core import tripping
from engine.core.audit import note_fill
from engine.core.charges import Charges, charges_on, growth
from engine.core.copied_facts import ZERO, fact_of_fill, net_held
from engine.core.exits import levels, nearest, place
from engine.core.orders import Order
from engine.core.portfolio import Booked, Position
from engine.core.position import Taken
from engine.core.publish import publish_account, publish_order, publish_position, publish_trade
from engine.core.publish_bots import publish_bot
from engine.core.publish_rollups import publish_profits
from engine.core.standing import close_unknown
from engine.core.state import State
from engine.domain.events import FillReceived
from engine.domain.exits import Exits
from engine.domain.order import ExitReason, Purpose
from engine.domain.records import BotForgotten, FillRecord, PositionFlat


def check_fill(state: State, order: Order, event: FillReceived) -> None:
    """Raise InvariantBroken for a fill that the order or what is held can't take. Changes nothing."""
    entry = order.purpose is Purpose.ENTRY
    state.portfolio.check(order.bot_id, order.symbol, order.side, event.quantity, entry=entry)
    order.check_fill(event.quantity)


def book_fill(state: State, order: Order, event: FillReceived, key: str) -> None:
    """Book a new fill of an order, by its key. It must have passed `check_fill`."""
    instrument = state.instruments[order.symbol]
    entry = order.purpose is Purpose.ENTRY
    value = instrument.value_of(event.price, event.quantity)
    state.tapes[order.symbol].reckon_by(event.price)
    rates = state.tariff.at(instrument.venue, event.at)
    before = charges_on(rates, order.side, order.filled_value)
    order.fill(key, event.quantity, event.price, value, event.at)
    if (leg := state.legs.get(order.order_id)) is not None:
        leg.filled += event.quantity
    charges = growth(before, charges_on(rates, order.side, order.filled_value))
    taken = Taken(
        key, order.order_id, order.bot_id, order.symbol, order.side,
        event.quantity, event.price, charges.total, event.at,
    )  # fmt: skip
    exit_reason = None if entry else order.exit_reason or ExitReason.MANUAL
    risk = order.at_risk_pct * event.quantity / order.quantity
    booked = state.portfolio.book(taken, instrument, risk, exit_reason)
    state.ledger.book(order.side, value, charges.total, booked.realized)
    fill = _fill_record(state, order, event, key, charges)
    _count(state, order, fill, booked)
    state.publish(fill)
    note_fill(state, order, fill)
    publish_order(state, order)
    close_unknown(state, order.order_id, "the broker filled it")
    _publish_position(state, order, booked)
    tripping.judge(state, event.at)
    if state.views:
        publish_account(state)
    _publish_bot(state, order.bot_id)
    if state.copies:
        state.leads.append(fact_of_fill(state, fill))


def _fill_record(state: State, order: Order, event: FillReceived, key: str, charges: Charges) -> FillRecord:
    """The fill as it was booked just now, with what followers reckon by: holdings and equity after it."""
    position = state.portfolio.get(order.bot_id, order.symbol)
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
        position=ZERO if position is None else position.quantity,
        net=net_held(state, order.bot_id, order.symbol),
        equity=state.equity(),
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
        stance.last_fill_at = max(fill.filled_at, stance.last_fill_at or 0)  # one told late sets nothing back


def _publish_position(state: State, order: Order, booked: Booked) -> None:
    position = state.portfolio.get(order.bot_id, order.symbol)
    if position is not None:
        if order.purpose is Purpose.ENTRY:
            set_exits(state, position)
        if state.views:
            publish_position(state, position)
    elif state.views:
        state.publish(PositionFlat(order.bot_id, order.symbol))
    set_triggers(state, order.symbol)
    if booked.closed is not None:
        trade = booked.closed
        state.ledger.close_trade(trade.bot_id, trade.gross_pnl, trade.charges, trade.hold_s, trade.exit_at)
        publish_trade(state, trade)
        if state.views:
            publish_profits(state)


def set_exits(state: State, position: Position) -> None:
    """Stop and target follow the average entry price and the bot's exits as they are now."""
    exits = exits_of(state, position)
    if exits is not None:
        place(exits, position)


def exits_of(state: State, position: Position) -> Exits | None:
    """The exits of the bot that holds it; None for what no bot holds."""
    bot = state.bots.get(position.bot_id)
    return None if bot is None else bot.spec.exits


def set_triggers(state: State, symbol: str) -> None:
    """The prices between which no tick of the symbol needs a second look."""
    low, high = nearest(
        levels(position, exits_of(state, position)) for position in state.portfolio.all() if position.symbol == symbol
    )
    state.tapes[symbol].watch(low, high)


def _publish_bot(state: State, bot_id: str) -> None:
    bot = state.bots.get(bot_id)
    if bot is None:
        return
    if bot.removed and not _busy(state, bot_id):
        del state.bots[bot_id]
        state.rouse()
        state.publish(BotForgotten(bot_id))
    elif state.views:
        publish_bot(state, bot)


def forget_if_removed(state: State, bot_id: str) -> None:
    """Let a deleted bot go once it holds nothing and waits for nothing; one that was not deleted stays as it is."""
    bot = state.bots.get(bot_id)
    if bot is not None and bot.removed:
        _publish_bot(state, bot_id)


def _busy(state: State, bot_id: str) -> bool:
    held = any(position.bot_id == bot_id for position in state.portfolio.all())
    return held or bool(state.open_orders(bot_id))
