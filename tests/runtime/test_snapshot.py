"""The engine's own view: what the API reads is JSON, counts what happened, and forgets what is gone."""

from __future__ import annotations

import json

from engine.domain.account import Desired
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, InstrumentListed, SessionOpened
from engine.domain.instant import iso
from engine.domain.records import BotForgotten, PositionFlat, SignalRecord
from engine.domain.signal import Outcome, SignalType
from engine.outbox.memory import MemoryJournal
from engine.ports import Fields, QueueStatus
from engine.runtime.snapshot import SnapshotWriter
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument, tick
from tests.builders.paper import bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Household, Life, ListFeed

MONDAY = session()
IDLE = QueueStatus(0, 0.0, 0, 0, 0, "healthy")
BUYS = {at("09:31"): SignalType.BUY, at("09:33"): SignalType.SELL, at("09:34"): SignalType.SELL}


def life() -> Life:
    """A session with one position of ten bought at 09:31."""
    clock = ManualClock()
    one = Life(
        ListFeed(), MemoryJournal(clock), Household(), make_strategy=scripted({"confluence": BUYS}), clock=clock
    )  # fmt: skip
    one.session.step(InstrumentListed(instrument()))
    one.session.step(BotChanged(bot(quantity=10), Desired.RUNNING, 1))
    one.session.step(SessionOpened(MONDAY, MONDAY.open_at))
    one.session.snapshot.list_instruments(one.state)
    for when in ("09:30:55", "09:31:01", "09:31:55", "09:32:01"):
        one.session.step(tick(when, 500))
    one.session.tell(force=True)
    return one


def test_it_is_json_ready_with_everything_the_api_reads() -> None:
    one = life()
    shown = one.session.snapshot.fields(QueueStatus(4, 1.5, 2, 30, 9, "degraded"))
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert shown["user_id"] == "user"
    (position,) = shown["positions"]
    assert (position["bot_id"], position["symbol"], position["quantity"]) == ("alpha", "ACME", 10)
    assert position["entry_time"].startswith("2026-03-02T04:01:01")
    assert shown["account"]["cash"] == float(one.state.ledger.cash)
    assert shown["account"]["feed"]["ticks"] == one.state.ticks
    assert shown["bots"]["alpha"]["status"]["state"] == "running"
    assert set(shown["profits"]) <= {"day", "week", "month", "all"}
    assert shown["queue"] == {
        "depth": 4, "oldest_age_s": 1.5, "dead_letters": 2, "delivered": 30, "attempts": 9, "store_state": "degraded",
        "parked": 0, "delivered_per_s": 0.0, "journal_state": "writing", "journal_detail": "",
    }  # fmt: skip
    assert shown["instruments"] == [
        {"symbol": "ACME", "venue": "NSE", "currency": "INR", "tradable": True, "name": "", "tick_size": 0.05,
         "lot_size": 1.0}
    ]  # fmt: skip


def test_signals_are_counted_and_the_last_one_dated() -> None:
    one = life()
    for when in ("09:33:01", "09:33:55", "09:34:01"):
        one.session.step(tick(when, 500))
    signals = one.outbox.all(SignalRecord)
    assert [signal.outcome for signal in signals] == [Outcome.ORDERED, Outcome.ORDERED, Outcome.WATCH]
    shown = one.session.snapshot.fields(QueueStatus(0, 0.0, 3, 0, 0, "healthy"))
    assert (shown["signals_total"], shown["signals_failed"]) == (3, 3)
    assert shown["last_signal_at"] == iso(at("09:34"))


def test_a_closed_position_and_a_forgotten_bot_are_shown_no_more() -> None:
    one = life()
    one.session.step(CommandReceived("c", "close_position", {"bot_id": "alpha", "symbol": "ACME"}))
    one.session.step(tick("09:32:10", 500))
    assert one.outbox.all(PositionFlat)
    assert one.session.snapshot.fields(IDLE)["positions"] == []
    one.session.step(BotRemoved("alpha"))
    assert one.outbox.all(BotForgotten)
    assert one.session.snapshot.fields(IDLE)["bots"] == {}


def test_before_anything_was_published_it_is_empty_and_still_whole() -> None:
    shown = Life(ListFeed(), MemoryJournal(ManualClock()), Household()).session.snapshot.fields(IDLE)
    assert (shown["account"], shown["positions"], shown["bots"], shown["last_signal_at"]) == ({}, [], {}, None)
    json.dumps(shown)


class Kept:
    """A snapshot store that keeps the last."""

    def __init__(self) -> None:
        self.last: Fields = {}

    def write(self, snapshot: Fields) -> None:
        self.last = snapshot

    def read(self) -> Fields | None:
        return self.last


def test_a_written_snapshot_says_when_it_was_written_and_since_when_the_engine_runs() -> None:
    clock, kept = ManualClock(), Kept()
    writer = SnapshotWriter(kept, clock)
    started_at = clock.now().isoformat()
    clock.advance(7)
    writer.write({"paper-test": {"user_id": "user"}})
    assert kept.last == {
        "written_at": clock.now().isoformat(),
        "started_at": started_at,
        "accounts": {"paper-test": {"user_id": "user"}},
    }
