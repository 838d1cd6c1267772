"""Why an engine ends reaches a person before its process is over: a worker that failed, a lease that is lost."""

from __future__ import annotations

from typing import Any

from engine.adapters.clock import SystemClock
from engine.outbox.memory import MemoryJournal
from engine.runtime.alerting import AlertDesk
from tests.builders.paper import account
from tests.runtime.letterbox import Letterbox, sender
from tests.runtime.test_supervisor import DAY, firm
from tests.runtime.world import ListFeed, eventually

__all__ = ["firm"]  # the fixture


def desk_on(box: Letterbox) -> AlertDesk:
    """A desk at work."""
    clock = SystemClock()
    desk = AlertDesk(account().account_id, clock, MemoryJournal(clock), [sender(box, clock)])
    desk.start()
    return desk


def test_a_worker_that_fails_is_told(firm: Any) -> None:
    class Broken(ListFeed):
        def events(self, since: Any, stop: Any) -> Any:
            raise ValueError("the prices are nonsense")

    box = Letterbox()
    one = firm(Broken(DAY), desk_on(box))
    one.start()
    assert one.ended() == 1
    assert [(severity, body) for severity, _, body in box.letters] == [
        ("critical", "The engine ends, feed failed: ValueError: the prices are nonsense")
    ]


def test_an_engine_whose_alert_of_the_end_fails_ends_all_the_same(firm: Any) -> None:
    """It must not trade on without the worker that failed."""

    class Broken(ListFeed):
        def events(self, since: Any, stop: Any) -> Any:
            raise ValueError("the prices are nonsense")

    desk = desk_on(Letterbox())
    desk.market_at = lambda: 1 // 0
    one = firm(Broken(DAY), desk)
    one.start()
    assert one.ended() == 1


def test_a_lease_that_is_lost_is_told(firm: Any) -> None:
    box = Letterbox()
    one = firm(None, desk_on(box))
    one.start()
    eventually(lambda: bool(one.stored("fills")), "it trades")
    one.lease.release(one.grant)
    one.lease.acquire(account(), "second", "another journal", old_holder_dead=False)
    assert one.ended() == 1
    (letter,) = box.letters
    assert letter[1] == "Lockstep, critical: Lease lost: this engine has the account no more"


def test_an_end_that_was_asked_for_is_nothing_to_tell(firm: Any) -> None:
    box = Letterbox()
    one = firm(None, desk_on(box))
    one.start()
    one.supervisor.end()
    assert (one.ended(), box.letters) == (0, [])
