"""Days recorded for tests: a paper account's session over a small market, with people's wishes amid it. Feeds the tests
of the recording, the replay and its command.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.account import AccountSpec, Desired
from engine.domain.events import BotChanged, CommandReceived, HaltChanged
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Tick
from engine.outbox.memory import MemoryJournal
from engine.recording.day_file import DayHeader
from engine.recording.folder import Keep, parts_in
from engine.runtime.recorder import Recorder
from engine.simulation.clock import ManualClock
from tests.builders.paper import bot
from tests.runtime.small_market import BOTS, DAY, QUICK, SPEC, SmallFeed, new_household
from tests.runtime.world import Household, Life

PLENTY = Keep(5, 100_000_000)


def recorder(folder: Path, run: int = 1, keep: Keep = PLENTY, spec: AccountSpec = SPEC) -> Recorder:
    """One that remembers nothing of another's."""
    return Recorder(folder, DayHeader(spec, "", run, 0, protects=False, code="test"), keep)


@dataclass
class RecordedDay:
    """An account that is traded and recorded; a new one on the same journal is its restart."""

    folder: Path
    run: int = 1
    journal: MemoryJournal = field(default_factory=lambda: MemoryJournal(ManualClock()))
    household: Household = field(default_factory=new_household)

    def __post_init__(self) -> None:
        self.recorder = recorder(self.folder, self.run)
        taps = (self.recorder.tap,)
        self.life = Life(SmallFeed(), self.journal, self.household, spec=SPEC, taps=taps).begin()

    @property
    def file(self) -> Path:
        """What was written, of this run."""
        (part,) = [part for part in parts_in(self.folder) if part.run == self.run]
        return part.path

    def trade(self, minutes: int, *, write_every: int = 500) -> RecordedDay:
        """So many minutes of the day from its open on, with what people do meanwhile; all that was heard is written."""
        wishes = {
            DAY.open_at + 30 * MINUTE: BotChanged(BOTS[0], Desired.PAUSED, 2),
            DAY.open_at + 40 * MINUTE: BotChanged(BOTS[0], Desired.RUNNING, 3),
            DAY.open_at + 50 * MINUTE: CommandReceived("c-1", "flatten", {}),
            DAY.open_at + 60 * MINUTE: HaltChanged(True, "lunch", "me"),
            DAY.open_at + 64 * MINUTE: HaltChanged(False, "", "me"),
            DAY.open_at + 70 * MINUTE: BotChanged(bot("late", ("ACME",), **QUICK), Desired.RUNNING, 1),
        }
        for number, event in enumerate(self.life.events()):
            at: Instant = event.at if isinstance(event, Tick) else 0
            if at >= DAY.open_at + minutes * MINUTE:
                break
            for due in [due for due in wishes if due <= at]:
                self.life.session.step(wishes.pop(due))
            self.life.session.step(event)
            if number % write_every == 0:
                self.recorder.write()
        self.recorder.write()
        self.recorder.close()
        return self
