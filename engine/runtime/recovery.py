"""Start-up is recovery: what was written down, then the market's past, then what people want; only then prices.

A replay is played again from its beginning instead, at once up to where it was: the engine is deterministic, so it
comes to the same books under the same ids, and what the journal has already is not written again.

Called by supervisor before any of the session's threads run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from engine.domain.events import InstrumentListed, OrderCancelled, Recovered
from engine.domain.instant import MINUTE, Instant
from engine.domain.records import AccountRecord, CommandResult, HealthRecord, Record
from engine.outbox.relay import BATCH_BYTES_MAX, BATCH_MAX, Journal
from engine.ports import MarketFeed
from engine.runtime.control_watch import ControlWatch
from engine.runtime.session import Session

REPLAY = "replay"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the market goes on: `since` is a whole minute, None for the feed's own start."""

    since: Instant | None
    finished: bool


def place_of(records: Sequence[Record]) -> Place:
    """The place of what was written down last. Its minute is played again: ids make that harmless."""
    accounts = [record for record in records if isinstance(record, AccountRecord)]
    finished = any(isinstance(record, HealthRecord) and record.clock_finished for record in records)
    if not accounts or accounts[0].market_at <= 0:
        return Place(None, finished)
    market_at = accounts[0].market_at
    return Place(market_at - market_at % MINUTE, finished)


def answered_commands(journal: Journal) -> frozenset[str]:
    """The commands whose results wait in the journal: to the store they are still to be carried out."""
    answered: list[str] = []
    row = 0
    while waiting := journal.pending(row, BATCH_MAX, BATCH_BYTES_MAX):
        answered += [item.record.command_id for item in waiting if isinstance(item.record, CommandResult)]
        row = waiting[-1].row
    return frozenset(answered)


def recover(session: Session, feed: MarketFeed, watch: ControlWatch, records: Sequence[Record], sequence: int) -> Place:
    """Bring a session to where it left off; returns where its feed goes on."""
    place = place_of(records)
    plays_again = feed.market == REPLAY and not place.finished
    if plays_again:
        accounts = [record for record in records if isinstance(record, AccountRecord)]
        session.play_again(sequence, accounts[0] if accounts else None)
    for instrument in feed.instruments():
        session.step(InstrumentListed(instrument))
    if records and not plays_again:
        session.step(Recovered(tuple(records), sequence))
        for record in records:
            session.snapshot.take(record)
        _end_lost_orders(session)
    session.step_all(feed.history(place.since))
    session.snapshot.list_instruments(session.loop.engine.state)
    breaker = session.loop.engine.state.breaker
    watch.begin_halted(breaker.reason is not None, breaker.reason or "")
    watch.look()
    session.step_all(session.inbox.take(0))
    session.pulse.finished = place.finished
    _log.info(
        "recovered",
        account=session.account.account_id,
        records=len(records),
        sequence=sequence,
        since=place.since,
        bots=len(session.loop.engine.state.bots),
        positions=len(session.loop.engine.state.portfolio),
    )
    return place


def _end_lost_orders(session: Session) -> None:
    """Orders that rested at the simulated venue died with it."""
    state = session.loop.engine.state
    for order in state.open_orders():
        session.step(OrderCancelled(order.order_id, "the simulated venue was restarted", state.now))
