"""What an account goes on from: its journal, and the store where the journal is lost or was damaged.

Asked by bootstrap at the start, with the lease taken; feeds recovery. A whole journal is the whole truth: its states
are of one moment. A store's documents are each of their own, so there the facts are read as well, and the core makes
books and signals of them again. Nothing here writes to the store: what it lacks leaves through the journal as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from engine.domain.account import AccountSpec
from engine.domain.found import ChainFound, FoundFacts, FoundViews
from engine.domain.instant import Instant
from engine.domain.order import OrderState, Purpose
from engine.domain.records import (
    AccountRecord,
    AuditRecord,
    BarRecord,
    BotStatusRecord,
    ClosedTradeRecord,
    DecisionRecord,
    FillRecord,
    OrderRecord,
    Record,
    SignalRecord,
)
from engine.outbox.backlog import BATCH_BYTES_MAX
from engine.outbox.lane import BATCH_MAX
from engine.ports import Grant, Outbox, PastStore, Pending

REPLAY = "replay"
# More records than a journal ever held undelivered of one account: numbers that the lost one gave are not given again.
SEQUENCE_GAP = 1_000_000
_log = structlog.get_logger()


class LocalJournal(Outbox, Protocol):
    """The journal on this machine, as a start needs it."""

    def pending(self, after_row: int, limit: int, byte_limit: int) -> Sequence[Pending]:
        """Undelivered records with a higher row; see outbox/journal.Journal."""

    def requeue_after(self, delivered_sequence: int) -> int:
        """Send again every kept record with a higher sequence; how many."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was written down last. `sequence`: numbers up to it are taken (of a replay: written down already).

    `facts`, where the states are of different moments: what the books are made of again. `adopted`: the states are the
    store's alone, and are to be written down here. `account_at`: the sequence at which a replay that is played again
    must come to the account among the records; None: that is not known. `seen`: up to when the store knows each bot
    that ever ran to have looked at bars. `chain`: where the audit log stands, where the states may not say it.
    """

    records: tuple[Record, ...] = ()
    sequence: int = 0
    facts: FoundFacts | None = None
    adopted: bool = False
    account_at: int | None = None
    lost: bool = False
    seen: Mapping[str, Instant] = field(default_factory=dict)
    chain: ChainFound | None = None

    @property
    def account(self) -> AccountRecord | None:
        """The account as it was written last."""
        return account_of(self.records)


def account_of(records: Sequence[Record]) -> AccountRecord | None:
    """The account among records, if it is."""
    return next((record for record in records if isinstance(record, AccountRecord)), None)


def written_down(journal: LocalJournal, store: PastStore, account: AccountSpec, grant: Grant) -> Past:
    """What to go on from; what the store lacks of the journal is queued to be sent again.

    May be repeated from the beginning. Raises an OperatingError when the store does not answer, JournalFailed.
    """
    records = tuple(journal.newest_states())
    salvaged = journal.salvaged
    if records and salvaged is None:
        again = journal.requeue_after(grant.delivered_sequence)
        sequence = journal.last_sequence
        _log.info("journal found", account=account.account_id, sequence=sequence, sent_again=again)
        return Past(records, sequence, account_at=sequence)
    stored = store.states(account.account_id)
    if salvaged is not None:
        _log.warning("the journal was damaged: the store completes it", account=account.account_id, lost=salvaged.lost)
        journal.merge(stored.records, stored.sequence, grant.delivered_sequence)
        journal.requeue_after(grant.delivered_sequence)
        records = tuple(journal.newest_states())
    elif stored.records:
        _log.warning("the journal is lost: going on from the store", account=account.account_id)
        records = stored.records
    chain = chain_in(store.newest_entry(account), journal)
    sequence = max(journal.last_sequence, stored.sequence, grant.delivered_sequence)
    past = Past(records, sequence, lost=True, chain=chain)
    if past.account is None:
        return _without_account(past, store, account, journal)
    if account.market == REPLAY:  # played again, and what the store may lack is sent again
        known_at = stored.account_sequence if salvaged is None else None
        return replace(past, sequence=grant.delivered_sequence, account_at=known_at)
    since = past.account.market_at if past.account.session is None else past.account.session.open_at
    facts = with_waiting_facts(store.facts(account, since), journal)
    seen, records = seen_of(stored.records), perhaps_sent(records)
    return replace(
        past, records=records, sequence=past.sequence + SEQUENCE_GAP, facts=facts, adopted=salvaged is None, seen=seen
    )


def perhaps_sent(records: Sequence[Record]) -> tuple[Record, ...]:
    """States as a lost journal leaves them: an exit that was decided on may have left, since it needs nothing but the
    journal for that. It is looked up; only a whole journal can say that it never went.
    """
    return tuple(
        replace(record, state=OrderState.SENT)
        if isinstance(record, OrderRecord)
        and record.state is OrderState.CREATED
        and record.purpose is not Purpose.ENTRY
        else record
        for record in records
    )


def _without_account(past: Past, store: PastStore, account: AccountSpec, journal: LocalJournal) -> Past:
    """A new account; or one whose orders and fills are in the store, while its own document had not yet arrived."""
    new = replace(past, records=(), lost=False, chain=past.chain if past.chain and past.chain.number else None)
    if account.market == REPLAY:
        return new
    facts = with_waiting_facts(store.facts(account, 0), journal)
    if not (facts.fills or facts.orders or facts.signals):
        return new
    _log.warning("the store has orders of the account, and not the account", account=account.account_id)
    sequence = past.sequence + SEQUENCE_GAP
    return replace(past, sequence=sequence, facts=facts, adopted=True, seen=seen_of(past.records))


def chain_in(newest: AuditRecord | None, journal: LocalJournal) -> ChainFound:
    """The newest entry of the audit log, of the store's and those that are on their way to it."""
    entries = [] if newest is None else [newest]
    entries += [record for record in waiting(journal) if isinstance(record, AuditRecord)]
    last = max(entries, key=lambda entry: entry.number, default=None)
    return ChainFound(0, "") if last is None else ChainFound(last.number, last.hash)


def seen_of(records: Sequence[Record]) -> dict[str, Instant]:
    """Up to when each bot is known to have looked at bars; one that never did began when the account was there."""
    account = account_of(records)
    began_at = 0 if account is None else account.market_at
    return {
        record.bot_id: began_at if record.last_evaluated_at is None else record.last_evaluated_at
        for record in records
        if isinstance(record, BotStatusRecord)
    }


def with_waiting_facts(facts: FoundFacts, journal: LocalJournal) -> FoundFacts:
    """The store's facts, and those that are on their way to it in what was saved of a journal."""
    fills = {fill.fill_key: fill for fill in facts.fills}
    orders, signals, trades = dict(facts.orders), dict(facts.signals), set(facts.trades)
    for record in waiting(journal):
        match record:
            case FillRecord():
                fills.setdefault(record.fill_key, record)
            case SignalRecord():
                signals.setdefault(record.signal_id, record)
            case OrderRecord():
                orders[record.order_id] = record
            case ClosedTradeRecord():
                trades.add(record.trade_id)
            case _:
                pass
    in_order = sorted(fills.values(), key=lambda fill: fill.filled_at)
    return replace(facts, fills=tuple(in_order), orders=orders, signals=signals, trades=frozenset(trades))


def with_waiting_views(views: FoundViews, journal: LocalJournal) -> FoundViews:
    """The store's decisions and bars, and those that are on their way to it."""
    verdicts, bars = dict(views.waiting), set(views.bars)
    for record in waiting(journal):
        if isinstance(record, DecisionRecord):
            verdicts[record.bot_id, record.symbol, record.at] = record.verdict
        elif isinstance(record, BarRecord):
            bars.add((record.symbol, record.timeframe, record.at))
    return replace(views, waiting=verdicts, bars=frozenset(bars))


def waiting(journal: LocalJournal) -> Iterator[Record]:
    """What the journal holds and has not delivered, in order."""
    row = 0
    while batch := journal.pending(row, BATCH_MAX, BATCH_BYTES_MAX):
        yield from (item.record for item in batch)
        row = batch[-1].row
