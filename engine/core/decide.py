"""From a strategy's signal to an order, or to the reason why not.

Called by engine.py; the only caller of the risk gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.core.entry_size import next_quantity
from engine.core.execution import AT_MARKET, Leg, entry_terms, exit_terms
from engine.core.exits import exit_prices
from engine.core.exposure import risk_view
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.publish_bots import publish_signal
from engine.core.risk.gate import Approved, judge_entry, judge_exit
from engine.core.sending import follow, next_order_id, release, settle_request, withdraw_entries
from engine.core.state import Bot, State
from engine.core.strategy import Verdict
from engine.domain.account import Desired
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.execution import Execution
from engine.domain.identity import signal_id
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market import Bar, TradingStatus
from engine.domain.order import ExitReason, OrderRequest, Purpose, Refusal, Side
from engine.domain.signal import Outcome, SignalType


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a signal."""

    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    order: Order | None = None
    submit: SubmitOrder | None = None


def act_on_signal(state: State, bot: Bot, bar: Bar, verdict: Verdict) -> None:
    """Write a signal down with its outcome, and the order it leads to, then ask for the order to be sent."""
    if verdict.signal is None or verdict.score is None:
        return
    stance = bot.stances[bar.symbol]
    identity = signal_id(
        state.account.account_id, bot.bot_id, bar.symbol, bot.spec.timeframe, bar.open_at, verdict.signal
    )
    answer = _answer(state, bot, bar, verdict.signal, identity)
    bot.signals += 1
    publish_signal(
        state,
        bot,
        stance.strategy,
        bar,
        verdict,
        outcome=answer.outcome,
        reason=answer.reason,
        detail=answer.detail,
        order_id=answer.order.order_id if answer.order else None,
    )
    release(state, answer.order, answer.submit)


def _answer(state: State, bot: Bot, bar: Bar, signal: SignalType, identity: str) -> _Answer:
    instrument = state.instruments[bar.symbol]
    position = state.portfolio.get(bot.bot_id, bar.symbol)
    side = Side(signal.value)
    if not instrument.tradable:
        return _Answer(Outcome.WATCH, "watch_only", f"{bar.symbol} is watched, not traded")
    if position is not None and position.sign != side.sign:
        return _exit_answer(state, position, ExitReason.SIGNAL, bar, identity)
    at_work = [order for order in state.open_orders(bot.bot_id, bar.symbol) if order.purpose is not Purpose.PROTECT]
    if position is None and any(order.side is not side for order in at_work):
        withdraw_entries(state, bar.close_at, bot.bot_id, bar.symbol, f"a {signal} came before it was filled")
        return _Answer(Outcome.BLOCKED, "entry_in_flight", "An entry the other way was on its way and is taken back")
    if position is None and signal is SignalType.SELL and not bot.stances[bar.symbol].strategy.allow_short:
        return _Answer(Outcome.WATCH, "flat", "Nothing held to sell, and the bot is long only")
    refusal = blocked(state, bot, bar.symbol, bar.close_at)
    if refusal is not None:
        return _Answer(Outcome.BLOCKED, refusal.code, refusal.detail)
    return _entry_answer(state, bot, bar, side, identity)


def blocked(state: State, bot: Bot, symbol: str, at: Instant) -> Refusal | None:
    """What blocks any new entry of this bot on this symbol now, before an order is thought of."""
    closed = _closed_to_entries(state, bot, symbol, at)
    if closed is not None:
        return closed
    stance = bot.stances[symbol]
    since = None if stance.last_fill_at is None else at - stance.last_fill_at
    cooldown = state.cooldown_s(stance) * SECOND
    if since is not None and since < cooldown:
        left = (cooldown - since) // SECOND
        return Refusal("cooldown", f"Cooling down, {left // 60}:{left % 60:02d} left")
    return None


def _closed_to_entries(state: State, bot: Bot, symbol: str, at: Instant) -> Refusal | None:
    """What forbids entries, a further attempt at one that is partly filled included."""
    if bot.desired is not Desired.RUNNING:
        return Refusal(bot.desired.value, f"The bot is {bot.desired.value}")
    if bot.error is not None:
        return Refusal("error", bot.error)
    if state.kill is not None:
        return Refusal("kill", state.kill.words)
    stopped = state.breaker.refusal
    if stopped is not None:
        return stopped
    if state.mode is EffectiveMode.DRY:
        return Refusal("dry", state.dry_words())
    status = state.statuses.get(symbol)
    if status is not None and status.status is not TradingStatus.TRADING:
        return Refusal("market_halted", f"{symbol} is not traded at the moment: the venue says {status.status}")
    for (_, unprotected), why in state.unprotected.items():
        if unprotected == symbol:
            return Refusal("unprotected", why)
    if state.protects and state.portfolio.get(bot.bot_id, symbol) is None and state.resting_stop(bot.bot_id, symbol):
        return Refusal("exit_in_flight", f"The stop of the {symbol} held before is not gone at the broker yet")
    differs = state.truth.open_on(symbol)
    if differs is not None:
        return Refusal("difference", f"Broker and books differ on {symbol}: {differs.ours}; {differs.theirs}")
    session = state.session_of(symbol)
    if session is None or not session.entry_from <= at < session.entry_until:
        return Refusal("entry_window", "Outside the session's entry window")
    return None


def _entry_answer(state: State, bot: Bot, bar: Bar, side: Side, identity: str) -> _Answer:
    instrument = state.instruments[bar.symbol]
    price = instrument.price_of(bar.close)
    equity = state.equity()
    quantity = next_quantity(state, bot, bar.symbol, side, price, equity)
    if isinstance(quantity, Refusal):
        return _Answer(Outcome.BLOCKED, quantity.code, quantity.detail)
    stop, _ = exit_prices(bot.spec.exits, price, side.sign, instrument)
    terms = entry_terms(bot.spec.execution, side, price, instrument)
    request = OrderRequest(
        order_id=next_order_id(state, bot.bot_id, bar.symbol, bot.spec.timeframe, bar.open_at, "entry"),
        bot_id=bot.bot_id,
        symbol=bar.symbol,
        side=side,
        quantity=quantity,
        price=price,
        purpose=Purpose.ENTRY,
        at=bar.close_at,
        signal_id=identity,
        stop_price=stop,
        order_type=terms.order_type,
        limit_price=terms.limit_price,
        post_only=terms.post_only,
    )
    ruling = judge_entry(request, risk_view(state, request, equity))
    order, submit = settle_request(state, request, ruling)
    if isinstance(ruling, Refusal):
        return _Answer(Outcome.BLOCKED, ruling.code, ruling.detail, order)
    if terms is not AT_MARKET:
        follow(state, Leg(request, bot.spec.execution, bot.spec.timeframe, bar.open_at, "entry"), order.order_id)
    bot.orders += 1
    return _Answer(Outcome.ORDERED, order=order, submit=submit)


def exit_position(state: State, position: Position, reason: ExitReason, at: Instant) -> Order | None:
    """Ask for a position to be closed whole; None while an exit of it is already on its way."""
    answer = _exit_position(state, position, reason, at, at - at % MINUTE, None)
    release(state, answer.order, answer.submit)
    return answer.order


def close_now(state: State, position: Position, reason: ExitReason, at: Instant) -> Order | None:
    """`exit_position` by a person's word, which does not wait until a rejected exit has rested."""
    state.exit_rests.pop((position.bot_id, position.symbol), None)
    return exit_position(state, position, reason, at)


def _exit_answer(state: State, position: Position, reason: ExitReason, bar: Bar, identity: str) -> _Answer:
    return _exit_position(state, position, reason, bar.close_at, bar.open_at, identity)


def _exit_position(
    state: State, position: Position, reason: ExitReason, at: Instant, bar_at: Instant, identity: str | None
) -> _Answer:
    if state.exit_in_flight(position.bot_id, position.symbol):
        return _Answer(Outcome.BLOCKED, "exit_in_flight", "An exit of this position is already on its way")
    if at < state.exit_rests.get((position.bot_id, position.symbol), at):
        return _Answer(Outcome.BLOCKED, "exit_resting", "The broker has just rejected an exit; another follows")
    bot = state.bots.get(position.bot_id)
    timeframe = bot.spec.timeframe if bot else "1m"
    side, price = Side.SELL if position.sign > 0 else Side.BUY, state.tapes[position.symbol].price()
    execution = bot.spec.execution if bot else Execution()
    terms = exit_terms(execution, reason, side, price, 0, position.instrument)
    request = OrderRequest(
        order_id=next_order_id(state, position.bot_id, position.symbol, timeframe, bar_at, f"exit-{reason}"),
        bot_id=position.bot_id,
        symbol=position.symbol,
        side=side,
        quantity=abs(position.quantity),
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
        return _Answer(Outcome.BLOCKED, ruling.code, ruling.detail, order)
    for earlier in state.legs.values():  # one that waits to go on: this exit closes what it would have
        if not earlier.entry and (earlier.first.bot_id, earlier.first.symbol) == (position.bot_id, position.symbol):
            earlier.over = True
    if terms is not AT_MARKET:
        leg = Leg(request, execution, timeframe, bar_at, f"exit-{reason}", position.fill_ids[0])
        follow(state, leg, order.order_id)
    if bot is not None:
        bot.orders += 1
    withdraw_entries(state, at, position.bot_id, position.symbol)
    return _Answer(Outcome.ORDERED, order=order, submit=submit)


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
        closed = _closed_to_entries(state, bot, request.symbol, request.at)
        ruling = closed or judge_entry(request, risk_view(state, request, state.equity()))
    if isinstance(ruling, Refusal):
        return ruling
    order, submit = settle_request(state, request, ruling)
    release(state, order, submit)
    if bot is not None:
        bot.orders += 1
    return order
