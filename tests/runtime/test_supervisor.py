"""One account's workers, really running: an orderly end, a failing worker, a lost lease, a journal that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.account import Desired
from engine.domain.errors import Fenced, JournalFailed, OutcomeUnknown
from engine.domain.events import BotChanged, MarketEnded, MarketEvent, SessionOpened
from engine.domain.records import FillRecord
from engine.domain.signal import SignalType
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Fields, Grant
from engine.runtime.alerting import AlertDesk
from engine.runtime.snapshot import SnapshotWriter
from engine.runtime.supervisor import Parts, Supervisor, Watched
from tests.builders.market import tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import OWNER, Household, Life, ListFeed, eventually

MONDAY = session()
DAY: list[MarketEvent] = [
    SessionOpened(MONDAY, MONDAY.open_at),
    tick("09:30:55", 500),
    tick("09:31:01", 501),
    tick("09:32:01", 502),
]
ORDERS = {"fills": "filled_at", "closed_trades": "exit_at"}


@dataclass
class Shelf:
    """A snapshot store in memory."""

    written: list[Fields] = field(default_factory=list)

    def write(self, snapshot: Fields) -> None:
        self.written.append(snapshot)

    def read(self) -> Fields | None:
        return self.written[-1] if self.written else None


class Firm:
    """A supervisor over one account whose bot buys at 09:31, run in a thread of its own."""

    def __init__(self, feed: ListFeed, alerts: AlertDesk | None = None) -> None:
        clock = SystemClock()
        self.household = Household()
        self.journal = MemoryJournal(clock)
        make = scripted({"confluence": {at("09:31"): SignalType.BUY}})
        self.life = Life(feed, self.journal, self.household, make_strategy=make, clock=clock)
        self.life.begin()
        self.life.session.inbox.put(BotChanged(bot(quantity=10), Desired.RUNNING, 1))
        self.lease = FirestoreLease(self.household.wire, clock)
        self.grant = self.lease.acquire(account(), "first", "journal-in-memory", old_holder_dead=True)
        store = FirestoreRecordStore(self.household.wire, self.lease, clock, lambda symbol: 2)
        relay = Relay(self.journal, store, self.grant, clock, Backoff(lambda: 0.5), pace_s=0.05)
        self.shelf = Shelf()
        parts = Parts(
            clock=clock,
            session=self.life.session,
            feed=feed,
            watch=self.life.watch,
            control=self.household.control,
            outbox=self.life.outbox,
            relay=lambda stop: relay.run(stop.is_set, lambda seconds: clock.wait(min(seconds, 0.01))),
            lease=self.lease,
            grant=self.grant,
            snapshots=SnapshotWriter(self.shelf, clock),
            place=self.life.place,
            alerts=alerts,
        )
        self.supervisor = Supervisor(parts, Watched(clock))
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Begin trading."""
        self._thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run()

    def ended(self, within_s: float = 60.0) -> int:
        """Wait for the end; the exit code."""
        self._thread.join(within_s)
        assert not self._thread.is_alive(), "it did not end in time"
        return self.code if self.code is not None else -1

    def stored(self, collection: str) -> list[Fields]:
        """The documents of a collection."""
        where = {"user_id": OWNER, "account_id": account().account_id}
        return self.household.documents.page(collection, where, ORDERS[collection], 100, None).items

    def lease_document(self) -> Fields:
        """Who holds the account, as the store has it."""
        found = self.household.documents.get("leases", account().account_id)
        assert found is not None
        return found


@pytest.fixture
def firm() -> Iterator[Callable[..., Firm]]:
    """Makes firms, and ends those that a failing test leaves running."""
    made: list[Firm] = []

    def make(feed: ListFeed | None = None, alerts: AlertDesk | None = None) -> Firm:
        made.append(Firm(feed or ListFeed(DAY, endless=True), alerts))
        return made[-1]

    yield make
    for one in made:
        one.supervisor.end()
        if one._thread.ident is not None:
            one._thread.join(60)


def workers() -> set[str]:
    """The names of a supervisor's threads that are alive."""
    names = {"feed", "session", "relay", "controls", "lease", "snapshot"}
    return {thread.name for thread in threading.enumerate()} & names


def test_an_orderly_end_delivers_everything_lets_the_lease_go_and_leaves_no_thread(firm: Any) -> None:
    one = firm()
    one.start()
    eventually(lambda: one.life.outbox.all(FillRecord) != [], "the bot has bought")
    one.supervisor.end()
    assert one.ended() == 0
    assert one.journal.status().depth == 0
    assert len(one.stored("fills")) == 1
    assert one.lease_document()["instance"] == ""
    eventually(lambda: workers() == set(), "no thread is left")


def test_asked_to_end_before_it_began_it_ends_at_once(firm: Any) -> None:
    one = firm()
    one.supervisor.end()
    one.supervisor.end()
    one.start()
    assert one.ended() == 0


def test_what_is_in_the_inbox_at_the_end_is_still_done(firm: Any) -> None:
    one = firm(ListFeed([*DAY, *(tick(f"10:{minute}:01", 500) for minute in range(10, 60))], endless=True))
    one.supervisor.end()
    one.start()
    one.ended()
    assert len(one.life.session.inbox) == 0


class Broken(ListFeed):
    """A feed that fails after its last event, once it `may_break`."""

    may_break = threading.Event()

    def events(self, since: int | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        yield from self.told
        self.may_break.wait(60)
        raise ValueError("the feed is broken")


def test_a_worker_that_fails_ends_everything_in_order_with_exit_code_1(firm: Any) -> None:
    one = firm(feed := Broken(DAY))
    one.start()
    eventually(lambda: one.life.outbox.all(FillRecord) != [], "the bot has bought")
    feed.may_break.set()
    assert one.ended() == 1
    assert str(one.supervisor.failure) == "the feed is broken"
    assert len(one.stored("fills")) == 1, "what was decided before is delivered"
    assert one.lease_document()["instance"] == ""
    eventually(lambda: workers() == set(), "no thread is left")


def test_who_lost_the_lease_stops_sending_and_does_not_let_it_go(firm: Any) -> None:
    one = firm(ListFeed([SessionOpened(MONDAY, MONDAY.open_at)], endless=True))
    one.start()
    eventually(lambda: one.journal.status().depth == 0, "all is delivered")
    other = FirestoreLease(one.household.wire, SystemClock())
    taken: Grant = other.acquire(account(), "second", "journal-in-memory", old_holder_dead=True)
    for event in DAY[1:]:
        one.life.session.inbox.put(event)
    assert one.ended() == 1
    assert isinstance(one.supervisor.failure, Fenced)
    assert one.stored("fills") == []
    assert (one.lease_document()["instance"], one.lease_document()["epoch"]) == ("second", taken.epoch)
    assert one.journal.status().depth > 0, "what it could not send is kept"


def test_a_journal_that_fails_ends_trading_and_the_end_is_still_orderly(firm: Any) -> None:
    one = firm(ListFeed(DAY[:1], endless=True))
    one.start()
    eventually(lambda: one.journal.status().depth == 0, "all is delivered")
    one.journal.failure = JournalFailed("the disk is full")
    for event in DAY[1:]:
        one.life.session.inbox.put(event)
    assert one.ended() == 1
    assert str(one.supervisor.failure) == "the disk is full"
    assert one.stored("fills") == []
    assert one.lease_document()["instance"] == ""
    eventually(lambda: workers() == set(), "no thread is left")


def test_with_the_store_away_it_trades_on_and_ends_in_time_with_everything_in_the_journal(firm: Any) -> None:
    one = firm()

    def down(_method: str) -> None:
        raise OutcomeUnknown("no answer")

    one.household.wire.before = down
    one.start()
    eventually(lambda: one.life.outbox.all(FillRecord) != [], "the bot has bought all the same")
    eventually(lambda: one.journal.status().store_state == "down", "the store is found to be away")
    one.supervisor.end()
    assert one.ended() == 0
    waiting = [item.record for item in one.journal.pending(0, 1000, 10**9)]
    assert sum(isinstance(record, FillRecord) for record in waiting) == 1


def test_the_snapshot_is_written_while_it_trades(firm: Any) -> None:
    one = firm()
    one.start()
    eventually(lambda: any(seen["accounts"]["paper-test"]["positions"] for seen in one.shelf.written), "it is shown")
    one.supervisor.end()
    one.ended()
    assert one.shelf.written[-1]["started_at"] <= one.shelf.written[-1]["written_at"]


def test_the_end_of_the_data_is_not_the_end_of_the_service(firm: Any) -> None:
    one = firm(ListFeed([*DAY, MarketEnded(at("09:32:02"))], market="replay"))
    one.start()
    eventually(lambda: one.life.session.pulse.finished, "the replay is over")
    eventually(lambda: len(one.stored("closed_trades")) == 1, "what was open is closed and delivered")
    assert one.supervisor.failure is None
    assert "session" in workers()
    one.supervisor.end()
    assert one.ended() == 0
