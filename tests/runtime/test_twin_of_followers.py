"""The paper twin of a live account whose bots follow others."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.account import Desired
from engine.domain.copying import Follow, LeaderFact, LeaderName, LeaderTold
from engine.domain.events import BotChanged, Event, InstrumentListed, SessionOpened
from engine.domain.market import Tick
from engine.domain.order import Side
from engine.domain.records import TwinRecord
from engine.outbox.memory import MemoryJournal
from engine.runtime.twin import Twin
from engine.simulation.clock import ManualClock
from tests.builders.copying import copying, follower, leader
from tests.builders.market import instrument
from tests.builders.times import at, session
from tests.runtime.test_twin import LIVE, SCRIPT, D
from tests.runtime.world import Batches

FAR = LeaderName("live-far", "leader")


def _copied(named: str, *said: Event) -> TwinRecord:
    """What the twin of a live follower makes of what the live engine was told."""
    live, clock = replace(LIVE, market="angelone"), ManualClock()
    twin = Twin(live, copying({"leader": SCRIPT}), Batches(MemoryJournal(clock)), clock)  # type: ignore[arg-type]
    for event in (
        InstrumentListed(instrument()),
        BotChanged(leader(quantity=10), Desired.RUNNING, 1),
        BotChanged(follower(leader=named), Desired.RUNNING, 1),
        SessionOpened(session(), session().open_at),
        *said,
    ):
        twin.tap.took(event)
    twin.follow()
    assert twin.books.stopped is None
    return {record.bot_id: record for record in twin.books.records()}["follower"]


def test_a_follower_of_another_account_is_followed_by_its_twin_from_wherever_the_live_one_is() -> None:
    fact = LeaderFact(
        "F18", Follow.FILLS, FAR.account_id, FAR.bot_id, "ACME", Side.BUY, D(500), at("09:30"), order_id="O18",
        after=D(10), equity=LIVE.cash, age_us=0, sequence=18,
    )  # fmt: skip
    ticks = [Tick("ACME", at(f"09:30:{second}"), 50_000, 1.0) for second in (10, 20)]
    told = _copied(str(FAR), ticks[0], LeaderTold("follower", FAR, 17, 18, (fact,)), ticks[1])
    assert (told.missed, told.missed_reasons) == (1, {"no signal": 1}), "here the live account heard nothing of it"


def test_a_leader_of_the_live_account_named_in_full_is_the_twins_own() -> None:
    clocks = ("09:30:50", "09:31:05", "09:31:06", "09:31:07", "09:31:08")
    told = _copied("live-test/leader", *(Tick("ACME", at(clock), 50_000, 1.0) for clock in clocks))
    assert told.missed == 1
