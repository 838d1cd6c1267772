"""The start waits for what is not there yet, says so, and ends when asked to; what waiting can't mend it does not wait
for. Time is a clock that the waits move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.domain.errors import BackPressure, CannotStart, Fenced, LeaseHeld, OutcomeUnknown, PermanentFailure
from engine.domain.instant import instant_of, iso
from engine.outbox.backoff import Backoff
from engine.runtime.ending import Ended, EndWish
from engine.runtime.patience import LATER_LOOK_S, LOOK_S, LOOKS, Patience
from engine.runtime.start_notice import RECOVERING, StartNotice
from engine.simulation.clock import ManualClock
from tests.builders.paper import account

REFUSED = OutcomeUnknown("UNAVAILABLE: failed to connect to all addresses; ipv4:10.1.2.3:443: Connection refused")


class Start(EndWish):
    """A patience, its notice and its wish to end, whose waits move a clock; `seen` is what was said in each wait.

    The jitter draws the longest rest. `during` is called in each wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.notice = StartNotice(self.clock, "paper-test")
        self.patient = Patience(Backoff(lambda: 1.0), self.notice, self)
        self.seen: list[dict[str, Any]] = []
        self.during: Callable[[], None] = lambda: None

    def within(self, seconds: float) -> bool:
        self.seen.append(self.notice.fields())
        self.during()
        self.clock.wait(seconds)
        return self.asked


def failing(*errors: Exception) -> Callable[[], str]:
    """A call that raises these, one a call, then answers."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "answered"

    return call


def test_a_store_that_does_not_answer_is_asked_again_by_the_one_policy_for_as_long_as_it_takes() -> None:
    start = Start()
    assert start.patient(failing(*[REFUSED] * 9)) == "answered"
    assert start.clock.waited_s == [1, 2, 4, 8, 16, 32, 32, 32, 32]


def test_a_market_that_does_not_answer_is_waited_for_in_its_own_words() -> None:
    start = Start()
    away = OutcomeUnknown("Coinbase, products: no answer (ReadTimeoutError)")
    patient = Patience(Backoff(lambda: 1.0), start.notice, start, away=start.notice.market_away)
    assert patient(failing(away, away)) == "answered"
    assert [said["state"] for said in start.seen] == ["needs", "needs"]
    assert start.seen[1]["reason"] == (
        "The market is not reached: Coinbase, products: no answer (ReadTimeoutError), trying again in 2 s; nothing is "
        "traded until it answers."
    )
    assert not start.notice.troubled


def test_each_step_is_waited_for_anew() -> None:
    start = Start()
    for _ in range(2):
        start.patient(failing(REFUSED, BackPressure("RESOURCE_EXHAUSTED: quota")))
    assert start.clock.waited_s == [1, 2, 1, 2]


def test_what_is_waited_for_is_said_in_words_and_no_more_once_it_is_there() -> None:
    start = Start()
    start.clock.advance(3)
    began_at = start.clock.now()
    start.patient(failing(REFUSED, REFUSED))
    assert [said["reason"] for said in start.seen] == [
        "Firestore does not answer (UNAVAILABLE), trying again in 1 s; nothing is traded until it answers.",
        "Firestore does not answer (UNAVAILABLE), trying again in 2 s; nothing is traded until it answers.",
    ]
    assert {(said["state"], said["since"]) for said in start.seen} == {("starting", iso(instant_of(began_at)))}
    assert (start.notice.fields()["state"], start.notice.fields()["reason"]) == ("starting", RECOVERING)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (BackPressure("RESOURCE_EXHAUSTED: too much"), "Firestore asks to wait (RESOURCE_EXHAUSTED), "),
        (BackPressure("UNAUTHENTICATED: expired"), "Firestore does not take the credentials now (UNAUTHENTICATED), "),
        (OutcomeUnknown("RefreshError: metadata.internal is away"), "Firestore does not answer, "),
        (BackPressure("paper-test: 10 attempts at a change"), "Firestore asks to wait, "),
    ],
)
def test_the_reason_names_the_code_and_no_host_or_account(error: Exception, says: str) -> None:
    start = Start()
    start.patient(failing(error))
    assert start.seen[0]["reason"] == f"{says}trying again in 1 s; nothing is traded until it answers."


def test_the_log_has_a_line_at_first_and_then_one_a_minute_with_the_whole_error() -> None:
    start = Start()
    with capture_logs() as lines:
        start.patient(failing(*[REFUSED] * 12))  # 1 + 2 + 4 + 8 + 16 s, then 32 s each
    waits = [line for line in lines if line["event"] == "waiting for the store"]
    assert len(waits) == 4, "at 0, 63, 127 and 191 s"
    assert all("Connection refused" in line["error"] for line in waits)
    assert lines[-1]["event"] == "the start goes on"
    assert lines[-1]["waited_s"] == 31 + 7 * 32


def test_a_lease_that_another_engine_holds_is_taken_when_it_lets_go_and_the_holder_is_named_meanwhile() -> None:
    start, wire = Start(), MemoryWire()
    other = FirestoreLease(wire, start.clock)
    held = other.acquire(account(), "other", "elsewhere", old_holder_dead=False)

    def hand_over() -> None:
        other.renew(held)
        if len(start.seen) == 100:
            other.release(held)

    start.during = hand_over
    lease = FirestoreLease(wire, start.clock, patience_s=0.0)
    grant = start.patient(lambda: lease.acquire(account(), "this", "here", old_holder_dead=True))
    assert (grant.epoch, start.clock.waited_s) == (held.epoch + 1, [LOOK_S] * 100)
    assert {(said["state"], said["held_by"]) for said in start.seen} == {("waiting", "other")}
    assert start.seen[0]["reason"] == (
        "Another engine (other) holds the account until 00:01:30 UTC. "
        "This one takes over once it lets go or that time passes without a renewal; nothing is traded here until then."
    )
    assert start.seen[-1]["held_until"] > start.seen[0]["held_until"], "it has renewed"


def test_one_that_stands_by_for_long_looks_seldom() -> None:
    start = Start()
    start.patient(failing(*[LeaseHeld("held", "other", start.clock.now())] * (LOOKS + 2)))
    assert start.clock.waited_s == [LOOK_S] * LOOKS + [LATER_LOOK_S] * 2


def test_what_waiting_cannot_mend_is_said_at_once_and_not_waited_for() -> None:
    start = Start()
    with pytest.raises(CannotStart, match="PERMISSION_DENIED: no role"):
        start.patient(failing(PermanentFailure("PERMISSION_DENIED: no role")))
    assert start.clock.waited_s == []


@pytest.mark.parametrize("error", [Fenced("epoch 3 is over"), KeyError("a bug")])
def test_whatever_else_is_raised_as_it_is(error: Exception) -> None:
    start = Start()
    with pytest.raises(type(error)) as raised:
        start.patient(failing(error))
    assert raised.value is error
    assert start.clock.waited_s == []


def test_a_wish_to_end_ends_the_wait() -> None:
    start = Start()
    start.during = start.ask
    with pytest.raises(Ended):
        start.patient(failing(REFUSED, REFUSED))
    assert len(start.seen) == 1


def test_a_call_that_was_cut_because_of_the_end_is_no_failure() -> None:
    start = Start()

    def cut() -> None:
        start.ask()
        raise ValueError("Cannot invoke RPC on closed channel!")

    with pytest.raises(Ended):
        start.patient(cut)
    with pytest.raises(Ended):
        start.patient(failing())  # no further step begins


def test_whoever_waits_for_the_wish_hears_it_at_once() -> None:
    wish = EndWish()
    assert not wish.within(0.01)
    wish.ask()
    assert wish.asked
    assert [wish.within(60), wish.within(60)] == [True, True]
