"""A desk whose audit log is looked at, and another engine that goes on from it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.events import (
    InstrumentListed,
    Recovered,
)
from engine.domain.records import AuditRecord, Record, slot_of
from tests.builders.desk import CASH, LOOSE, Desk, desk, enter, fill, leave, parts_of
from tests.builders.market import instrument
from tests.builders.paper import account
from tests.builders.scripted import scripted

D = Decimal


def log(records: Sequence[Record]) -> list[AuditRecord]:
    return [record for record in records if isinstance(record, AuditRecord)]


def actions(made: Desk, subject: str) -> list[tuple[str, str]]:
    """Who did what about a thing."""
    return [(one.actor, one.action) for one in log(made.records) if one.subject == subject]


def newest(made: Desk) -> tuple[Record, ...]:
    """What a journal would hold of each state."""
    states = (record for record in made.records if not record.fact)
    return tuple({(one.collection, one.document_id, slot_of(one)): one for one in states}.values())


def restarted(made: Desk, *, states: Sequence[Record] | None = None, sequence: int = 1_000) -> Desk:
    """Another engine that goes on from what the first wrote down."""
    again = Desk(Engine(account(str(CASH), LOOSE), scripted({"script": {}})), [], [])
    again.take(InstrumentListed(instrument()))
    again.take(Recovered(newest(made) if states is None else tuple(states), sequence))
    return again


def traded() -> Desk:
    """A bot's entry, filled in parts, and a person's exit."""
    made = desk()
    [entry] = enter(made, 1, "100.00")
    for number, part in enumerate(parts_of(entry.quantity, [40])):
        made.take(fill(entry, number, part, D(100)))
    exit_order = leave(made)
    assert exit_order is not None
    made.take(fill(exit_order, 0, exit_order.quantity, D(101)))
    return made
