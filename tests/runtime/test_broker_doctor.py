"""A person's wish for a check before the open: made in turn, told line by line, answered by the core."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from engine.domain.effects import PublishRecord
from engine.domain.errors import BackPressure, CannotStart
from engine.domain.events import CommandReceived, Event
from engine.domain.findings import Finding, amber, green, red
from engine.domain.records import AuditRecord, CommandResult, ExaminationRecord, Record
from engine.runtime.broker_doctor import BrokerDoctor
from engine.simulation.clock import ManualClock
from tests.builders.desk import desk

LINES = (green("login", "in"), amber("funds", "none", "add some"), red("clock", "off", "set it"))


class Paper:
    """All that was ever put, which a journal of newest states would not show."""

    last_sequence = 0

    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, batch: Sequence[PublishRecord]) -> None:
        self.records += [effect.record for effect in batch]


@dataclass
class Ward:
    """A doctor whose check says `lines`; `changes` are answered in turn, an exception raised."""

    lines: tuple[Finding, ...] = LINES
    fails: Exception | None = None
    changes: list[Exception | None] = field(default_factory=list)
    due: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = ManualClock()
        self.journal = Paper()
        self.heard: list[Event] = []
        self.told: list[tuple[str, str, str]] = []
        self.doctor = BrokerDoctor(
            "paper-test",
            self.check,
            self.journal,  # type: ignore[arg-type]
            self.heard.append,
            self.clock,
            self.change,
            lambda: self.due.pop(0) if self.due else None,
            lambda *told: self.told.append(told),
        )

    def check(self, broker: str) -> Iterator[Finding]:
        for line in self.lines:
            self.clock.advance(1.0)
            yield line
        if self.fails is not None:
            raise self.fails

    def change(self, broker: str) -> None:
        answer = self.changes.pop(0) if self.changes else None
        if answer is not None:
            raise answer

    def ask(self, kind: str = "test_credentials", broker: str = "angelone", command_id: str = "c1") -> None:
        assert self.doctor.carry_out(CommandReceived(command_id, kind, {"broker": broker, "by": "anna"}))

    def written(self) -> list[ExaminationRecord]:
        return [record for record in self.journal.records if isinstance(record, ExaminationRecord)]

    def answers(self) -> list[dict[str, str]]:
        return [dict(event.arguments) for event in self.heard if isinstance(event, CommandReceived)]


def test_each_line_is_told_as_it_is_found_and_the_core_hears_the_outcome() -> None:
    ward = Ward()
    ward.ask()
    assert ward.doctor.step()
    told = ward.written()
    assert [(each.state, len(each.findings)) for each in told] == [
        ("running", 0), ("running", 1), ("running", 2), ("running", 3), ("done", 3),
    ]  # fmt: skip
    assert told[-1].findings == LINES
    assert (told[-1].grade, told[-1].ended_at) == ("red", told[-1].began_at + 3_000_000)
    assert ward.answers() == [
        {"broker": "angelone", "by": "anna", "grade": "red", "green": "1", "amber": "1", "red": "1"}
    ]
    assert not ward.doctor.step()


def test_a_check_that_cannot_be_made_says_why() -> None:
    ward = Ward(lines=LINES[:1], fails=BackPressure("another engine is logged in"))
    ward.ask()
    ward.doctor.step()
    last = ward.written()[-1]
    assert (last.state, last.failed, last.grade) == ("failed", "another engine is logged in", None)
    assert ward.answers()[0]["unanswered"] == "another engine is logged in"


def test_an_unknown_broker_is_no_check() -> None:
    ward = Ward()
    ward.ask(broker="robinhood")
    ward.doctor.step()
    assert ward.answers()[0]["unanswered"] == "there is no broker 'robinhood'"


def test_wishes_are_answered_in_their_order() -> None:
    ward = Ward(lines=())
    ward.ask(command_id="first")
    ward.ask("credentials_changed", command_id="second")
    ward.ask(command_id="third")
    while ward.doctor.step():
        pass
    assert [event.command_id for event in ward.heard if isinstance(event, CommandReceived)] == [
        "first", "second", "third",
    ]  # fmt: skip


def test_a_store_that_does_not_give_changed_keys_is_asked_again() -> None:
    ward = Ward(changes=[BackPressure("away"), None])
    ward.ask("credentials_changed")
    assert not ward.doctor.step()
    assert ward.heard == []
    assert ward.doctor.step()
    assert len(ward.heard) == 1


def test_keys_that_need_a_new_beginning_end_the_engine() -> None:
    ward = Ward(changes=[CannotStart("removed")])
    ward.ask("credentials_changed")
    with pytest.raises(CannotStart):
        ward.doctor.step()


def test_an_end_of_the_engine_ends_a_check() -> None:
    ward, stop = Ward(), threading.Event()
    stop.set()
    ward.ask()
    ward.doctor.step(stop.is_set)
    assert ward.written()[-1].failed == "the engine ended meanwhile"


def test_each_morning_it_checks_by_itself_and_tells_what_is_in_the_way() -> None:
    ward = Ward(due=["angelone"])
    assert ward.doctor.step()
    assert not ward.doctor.step()
    assert (ward.written()[-1].command_id, ward.written()[-1].grade) == ("", "red")
    [(kind, subject, text)] = ward.told
    assert (kind, subject) == ("before_open", f"angelone {ward.clock.now().date()}")
    assert text == "The check of Angel One: clock: off"
    assert ward.heard == []


def test_a_morning_without_a_red_line_tells_nobody() -> None:
    ward = Ward(lines=LINES[:2], due=["angelone"])
    ward.doctor.step()
    assert (ward.written()[-1].grade, ward.told) == ("amber", [])


def test_a_morning_whose_check_cannot_be_made_tells_why() -> None:
    ward = Ward(lines=(), fails=BackPressure("no session"), due=["angelone"])
    ward.doctor.step()
    assert ward.told[0][2] == "The check of Angel One: it could not be made: no session"


def test_a_bug_in_a_check_does_not_end_what_trades() -> None:
    ward = Ward(fails=TypeError("oops"))
    ward.ask()
    assert ward.doctor.step()
    assert ward.answers()[0]["unanswered"] == "it raised TypeError"


def test_other_commands_are_not_taken() -> None:
    assert not Ward().doctor.carry_out(CommandReceived("c", "flatten", {}))


def test_the_core_answers_and_the_audit_log_has_who_asked() -> None:
    ward, made = Ward(), desk()
    ward.ask()
    ward.ask("credentials_changed", command_id="c2")
    while ward.doctor.step():
        pass
    for event in ward.heard:
        made.take(event)
    results = {record.command_id: record for record in made.records if isinstance(record, CommandResult)}
    assert (results["c1"].state, results["c1"].result["grade"]) == ("done", "red")
    assert results["c2"].state == "done"
    entries = [(record.actor, record.action) for record in made.records if isinstance(record, AuditRecord)]
    assert ("anna", "command_test_credentials") in entries
    assert ("anna", "command_credentials_changed") in entries
