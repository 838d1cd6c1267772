"""The session's flattening, by instrument class; what is not flat in time; and exits that make no sense."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.events import ClockTicked, SessionOpened
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason
from engine.domain.signal import SignalType
from tests.builders.market import instrument, tick
from tests.builders.paper import paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.core.leavers import START, held, leaver


@pytest.mark.parametrize(("auction", "flatten", "due"), [
    (False, "15:20", "15:20"), (True, "15:20", "15:08"), (True, "14:55", "14:55"), (False, "14:55", "14:55"),
])  # fmt: skip
def test_what_has_a_closing_auction_is_flat_before_it(auction: bool, flatten: str, due: str) -> None:
    books = paper_loop(
        [leaver(stop_pct="5")], make_strategy=scripted({"script": {START: SignalType.BUY}}), opened=False,
        instruments=[replace(instrument(), closing_auction=auction)],
    )  # fmt: skip
    day = replace(session(), flatten_at=at(flatten), continuous_until=at("15:15"))
    books.step(SessionOpened(day, day.open_at), tick(START - SECOND, "500"), tick(START + SECOND, "500"))
    books.step(ClockTicked(at(due) - 1))
    assert len(books.orders) == 1
    books.step(ClockTicked(at(due)))
    assert books.orders[-1].exit_reason is ExitReason.FLATTEN


def test_a_position_that_is_not_flat_in_time_is_told_of_once() -> None:
    books = held(stop_pct="5")
    books.step(ClockTicked(at("14:59")))  # the exit of 14:55 has found no price to fill at
    assert [alert for alert in books.alerts if alert.kind == "not_flat"] == []
    books.step(ClockTicked(at("15:29")))
    (told,) = [alert for alert in books.alerts if alert.kind == "not_flat"]
    assert told.severity == "critical"
    assert told.text.startswith("ACME: 10 of alpha should be flat by now, and is not; the session ends at 15:30")


@pytest.mark.parametrize(("exits", "field"), [
    ({"trail_pct": "0"}, "exits.trail_pct"), ({"trail_pct": "0.009"}, "exits.trail_pct"),
    ({"trail_pct": "100"}, "exits.trail_pct"), ({"break_even_at_pct": "0"}, "exits.break_even_at_pct"),
    ({"break_even_plus_bps": "5"}, "exits.break_even_plus_bps"),
    ({"break_even_at_pct": "0.1", "break_even_plus_bps": "10"}, "exits.break_even_plus_bps"),
    ({"break_even_at_pct": "50", "break_even_plus_bps": "1001"}, "exits.break_even_plus_bps"),
    ({"time_exit_s": 0}, "exits.time_exit_s"), ({"time_exit_s": 30 * 86_400 + 1}, "exits.time_exit_s"),
    ({"stop_pct": "NaN"}, "exits.stop_pct"),
])  # fmt: skip
def test_exits_that_make_no_sense_are_named(exits: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        leaver(**exits)
    assert raised.value.field == field
