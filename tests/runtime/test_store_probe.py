"""The store is healthy after three good checks in a row, and not any more after two misses or a late renewal."""

from collections.abc import Callable
from itertools import cycle

import pytest

from engine.domain.errors import OutcomeUnknown
from engine.runtime.store_probe import AT_FIRST_S, EVERY_S, UNHEARD_S, WITHIN_S, ProbeRule, StoreProbe
from engine.simulation.clock import ManualClock


def after(checks: str) -> bool:
    """Whether it is healthy after good checks (+) and misses (-)."""
    health = ProbeRule()
    for check in checks:
        health.check(check == "+")
    return health.healthy


@pytest.mark.parametrize(
    ("checks", "healthy"),
    [
        ("", False), ("++", False), ("+++", True),
        ("+++-", True), ("+++--", False), ("+++-+-", False), ("+++-+++-", True),
        ("+++--++", False), ("+++--+++", True), ("+++--++-+++", True), ("+++--++-++", False),
    ],
)  # fmt: skip
def test_two_misses_end_it_and_three_good_checks_in_a_row_begin_it(checks: str, healthy: bool) -> None:
    assert after(checks) is healthy


@pytest.mark.parametrize("pattern", ["+-", "-+", "++-", "+--"])
def test_a_store_that_flaps_never_becomes_healthy(pattern: str) -> None:
    health = ProbeRule()
    for check, _ in zip(cycle(pattern), range(1_000), strict=False):
        health.check(check == "+")
        assert not health.healthy


def test_a_healthy_store_that_begins_to_flap_is_not_healthy_after_the_second_miss() -> None:
    health = ProbeRule()
    for check in "+++" + "-+" * 500:
        health.check(check == "+")
    assert not health.healthy


class Asked:
    """A store on a clock that a test moves: it takes `takes_s`, and fails while it is `away`."""

    def __init__(self) -> None:
        self.clock, self.takes_s, self.away, self.late_s = ManualClock(), 0.01, False, -1.0
        self.probe = StoreProbe(self.ping, lambda: self.late_s, self.clock)

    def ping(self) -> None:
        self.clock.advance(self.takes_s)
        if self.away:
            raise OutcomeUnknown("no answer")

    def until(self, condition: Callable[[], bool]) -> float:
        """Check in its rhythm until something is so; how many seconds that took."""
        began = self.clock.monotonic()
        while not condition():
            assert self.clock.monotonic() - began < 60
            self.clock.advance(self.probe.look())
        return self.clock.monotonic() - began


def test_a_store_that_hangs_is_seen_within_three_seconds_and_is_back_after_three_good_checks() -> None:
    asked = Asked()
    asked.until(lambda: asked.probe.healthy() is True)
    asked.away, asked.takes_s = True, WITHIN_S
    assert asked.until(lambda: asked.probe.healthy() is not True) <= 3.0
    asked.away, asked.takes_s = False, 0.01
    assert asked.until(lambda: asked.probe.healthy() is True) == pytest.approx(3 * EVERY_S, abs=0.1)


def test_the_first_verdict_comes_as_soon_as_three_good_checks_allow_and_nothing_is_known_before() -> None:
    asked = Asked()
    rests = [asked.probe.look(), asked.probe.look()]
    assert rests == pytest.approx([AT_FIRST_S - asked.takes_s] * 2)
    assert asked.probe.healthy() is None
    assert asked.probe.look() == pytest.approx(EVERY_S - asked.takes_s)
    assert asked.probe.healthy() is True


def test_a_store_that_fails_at_first_is_looked_at_no_oftener_and_is_known_not_to_be_well() -> None:
    asked = Asked()
    asked.away = True
    assert asked.probe.look() == pytest.approx(EVERY_S - asked.takes_s)
    assert asked.probe.healthy() is False


def test_an_answer_that_takes_more_than_a_second_is_a_miss() -> None:
    asked = Asked()
    asked.takes_s = WITHIN_S + 0.01
    for _ in range(10):
        asked.probe.look()
    assert asked.probe.healthy() is False


def test_a_renewal_more_than_two_seconds_late_is_unhealthy_at_once_whatever_the_checks_say() -> None:
    asked = Asked()
    asked.until(lambda: asked.probe.healthy() is True)
    asked.late_s = 2.0
    asked.probe.look()
    assert asked.probe.healthy() is True
    asked.late_s = 2.01
    assert asked.probe.healthy() is False
    asked.probe.look()
    asked.late_s = -1.0
    looks = 0
    while not asked.probe.healthy():
        asked.probe.look()
        looks += 1
    assert looks == 3


def test_a_probe_that_has_fallen_silent_knows_nothing() -> None:
    asked = Asked()
    assert asked.probe.healthy() is None
    asked.until(lambda: asked.probe.healthy() is True)
    asked.clock.advance(UNHEARD_S + 0.1)
    assert asked.probe.healthy() is None
