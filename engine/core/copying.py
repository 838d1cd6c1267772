"""Followers act on what their leaders did. Called by engine.py after each event and by minute.py at each minute, once
anybody follows; takes facts of the account's own bots from copied_facts.py, of other accounts from the inbox.

A fact leads to one signal of the follower, named after the fact, and through the follower's own sizing, risk policy and
session to an order or to the reason why not. It is the same machine for a leader in the same account and in another
one, and in a backtest: docs/decisions/0014-copy.md has the rules.

    entries    only what is new enough, from a leader that is there and not wild, at a price that has not run away
    exits      always, however late; a part where the leader leaves a part

With `fills` a follower never holds what its leader does not: what a fact could not do (an exit was on its way, a venue
said no) is done at the next event, since it is compared anew each time.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.core.bot import Bot
from engine.core.copied_facts import ZERO, held_by_leaders
from engine.core.copied_signals import copy_entry, copy_exit, known, publish_copy
from engine.core.decide import exit_position, leave
from engine.core.following import Following
from engine.core.gone_leaders import close_after, see, why_gone
from engine.core.publish import publish_alert
from engine.core.publish_bots import publish_bot
from engine.core.sending import release, withdraw_entries
from engine.core.state import State
from engine.core.withdrawn import withdraw_for
from engine.domain.copying import ALL, Follow, LeaderFact, LeaderTold
from engine.domain.instant import MINUTE, Instant
from engine.domain.order import ExitReason, Purpose, Side
from engine.domain.signal import Outcome


def on_leader_told(state: State, event: LeaderTold) -> None:
    """What a leader in another account did. Told of another leader, or out of turn, it counts for nothing."""
    bot = state.bots.get(event.bot_id)
    following = None if bot is None else bot.following
    if bot is None or following is None or not bot.evaluating:
        return
    if following.terms.leader != event.leader or following.sequence != event.after:
        return
    at = state.reach_now()
    before = following.status(), following.refused
    _refuse(state, bot, following, event.refused)
    see(state, bot, following, event.gone, at)
    following.held.update(event.held)
    for fact in event.facts:
        _take(state, bot, following, fact, at)
    following.sequence = event.sequence
    if state.views and (following.status(), following.refused) != before:
        publish_bot(state, bot)


def go_on(state: State) -> None:
    """Let followers act on what the account's own bots did, and hold no more than their leaders."""
    at = state.reached_at()
    while state.leads:
        facts, state.leads = state.leads, []
        for fact in facts:
            for bot, following in _followers(state):
                if _listens(bot, following, fact):
                    _take(state, bot, following, fact, at)
    for bot, following in _followers(state):
        _hold_no_more(state, bot, following, at)


def look(state: State, at: Instant) -> None:
    """At a whole minute: who is gone, what is to be closed for it, what a person has resumed."""
    for bot, following in _followers(state):
        leader = following.terms.leader
        if following.wild is not None and bot.generation > following.wild_generation:
            following.wild, following.entries, following.entries_day = None, [], 0
        if not leader.account_id and leader.bot_id != ALL:
            see(state, bot, following, why_gone(state, leader.bot_id), at)
        close_after(state, bot, following, at)
    go_on(state)


def _followers(state: State) -> list[tuple[Bot, Following]]:
    """Bots that follow and look at anything at all, by id."""
    bots = (state.bots[bot_id] for bot_id in sorted(state.bots))
    return [(bot, bot.following) for bot in bots if bot.following is not None and bot.evaluating]


def _listens(bot: Bot, following: Following, fact: LeaderFact) -> bool:
    leader = following.terms.leader
    if leader.account_id or fact.kind is not following.terms.follow:
        return False
    return leader.bot_id == fact.bot_id or (leader.bot_id == ALL and not fact.copied)


def _take(state: State, bot: Bot, following: Following, fact: LeaderFact, at: Instant) -> None:
    """Act on one fact, or write down why not."""
    if fact.sequence is not None:
        following.latest[fact.symbol] = max(fact.sequence, following.latest.get(fact.symbol, fact.sequence))
    if fact.symbol not in bot.stances:
        _tell_symbol(state, bot, following, fact)
    elif fact.kind is Follow.SIGNALS:
        _take_signal(state, bot, following, fact, at)
    else:
        _take_fill(state, bot, following, fact, at)


def _take_signal(state: State, bot: Bot, following: Following, fact: LeaderFact, at: Instant) -> None:
    """A signal against what is held closes it, whatever became of it at the leader; else it may be an entry."""
    position = state.portfolio.get(bot.bot_id, fact.symbol)
    if position is not None and position.sign != fact.side.sign:
        if not state.exit_in_flight(bot.bot_id, fact.symbol):
            copy_exit(state, bot, fact, fact.side, at, None)
        return
    if position is None and _entering(state, bot, fact.symbol, fact.side.opposite):
        why = f"the leader's {fact.side} came before it was filled"
        withdraw_for(state, at, bot.bot_id, fact.symbol, why, fact.fact_id)
        return
    _enter(state, bot, following, fact, fact.side, ZERO, ZERO, at)


def _take_fill(state: State, bot: Bot, following: Following, fact: LeaderFact, at: Instant) -> None:
    """The leader holds more, less or nothing of it than before."""
    whole = following.terms.leader.bot_id == ALL
    before, after = (fact.net_before, fact.net_after) if whole else (fact.before, fact.after)
    if before is None or after is None:
        return  # of a bot that follows somebody itself
    if not following.overtaken(fact):
        following.held[fact.symbol] = after
    if abs(after) > abs(before) and before * after >= 0:
        side = Side.BUY if after > 0 else Side.SELL
        _enter(state, bot, following, fact, side, abs(before), abs(after), at)
        return
    position = state.portfolio.get(bot.bot_id, fact.symbol)
    if position is None and _entering(state, bot, fact.symbol):
        withdraw_entries(state, at, bot.bot_id, fact.symbol, "the leader holds less by now")
    if position is None or position.quantity * before <= 0:
        return
    side = Side.SELL if position.sign > 0 else Side.BUY
    if after * before <= 0:
        following.targets.pop(fact.symbol, None)
        if not state.exit_in_flight(bot.bot_id, fact.symbol):
            copy_exit(state, bot, fact, side, at, None)
        return
    if known(state, bot, fact):
        return
    held = abs(position.quantity)
    base = min(held, following.targets.get(fact.symbol, held))
    sold = position.instrument.whole_lots(base * (abs(before) - abs(after)) / abs(before))
    following.targets[fact.symbol] = base - sold
    if not state.exit_in_flight(bot.bot_id, fact.symbol):
        copy_exit(state, bot, fact, side, at, held - base + sold)


def _enter(
    state: State, bot: Bot, following: Following, fact: LeaderFact, side: Side, before: Decimal, after: Decimal,
    at: Instant,
) -> None:  # fmt: skip
    if known(state, bot, fact):
        return
    fresh = following.wild is None
    answer = copy_entry(state, bot, following, fact, side, before, after, at)
    if fresh and following.wild is not None:
        words = f"{bot.bot_id}: {following.wild}. It follows again when a person resumes it"
        publish_alert(state, "warning", "leader_wild", f"{bot.bot_id} {fact.fact_id}", words)
    order = answer.order
    if order is not None and answer.outcome is Outcome.ORDERED and fact.symbol in following.targets:
        following.targets[fact.symbol] += order.quantity
    publish_copy(state, bot, fact, side, answer, at)
    if state.views and fresh and following.wild is not None:
        publish_bot(state, bot)


def _entering(state: State, bot: Bot, symbol: str, side: Side | None = None) -> bool:
    """Whether an entry is at work, of a side where one is named."""
    orders = state.open_orders(bot.bot_id, symbol)
    return any(order.purpose is Purpose.ENTRY and side in (None, order.side) for order in orders)


def _hold_no_more(state: State, bot: Bot, following: Following, at: Instant) -> None:
    """With `fills`: leave what the leader has left, and what it has reduced as far as that is not done yet."""
    if following.terms.follow is not Follow.FILLS or state.ended:
        return
    for symbol in bot.stances:
        session, held = state.session_of(symbol), _leader_holds(state, following, symbol)
        position = state.portfolio.get(bot.bot_id, symbol)
        if position is None:
            following.targets.pop(symbol, None)
            following.leaving.pop(symbol, None)
        if held is None or session is None or not session.open_at <= at < session.close_at:
            continue
        if position is None:
            if held == 0 and _entering(state, bot, symbol):
                withdraw_entries(state, at, bot.bot_id, symbol, "the leader holds it no more")
        elif symbol in following.leaving:
            if exit_position(state, position, following.leaving[symbol], at) is not None:
                following.leaving.pop(symbol)
        elif position.quantity * held <= 0:
            exit_position(state, position, ExitReason.SIGNAL, at)
        elif abs(position.quantity) > following.targets.get(symbol, abs(position.quantity)):
            excess = abs(position.quantity) - following.targets[symbol]
            answer = leave(state, position, ExitReason.REDUCE, at, at - at % MINUTE, None, excess)
            release(state, answer.order, answer.submit)


def _leader_holds(state: State, following: Following, symbol: str) -> Decimal | None:
    """What the leader holds of a symbol, signed; None while that is not known of one in another account."""
    leader = following.terms.leader
    if leader.account_id:
        return following.held.get(symbol)
    if leader.bot_id == ALL:
        return held_by_leaders(state, symbol)
    position = state.portfolio.get(leader.bot_id, symbol)
    return ZERO if position is None else position.quantity


def _refuse(state: State, bot: Bot, following: Following, refused: str | None) -> None:
    was, following.refused = following.refused, refused
    if refused is not None and was is None:
        publish_alert(state, "warning", "copy_refused", f"{bot.bot_id} {bot.generation}", f"{bot.bot_id}: {refused}")


def _tell_symbol(state: State, bot: Bot, following: Following, fact: LeaderFact) -> None:
    if fact.symbol in following.told:
        return
    following.told.add(fact.symbol)
    words = f"{bot.bot_id}: {fact.bot_id} trades {fact.symbol}, which is none of this bot's symbols: it is not copied"
    publish_alert(state, "info", "copy_symbol", f"{bot.bot_id} {bot.generation} {fact.symbol}", words)


HANDLERS: dict[type, Callable[[State, Any], None]] = {LeaderTold: on_leader_told}
