"""When a broker's books are looked at, by a clock and books that the test moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from engine.adapters.brokers.angelone.orders.order_rows import OrderRow, TradeRow, order_row, trade_row
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.looks import EVERY_S, SOON_S, Looks
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import BrokerEvent, FillReceived
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.angelone.test_order_rows import AT, ROW, TAG, TRADE

NUMBER = ROW["orderid"]


class ScriptedBooks:
    """One order of ours, filled so far as `filled` says, and the fills that the book of fills has."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.known = KnownOrders(self.clock.monotonic)
        self.known.leaving(TAG)
        self.known.answered(TAG, NUMBER)
        self.filled, self.fills, self.looked = 0, list[TradeRow](), 0
        self.meanwhile: Callable[[], None] = lambda: None
        news = OrderNews[OrderRow, TradeRow](self.known, lambda: AT, lambda row, trade: AT)
        self.looks = Looks[OrderRow, TradeRow](self, news, self.clock)
        self.told = list[BrokerEvent]()

    def orders(self) -> tuple[list[OrderRow], Counter[str]]:
        self.looked += 1
        row: dict[str, Any] = {**ROW, "status": "open", "orderstatus": "open", "filledshares": str(self.filled)}
        self.meanwhile()
        return [order_row(row)], Counter()

    def trades_of(self, numbers: Collection[str]) -> list[TradeRow]:
        return self.fills

    def any_watched(self) -> bool:
        return self.known.any_watched()

    def pass_s(self, seconds: float) -> None:
        """Time passes, and the stream's thread looks as often as it does."""
        for _ in range(round(seconds / 0.2)):
            self.clock.advance(0.2)
            self.looks.take(self.told.append)


def test_a_look_that_somebody_wishes_for_while_one_is_under_way_is_not_put_off() -> None:
    books = ScriptedBooks()
    books.meanwhile = books.looks.soon  # a report saw a fill that the book of this look has not yet
    books.looks.take(books.told.append)
    books.meanwhile, books.filled, books.fills = lambda: None, 10, [trade_row({**TRADE, "fillsize": "10"})]
    books.pass_s(SOON_S)
    assert any(isinstance(event, FillReceived) for event in books.told), f"told {books.told} after {SOON_S:g} s"


def test_a_wish_for_a_look_outlives_one_that_fails() -> None:
    books = ScriptedBooks()

    def fail() -> None:
        books.looks.soon()
        raise OutcomeUnknown("no answer")

    books.meanwhile = fail
    books.looks.take(books.told.append)
    books.meanwhile = lambda: None
    books.pass_s(SOON_S)
    assert books.looked == 2


def test_fills_that_never_come_are_looked_for_ever_less_often() -> None:
    books = ScriptedBooks()
    books.filled = 10
    books.pass_s(10.0)
    assert 9 <= books.looked <= 11, "at first each second"
    books.pass_s(600.0)
    began = books.looked
    books.pass_s(3_600.0)
    assert books.looked - began <= 3_600 / 30, "the broker's limits are for all that asks it"
    books.fills = [trade_row({**TRADE, "fillsize": "10"})]
    books.pass_s(31.0)
    assert any(isinstance(event, FillReceived) for event in books.told), "and told when they come"


def test_while_an_order_works_the_books_are_looked_at_every_few_seconds() -> None:
    books = ScriptedBooks()
    books.pass_s(10 * EVERY_S)
    assert 9 <= books.looked <= 11
