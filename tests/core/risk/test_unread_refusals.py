"""A broker that says no in words that nobody knows is not asked again and again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.account import TradingState
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    HaltChanged,
    OrderAccepted,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    SessionOpened,
)
from engine.domain.instant import SECOND
from engine.domain.order import OrderState
from engine.domain.records import AlertRecord, SignalRecord, TripKind
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.times import TUESDAY, session

D = Decimal
WORDS = "an answer that decides nothing (Something went wrong)"


def quiet_desk() -> Desk:
    """Whose venue says nothing by itself."""
    made = desk()
    made.accept = lambda order: None  # type: ignore[method-assign]
    return made


def entry(made: Desk, minute: int) -> SubmitOrder:
    (order,) = enter(made, minute, "500")
    return order


def refuse(made: Desk, order: SubmitOrder, *, needs_person: bool = False) -> None:
    """In unknown words; a minute later the look-ups have found that it never arrived."""
    made.take(OrderUnknown(order.order_id, WORDS, order.at + SECOND, refused=True, needs_person=needs_person))
    made.take(OrderExpired(order.order_id, "never reached the broker", order.at + 50 * SECOND))


def tripped(made: Desk) -> list[TripKind]:
    return list(made.engine.state.breaker.trips)


def alerts(made: Desk) -> list[str]:
    return [record.text for record in made.records if isinstance(record, AlertRecord) and "Unread" in record.text]


def test_the_third_entry_in_a_row_that_is_refused_in_unknown_words_stops_entries_and_says_why() -> None:
    made = quiet_desk()
    for minute in (1, 3):
        refuse(made, entry(made, minute))
    assert tripped(made) == []
    refuse(made, entry(made, 5))
    assert tripped(made) == [TripKind.UNREAD_REFUSALS]
    sent = len(made.sent)
    assert enter(made, 7, "500") == []
    signal = next(record for record in reversed(made.records) if isinstance(record, SignalRecord))
    assert (signal.outcome, signal.blocking_reason) == ("blocked", "unread_refusals")
    assert len(made.sent) == sent
    (told,) = alerts(made)
    assert told == (
        f"Unread refusals: 3 entries in a row refused by the broker in words of no list, limit 3 (the last: {WORDS}); "
        "the next session or a person's resume lifts it"
    )


@pytest.mark.parametrize("answer", ["accepted", "rejected"])
def test_an_entry_that_is_answered_in_known_words_begins_the_count_anew(answer: str) -> None:
    made = quiet_desk()
    for minute in (1, 3):
        refuse(made, entry(made, minute))
    order = entry(made, 5)
    if answer == "accepted":
        made.take(OrderAccepted(order.order_id, "V-1", order.at))
        made.take(OrderExpired(order.order_id, "its time is over", order.at))
    else:
        made.take(OrderRejected(order.order_id, "RMS: margin shortfall", order.at))
    for minute in (7, 9):
        refuse(made, entry(made, minute))
    assert tripped(made) == []
    refuse(made, entry(made, 11))
    assert tripped(made) == [TripKind.UNREAD_REFUSALS]


def test_silence_is_no_refusal() -> None:
    made = quiet_desk()
    for minute in (1, 3, 5, 7, 9):
        order = entry(made, minute)
        made.take(OrderUnknown(order.order_id, "timed out", order.at + SECOND))
        made.take(OrderExpired(order.order_id, "never reached the broker", order.at + 50 * SECOND))
    assert tripped(made) == []


def test_words_that_need_a_person_stop_entries_at_the_first() -> None:
    made = quiet_desk()
    refuse(made, entry(made, 1), needs_person=True)
    assert tripped(made) == [TripKind.UNREAD_REFUSALS]
    assert "an order refused" in alerts(made)[0]


def test_what_leaves_a_position_goes_on_and_is_not_counted() -> None:
    made = quiet_desk()
    held = entry(made, 1)
    made.take(OrderAccepted(held.order_id, "V-1", held.at))
    made.take(fill(held, 0, D(100), D(500)))
    for _ in range(4):
        exit_ = leave(made)
        assert exit_ is not None
        refuse(made, exit_)
    assert tripped(made) == []
    refuse(made, leave(made) or held, needs_person=True)
    assert tripped(made) == [TripKind.UNREAD_REFUSALS]
    assert made.engine.state.breaker.state(exposed=True) is TradingState.REDUCING
    exit_ = leave(made)
    assert exit_ is not None
    assert made.engine.state.orders[exit_.order_id].state is OrderState.SENT


@pytest.mark.parametrize("lifted_by", ["a person", "the next session"])
def test_a_person_or_the_next_session_lifts_it_and_the_count_begins_anew(lifted_by: str) -> None:
    made = quiet_desk()
    for minute in (1, 3, 5):
        refuse(made, entry(made, minute))
    if lifted_by == "a person":
        made.take(HaltChanged(False, ""))
    else:
        made.take(SessionOpened(session(TUESDAY), session(TUESDAY).open_at))
    assert (tripped(made), made.engine.state.unread_refusals) == ([], 0)
