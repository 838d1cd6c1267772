"""The machine is gone and its journal with it, after any write that reached the store: what is there is made whole.

The writes are cut one record at a time, as finely as a relay can ever part them. Here a sample of the cuts; `make
prove` takes them all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from engine.domain.found import FoundFacts
from engine.domain.instant import MINUTE, Instant
from engine.domain.records import FillRecord, OrderRecord, SignalRecord
from engine.domain.signal import Outcome
from tests.runtime.small_market import DAY, Desk, facts_in, household_of, new_household, uncut
from tests.runtime.tied_books import assert_books_tie

FIRST = DAY.open_at + 37 * MINUTE  # bots are warm at the 36th
END = DAY.open_at + 75 * MINUTE


def store_away(at: Instant) -> bool:
    """Four minutes of five the store does not answer: what waits leaves at once, states conflated."""
    return at // MINUTE % 5 != 0


WAYS: dict[str, tuple[int, Callable[[Instant], bool]]] = {
    "at once": (1, lambda at: False),
    "in bursts": (1, store_away),
    "slowly": (7, lambda at: False),
}


def each_way(every: int) -> list[Any]:
    """A sample of the cuts, and all of them to be proven."""
    sample = [pytest.param(way, every, id=way) for way in WAYS]
    return [*sample, *(pytest.param(way, 1, id=f"{way}, all", marks=pytest.mark.prove) for way in WAYS)]


@cache
def cuts(way: str) -> tuple[dict[str, Any], ...]:
    """The store as it was after each write of the stretch."""
    each, away = WAYS[way]
    desk = Desk(new_household(), each=each).run(FIRST, away=away)
    desk.keep_every_write()
    desk.run(END, away=away)
    return tuple(desk.saved)


def test_the_stretch_is_worth_cutting() -> None:
    desk = Desk(new_household()).run(END)
    assert len(desk.life.outbox.all(FillRecord)) >= 9
    assert {record.exit_reason for record in desk.life.outbox.all(OrderRecord)} >= {"signal", "stop", "target"}
    assert len(uncut(END)) >= 9
    assert all(len(cuts(way)) > 250 for way in WAYS)


def without_order(facts: FoundFacts) -> set[str]:
    """Signals that reached the store before the order they led to."""
    return {
        key for key, one in facts.signals.items() if one.outcome is Outcome.ORDERED and one.order_id not in facts.orders
    }


def assert_signals_stay(before: FoundFacts, after: FoundFacts, at: str) -> None:
    """What the store had of signals is there as it was; where the order was lost it says that alone."""
    lost = without_order(before)
    assert {after.signals[key].outcome for key in lost} <= {Outcome.EXPIRED}, at
    kept = before.signals.keys() - lost
    assert {key: after.signals[key] for key in kept} == {key: before.signals[key] for key in kept}, at


@pytest.mark.parametrize(("way", "every"), each_way(7))
def test_after_any_write_the_books_are_made_of_the_fills_and_no_signal_is_missing(way: str, every: int) -> None:
    for number, saved in list(enumerate(cuts(way)))[::every]:
        household = household_of(saved)
        before = facts_in(household.wire)
        desk = Desk(household, instance="two").drain()
        after = facts_in(household.wire)
        place = desk.life.place.since or 0
        assert_books_tie(household)
        assert after.fills == before.fills, f"cut {number}: a restart trades nothing"
        expected = {key for key, signal in uncut(END).items() if signal.confirmed_at <= place}
        assert after.signals.keys() == expected | before.signals.keys(), f"cut {number}"
        assert_signals_stay(before, after, f"cut {number}")


def test_orders_and_fills_in_a_store_that_never_got_the_account_itself_are_its_books() -> None:
    saved = {name: document for name, document in cuts("at once")[-1].items() if "/accounts/" not in name}
    household = household_of(saved)
    before = facts_in(household.wire)
    assert len(before.fills) >= 9
    Desk(household, instance="two").drain()
    assert_books_tie(household)
    after = facts_in(household.wire)
    assert after.fills == before.fills
    assert after.signals.keys() >= before.signals.keys()


@pytest.mark.parametrize(("way", "every"), each_way(61))
def test_after_any_write_the_rest_of_the_stretch_gives_the_same_signals_once_each(way: str, every: int) -> None:
    for number, saved in list(enumerate(cuts(way)))[::every]:
        household = household_of(saved)
        before = facts_in(household.wire)
        desk = Desk(household, instance="two").run(END).drain()
        after = facts_in(household.wire)
        assert_books_tie(household)
        assert after.signals.keys() == uncut(END).keys(), f"cut {number}"
        assert_signals_stay(before, after, f"cut {number}")
        given = [record.signal_id for record in desk.life.outbox.all(SignalRecord)]
        assert len(given) == len(set(given)), f"cut {number}"
        again = before.signals.keys() & set(given)
        assert again == without_order(before), f"cut {number}: what is there is not written again"
