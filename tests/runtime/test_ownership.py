"""A lease is renewed when it is due, tried again soon when that fails, and its loss is told once."""

import threading
from collections import deque

from structlog.testing import capture_logs

from engine.domain.account import AccountSpec
from engine.domain.errors import BackPressure, Fenced, OperatingError, OutcomeUnknown
from engine.ports import Grant
from engine.runtime.ownership import RENEW_AGAIN_S, Ownership

GRANT = Grant("paper-test", "one", 1, 0)


class ScriptedLease:
    """Answers renewals as told; then ends the thread that asks, whose rests it keeps."""

    def __init__(self, *answers: float | OperatingError) -> None:
        self.answers = deque(answers)
        self.rests: list[float] = []
        self.ended = False

    def acquire(self, account: AccountSpec, instance: str, journal: str, old_holder_dead: bool) -> Grant:
        return GRANT

    def renew(self, grant: Grant) -> float:
        assert grant == GRANT
        answer = self.answers.popleft()
        if isinstance(answer, OperatingError):
            raise answer
        return answer

    def release(self, grant: Grant) -> None:
        self.ended = True
        raise OutcomeUnknown("no reply")

    def is_set(self) -> bool:
        return not self.answers

    def wait(self, timeout: float | None = None) -> bool:
        """As threading.Event's; no time passes."""
        assert timeout is not None
        self.rests.append(timeout)
        return not self.answers


def owned(lease: ScriptedLease, lost: list[str], again_s: float = RENEW_AGAIN_S) -> Ownership:
    ownership = Ownership(lease, GRANT, lambda: lost.append("lost"), again_s)
    ownership.run(lease)  # type: ignore[arg-type]
    return ownership


def test_the_lease_says_when_it_is_asked_next() -> None:
    lease, lost = ScriptedLease(60.0, 12.5, 60.0), []
    owned(lease, lost)
    assert (lease.rests, lost) == ([0.0, 60.0, 12.5, 60.0], [])


def test_a_renewal_that_fails_is_tried_again_within_seconds_and_told_once() -> None:
    lease, lost = ScriptedLease(60.0, OutcomeUnknown("a"), BackPressure("b"), OutcomeUnknown("c"), 60.0, 60.0), []
    with capture_logs() as told:
        owned(lease, lost)
    assert lease.rests == [0.0, 60.0, RENEW_AGAIN_S, RENEW_AGAIN_S, RENEW_AGAIN_S, 60.0, 60.0]
    assert [line["event"] for line in told] == ["lease not renewed", "lease renewed"]
    assert lost == []


def test_a_short_lease_is_tried_again_sooner() -> None:
    lease, lost = ScriptedLease(OutcomeUnknown("a"), 3.0), []
    owned(lease, lost, again_s=0.5)
    assert lease.rests == [0.0, 0.5, 3.0]


def test_a_lost_lease_is_told_once_and_no_more_asked_for() -> None:
    lease, lost = ScriptedLease(60.0, Fenced("another has it"), 60.0), []
    owned(lease, lost)
    assert (lost, len(lease.answers)) == (["lost"], 1)


def test_an_end_asked_for_ends_the_waiting() -> None:
    lease, lost, stop = ScriptedLease(60.0, 60.0), [], threading.Event()
    worker = threading.Thread(target=Ownership(lease, GRANT, lambda: lost.append("lost")).run, args=(stop,))
    worker.start()
    stop.set()
    worker.join(60)
    assert not worker.is_alive()
    assert lost == []


def test_letting_go_of_a_store_that_does_not_answer_is_no_failure() -> None:
    lease = ScriptedLease()
    Ownership(lease, GRANT, lambda: None).release()
    assert lease.ended
