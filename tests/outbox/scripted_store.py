"""A record store that keeps what it is given and fails when a test says so. Fed by the relay's tests."""

from collections import deque
from collections.abc import Callable, Sequence

from engine.domain.errors import OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.records import Record
from engine.ports import Clock, Grant, Pending


class ScriptedStore:
    """`troubles` are raised first, one a call (None lets it pass); `lost_replies` after the batch was applied; a record
    for which `poison` is true fails every batch that holds it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.troubles: deque[OperatingError | None] = deque()
        self.lost_replies = 0
        self.poison: Callable[[Record], bool] = lambda record: False
        self.batches: list[list[Record]] = []
        self.times: list[float] = []
        self.delivered_sequence = 0
        self.pings = 0

    @property
    def records(self) -> list[Record]:
        return [record for batch in self.batches for record in batch]

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        if self.troubles and (trouble := self.troubles.popleft()) is not None:
            raise trouble
        if any(self.poison(item.record) for item in batch):
            raise PermanentFailure("INVALID_ARGUMENT: a record that can't be")
        self.batches.append([item.record for item in batch])
        self.times.append(self.clock.monotonic())
        self.delivered_sequence = grant.delivered_sequence
        if self.lost_replies:
            self.lost_replies -= 1
            raise OutcomeUnknown("UNAVAILABLE: the reply was lost")

    def ping(self) -> None:
        self.pings += 1
        if self.troubles and (trouble := self.troubles.popleft()) is not None:
            raise trouble
