"""One channel's messages: what leaves at once, together, later, again or never, and what is said of each."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.domain.records import AlertRecord
from engine.runtime.alert_sender import LINES_MAX, PACE_S, WAITING_MAX, AlertSender
from engine.simulation.clock import ManualClock
from tests.runtime.letterbox import Drawer, Letterbox, alert, sender

NIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
QUIET = {"quiet": "22:00-07:00", "zone": "UTC"}


def offer(to: AlertSender, *alerts: AlertRecord) -> None:
    for each in alerts:
        to.offer(each, each.text)


def run(to: AlertSender, clock: ManualClock, seconds: float) -> None:
    """Let the sender do what it does in so much time."""
    until = clock.monotonic() + seconds
    while clock.monotonic() < until:
        clock.wait(min(max(to.step(), 0.1), until - clock.monotonic()))


def told(to: AlertSender) -> list[tuple[str, str, str | None]]:
    """What it says came of alerts, from now on."""
    said: list[tuple[str, str, str | None]] = []
    to.told = lambda alert, channel, failed: said.append((alert.kind, channel, failed))
    return said


def test_an_alert_leaves_at_once_with_its_kind_in_words() -> None:
    box = Letterbox()
    to = sender(box, ManualClock())
    said = told(to)
    offer(to, alert())
    to.step()
    title = "Lockstep, critical: Day stop: the day's loss reached its limit"
    assert box.letters == [("critical", title, "The day's loss reached 3 %")]
    assert said == [("daily_stop", "box", None)]


def test_a_channel_gets_nothing_below_its_severity() -> None:
    box = Letterbox()
    to = sender(box, ManualClock(), **{"from": "critical"})
    offer(to, alert(kind="halt"), alert())
    to.step()
    assert [severity for severity, _, _ in box.letters] == ["critical"]


def test_what_comes_right_after_a_message_leaves_together_a_little_later() -> None:
    box, clock = Letterbox(), ManualClock()
    to = sender(box, clock)
    offer(to, alert())
    to.step()
    offer(to, *(alert(kind="order_rejected", subject=str(each), text=f"order {each}") for each in range(30)))
    assert to.step() == PACE_S
    run(to, clock, PACE_S + 1)
    assert len(box.letters) == 2
    severity, title, body = box.letters[1]
    assert (severity, title) == ("warning", "Lockstep: 30 alerts, the worst warning")
    lines = body.splitlines()
    assert lines[0] == "order 0"
    assert len(lines) == LINES_MAX + 1
    assert lines[-1] == "… and 10 more; the dashboard has them all"


def test_a_flood_of_different_alerts_keeps_its_bound_and_its_critical_ones() -> None:
    box = Letterbox()
    to = sender(box, ManualClock())
    offer(to, alert())
    offer(to, *(alert(kind="order_rejected", subject=str(each), text=f"order {each}") for each in range(10_000)))
    assert to.waiting == WAITING_MAX
    to.step()
    ((severity, _, body),) = box.letters
    assert severity == "critical"
    assert body.startswith("The day's loss reached 3 %\n")
    assert body.endswith(f"… and {10_001 - LINES_MAX:,} more; the dashboard has them all")


def test_quiet_hours_hold_what_is_not_critical_until_they_are_over() -> None:
    box, clock = Letterbox(), ManualClock(NIGHT)
    to = sender(box, clock, **QUIET)
    offer(to, alert(kind="order_rejected", text="rejected"), alert(kind="halt", text="halted"), alert(text="stopped"))
    run(to, clock, 7 * 3600)
    assert box.bodies == ["stopped"]
    run(to, clock, 3600 + 1)
    assert box.bodies == ["stopped", "rejected\nhalted"]


def test_what_does_not_arrive_is_sent_again_after_growing_pauses_and_both_are_said() -> None:
    box, clock = Letterbox(failing="no route"), ManualClock()
    to = sender(box, clock)
    said = told(to)
    offer(to, alert())
    run(to, clock, 1 + 2 + 4 + 0.5)
    assert box.attempts == 4
    box.failing = None
    run(to, clock, 10)
    assert box.bodies == ["The day's loss reached 3 %"]
    assert said == [("daily_stop", "box", "no route; it is tried again"), ("daily_stop", "box", None)]


def test_what_never_arrives_is_given_up_after_a_bounded_time_in_words() -> None:
    box, clock = Letterbox(failing="no route"), ManualClock()
    to = sender(box, clock)
    said = told(to)
    offer(to, alert(kind="halt"), alert())
    run(to, clock, 31 * 60)
    assert [(kind, failed) for kind, _, failed in said[2:]] == [("halt", said[2][2])]
    assert str(said[2][2]).startswith("no route; given up after")
    assert to.waiting == 1, "the critical one"
    run(to, clock, 6 * 3600)
    assert (said[-1][0], to.waiting) == ("daily_stop", 0)
    assert str(said[-1][2]).startswith("no route; given up after")


def test_what_waits_outlives_the_process() -> None:
    box, clock, drawer = Letterbox(failing="no route"), ManualClock(), Drawer()
    first = sender(box, clock, drawer)
    offer(first, alert())
    first.step()
    box.failing = None
    second = sender(box, clock, drawer)
    second.begin()
    second.step()
    assert box.bodies == ["The day's loss reached 3 %"]
    third = sender(box, clock, drawer)
    third.begin()
    assert third.waiting == 0


def test_a_night_of_held_alerts_outlives_the_process() -> None:
    box, clock, drawer = Letterbox(), ManualClock(NIGHT), Drawer()
    first = sender(box, clock, drawer, **QUIET)
    offer(first, alert(kind="halt", text="halted"))
    first.step()
    second = sender(box, clock, drawer, **QUIET)
    second.begin()
    run(second, clock, 8 * 3600 + 1)
    assert box.bodies == ["halted"]


def test_a_kept_line_that_cannot_be_read_is_left_and_the_others_leave() -> None:
    box, drawer = Letterbox(), Drawer()
    first = sender(box, ManualClock(NIGHT), drawer, **QUIET)
    offer(first, alert(kind="halt", text="halted"))
    first.step()
    assert drawer.held is not None
    drawer.held["waiting"] = [{"alert": "nonsense", "line": "", "since": "x"}, {}, 3, *drawer.held["waiting"]]
    second = sender(box, ManualClock(), drawer)
    second.begin()
    assert second.waiting == 1
