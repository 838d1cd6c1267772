"""Trips as they happen and as they are lifted: entries are taken back, one alert says why and until when.

Called by minute.py before bots judge, by settle.py after each fill, by answers.py for rejections, by reconcile.py for
the first comparison, by feed_watch.py for silence, by control.py for a person's resume, and as a trading day begins.
When something trips is in risk/trips.py. Exits and what protects a position go on.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.audit import note
from engine.core.bot import Bot
from engine.core.publish import publish_account, publish_alert
from engine.core.publish_bots import publish_bot
from engine.core.risk.trips import lifted_by_session, losing_streak, losses, period_of, reject_storm, unread_refusals
from engine.core.sending import withdraw_entries
from engine.core.state import State
from engine.domain.account import Desired
from engine.domain.effective import EffectiveMode
from engine.domain.instant import Instant
from engine.domain.records import TripKind, TripRecord
from engine.domain.records.audit import ENGINE


def judge(state: State, at: Instant) -> Decimal:
    """Trip what the account's money as it is now trips; returns its equity (currency)."""
    equity = state.equity()
    if state.floor.reached(equity, state.policy, state.ledger):
        for loss in losses(equity, state.policy, state.ledger, at):
            trip(state, loss)
    streak = losing_streak(state.policy, state.ledger, at)
    if streak is not None:
        trip(state, streak)
    return equity


def rejected(state: State, at: Instant, reason: str) -> None:
    """The broker rejected an order, told for the first time."""
    state.rejections.add(at)
    storm = reject_storm(state.policy, state.ledger, state.rejections, at, reason)
    if storm is not None:
        trip(state, storm)
    told_of_ends(state)


def refused_unread(state: State, at: Instant, reason: str, *, needs_person: bool) -> None:
    """The broker said no to an entry in words that are in no list, or to anything in words that need a person. What
    became of it is found out; no other entry is to be told the same, again and again.
    """
    state.unread_refusals += 1
    stop = unread_refusals(state.ledger, state.unread_refusals, at, reason, needs_person=needs_person)
    if stop is not None:
        trip(state, stop)


def trip(state: State, record: TripRecord) -> None:
    """Latch it: no entry from here on. What has tripped already is not told again."""
    trips = state.breaker.trips
    if record.kind in trips:
        return
    trips[record.kind] = record
    note(state, ENGINE, "tripped", record.kind, None, record.detail)
    withdraw_entries(state, max(record.at, state.now), reason=f"entries are stopped: {_name(record)}")
    publish_alert(state, "critical", record.kind, period_of(record), record.detail)
    publish_standing(state)


def keep_out(state: State, at: Instant) -> None:
    """Take entries back that are at work although entries are stopped: a cancellation may have been refused, or lost.

    A kill sees to its own; one that is not reconciled yet has not decided that they should go.
    """
    breaker = state.breaker
    stopped = breaker.halted is not None or breaker.held is not None or bool(breaker.trips)
    if state.kill is None and (stopped or state.mode is EffectiveMode.DRY):
        withdraw_entries(state, at, reason="entries are stopped")
    if state.orders.working():
        for bot_id in sorted(state.bots):
            keep_out_of(state, state.bots[bot_id], at)


def keep_out_of(state: State, bot: Bot, at: Instant) -> None:
    """Take entries back that are at work for a bot that makes none: nobody expects it to buy any more."""
    if bot.error is not None:
        withdraw_entries(state, at, bot.bot_id, reason="the bot has an error")
    elif bot.desired is not Desired.RUNNING:
        withdraw_entries(state, at, bot.bot_id, reason=f"the bot is {bot.desired.value}")


def told_of_ends(state: State) -> None:
    """Something that was at work has ended: what reduces may have come to its end, and is shown so."""
    if state.breaker.trips and not state.exposed():
        publish_account(state)


def begin_day(state: State, day: str) -> None:
    """A trading day (ISO) has begun: what its session, or its week, lifts is lifted."""
    for record in list(state.breaker.trips.values()):
        if lifted_by_session(record, day):
            _lift(state, record, ENGINE, f"by the session of {day}")


def resume(state: State, actor: str) -> str | None:
    """A person resumes: what a person may lift is lifted; of what stays, in words why. None where nothing stays."""
    for kind in state.breaker.liftable():
        _lift(state, state.breaker.trips[kind], actor, "by a person")
    return "; ".join(record.detail for record in state.breaker.shown) or None


def compared(state: State) -> None:
    """A report of the broker's was compared with the books: the first that leaves nothing in doubt lets entries go.

    What is in doubt becomes a difference with the next report, or is gone.
    """
    breaker = state.breaker
    if breaker.unreconciled is None or state.truth.suspects:
        return
    waited, breaker.unreconciled = breaker.unreconciled, None
    if state.sessions:  # before the first one nobody was told that it waited
        note(state, ENGINE, "trip_lifted", waited.kind, waited.detail, "the broker's report was compared")
        publish_standing(state)


def publish_standing(state: State) -> None:
    """The account and all bots: what stops the one keeps the others from trading."""
    publish_account(state)
    if state.views:
        for bot_id in sorted(state.bots):
            publish_bot(state, state.bots[bot_id])


def _lift(state: State, record: TripRecord, actor: str, how: str) -> None:
    """What it was judged on begins anew where it would trip at once again."""
    ledger = state.ledger
    del state.breaker.trips[record.kind]
    match record.kind:
        case TripKind.DRAWDOWN:
            before, ledger.high_water_mark = ledger.high_water_mark, state.equity()
            how += f"; the high-water mark begins anew at {ledger.high_water_mark:.2f}, it was {before:.2f}"
        case TripKind.LOSING_STREAK:
            ledger.losses_in_a_row = 0
        case TripKind.REJECT_STORM:
            state.rejections.clear()
        case TripKind.UNREAD_REFUSALS:
            state.unread_refusals = 0
        case TripKind.FEED_LOST:
            state.prices_since = None
        case _:
            pass
    note(state, actor, "trip_lifted", record.kind, record.detail, how)
    publish_alert(state, "info", "trip_lifted", f"{record.kind} {period_of(record)}", f"{_name(record)}: lifted {how}")


def _name(record: TripRecord) -> str:
    return record.kind.replace("_", " ").capitalize()
