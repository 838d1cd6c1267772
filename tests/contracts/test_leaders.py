"""A leader in another account, its engine's records in Firestore between: followed, late, and once."""

from __future__ import annotations

import pytest

from engine.adapters.firestore.wire import Wire
from engine.domain.instant import SECOND
from engine.domain.records import SignalRecord
from engine.simulation.clock import ManualClock
from tests.builders.copying import minute
from tests.builders.market import tick
from tests.builders.times import at
from tests.contracts.leading import Engine, fills_of, following, leading, outcomes, pass_minute, reach, wall


@pytest.fixture
def clock() -> ManualClock:
    return wall()


def test_fills_of_another_account_are_followed_at_the_share_of_the_equities(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    for when in ("09:30", "09:40"):
        pass_minute(when, first, second)
    assert fills_of(first) == [("BUY", 100), ("SELL", 100)]
    assert fills_of(second) == [("BUY", 50), ("SELL", 50)]
    (fact, _) = first.books.fills
    assert second.books.signals[0].reasons == (f"copies fill {fact.fill_key} of paper-lead/leader, 2.0 s later",)


def test_signals_of_another_account_are_followed_in_the_followers_own_size(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock, follow="signals", scale=0.5)
    for when in ("09:30", "09:40"):
        pass_minute(when, first, second)
    assert fills_of(second) == [("BUY", 25), ("SELL", 25)]  # half of 5 % of 500,000 at 500


def test_a_whole_account_is_followed(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock, leader="paper-lead/*")
    for when in ("09:30", "09:40"):
        pass_minute(when, first, second)
    assert fills_of(second) == [("BUY", 50), ("SELL", 50)]


def test_a_look_that_finds_nothing_new_tells_nothing(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    pass_minute("09:30", first, second)
    assert second.look() == []
    assert outcomes(second) == [("ordered", None)]


def test_what_comes_too_late_is_not_entered_and_is_left_all_the_same(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock, max_delay_s=30)
    pass_minute("09:30", first, second, seen_at="09:31:00")
    assert outcomes(second) == [("blocked", "late")]
    again = following(wire, clock)
    assert again.books.fills == []


def test_an_exit_is_followed_however_late(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    pass_minute("09:30", first, second)
    pass_minute("09:40", first, second, seen_at="09:50:00")
    assert fills_of(second) == [("BUY", 50), ("SELL", 50)]


def test_a_bot_that_begins_to_follow_copies_nothing_of_the_past(wire: Wire, clock: ManualClock) -> None:
    first = leading(wire, clock)
    reach("09:30:02", first)
    first.books.step(*minute("09:30"))
    first.deliver()
    second = following(wire, clock)
    second.books.step(*minute("09:30"))
    assert second.look() == []
    assert second.books.signals == []


def restarted(second: Engine) -> Engine:
    """The follower's engine again, from the newest of what it had decided."""
    again = Engine(second.wire, second.clock, second.spec, second.bots, past=second.books.newest())
    again.books.step(tick(at("09:30") + 5 * SECOND, 500))
    return again


def test_a_restart_goes_on_where_its_books_are_and_copies_nothing_twice(wire: Wire, clock: ManualClock) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    pass_minute("09:30", first, second)
    again = restarted(second)
    again.look()
    assert again.books.signals == []
    pass_minute("09:40", first, again)
    assert fills_of(again) == [("SELL", 50)]


def test_what_the_leader_did_while_the_follower_was_down_is_late_for_entries_and_left_for_exits(
    wire: Wire, clock: ManualClock
) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    pass_minute("09:30", first, second)
    reach("09:40:02", first)
    first.books.step(*minute("09:40"))
    first.deliver()
    again = restarted(second)
    again.books.step(tick(at("09:45"), 500))
    reach("09:45", first)
    again.look()
    again.books.step(tick(at("09:45:01"), 500))
    assert fills_of(again) == [("SELL", 50)]


def test_an_older_cursor_makes_no_order_again(wire: Wire, clock: ManualClock) -> None:
    """The journal was lost with the newest status, but the order is known: its id is the fact's."""
    first, second = leading(wire, clock), following(wire, clock)
    pass_minute("09:30", first, second)
    records = [effect.record for effect in second.books.effects]
    place = next(number for number, record in enumerate(records) if isinstance(record, SignalRecord))
    older = {(r.collection, r.document_id): r for r in records[:place] if r.collection == "bots"}
    newest = {(r.collection, r.document_id): r for r in second.books.newest()}
    again = Engine(wire, clock, second.spec, second.bots, past=tuple({**newest, **older}.values()))
    again.books.step(tick(at("09:30") + 5 * SECOND, 500))
    assert again.look()[0].facts != ()
    assert (again.books.orders, again.books.signals) == ([], [])
