"""Start-up is recovery: what was written down, then the market's past, then what people want; only then prices.

A replay is played again from its beginning instead, at once up to where it was: the engine is deterministic, so it
comes to the same books under the same ids, and what the journal has already is not written again.

Where the journal is lost, books and signals are made again of what the store has and of the market's past
(rederive.py). All of that leaves as one batch with what it was made of: a crash amid it leaves nothing, and the next
start does it anew.

Called by bootstrap before any of the session's threads run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import structlog

from engine.domain.events import InstrumentListed, MarketEvent, Recovered
from engine.domain.found import ChainFound, FactsFound, ViewsFound
from engine.domain.instant import MINUTE, Instant
from engine.domain.records import AuditHead, CommandResult, HealthRecord, RehearsedRecord
from engine.ports import MarketFeed, PastStore
from engine.runtime.control_watch import ControlWatch
from engine.runtime.patience import Patient, at_once
from engine.runtime.rederive import REPLAY, LocalJournal, Past, waiting, with_waiting_views
from engine.runtime.session import Session

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the market goes on: `since` is a whole minute, None for the feed's own start."""

    since: Instant | None
    finished: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the past is read from: the market, the journal, and the store where the journal does not know it all.

    `patient` makes what is read of the store, for as long as that takes.
    """

    feed: MarketFeed
    journal: LocalJournal
    store: PastStore
    patient: Patient = at_once


def place_of(past: Past) -> Place:
    """The place of what was written down last. Its minute is played again: ids make that harmless.

    Where the journal was lost, nothing that was done may be decided again, though the account was written before it.
    """
    finished = any(isinstance(record, HealthRecord) and record.clock_finished for record in past.records)
    account = past.account
    reached_at = max(0 if account is None else account.market_at, 0 if past.facts is None else past.facts.reached_at)
    if reached_at <= 0:
        return Place(None, finished)
    return Place(reached_at - reached_at % MINUTE, finished and not past.lost)


def answered_commands(journal: LocalJournal) -> frozenset[str]:
    """The commands whose results wait in the journal: to the store they are still to be carried out."""
    return frozenset(record.command_id for record in waiting(journal) if isinstance(record, CommandResult))


def recover(session: Session, watch: ControlWatch, past: Past, sources: Sources) -> Place:
    """Bring a session to where it left off; returns where its feed goes on."""
    place, feed, state = place_of(past), sources.feed, session.loop.engine.state
    plays_again = feed.market == REPLAY and not place.finished
    if plays_again:
        written = None if past.account_at is None else past.account
        session.play_again(past.sequence, written, past.account_at or 0)
    with nullcontext() if past.facts is None else session.together():
        for instrument in feed.instruments():
            session.step(InstrumentListed(instrument))
        if past.records and not plays_again:
            _put_back(session, past)
        _go_on_noting(session, past, plays_again=plays_again)
        if past.facts is None:
            session.compare()
        session.step_all(_while_wanted(feed.history(place.since), sources.patient))
        if past.facts is not None:
            session.step(FactsFound(past.facts))
            session.meet_venue()
            session.compare()
        session.snapshot.list_instruments(state)
        if state.kill is None:
            watch.stops.begin_halted(state.breaker.halted is not None and not state.breaker.broken)
        else:
            watch.stops.begin_killed(state.kill.asked_at)
        watch.begin_policy(state.policy_next or state.policy)
        session.rehearsal.begin(past.records, unknown=past.lost)
        sources.patient(watch.look)
        session.step_all(session.inbox.take(0))
        if past.facts is not None:
            _fill_in(session, past, sources)
    if past.facts is not None:
        sources.journal.made_whole()
    session.pulse.finished = place.finished
    _log.info(
        "recovered",
        account=session.account.account_id,
        records=len(past.records),
        sequence=state.sequence,
        since=place.since,
        bots=len(state.bots),
        positions=len(state.portfolio),
    )
    return place


def _while_wanted(events: Iterable[MarketEvent], patient: Patient) -> Iterator[MarketEvent]:
    """The past, event by event, as long as nobody asks for the end: days of it take seconds. Nothing of it is written
    down before all of it is.
    """
    for event in events:
        patient(_go_on)
        yield event


def _go_on() -> None:
    """Nothing: patience itself looks whether the end was asked for."""


def _put_back(session: Session, past: Past) -> None:
    if past.adopted:
        session.adopt(past.records, past.sequence)
    own = tuple(record for record in past.records if not isinstance(record, RehearsedRecord))
    session.step(Recovered(own, past.sequence))
    for record in own:
        session.snapshot.take(record)
    if past.facts is None:
        session.meet_venue()


def _go_on_noting(session: Session, past: Past, *, plays_again: bool) -> None:
    """Where the audit log stands: of a whole journal its states say it, and a replay must come to it by itself."""
    chain = past.chain
    if plays_again:
        head = None if past.lost else next((record for record in past.records if isinstance(record, AuditHead)), None)
        chain = None if head is None else ChainFound(head.number, head.hash, past.sequence)
    if chain is not None:
        session.step(chain)


def _fill_in(session: Session, past: Past, sources: Sources) -> None:
    """What the store lacks of the days since the account was last seen, found again in the market's past."""
    state, facts = session.loop.engine.state, past.facts
    if facts is None:
        return
    sessions = [own for symbol in state.symbols() for _, own in state.tapes[symbol].history if own is not None]
    days = sorted({own.day for own in sessions if own.open_at >= facts.since})
    views = sources.patient(lambda: sources.store.views(session.account, sorted(state.bots), days))
    before = state.sequence
    session.step(ViewsFound(facts, with_waiting_views(views, sources.journal), past.seen))
    _log.warning(
        "found again",
        account=session.account.account_id,
        fills=len(facts.fills),
        records=state.sequence - before,
        cash=str(state.ledger.cash),
    )
