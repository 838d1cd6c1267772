"""The session on the journal of production, on a disk that fills up: entries are held, and nothing is lost for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.queue.journal import FileJournal
from engine.domain.account import Desired, TradingState
from engine.domain.events import BotChanged, InstrumentListed, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.records import AccountRecord, AlertRecord, FillRecord, SignalRecord
from engine.domain.signal import Outcome, SignalType
from engine.outbox.codec import decode, encode
from engine.outbox.memory import MemoryJournal
from engine.ports import Grant
from engine.simulation.clock import ManualClock
from tests.adapters.queue.test_disk_full import fill_up, make_room
from tests.builders.market import instrument, tick
from tests.builders.paper import bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.outbox.sample_records import published, sample
from tests.runtime.demo_account import BOTS, DEMO, SPEC, START, demo_life
from tests.runtime.world import Household, Life, ListFeed, R, eventually

MONDAY = session()


class Desk:
    """A session on a journal file; its bot buys at 09:31 and at 09:33."""

    def __init__(self, journal: FileJournal) -> None:
        self.journal = journal
        buys = {at("09:31"): SignalType.BUY, at("09:33"): SignalType.BUY}
        self.life = Life(
            ListFeed(),
            cast(MemoryJournal, journal),
            Household(),
            make_strategy=scripted({"confluence": buys}),
            clock=SystemClock(),
        )
        session_ = self.life.session
        session_.step(InstrumentListed(instrument()))
        session_.step(BotChanged(bot(quantity=10), Desired.RUNNING, 1))
        session_.step(SessionOpened(MONDAY, MONDAY.open_at))
        assert journal.flush(60)

    def trade(self, *clocks: str) -> None:
        for clock in clocks:
            self.life.session.step(tick(clock, 500))

    def await_state(self, state: TradingState) -> AccountRecord:
        """Let the session look until the account it published last is in a state."""

        def look() -> bool:
            self.life.session.tell(force=True)
            for event in self.life.session.inbox.take(0):
                self.life.session.step(event)
            return self.life.outbox.all(AccountRecord)[-1].trading_state is state

        eventually(look, f"the account is {state}")
        return self.life.outbox.all(AccountRecord)[-1]

    def on_disk(self, kind: type[R]) -> list[R]:
        """What of a kind waits in the file, in order."""
        return [item.record for item in self.journal.pending(0, 10**5, 10**9) if isinstance(item.record, kind)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    journal = FileJournal(tmp_path / "paper-test.journal", encode, decode, SystemClock())
    yield Desk(journal)
    journal.close()


def test_a_disk_that_fills_up_holds_entries_and_loses_nothing_that_was_decided(desk: Desk) -> None:
    desk.trade("09:30:55")
    fill_up(desk.journal)
    desk.life.outbox.put(published(desk.life.state.sequence, *(sample(FillRecord, number) for number in range(200))))
    account = desk.await_state(TradingState.HALTED)
    assert account.held
    assert "is full" in (account.halted_reason or "")
    desk.trade("09:31:01")
    make_room(desk.journal)
    assert not desk.await_state(TradingState.ACTIVE).held
    desk.trade("09:32:55", "09:33:01")
    assert desk.journal.flush(60)
    assert [signal.outcome for signal in desk.on_disk(SignalRecord)] == [Outcome.BLOCKED, Outcome.ORDERED]
    assert [alert.kind for alert in desk.on_disk(AlertRecord)] == ["held", "let_go"]
    put = [effect.record for batch in desk.life.outbox.given for effect in batch if effect.record.fact]
    assert [item.record for item in desk.journal.pending(0, 10**5, 10**9) if item.record.fact] == put


def test_a_start_on_a_full_disk_trades_nothing_says_why_and_still_delivers(tmp_path: Path) -> None:
    journal, household = reopened_full(tmp_path / "paper-test.journal")
    feed = DemoFeed(DEMO, ManualClock(), 0)
    life = Life(feed, cast(MemoryJournal, journal), household, spec=SPEC).begin(Grant(SPEC.account_id, "one", 2, 100))
    life.run_until(START + 21 * MINUTE)
    life.session.tell(force=True)
    for event in life.session.inbox.take(0):
        life.session.step(event)
    account = life.outbox.all(AccountRecord)[-1]
    assert account.held
    assert "is full" in (account.halted_reason or "")
    waiting = [item.sequence for item in journal.pending(0, 10**5, 10**9)]
    assert len(waiting) > 100
    assert min(waiting) > 100
    journal.close()


def reopened_full(path: Path) -> tuple[FileJournal, Household]:
    """The journal of twenty minutes' trading, all delivered as far as it knows, on a disk without room."""
    journal, household = FileJournal(path, encode, decode, SystemClock()), Household(BOTS, SPEC)
    demo_life(cast(MemoryJournal, journal), household).run_until(START + 20 * MINUTE)
    assert journal.flush(60)
    journal.mark_delivered([item.row for item in journal.pending(0, 10**5, 10**9)])
    assert journal.flush(60)
    journal.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("VACUUM")  # no page of it is free
    journal = FileJournal(path, encode, decode, SystemClock())
    fill_up(journal)
    return journal, household
