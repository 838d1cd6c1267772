"""A record store that keeps what it is given and fails when a test says so. Fed by the relay's tests."""

from collections import deque
from collections.abc import Callable, Sequence

from engine.domain.errors import OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.records import Record
from engine.ports import Clock, Grant, Pending


class ScriptedStore:
    """`troubles` are raised first, one a call (None lets it pass); `lost_replies` after the batch was applied; a record
    for which `poison` is true, or an error, fails every batch that holds it. `batches` are the commits that got in,
    `asked` counts those of them that were empty."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.troubles: deque[OperatingError | None] = deque()
        self.lost_replies = 0
        self.poison: Callable[[Record], bool | OperatingError] = lambda record: False
        self.batches: list[list[Record]] = []
        self.times: list[float] = []
        self.delivered_sequence = 0
        self.asked = 0
        self.tried: list[list[Record]] = []
        self.pings = 0

    @property
    def records(self) -> list[Record]:
        return [record for batch in self.batches for record in batch]

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        self.tried.append([item.record for item in batch])
        if self.troubles and (trouble := self.troubles.popleft()) is not None:
            raise trouble
        for item in batch:
            if (found := self.poison(item.record)) is not False:
                error = PermanentFailure("INVALID_ARGUMENT: a record that can't be")
                raise error if found is True else found
        self.delivered_sequence = grant.delivered_sequence
        if not batch:
            self.asked += 1
            return
        self.batches.append([item.record for item in batch])
        self.times.append(self.clock.monotonic())
        if self.lost_replies:
            self.lost_replies -= 1
            raise OutcomeUnknown("UNAVAILABLE: the reply was lost")

    def ping(self) -> None:
        self.pings += 1
        if self.troubles and (trouble := self.troubles.popleft()) is not None:
            raise trouble
