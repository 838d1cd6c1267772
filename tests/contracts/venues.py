"""The venues that one contract binds, each as its tests need it: simulated, practice venue, Angel One, Coinbase.

The practice venue stands in a thread of the test, its fills made by hand; the simulated one fills at the next price;
Angel One and Coinbase are loopback brokers, reached by HTTP, on a clock that only the test moves. A further broker is
one class here and one word in test_broker.py.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.domain.broker import BrokerReport
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.instant import Instant
from engine.domain.order import Purpose
from engine.ports import Sighting
from engine.ports.market import Broker
from engine.runtime.told import told_by
from engine.simulation.fill_model import FillModel
from engine.simulation.venue import SimulatedVenue
from engine.simulation.venue_book import VenueBook
from tests.adapters.brokers.angelone.order_desk import OrderDesk as AngelOneDesk
from tests.adapters.brokers.angelone.order_desk import limit_order as shares
from tests.adapters.brokers.coinbase.order_desk import OrderDesk as CoinbaseDesk
from tests.adapters.brokers.coinbase.order_desk import limit_order as coins
from tests.builders.market import instrument
from tests.runtime.broker_desk import AT, order
from tests.venue.book import Book
from tests.venue.server import serve

D = Decimal
ONE, TWO = "ONE" * 5, "TWO" * 5  # as long as our ids are


class AnyVenue(Protocol):
    """What all are asked here."""

    symbol: str

    def order(self, order_id: str = ONE, purpose: Purpose = Purpose.ENTRY) -> SubmitOrder:
        """A hundred bought, or with another purpose sold, in a way that the venue takes."""

    def submit(self, asked: SubmitOrder) -> Sequence[BrokerEvent]: ...

    def cancel(self, asked: CancelOrder) -> Sequence[BrokerEvent]: ...

    def report(self) -> BrokerReport: ...

    def fill_all(self) -> None:
        """Let everything that works be filled."""

    def end_of(self, order_id: str) -> Sequence[BrokerEvent]:
        """What is found out of an order that the venue was only heard to cancel."""


class AnyBroker(AnyVenue, Broker, Protocol):
    """One outside this process."""

    def lose_reply(self) -> None:
        """To the next order, which it takes."""

    def answer_nonsense(self) -> None:
        """To the next order."""

    def forget_where(self) -> None:
        """From now on it can't be reached."""

    def sent(self) -> int:
        """How many orders it was sent."""


class Simulated:
    """The simulated venue and its book, put together as paper.py does."""

    symbol = "ACME"

    def __init__(self) -> None:
        self._venue = SimulatedVenue(FillModel(), lambda symbol: instrument(), lambda symbol: 50_000)
        self._book = VenueBook()

    def order(self, order_id: str = ONE, purpose: Purpose = Purpose.ENTRY) -> SubmitOrder:
        return order(order_id, purpose)

    def submit(self, asked: SubmitOrder) -> Sequence[BrokerEvent]:
        said = self._venue.submit(asked)
        self._book.take(asked, said)
        return said

    def cancel(self, asked: CancelOrder) -> Sequence[BrokerEvent]:
        said = self._venue.cancel(asked)
        self._book.note(said)
        return said

    def report(self) -> BrokerReport:
        return self._book.report(AT)

    def fill_all(self) -> None:
        self._book.note(self._venue.on_price("ACME", AT + 1, 50_000))

    def end_of(self, order_id: str) -> Sequence[BrokerEvent]:
        return ()


class Practice(PracticeBroker):
    """The adapter on a server of the test's own."""

    symbol = "ACME"

    def __init__(self, *, strict: bool = False) -> None:
        self._server = serve(0, Book(delay_s=(1e6, 1e6), parted=0), strict=strict)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.venue = self._server.RequestHandlerClass.venue  # type: ignore[attr-defined]
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        super().__init__(url, MarketView(lambda: AT, lambda symbol: D(500)), within_s=30.0)

    def order(self, order_id: str = ONE, purpose: Purpose = Purpose.ENTRY) -> SubmitOrder:
        return order(order_id, purpose)

    def fill_all(self) -> None:
        with self.venue.changed:
            for booked in self.venue.book.orders.values():
                if booked.state == "working":
                    self.venue.book.fill(booked, booked.quantity)

    def end_of(self, order_id: str) -> Sequence[BrokerEvent]:
        return ()

    def lose_reply(self) -> None:
        self.venue.faults.append({"do": "lose_reply"})

    def answer_nonsense(self) -> None:
        self.venue.faults.append({"do": "refuse_503"})

    def forget_where(self) -> None:
        self.close()

    def sent(self) -> int:
        return len(self.report().orders)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class AtALoopback:
    """An adapter at a loopback broker; after each call the broker takes its steps."""

    def __init__(self, desk: AngelOneDesk | CoinbaseDesk) -> None:
        self._desk, self._venue = desk, desk.venue

    def submit(self, asked: SubmitOrder) -> Sequence[BrokerEvent]:
        try:
            return self._venue.submit(asked)
        finally:
            self._desk.pass_s()

    def cancel(self, asked: CancelOrder) -> Sequence[BrokerEvent]:
        said = self._venue.cancel(asked)
        self._desk.pass_s()
        return said

    def find(self, client_order_id: str) -> Sighting | None:
        return self._venue.find(client_order_id)

    def book_since(self) -> Instant:
        return self._venue.book_since()

    def report(self) -> BrokerReport:
        return self._venue.report()

    def listen(self, tell: object, opened: object, stop: object) -> None:
        self._venue.listen(tell, opened, stop)  # type: ignore[arg-type]

    def end_of(self, order_id: str) -> Sequence[BrokerEvent]:
        found = self._venue.find(order_id)
        return () if found is None else tuple(told_by(found, AT))[1:]  # the first says that it was taken

    def forget_where(self) -> None:
        self._desk.cut_off()
        self._venue = self._desk.venue


class AngelOne(AtALoopback):
    """SBIN stands at 820."""

    symbol = "SBIN"

    def __init__(self, desk: AngelOneDesk) -> None:
        super().__init__(desk)
        self._angel = desk.angel
        desk.price("820.00")

    def order(self, order_id: str = ONE, purpose: Purpose = Purpose.ENTRY) -> SubmitOrder:
        price = "810.00" if purpose is Purpose.ENTRY else "830.00"
        return replace(shares(order_id, price, purpose=purpose), quantity=D(100))

    def fill_all(self) -> None:
        for price in ("809.00", "831.00"):
            self._desk.price(price)

    def lose_reply(self) -> None:
        self._angel.fault("placeOrder", "lose_reply")

    def answer_nonsense(self) -> None:
        self._angel.fault("placeOrder", "page", status=503)

    def sent(self) -> int:
        return self._angel.calls("placeOrder")


class Coinbase(AtALoopback):
    """XRP stands at 2.10 USD, and none is held."""

    symbol = "XRP-USD"

    def __init__(self, desk: CoinbaseDesk) -> None:
        super().__init__(desk)
        self._coinbase = desk.coinbase
        desk.price("2.10")

    def order(self, order_id: str = ONE, purpose: Purpose = Purpose.ENTRY) -> SubmitOrder:
        price = "2.05" if purpose is Purpose.ENTRY else "2.15"
        return replace(coins(order_id, price, purpose=purpose), quantity=D(100))

    def fill_all(self) -> None:
        for price in ("2.04", "2.16"):
            self._desk.price(price)

    def lose_reply(self) -> None:
        self._coinbase.fault("create_order", "lose_reply")

    def answer_nonsense(self) -> None:
        self._coinbase.fault("create_order", "page", status=503)

    def sent(self) -> int:
        return self._coinbase.calls("create_order")
