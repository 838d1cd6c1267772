"""From a strategy's signal to an order, or to the reason why not.

Called by minute.py for signals, and by whoever has a position left. What it asks for has passed the risk gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.core.bot import Bot
from engine.core.closed import blocked, closed_to_entries
from engine.core.copied_facts import fact_of_signal
from engine.core.entry_size import next_quantity
from engine.core.execution import AT_MARKET, Leg, entry_terms, execution_of, exit_terms
from engine.core.exits import first_stop
from engine.core.exposure import risk_view
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.publish_bots import publish_signal
from engine.core.risk.gate import Approved, judge_entry, judge_exit
from engine.core.sending import follow, next_order_id, release, settle_request, withdraw_entries, withdraw_part
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.core.withdrawn import withdraw_for
from engine.domain.effects import SubmitOrder
from engine.domain.identity import signal_id
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar
from engine.domain.order import ExitReason, OrderRequest, Purpose, Refusal, Side
from engine.domain.signal import Outcome, SignalType

_SIDES = {SignalType.BUY: Side.BUY, SignalType.SELL: Side.SELL}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a signal."""

    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    order: Order | None = None
    submit: SubmitOrder | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an entry comes of: a bar's signal, or what a leader did. `leg` and `bar_at` name the order.

    price       the price it is sized at, currency
    quantity    how much, where that is not the bot's sizing to say; whole lots
    times       how many times the size that the sizing gives
    """

    symbol: str
    side: Side
    price: Decimal
    at: Instant
    bar_at: Instant
    signal_id: str
    leg: str = "entry"
    quantity: Decimal | None = None
    times: Decimal = Decimal(1)


def act_on_signal(state: State, bot: Bot, bar: Bar, verdict: Verdict, identity: str | None = None) -> None:
    """Write a signal down with its outcome and order, then ask for that to be sent. `identity`: if no bar names it."""
    if verdict.signal is None or verdict.score is None:
        return
    stance = bot.stances[bar.symbol]
    identity = identity or signal_id(
        state.account.account_id, bot.bot_id, bar.symbol, bot.spec.timeframe, bar.open_at, verdict.signal
    )
    answer = _answer(state, bot, bar, verdict, _SIDES[verdict.signal], identity)
    bot.signals += 1
    ordered = answer.order is not None and answer.outcome is Outcome.ORDERED
    signal = publish_signal(
        state,
        bot,
        stance.strategy,
        bar,
        verdict,
        outcome=answer.outcome,
        reason=answer.reason,
        detail=answer.detail,
        order_id=answer.order.order_id if answer.order else None,
        purpose=answer.order.purpose if answer.order and ordered else None,
        identity=identity,
    )
    release(state, answer.order, answer.submit)
    if state.copies and signal is not None:
        state.leads.append(fact_of_signal(state, bot, signal))


def _answer(state: State, bot: Bot, bar: Bar, verdict: Verdict, side: Side, identity: str) -> Answer:
    instrument = state.instruments[bar.symbol]
    position = state.portfolio.get(bot.bot_id, bar.symbol)
    if not instrument.tradable:
        return Answer(Outcome.WATCH, "watch_only", f"{bar.symbol} is watched, not traded")
    if position is not None and position.sign != side.sign:
        return leave(state, position, ExitReason.SIGNAL, bar.close_at, bar.open_at, identity)
    at_work = [order for order in state.open_orders(bot.bot_id, bar.symbol) if order.purpose is not Purpose.PROTECT]
    if position is None and any(order.side is not side for order in at_work):
        why = f"a {side} came before it was filled"
        withdraw_for(state, bar.close_at, bot.bot_id, bar.symbol, why, identity)
        return Answer(Outcome.BLOCKED, "entry_in_flight", "An entry the other way was on its way and is taken back")
    if verdict.closes_only:
        return Answer(Outcome.WATCH, "flat", f"Nothing held that a {side} ends, and this one only ends a position")
    if verdict.opens_only and (position is not None or at_work):
        return Answer(Outcome.WATCH, "held", "Held already or on its way, and this one only opens a position")
    if position is None and side is Side.SELL and not bot.stances[bar.symbol].strategy.allow_short:
        return Answer(Outcome.WATCH, "flat", "Nothing held to sell, and the bot is long only")
    refusal = blocked(state, bot, bar.symbol, bar.close_at)
    if refusal is not None:
        return Answer(Outcome.BLOCKED, refusal.code, refusal.detail)
    price = instrument.price_of(bar.close)
    return enter(state, bot, Occasion(bar.symbol, side, price, bar.close_at, bar.open_at, identity))


def enter(state: State, bot: Bot, occasion: Occasion) -> Answer:
    """Size an entry and let risk judge it. What comes of it is released by the caller, after it is written down."""
    symbol, side, price = occasion.symbol, occasion.side, occasion.price
    instrument, equity = state.instruments[symbol], state.equity()
    quantity = next_quantity(state, bot, symbol, side, price, equity, occasion.quantity, occasion.times)
    if isinstance(quantity, Refusal):
        return Answer(Outcome.BLOCKED, quantity.code, quantity.detail)
    stop = first_stop(bot.spec.exits, price, side.sign, instrument)
    execution = execution_of(state.account, bot.spec)
    terms = entry_terms(execution, side, price, instrument)
    timeframe, bar_at, leg = bot.spec.timeframe, occasion.bar_at, occasion.leg
    request = OrderRequest(
        order_id=next_order_id(state, bot.bot_id, symbol, timeframe, bar_at, leg),
        bot_id=bot.bot_id,
        symbol=symbol,
        side=side,
        quantity=quantity,
        price=price,
        purpose=Purpose.ENTRY,
        at=occasion.at,
        signal_id=occasion.signal_id,
        stop_price=stop,
        order_type=terms.order_type,
        limit_price=terms.limit_price,
        post_only=terms.post_only,
    )
    ruling = judge_entry(request, risk_view(state, request, equity), shown=state.views)
    order, submit = settle_request(state, request, ruling)
    if isinstance(ruling, Refusal):
        return Answer(Outcome.BLOCKED, ruling.code, ruling.detail, order)
    if terms is not AT_MARKET:
        follow(state, Leg(request, execution, timeframe, bar_at, leg), order.order_id)
    bot.orders += 1
    return Answer(Outcome.ORDERED, order=order, submit=submit)


def exit_position(state: State, position: Position, reason: ExitReason, at: Instant) -> Order | None:
    """Ask for a position to be closed whole; None while an exit of it is already on its way."""
    answer = leave(state, position, reason, at, at - at % MINUTE, None)
    release(state, answer.order, answer.submit)
    return answer.order


def close_now(state: State, position: Position, reason: ExitReason, at: Instant) -> Order | None:
    """`exit_position` by a person's word, which does not wait until a rejected exit has rested."""
    state.exit_rests.pop((position.bot_id, position.symbol), None)
    return exit_position(state, position, reason, at)


def leave(
    state: State,
    position: Position,
    reason: ExitReason,
    at: Instant,
    bar_at: Instant,
    identity: str | None,
    quantity: Decimal | None = None,
    leg: str | None = None,
) -> Answer:
    """Let an exit of a position go: of all of it, or of a quantity (whole lots, reason `reduce`).

    What comes of it is released by the caller, after it is written down. `leg` and `bar_at` name the order.
    """
    leg = leg or f"exit-{reason}"
    waits = reason is ExitReason.REDUCE and _waiting_exits(state, position)
    if waits or state.exit_in_flight(position.bot_id, position.symbol):
        if reason is not ExitReason.REDUCE:
            withdraw_part(state, at, position.bot_id, position.symbol, reason)
        return Answer(Outcome.BLOCKED, "exit_in_flight", "An exit of this position is already on its way")
    if at < state.exit_rests.get((position.bot_id, position.symbol), at):
        return Answer(Outcome.BLOCKED, "exit_resting", "The broker has just rejected an exit; another follows")
    bot = state.bots.get(position.bot_id)
    timeframe = bot.spec.timeframe if bot else "1m"
    side, price = Side.SELL if position.sign > 0 else Side.BUY, state.tapes[position.symbol].price()
    execution = execution_of(state.account, bot.spec if bot else None)
    terms = exit_terms(execution, reason, side, price, 0, state.instruments[position.symbol])
    request = OrderRequest(
        order_id=next_order_id(state, position.bot_id, position.symbol, timeframe, bar_at, leg),
        bot_id=position.bot_id,
        symbol=position.symbol,
        side=side,
        quantity=abs(position.quantity) if quantity is None else quantity,
        price=price,
        purpose=Purpose.EXIT,
        at=at,
        signal_id=identity,
        exit_reason=reason,
        order_type=terms.order_type,
        limit_price=terms.limit_price,
    )
    ruling = judge_exit(request, position.quantity)
    order, submit = settle_request(state, request, ruling)
    if isinstance(ruling, Refusal):
        return Answer(Outcome.BLOCKED, ruling.code, ruling.detail, order)
    for earlier in _waiting_exits(state, position):  # this exit closes what it would have
        earlier.over = True
    if terms is not AT_MARKET:
        follow(state, Leg(request, execution, timeframe, bar_at, leg, position.fill_ids[0]), order.order_id)
    if bot is not None:
        bot.orders += 1
    withdraw_entries(state, at, position.bot_id, position.symbol)
    return Answer(Outcome.ORDERED, order=order, submit=submit)


def _waiting_exits(state: State, position: Position) -> list[Leg]:
    """Exits of the position that wait to go on, or are at the venue."""
    key = (position.bot_id, position.symbol)
    exits = (leg for leg in state.legs.values() if not leg.entry and not leg.over)
    return [leg for leg in exits if (leg.first.bot_id, leg.first.symbol) == key]


def send_again(state: State, request: OrderRequest) -> Order | Refusal:
    """A further attempt at an entry or an exit that was decided before, judged as if it were new."""
    bot = state.bots.get(request.bot_id)
    ruling: Approved | Refusal
    if request.purpose is Purpose.EXIT:
        position = state.portfolio.get(request.bot_id, request.symbol)
        ruling = judge_exit(request, Decimal(0) if position is None else position.quantity)
    elif bot is None or bot.removed:
        return Refusal("removed", "the bot was deleted")
    else:
        closed = closed_to_entries(state, bot, request.symbol, request.at)
        ruling = closed or judge_entry(request, risk_view(state, request, state.equity()), shown=state.views)
    if isinstance(ruling, Refusal):
        return ruling
    order, submit = settle_request(state, request, ruling)
    release(state, order, submit)
    if bot is not None:
        bot.orders += 1
    return order
