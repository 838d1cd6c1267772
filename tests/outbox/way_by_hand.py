"""The way out with its relay in hand: journal, scripted store and clock, a step at a time. Feeds the relay's tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.domain.effects import PublishRecord
from engine.domain.records import AlertRecord, BarRecord, Record
from engine.outbox.awaited import Expected
from engine.outbox.backoff import Backoff
from engine.outbox.journal import Journal
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Grant
from engine.simulation.clock import ManualClock
from tests.outbox.sample_records import published, sample
from tests.outbox.scripted_store import ScriptedStore

NOBODY = Grant("account-id-1", "here", 1, 0)


@dataclass
class Way:
    """The way out with its relay in hand."""

    clock: ManualClock = field(default_factory=ManualClock)
    chance: Callable[[], float] = lambda: 0.5

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock)
        self.store = ScriptedStore(self.clock)
        self.relay = Relay(self.journal, self.store, NOBODY, self.clock, Backoff(self.chance))

    def put(self, sequence: int, *records: object) -> None:
        self.journal.put(published(sequence, *records))

    def settle(self, within_s: float = 3600.0) -> None:
        """Step, letting time pass as the relay asks, until nothing waits."""
        give_up_at = self.clock.monotonic() + within_s
        while (rest_s := self.relay.step()) is not None or self.journal.status().depth:
            assert self.clock.monotonic() < give_up_at, "the relay did not come to rest"
            self.clock.advance(1.0 if rest_s is None else rest_s)


def alerts(*numbers: int) -> list[AlertRecord]:
    return [sample(AlertRecord, number) for number in numbers]


def bars(*numbers: int) -> list[BarRecord]:
    """Facts of one document, each a slot of it."""
    return [sample(BarRecord, 1, slot=f"slot-{number}") for number in numbers]


def bars_in(way: Way) -> list[str]:
    """The slots of all bars that got in, in the order they did."""
    return [record.slot for record in way.store.records if isinstance(record, BarRecord)]


class HasWayOut(Protocol):
    """Whatever has a relay and its journal."""

    @property
    def relay(self) -> Relay: ...

    @property
    def journal(self) -> Journal: ...


def put_and_wait(way: HasWayOut, batch: Sequence[PublishRecord], timeout_s: float) -> None:
    """Put records and wait until they are known to be in the store, as a session and its dispatch do together."""
    waits = way.relay.waiters.expect(batch)
    way.journal.put(batch)
    waits.wait(timeout_s)


def expected(way: Way, sequence: int, *records: Record) -> Expected:
    """Somebody waits for records that are put now."""
    batch = published(sequence, *records)
    waits = way.relay.waiters.expect(batch)
    way.journal.put(batch)
    waits.hurry(0)
    return waits
