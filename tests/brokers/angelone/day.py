"""What a day does to the desk by itself: square-off, auction, end of orders, midnight. Fed by hours; feeds the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.brokers.angelone.hours import CLOSES, ENDS, SQUARE_OFF, trades_on
from tests.brokers.angelone.scripted_clock import IST

if TYPE_CHECKING:
    from tests.brokers.angelone.desk import Desk

Happening = tuple[datetime, "Callable[[Desk, datetime], None]"]


def happenings(after: datetime, until: datetime) -> Iterator[Happening]:
    """Each one in (after, until], in order; exchanges' own on trading days only. None where time stood or went back."""
    day = after.astimezone(IST).date()
    while day <= until.astimezone(IST).date():
        for moment, acts in _of_a_day(trading=trades_on(day)):
            at = datetime.combine(day, moment, IST)
            if after < at <= until:
                yield at, acts
        day += timedelta(days=1)


def _of_a_day(*, trading: bool) -> Iterator[tuple[time, Callable[[Desk, datetime], None]]]:
    yield time(0), lambda desk, at: desk.begin_day(at)
    if trading:
        yield SQUARE_OFF, lambda desk, at: desk.square_off(at)
        yield CLOSES, lambda desk, at: desk.fill_at_close(at)
        yield ENDS, lambda desk, at: desk.end_orders(at)
