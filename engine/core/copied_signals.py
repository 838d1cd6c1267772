"""A leader's fact as a signal of its follower: judged, sized, sent, written down. Called by copying.py."""

from __future__ import annotations

from decimal import Decimal

from engine.core.bot import Bot
from engine.core.closed import blocked
from engine.core.copied_facts import ZERO, fact_of_signal
from engine.core.decide import Answer, Occasion, enter, leave
from engine.core.following import Following
from engine.core.sending import release
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.domain.copying import Follow, LeaderFact
from engine.domain.identity import copied_signal_id, order_id
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.order import ExitReason, Refusal, Side
from engine.domain.records import SignalRecord
from engine.domain.signal import Outcome, SignalType

BPS = 10_000


def known(state: State, bot: Bot, fact: LeaderFact) -> bool:
    """Whether an order of this fact was made before: the fact is told again, after a restart, and is done with."""
    identity = order_id(state.account.account_id, bot.bot_id, fact.symbol, bot.spec.timeframe, 0, _leg(fact), 0)
    return any(identity in ids for ids in (state.orders, state.legs, state.truth.listed, state.orders_before))


def copy_entry(
    state: State, bot: Bot, following: Following, fact: LeaderFact, side: Side, before: Decimal, after: Decimal,
    at: Instant,
) -> Answer:  # fmt: skip
    """Enter as the leader did, or say why not. With fills it went from `before` to `after`, without their sign."""
    symbol, position = fact.symbol, state.portfolio.get(bot.bot_id, fact.symbol)
    if not state.instruments[symbol].tradable:
        return Answer(Outcome.WATCH, "watch_only", f"{symbol} is watched, not traded")
    if not fact.enters:
        return Answer(Outcome.WATCH, "leader_flat", f"No entry of {fact.bot_id} came of it")
    if position is None and side is Side.SELL and not bot.stances[symbol].strategy.allow_short:
        return Answer(Outcome.WATCH, "flat", "Nothing held to sell, and the bot is long only")
    refusal = _kept_out(state, bot, following, fact, side, at)
    if refusal is None and position is not None and position.sign != side.sign:
        refusal = Refusal("opposite", f"{position.quantity:f} are held the other way, which is left first")
    quantity = None
    if refusal is None and fact.kind is Follow.FILLS:
        quantity = _share(state, following, fact, before, after)
        if quantity is None or quantity <= 0:
            words = f"{after - before:f} of the leader's come to less than one lot here"
            refusal = Refusal("size", words if quantity is not None else "The leader's equity is not known")
    if refusal is not None:
        return Answer(Outcome.BLOCKED, refusal.code, refusal.detail)
    times = Decimal(1)
    if fact.kind is Follow.SIGNALS:
        times = following.terms.scale
        bot.stances[symbol].verdict = Verdict("signal", fact.score, SignalType(side.value))
    price, identity = state.tapes[symbol].price(), _identity(state, bot, fact)
    return enter(state, bot, Occasion(symbol, side, price, at, 0, identity, _leg(fact), quantity, times))


def copy_exit(state: State, bot: Bot, fact: LeaderFact, side: Side, at: Instant, quantity: Decimal | None) -> None:
    """Leave as the leader did: all, or a quantity."""
    position = state.portfolio.get(bot.bot_id, fact.symbol)
    if position is None:
        return
    identity = _identity(state, bot, fact)
    if quantity is None:
        answer = leave(state, position, ExitReason.SIGNAL, at, at - at % MINUTE, identity)
    elif quantity > 0:
        answer = leave(state, position, ExitReason.REDUCE, at, 0, identity, quantity, _leg(fact))
    else:
        answer = Answer(Outcome.BLOCKED, "size", "The leader's part comes to less than one lot here")
    publish_copy(state, bot, fact, side, answer, at)


def publish_copy(state: State, bot: Bot, fact: LeaderFact, side: Side, answer: Answer, at: Instant) -> None:
    """Write the follower's signal down with its outcome, then ask for its order to be sent."""
    ordered = answer.order is not None and answer.outcome is Outcome.ORDERED
    bot.signals += 1
    bot.last_evaluated_at = at
    bot.take_part(state.ledger.day)
    signal = SignalRecord(
        signal_id=_identity(state, bot, fact),
        bot_id=bot.bot_id,
        strategy=bot.spec.strategy,
        symbol=fact.symbol,
        timeframe=bot.spec.timeframe,
        type=SignalType(side.value),
        price=state.tapes[fact.symbol].price(),
        score=fact.score,
        reasons=(_words(state, fact, at),),
        bar_at=at - at % MINUTE,
        confirmed_at=at,
        outcome=answer.outcome,
        blocking_reason=answer.reason,
        blocking_detail=answer.detail,
        order_id=answer.order.order_id if answer.order else None,
        purpose=answer.order.purpose if answer.order and ordered else None,
    )
    state.publish(signal)
    release(state, answer.order, answer.submit)
    state.leads.append(fact_of_signal(state, bot, signal))


def _kept_out(
    state: State, bot: Bot, following: Following, fact: LeaderFact, side: Side, at: Instant
) -> Refusal | None:
    """What keeps a follower out of an entry: its age, the leader's state, the follower's own, the price."""
    terms, age = following.terms, _age_us(fact, at)
    if following.overtaken(fact):
        return Refusal("late", "What the leader did after it on this symbol was told before")
    if age > terms.max_delay_s * SECOND:
        return Refusal("late", f"{age / SECOND:.1f} s after the leader, limit {terms.max_delay_s} s")
    if following.wild is None and (wild := following.count_entry(fact.order_id, at)) is not None:
        following.wild, following.wild_generation = wild, bot.generation
    if (barred := following.blocking()) is not None:
        return Refusal(*barred)
    if (refusal := blocked(state, bot, fact.symbol, at)) is not None:
        return refusal
    price, most = state.tapes[fact.symbol].price(), state.policy.slippage_max_bps
    beyond = (price - fact.price) * side.sign * BPS / fact.price if fact.price > 0 else ZERO
    if beyond > most:
        return Refusal("slippage", f"{price:f} is {beyond:.1f} bps beyond the leader's {fact.price:f}, limit {most:f}")
    return None


def _share(state: State, following: Following, fact: LeaderFact, before: Decimal, after: Decimal) -> Decimal | None:
    """What the leader added, in whole lots at the share of the equities; None where the leader's is not known.

    The lots of what it holds after, less those of before: rounding does not add up over the fills of an order.
    """
    instrument, share = state.instruments[fact.symbol], following.terms.scale
    if fact.account_id != state.account.account_id:
        if fact.equity <= 0:
            return None
        share = share * max(ZERO, state.equity()) / fact.equity
    return instrument.whole_lots(after * share) - instrument.whole_lots(before * share)


def _identity(state: State, bot: Bot, fact: LeaderFact) -> str:
    return copied_signal_id(state.account.account_id, bot.bot_id, fact.fact_id)


def _leg(fact: LeaderFact) -> str:
    """Names the order after the fact, so that a fact leads to one order."""
    return f"copy-{fact.fact_id}"


def _age_us(fact: LeaderFact, at: Instant) -> int:
    return max(0, at - fact.at) if fact.age_us is None else fact.age_us


def _words(state: State, fact: LeaderFact, at: Instant) -> str:
    what = "fill" if fact.kind is Follow.FILLS else "signal"
    own = fact.account_id == state.account.account_id
    leader = fact.bot_id if own else f"{fact.account_id}/{fact.bot_id}"
    return f"copies {what} {fact.fact_id} of {leader}, {_age_us(fact, at) / SECOND:.1f} s later"
