"""A recorded day through today's engine: are its decisions still the same? Fed by recording; told by cli/replay.

The engine runs alone, on all that the recorded one was told in its order: prices, fills, people's wishes, the clock.
What the venue did is part of the recording, so a change of the fill model changes nothing here. Where decisions differ,
those after the first may differ because of it: the first is the one to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from engine.core.engine import Engine
from engine.core.state import MakeStrategy
from engine.domain.errors import LockstepError
from engine.domain.events import BarClosed, BarOpened, ClockTicked, Event, SessionOpened
from engine.domain.instant import Instant
from engine.domain.market import Tick
from engine.recording.day_file import DayHeader, DayReader
from engine.recording.decisions import Decision, DecisionTaker, differing, moment
from engine.recording.folder import run_up_to
from engine.recording.steps import Step

KEPT = 20  # differences that are told of; the others are counted
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One decision then and now; None where there was none. `fields` are those that differ, where both are.

    `at` is market time; `failed` says what today's code raised, where it did.
    """

    at: Instant
    bot_id: str
    symbol: str
    event: str
    then: Decision | None
    now: Decision | None
    fields: tuple[str, ...] = ()
    failed: str | None = None


@dataclass(slots=True)
class Replayed:
    """What came of it. `cut`: the recording ends amid a frame, since the engine was killed; all before it counts."""

    header: DayHeader
    cut: bool = False
    events: int = 0
    ticks: int = 0
    decisions: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)
    reached_at: Instant = 0


def replay_day(
    path: Path,
    make_strategy: MakeStrategy,
    *,
    bot: str | None = None,
    until: Instant | None = None,
    show: Callable[[Decision, Instant], None] | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Decide a recorded day again. `bot` compares its decisions alone, `until` (market time) ends sooner.

    `show` is called with each decision of then that is compared. Raises DataError for a file that can't be read.
    """
    paths = run_up_to(path)
    readers = [DayReader(each) for each in paths]
    replay = _Replay(readers[0].header, make_strategy, Replayed(readers[-1].header), bot, show)
    for reader in readers:
        compared = reader is readers[-1]
        for step in _followed(reader, readers, progress):
            if until is not None and _at(step.event) > until:
                break
            if not replay.take(step, compared=compared):
                break
    replay.found.cut = readers[-1].cut
    return replay.found


def _followed(reader: DayReader, readers: list[DayReader], progress: Progress | None) -> Iterator[Step]:
    """The steps of one file, and how far all files are read."""
    total = sum(each.size for each in readers)
    for step in reader.steps():
        if progress is not None:
            progress(sum(each.read for each in readers), total)
        yield step


class _Replay:
    """An engine of today beside what the engine of then decided."""

    def __init__(
        self,
        first: DayHeader,
        make_strategy: MakeStrategy,
        found: Replayed,
        bot: str | None,
        show: Callable[[Decision, Instant], None] | None,
    ) -> None:
        self.found = found
        self._engine = Engine(first.account, make_strategy, protects=first.protects)
        self._engine.state.breaker.await_comparison()  # as every engine of the service begins
        self._taker = DecisionTaker()
        self._bot = bot
        self._show = show
        self._owners: dict[str, tuple[str, str]] = {}  # bot and symbol, by order

    def take(self, step: Step, *, compared: bool) -> bool:
        """Decide one event again; False where today's code fails on it."""
        found, event = self.found, step.event
        try:
            effects = self._engine.process(event)
            now = self._taker.plain(effects) if effects else []
        except LockstepError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever today's code does, the person is told where
            said = f"{type(error).__name__}: {error}"
            found.differing += 1
            found.differences.append(Difference(found.reached_at, "", "", _name(event), None, None, failed=said))
            return False
        found.reached_at = max(found.reached_at, self._engine.state.now)
        if compared:
            found.events += 1
            found.ticks += type(event) is Tick
            if now or step.decisions:
                self._compare(event, step.decisions, now)
        return True

    def _compare(self, event: Event, then: tuple[Decision, ...], now: list[Decision]) -> None:
        for before, after in zip_longest(self._own(then), self._own(now)):
            decision = before or after
            at = moment(decision) or self.found.reached_at
            self.found.decisions += 1
            if self._show is not None and before is not None:
                self._show(before, at)
            fields: tuple[str, ...] = ()
            if before is not None and after is not None and before.kind == after.kind:
                fields = differing(before.fields, after.fields)
                if not fields:
                    continue
            self.found.differing += 1
            if len(self.found.differences) < KEPT:
                owner = self._owner(decision)
                self.found.differences.append(Difference(at, *owner, _name(event), before, after, fields))

    def _own(self, decisions: tuple[Decision, ...] | list[Decision]) -> list[Decision]:
        """Those of the bot that is looked at."""
        for decision in decisions:
            if decision.kind == "OrderRecord":
                self._owners[str(decision.fields["order_id"])] = (decision.bot_id, decision.symbol)
        return [each for each in decisions if self._bot is None or self._owner(each)[0] == self._bot]

    def _owner(self, decision: Decision) -> tuple[str, str]:
        if decision.bot_id:
            return decision.bot_id, decision.symbol
        return self._owners.get(str(decision.fields.get("order_id")), ("", decision.symbol))


def _name(event: Event) -> str:
    return type(event).__name__


def _at(event: Event) -> Instant:
    """Market time of what carries any; 0 of the rest, which happens when it comes."""
    if isinstance(event, BarClosed):
        return event.bar.close_at
    return event.at if isinstance(event, Tick | BarOpened | ClockTicked | SessionOpened) else 0
