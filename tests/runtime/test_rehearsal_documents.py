"""A rehearsal in the store: marked, in an account of its own, on paper; and read back where the journal was lost."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.mapping import write_of
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.shape import Operation
from engine.domain.account import Mode
from engine.domain.errors import BackPressure, PermanentFailure
from engine.domain.events import CommandReceived
from engine.domain.records import (
    ClosedTradeRecord,
    CommandResult,
    FillRecord,
    PositionFlat,
    Rehearsable,
    RehearsedRecord,
)
from engine.domain.rehearsal import (
    SIMULATE,
    rehearsal_account,
    rehearsal_account_id,
    rehearsed_account_id,
    rehearsed_bot_id,
)
from engine.ports import StoredStates
from engine.runtime.rehearsal_past import look_back
from engine.simulation.clock import ManualClock
from tests.builders.times import at
from tests.outbox.sample_records import sample
from tests.runtime.small_market import SPEC, Desk, new_household, ticks
from tests.runtime.world import Household

OWN, ACCOUNT = SPEC.account_id, rehearsal_account_id(SPEC.account_id)
COPY = rehearsed_bot_id("wide")


def simulate(desk: Desk, command_id: str, type_: str = "BUY") -> None:
    arguments = {"bot_id": "wide", "symbol": "ACME", "type": type_}
    desk.life.session.step(CommandReceived(command_id, SIMULATE, arguments))


def documents(household: Household) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, message in household.wire._documents.items():
        found.setdefault(name.split("/")[-2], []).append(document_fields(message))
    return found


def run(desk: Desk, until: str, since: str) -> Desk:
    for one in ticks():
        if at(since) <= one.at < at(until):
            desk.life.session.step(one)
    return desk.drain()


def tried(household: Household) -> Desk:
    """A morning in which somebody tried a round trip, and then holds something."""
    desk = run(Desk(household), "09:40", "09:15")
    simulate(desk, "c1")
    run(desk, "09:42", "09:40")
    simulate(desk, "c2", "SELL")
    run(desk, "09:44", "09:42")
    simulate(desk, "c3")
    return run(desk, "09:50", "09:44")


def test_every_document_of_a_rehearsal_is_marked_and_no_other_document_is() -> None:
    household = new_household()
    tried(household)
    met = set()
    for collection, found in documents(household).items():
        for fields in found:
            rehearsed = fields.get("account_id") == ACCOUNT
            assert rehearsed == (fields.get("origin") == "simulated"), (collection, fields)
            assert rehearsed == (fields.get("bot_id") == COPY) or fields.get("bot_id") is None, (collection, fields)
            if rehearsed:
                met.add(collection)
                assert (fields["user_id"], fields["mode"]) == ("user", "paper")
    assert met == {"trading_signals", "orders", "fills", "open_positions", "closed_trades", "accounts", "profits"}


def test_an_account_read_back_from_the_store_knows_nothing_of_it() -> None:
    household = new_household()
    tried(household)
    past = FirestorePast(household.wire)
    facts = past.facts(SPEC, 0)
    assert COPY not in {fill.bot_id for fill in facts.fills}
    assert COPY not in repr(past.states(OWN))
    assert {fill.bot_id for fill in past.facts(rehearsal_account(SPEC), 0).fills} == {COPY}


def test_where_the_journal_was_lost_it_goes_on_from_the_store() -> None:
    household = new_household()
    held = tried(household).life.session.rehearsal
    again = Desk(household, instance="two")
    rehearsal = again.life.session.rehearsal
    assert rehearsal.unknown
    simulate(again, "c4")
    (answer,) = again.life.outbox.all(CommandResult)
    assert (answer.state, "try again" in answer.result["reason"]) == ("failed", True)
    stop = threading.Event()
    stop.set()
    look_back(rehearsal, OnceAway(FirestorePast(household.wire)), stop)  # type: ignore[arg-type]
    assert rehearsal.unknown, "stopped before it was read"
    look_back(rehearsal, OnceAway(FirestorePast(household.wire)), NeverWaits())  # type: ignore[arg-type]
    assert (rehearsal.unknown, rehearsal.awake) == (False, True)
    simulate(again, "c5", "SELL")
    run(again, "09:55", "09:50")
    trades = [held.record for held in again.life.outbox.all(RehearsedRecord)]
    assert [trade.bot_id for trade in trades if isinstance(trade, ClosedTradeRecord)] == [COPY]
    assert held._states.keys() - rehearsal._states.keys() == {("open_positions", f"{COPY}_ACME")}


class OnceAway:
    """A store that does not answer the first time."""

    def __init__(self, past: FirestorePast) -> None:
        self._past, self._asked = past, 0

    def states(self, account_id: str) -> StoredStates:
        self._asked += 1
        if self._asked == 1:
            raise BackPressure("away")
        return self._past.states(account_id)


class NeverWaits(threading.Event):
    """A stop that nobody gives, and that is not waited for."""

    def wait(self, timeout: float | None = None) -> bool:
        return False


@pytest.mark.parametrize("kind", Rehearsable.__args__)
def test_a_live_accounts_rehearsal_is_on_paper_whatever_is_written(kind: type) -> None:
    live = replace(SPEC, account_id="live-test", mode=Mode.LIVE)
    own = rehearsal_account_id("live-test")
    given = {"account_id": own} if "account_id" in kind.__annotations__ else {}
    made = RehearsedRecord(own, sample(kind, **given))
    write = write_of(made, live, 7, ManualClock().now(), lambda symbol: 2)
    if write.operation is Operation.DELETE:
        assert kind is PositionFlat
        return
    marked = {"account_id": "paper-live-test-rehearsal", "mode": "paper", "origin": "simulated"}
    assert {name: write.fields[name] for name in marked} == marked


def test_what_another_account_rehearses_is_written_by_nobody_else() -> None:
    made = RehearsedRecord("paper-other-rehearsal", sample(FillRecord))
    with pytest.raises(PermanentFailure, match="paper-other-rehearsal rehearses"):
        write_of(made, SPEC, 7, ManualClock().now(), lambda symbol: 2)


@pytest.mark.parametrize(("account_id", "rehearsal"), [
    ("paper-demo", "paper-demo-rehearsal"),
    ("live-practice", "paper-live-practice-rehearsal"),
    ("paper-replay-abc123", "paper-replay-abc123-rehearsal"),
    ("paper-angelone", "paper-angelone-signal-rehearsal"),
    ("paper-angelone-rehearsal", "paper-angelone-rehearsal-signal-rehearsal"),
    ("live-coinbase", "paper-live-coinbase-signal-rehearsal"),
])  # fmt: skip
def test_a_rehearsals_account_is_named_after_the_one_it_is_of_and_found_by_it(account_id: str, rehearsal: str) -> None:
    assert rehearsal_account_id(account_id) == rehearsal
    assert rehearsed_account_id(rehearsal) == account_id
    assert rehearsed_account_id(account_id) is None


def test_a_copys_name_is_never_too_long_and_never_anothers() -> None:
    names = ["a" * 30, "a" * 31, "a" * 40, "a" * 39 + "b"]
    copies = [rehearsed_bot_id(name) for name in names]
    assert all(len(copy) <= 40 and copy.endswith("-rehearsal") for copy in copies)
    assert len(set(copies)) == len(names)
