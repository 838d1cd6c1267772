"""Whether a bot may follow its leader, decided when it comes or changes. Called by control.py.

A circle (a follows b, b follows a) would copy for ever, and a long chain is late at its end: both are refused, as the
error of the bot that came last. A leader in another account is looked up by runtime/leader_watch, which tells.
"""

from __future__ import annotations

from dataclasses import replace

from engine.core.bot import Bot
from engine.core.following import Following
from engine.core.publish import publish_alert
from engine.core.state import State
from engine.core.strategy import Follows
from engine.domain.account import Mode
from engine.domain.copy_rules import Party
from engine.domain.copying import CopyTerms, LeaderName, chain_of, fault_of


def begin_following(state: State, bot: Bot, before: Bot | None) -> None:
    """Let a bot whose strategy follows begin, from where it was; one that must not gets that as its error."""
    strategy: object = next((stance.strategy for stance in bot.stances.values()), None)
    past = state.follow_pasts.pop(bot.bot_id, None)
    if not isinstance(strategy, Follows):
        return
    lacking = ", ".join(symbol for symbol in bot.spec.symbols if symbol not in bot.stances)
    if lacking:
        words = f"{bot.bot_id}: {lacking} is not traded here, and is not copied"
        publish_alert(state, "info", "copy_symbol", f"{bot.bot_id} {bot.generation} {lacking}", words)
    terms, was = _named(state, strategy.terms), None if before is None else before.following
    bot.following = Following.begin(terms, past if was is None else was.status())
    if was is not None and was.terms.leader == terms.leader:
        bot.following.held, bot.following.targets = was.held, was.targets
    state.copies = True
    bot.error = _refusal(state, terms) or _fault(state, bot)


def wake(bot: Bot) -> None:
    """A stopped follower is started: it goes on with what its leader does from now on, not with what it missed."""
    if bot.following is not None:
        bot.following.sequence = None
        bot.following.held.clear()


def _named(state: State, terms: CopyTerms) -> CopyTerms:
    """A leader in the bot's own account needs no account named."""
    if terms.leader.account_id != state.account.account_id:
        return terms
    return replace(terms, leader=LeaderName("", terms.leader.bot_id))


def _refusal(state: State, terms: CopyTerms) -> str | None:
    account, leader = state.account, terms.leader
    if not leader.account_id:
        own = Party(account.account_id, account.user_id, account.mode is Mode.LIVE)
        return account.copy_rules.refusal(own, own)
    if account.market == "replay":
        return f"A replay follows its own bots alone, not {leader}: what another account does is not in its data"
    return None  # whose it is, and whether it may be followed, the watch finds out


def _fault(state: State, bot: Bot) -> str | None:
    """What is wrong with a bot's chain of leaders, or by it with the chains of those that follow it."""
    name, others = LeaderName("", bot.bot_id), (LeaderName("", one) for one in sorted(state.bots))
    chains = (chain_of(first, lambda one: _leader_of(state, one)) for first in (name, *others))
    return next((fault for chain in chains if name in chain and (fault := fault_of(chain)) is not None), None)


def _leader_of(state: State, name: LeaderName) -> LeaderName | None:
    """Whom a bot of the account follows, if that is a bot of the account too."""
    bot = state.bots.get(name.bot_id)
    following = None if bot is None or bot.error is not None or bot.removed else bot.following
    return None if following is None or following.terms.leader.account_id else following.terms.leader
