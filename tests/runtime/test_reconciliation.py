"""Reports are asked for when they are due, a silent broker is said to be one, and a person's question is answered."""

from __future__ import annotations

import threading
from typing import Any

from structlog.testing import capture_logs

from engine.domain.broker import BrokerReport
from engine.domain.effects import PublishRecord
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import BrokerReported, CommandReceived, OrderCancelled, ReportBegun
from engine.domain.instant import instant_of
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, OrderRecord
from engine.outbox.backoff import Backoff
from engine.runtime.health import BrokerSeen, truth_of
from engine.runtime.reconciliation import Reconciliation, VenueStream
from tests.builders.paper import paper_loop
from tests.outbox.sample_records import sample
from tests.runtime.broker_desk import AT, BrokerDesk

SILENT = OutcomeUnknown("no answer")


def reconciliation(desk: BrokerDesk, seen: BrokerSeen | None = None) -> Reconciliation:
    return Reconciliation(desk.venue, desk.told.append, seen or BrokerSeen(), desk.wish, desk.clock)


def reports(desk: BrokerDesk) -> int:
    return sum(isinstance(event, BrokerReported) for event in desk.told)


def test_the_first_report_is_due_at_once_and_is_begun_before_it_is_told() -> None:
    desk = BrokerDesk()
    reconciliation(desk).step()
    assert desk.told == [ReportBegun(), BrokerReported(BrokerReport((), (), (), AT))]


def test_a_report_is_taken_every_thirty_seconds() -> None:
    desk = BrokerDesk()
    made = reconciliation(desk)
    for _ in range(91):
        made.step()
        desk.clock.advance(1)
    assert reports(desk) == 4


def test_an_order_that_ended_brings_a_report_two_seconds_later() -> None:
    desk = BrokerDesk()
    made = reconciliation(desk)
    made.step()
    desk.outgoing.begin(["ONE"])
    desk.outgoing.note([PublishRecord(1, sample(OrderRecord, order_id="ONE", state=OrderState.FILLED))])
    for seconds, expected in ((1.9, 1), (0.2, 2)):
        desk.clock.advance(seconds)
        made.step()
        assert reports(desk) == expected


def test_a_broker_that_gives_no_report_makes_the_truth_unknown_and_says_since_when() -> None:
    desk, seen = BrokerDesk(), BrokerSeen("connected")
    made, state = reconciliation(desk, seen), paper_loop().state
    made.step()
    state.truth.reports = 1
    assert truth_of(state, seen) == ("in_step", ())
    checked_at = seen.checked_at
    desk.venue.on_report.extend([SILENT, SILENT])
    desk.clock.advance(30)
    since = instant_of(desk.clock.now())
    made.step()
    desk.clock.advance(30)
    made.step()
    assert (seen.failing, seen.failing_since, seen.checked_at) == ("no answer", since, checked_at)
    said, (sentence,) = truth_of(state, seen)
    assert (said, sentence) == ("unknown", "The broker gives no report since 2026-01-05T00:00:30Z: no answer")
    desk.clock.advance(30)
    made.step()
    assert truth_of(state, seen) == ("in_step", ())


def test_what_was_never_compared_is_not_in_step() -> None:
    assert truth_of(paper_loop().state, BrokerSeen("connected")) == ("checking", ())


def test_a_person_who_asks_is_answered_after_two_fresh_reports() -> None:
    desk = BrokerDesk()
    made = reconciliation(desk)
    made.step()
    command = CommandReceived("c", "sync_orders", {})
    assert made.carry_out(command)
    made.step()
    assert reports(desk) == 3
    assert desk.told[-1] == command


def test_a_person_who_asks_is_told_that_the_broker_does_not_answer() -> None:
    desk = BrokerDesk()
    made = reconciliation(desk)
    made.carry_out(CommandReceived("c", "sync_orders", {}))
    desk.venue.on_report.append(SILENT)
    made.step()
    loop = paper_loop()
    loop.step(desk.told[-1])
    (result,) = loop.all(CommandResult)
    assert (result.state, result.result) == ("failed", {"reason": "the broker gives no report: no answer"})


def test_other_commands_are_not_taken() -> None:
    assert not reconciliation(BrokerDesk()).carry_out(CommandReceived("c", "flatten", {}))


def test_a_stream_that_comes_back_has_open_orders_looked_at_and_a_report_taken() -> None:
    desk, seen, stop = BrokerDesk(), BrokerSeen("away"), threading.Event()
    desk.outgoing.begin(["ONE"])
    cancelled = OrderCancelled("ONE", "as asked", AT)

    class Streaming:
        def __init__(self) -> None:
            self.opened = 0

        def listen(self, tell: Any, opened: Any, stopped: Any) -> None:
            self.opened += 1
            opened()
            tell(cancelled)
            if self.opened == 2:
                stop.set()
                return
            raise SILENT

    stream = Streaming()
    VenueStream(stream, desk.outgoing, desk.told.append, seen).run(stop)  # type: ignore[arg-type]
    assert (desk.told, seen.state, stream.opened) == ([cancelled, cancelled], "connected", 2)
    assert desk.outgoing.to_look_at() == ["ONE"]
    assert desk.wish.due()


def test_a_stream_that_never_opened_says_why_in_the_log_once() -> None:
    """It is away from the beginning: nothing else would ever say what is wrong with it."""
    desk, seen, stop = BrokerDesk(), BrokerSeen("away"), threading.Event()

    class Refusing:
        def __init__(self) -> None:
            self.asked = 0

        def listen(self, tell: Any, opened: Any, stopped: Any) -> None:
            self.asked += 1
            if self.asked == 2:
                stop.set()
            raise OutcomeUnknown("the token is refused")

    stream = VenueStream(Refusing(), desk.outgoing, desk.told.append, seen)  # type: ignore[arg-type]
    stream._backoff = Backoff(lambda: 0.0)
    with capture_logs() as lines:
        stream.run(stop)
    assert [(line["event"], line["error"]) for line in lines] == [
        ("the broker's stream is broken", "the token is refused")
    ]


def test_a_broker_that_is_closed_is_not_asked_and_is_in_no_trouble() -> None:
    desk, seen, hours = BrokerDesk(), BrokerSeen("connected", failing="no answer"), ["closed until 08:30"]
    made = Reconciliation(
        desk.venue, desk.told.append, seen, desk.wish, desk.clock, lambda: hours[0] if hours else None
    )
    made.step()
    assert (desk.venue.calls, desk.told, seen.failing) == ([], [], None)
    hours.clear()
    desk.clock.advance(30)
    made.step()
    assert reports(desk) == 1


def test_a_person_who_asks_a_broker_that_is_closed_is_told_until_when() -> None:
    desk = BrokerDesk()
    made = Reconciliation(desk.venue, desk.told.append, BrokerSeen(), desk.wish, desk.clock, lambda: "until 08:30")
    made.carry_out(CommandReceived("c", "sync_orders", {}))
    made.step()
    (answer,) = desk.told
    assert isinstance(answer, CommandReceived)
    assert answer.arguments["unanswered"] == "until 08:30"


class ClosingBroker:
    """Its stream opens, and breaks as its hours end."""

    def __init__(self, hours: list[str], stop: threading.Event) -> None:
        self.hours, self.stop, self.opened = hours, stop, 0

    def listen(self, tell: Any, opened: Any, stop: Any) -> None:
        self.opened += 1
        opened()
        assert not stop()
        self.hours.append("closed until 08:30")
        assert stop(), "whoever listens ends with the hours"
        self.stop.set()
        raise SILENT


def test_a_stream_that_breaks_because_the_day_is_over_is_closed_and_not_away() -> None:
    desk, seen, stop = BrokerDesk(), BrokerSeen(), threading.Event()
    hours: list[str] = []
    broker = ClosingBroker(hours, stop)
    VenueStream(broker, desk.outgoing, desk.told.append, seen, lambda: hours[0] if hours else None).run(stop)  # type: ignore[arg-type]
    assert (broker.opened, seen.state) == (1, "connected")
    stop.clear()

    def set_soon() -> None:
        stop.set()

    timer = threading.Timer(0.05, set_soon)
    timer.start()
    VenueStream(broker, desk.outgoing, desk.told.append, seen, lambda: hours[0] if hours else None).run(stop)  # type: ignore[arg-type]
    timer.join()
    assert (broker.opened, seen.state) == (1, "closed")
