"""Makes the check before the open, each morning and when a person asks for one, in a thread of its own, and writes down
line by line; and has new broker keys taken up.

Fed by control_watch with the commands that concern broker keys; feeds the journal with the lines, and the core with the
command when it is over, which answers and notes it. The check is the engine's because the session is: at a broker that
lets one login live a client, a login by anybody else would end the one that trades.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog

from engine.domain.broker_keys import BROKERS, TITLES
from engine.domain.effects import PublishRecord
from engine.domain.errors import LockstepError, OperatingError
from engine.domain.events import CommandReceived, Event
from engine.domain.findings import Finding, Grade, worst
from engine.domain.instant import Instant, instant_of
from engine.domain.records import ExaminationRecord
from engine.ports import Clock, Outbox

TEST, CHANGED = "test_credentials", "credentials_changed"
NAP_S = 0.2
AGAIN_S = 2.0
_log = structlog.get_logger()


class BrokerDoctor:
    """One account's. `examine` makes the check of a broker, a finding at a time; it raises LockstepError where there is
    nothing to check with. `changed` takes up a broker's keys that were set or removed; it is called again where it
    raises an OperatingError, and ends the engine with anything else. `due` names the broker whose check of the morning
    is due, once; `tell` raises an alert (kind, subject, text) where that finds something in the way: nobody may watch.
    """

    def __init__(
        self,
        account_id: str,
        examine: Callable[[str], Iterable[Finding]],
        journal: Outbox,
        put: Callable[[Event], None],
        clock: Clock,
        changed: Callable[[str], None] = lambda broker: None,
        due: Callable[[], str | None] = lambda: None,
        tell: Callable[[str, str, str], None] = lambda kind, subject, text: None,
    ) -> None:
        self._account_id = account_id
        self._examine = examine
        self._journal = journal
        self._put = put
        self._clock = clock
        self._changed = changed
        self._due = due
        self._tell = tell
        self._waiting: deque[CommandReceived] = deque()

    def carry_out(self, command: CommandReceived) -> bool:
        """Take a command about broker keys: the core hears of it when it is done. False for any other command."""
        if command.kind not in (TEST, CHANGED):
            return False
        self._waiting.append(command)
        return True

    def run(self, stop: threading.Event) -> None:
        """Make checks until stopped."""
        while not stop.is_set():
            if not self.step(stop.is_set):
                stop.wait(AGAIN_S if self._waiting else NAP_S)

    def step(self, stop: Callable[[], bool] = lambda: False) -> bool:
        """What is due, else the command that waits longest; False where there is none, or it has to wait on."""
        due = self._due()
        if due is not None:
            self._make_the_mornings(due, stop)
        if not self._waiting:
            return due is not None
        command = self._waiting[0]
        broker = command.arguments.get("broker", "")
        if command.kind == CHANGED:
            if not self._take_up(broker):
                return False
            self._put(command)
        else:
            outcome = _outcome(self._check(command.command_id, broker, stop))
            self._put(replace(command, arguments={**command.arguments, **outcome}))
        self._waiting.popleft()
        return True

    def _make_the_mornings(self, broker: str, stop: Callable[[], bool]) -> None:
        found = self._check("", broker, stop)
        red = [f"{line.name.replace('_', ' ')}: {line.says}" for line in found.findings if line.grade is Grade.RED]
        why = "; ".join(red) or (f"it could not be made: {found.failed}" if found.failed is not None else "")
        if why and not stop():
            day = self._clock.now().date().isoformat()
            self._tell("before_open", f"{broker} {day}", f"The check of {TITLES[broker]}: {why}")

    def _take_up(self, broker: str) -> bool:
        """Have changed keys taken up; False where the store does not give them now."""
        try:
            self._changed(broker)
        except OperatingError as error:
            _log.warning("broker keys can't be read", account=self._account_id, error=str(error))
            return False
        return True

    def _check(self, command_id: str, broker: str, stop: Callable[[], bool]) -> ExaminationRecord:
        now = ExaminationRecord(self._account_id, broker, command_id, "running", self._wall(), None, grade=None)
        if broker not in BROKERS:
            return replace(now, state="failed", failed=f"there is no broker {broker!r}")
        self._write(now)
        try:
            for finding in self._examine(broker):
                now = replace(now, findings=(*now.findings, finding))
                self._write(now)
                if stop():
                    raise LockstepError("the engine ended meanwhile")
            now = replace(now, state="done", grade=worst(now.findings).value, ended_at=self._wall())
        except LockstepError as error:
            now = replace(now, state="failed", failed=str(error), ended_at=self._wall())
        except Exception as error:  # noqa: BLE001 - a check that has a bug must not end the engine that trades
            _log.exception("a check raised", account=self._account_id, broker=broker)
            now = replace(now, state="failed", failed=f"it raised {type(error).__name__}", ended_at=self._wall())
        self._write(now)
        _log.info("broker checked", account=self._account_id, broker=broker, state=now.state, grade=now.grade)
        return now

    def _write(self, record: ExaminationRecord) -> None:
        self._journal.put([PublishRecord(self._journal.last_sequence, record)])

    def _wall(self) -> Instant:
        return instant_of(self._clock.now())


def _outcome(record: ExaminationRecord) -> dict[str, str]:
    if record.failed is not None or record.grade is None:
        return {"unanswered": record.failed or "the check was not made"}
    counts = {grade.value: str(sum(each.grade is grade for each in record.findings)) for grade in Grade}
    return {"grade": record.grade, **counts}
