"""Market time against a clock that moves only when something waits on it."""

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pytest

from engine.domain.errors import InvalidValue
from engine.domain.events import MarketEvent, SessionOpened
from engine.domain.instant import DAY, SECOND
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from engine.market_data.pace import NAP_S, Pace, paced
from engine.market_data.runs import Piece, TickRun
from engine.simulation.clock import ManualClock

SESSION = calendar_for("NSE").session_for_data(date(2021, 4, 28))
NEXT = calendar_for("NSE").session_for_data(date(2021, 4, 29))
OPEN = SESSION.open_at


def run(*seconds: float, since: int = OPEN) -> TickRun:
    at = np.array([since + int(second * SECOND) for second in seconds], dtype=np.int64)
    rows = len(at)
    return TickRun(("INFY",), at, np.zeros(rows, np.int64), at, np.arange(rows), np.zeros(rows))


def timed(
    pieces: list[Piece], clock: ManualClock, speed: float, since: int | None = None, taking_s: float = 0.0
) -> list[tuple[float, MarketEvent]]:
    """Every event with the clock's time at which it came out; the consumer takes `taking_s` for each."""
    out = []
    for event in paced(pieces, Pace(clock, speed), lambda: False, since):
        out.append((round(clock.monotonic(), 3), event))
        clock.advance(taking_s)
    return out


def whens(out: list[tuple[float, MarketEvent]]) -> list[float]:
    return [at for at, event in out if isinstance(event, Tick)]


def test_each_row_comes_when_its_time_has_come() -> None:
    out = timed([run(0, 1, 1.5, 4)], ManualClock(), speed=2.0)
    assert whens(out) == pytest.approx([0, 0.5, 0.75, 2.0], abs=0.002)


def test_no_wait_is_longer_than_a_nap() -> None:
    clock = ManualClock()
    timed([run(0, 30)], clock, speed=10.0)
    assert max(clock.waited_s) <= NAP_S
    assert clock.monotonic() == pytest.approx(3.0, abs=0.002)


def test_a_slow_consumer_falls_behind_and_loses_nothing() -> None:
    rows = run(*range(100))
    clock = ManualClock()
    out = timed([rows], clock, speed=10.0, taking_s=0.25)
    assert [event for _, event in out] == list(rows.events())
    assert not clock.waited_s[1:]
    assert clock.monotonic() == pytest.approx(25.0, abs=0.15)


def test_a_consumer_that_was_held_up_catches_up() -> None:
    clock, out = ManualClock(), []
    for _ in paced([run(*range(40))], Pace(clock, 1.0), lambda: False, None):
        out.append(clock.monotonic())
        if len(out) == 5:
            clock.advance(10.0)
    assert out[5:15] == [out[4] + 10.0] * 10
    assert out[20] == pytest.approx(20.0, abs=0.01)


def test_closed_hours_take_no_time() -> None:
    pieces: list[Piece] = [
        SessionOpened(SESSION, OPEN),
        run(0, 2),
        SessionOpened(NEXT, NEXT.open_at),
        run(1, 2, since=NEXT.open_at),
    ]
    assert whens(timed(pieces, ManualClock(), speed=1.0)) == pytest.approx([0, 2, 3, 4], abs=0.005)


def test_a_hole_in_the_data_is_waited_for_five_seconds_at_most() -> None:
    pieces: list[Piece] = [run(0, 3600, 3601), run(3602)]
    out = timed(pieces, ManualClock(), speed=60.0)
    assert whens(out) == pytest.approx([0, 5, 5 + 1 / 60, 5 + 2 / 60], abs=0.002)


def test_a_hole_that_is_short_at_this_speed_is_waited_for_in_full() -> None:
    assert whens(timed([run(0, 240)], ManualClock(), speed=60.0)) == pytest.approx([0, 4], abs=0.002)


def test_the_past_comes_at_once_and_what_follows_in_its_time() -> None:
    pieces: list[Piece] = [
        SessionOpened(SESSION, OPEN),
        run(*range(0, 7200, 600)),
        SessionOpened(NEXT, NEXT.open_at),
        run(0, 60, 90, since=NEXT.open_at),
    ]
    out = timed(pieces, ManualClock(), speed=10.0, since=NEXT.open_at + 60 * SECOND)
    assert whens(out) == pytest.approx([0] * 14 + [3.0], abs=0.002)


def test_speed_nought_waits_for_nothing() -> None:
    clock = ManualClock()
    pieces: list[Piece] = [run(0, 3600), SessionOpened(NEXT, OPEN + DAY), run(5, since=NEXT.open_at)]
    assert len(timed(pieces, clock, speed=0)) == 4
    assert clock.waited_s == []


@pytest.mark.parametrize("speed", [1.0, 1000.0])
def test_a_stop_is_seen_within_a_fifth_of_a_second(speed: float) -> None:
    clock = ManualClock()

    def stop_after(seconds: float) -> Callable[[], bool]:
        return lambda: clock.monotonic() >= seconds

    def endless() -> Iterator[Piece]:
        hour = 0
        while True:
            yield run(*range(hour * 3600, hour * 3600 + 3600, 7))
            hour += 1

    for _ in paced(endless(), Pace(clock, speed), stop_after(2.05), None):
        clock.advance(0.001)
    assert 2.05 <= clock.monotonic() <= 2.25


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_that_can_not_be_is_refused(speed: float) -> None:
    with pytest.raises(InvalidValue, match="speed"):
        Pace(ManualClock(), speed)
