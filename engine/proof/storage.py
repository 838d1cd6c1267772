"""The store and the disk, with all that can happen to a write. The store is the production adapters' twin wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.errors import error_of
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import TIMEOUT_S
from engine.domain.effects import PublishRecord
from engine.domain.errors import OperatingError, OutcomeUnknown
from engine.outbox.memory import MemoryJournal
from engine.ports import Clock, Fields, Pending
from engine.proof.chance import CALM, Chance
from engine.proof.occasions import Occasions

_CODES = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED", "INTERNAL", "UNAUTHENTICATED")
# How often commits of several documents are refused in a schedule while there are faults: of those in which disks are
# lost, and of the others. Its source of chance is its own: one without is what it would be if there were none.
OFTEN_LOSING, OFTEN = 0.4, 0.03
OWN = 2**65


class Store:
    """The database, and commits that arrive after their caller gave up.

    `takes` is how many documents of a commit it takes beside the lease; None: whatever comes. What is decided together
    reaches it in parts then, and a process may end, and its disk be lost, between any two of them.
    """

    def __init__(self, occasions: Occasions, seed: int) -> None:
        chance, faults = Chance(seed + OWN), occasions.faults
        often = OFTEN_LOSING if faults.crash and faults.disk_lost else OFTEN
        self.takes = chance.pick((1, 1, 2, 3)) if chance.happens(often) else None
        self.wire = MemoryWire("proof")
        self.away_until = 0
        self.cut_off = ""  # the process that has no route to it
        self.taken: Callable[[str, Message], None] = lambda who, request: None  # told of each commit that is in
        self._occasions = occasions
        self._late: list[tuple[int, str, Message]] = []

    def arrive(self) -> None:
        """What was sent long ago is applied now, or refused: nobody hears of it."""
        now = self._occasions.now
        due = [late for late in self._late if late[0] <= now]
        self._late = [late for late in self._late if late[0] > now]
        for _, who, request in due:
            try:
                self.commit(who, request)
                self._occasions.note("store", "applies a late commit")
            except OperatingError as error:
                self._occasions.note("store", f"refuses a late commit: {type(error).__name__}")

    def commit(self, who: str, request: Message) -> Message:
        """Take a commit of a process, or refuse it as the database does."""
        answer = self.wire.commit(request)
        self.taken(who, request)
        return answer

    def refuses(self, documents: int) -> bool:
        """Whether so many are too many for a commit."""
        if self.takes is None or documents <= self.takes or self._occasions.faults is CALM:
            return False
        self._occasions.met["store_takes_few"] += 1
        return True

    def has(self, collection: str, document_id: str) -> bool:
        """Whether the database has a document, whatever ails the way to it."""
        return self.wire.get([name_of(self.wire.database, collection, document_id)])[0] is not None

    def fields(self, collection: str, document_id: str) -> Fields:
        """What a document holds; empty where there is none."""
        found = self.wire.get([name_of(self.wire.database, collection, document_id)])[0]
        return {} if found is None else fields_of(found.fields)

    def holder(self, account_id: str) -> str:
        """Who has the lease of an account; empty where nobody has."""
        found = self.wire.get([name_of(self.wire.database, "leases", account_id)])[0]
        return "" if found is None else str(found.fields["instance"].string_value)

    def all_of(self, collection: str) -> list[Fields]:
        """Every document of a collection."""
        prefix = f"{self.wire.database}/documents/{collection}/"
        return [fields_of(found.fields) for found in self.wire.all() if found.name.startswith(prefix)]

    def later(self, who: str, request: Message) -> None:
        """Apply this some time from now."""
        at = self._occasions.now + round(self._occasions.chance.between(0.05, 8) * 1e6)
        self._late.append((at, who, request))


class FaultyWire:
    """One process's way to the store. See Wire."""

    def __init__(self, who: str, store: Store, occasions: Occasions) -> None:
        self._who = who
        self._store = store
        self._occasions = occasions
        self.database = store.wire.database

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        """See Wire."""
        self._occasions.may_crash(self._who, "before a commit")
        self._may_fail()
        if self._store.refuses(len(request.writes) - 1):
            raise error_of("RESOURCE_EXHAUSTED", "too many documents")
        if self._occasions.happens("store_applies_late"):
            kept = type(request)()
            kept.CopyFrom(request)
            self._store.later(self._who, kept)
            raise error_of("DEADLINE_EXCEEDED", "no answer")
        answer = self._store.commit(self._who, request)
        self._occasions.may_crash(self._who, "after a commit")
        if self._occasions.happens("store_loses_reply"):
            raise error_of("UNAVAILABLE", "the reply was lost")
        return answer

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        """See Wire."""
        self._may_fail()
        return self._store.wire.get(names)

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        """See Wire."""
        self._may_fail()
        return self._store.wire.query(query)

    def close(self) -> None:
        """Nothing is held."""

    def _may_fail(self) -> None:
        if self._store.cut_off == self._who:
            raise OutcomeUnknown("no route to the store")
        if self._occasions.now < self._store.away_until:
            raise error_of("UNAVAILABLE", "the store is away")
        if self._occasions.happens("store_refuses"):
            raise error_of(self._occasions.chance.pick(_CODES), "injected")


class Disk(MemoryJournal):
    """A journal that outlives the process, unless its disk is lost. `name` is what the lease calls it.

    What is put is on disk once somebody waits for it, reads on, or puts more: so long the writer of the real one
    (adapters/queue) takes at most. What it had not come to dies with the process.
    """

    def __init__(self, name: str, clock: Clock, occasions: Occasions) -> None:
        super().__init__(clock)
        self.name = name
        self.seen: list[PublishRecord] = []  # all that was ever on it, for the checkers
        self._holder = ""
        self._queued: list[Sequence[PublishRecord]] = []
        self._occasions = occasions

    def open(self, holder: str) -> None:
        """A process of that name begins on it."""
        self._holder = holder
        self._queued.clear()

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox."""
        self._occasions.may_crash(self._holder, "before writing down")
        self._write()
        self._queued.append(batch)

    def flush(self, timeout_s: float) -> bool:
        """See ports.Outbox."""
        self._write()
        return True

    def pending(
        self, after_row: int, limit: int, byte_limit: int, *, of: tuple[str, str] | None = None
    ) -> Sequence[Pending]:
        """See outbox/journal.Journal."""
        self._write()
        return super().pending(after_row, limit, byte_limit, of=of)

    def _write(self) -> None:
        if not self._queued:
            return
        queued, self._queued = self._queued, []
        for batch in queued:
            super().put(batch)
            self.seen.extend(batch)
        self._occasions.may_crash(self._holder, "after writing down")
