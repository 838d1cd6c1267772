"""However a venue answers orders with a limit: one live order a leg, never more filled than wanted without a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from engine.core.execution import Leg
from engine.domain.account import Desired
from engine.domain.broker import VenueState
from engine.domain.events import BotChanged, ClockTicked, Event, FillReceived, OrderAccepted, OrderCancelled
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.identity import difference_id, fill_key
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import OrderType
from engine.domain.records import DifferenceKind
from tests.builders.desk import desk
from tests.builders.market import tick
from tests.builders.paper import bot
from tests.builders.times import at
from tests.builders.venue_book import VenueBook, told
from tests.core.test_order_machine import DRIVEN, OrderMachine

D = Decimal


class LegMachine(OrderMachine):
    """The wire that loses, repeats and reorders, under a bot whose orders have limits and are replaced each minute."""

    @initialize(parts=st.lists(st.integers(0, 100), min_size=3, max_size=3))
    def open(self, parts: list[int]) -> None:
        """The first entry is replaced once, with fills of both attempts still to be told."""
        self.made, self.book = desk(minutes=300), VenueBook()
        self.made.accept = lambda order: None  # type: ignore[method-assign]  # the wire below answers, or does not
        execution = Execution(EntryStyle.LIMIT, ExitStyle.MARKETABLE_LIMIT, replacements_max=2)
        spec = replace(bot("alpha", strategy="script", quantity=100), execution=execution)
        self.minute = 0
        self.outgoing, self.cancels, self.incoming = [], [], []
        self.told: list[FillReceived] = []
        self.legs: dict[str, Leg] = {}
        self.take(BotChanged(spec, Desired.RUNNING, 2))
        for part in parts:
            self.a_minute_passes_whose_fills_are_told_late("500", [part])

    def take(self, event: Event) -> None:
        super().take(event)
        self.legs.update(self.made.engine.state.legs)
        if isinstance(event, FillReceived):
            self.told.append(event)

    @rule(price=st.sampled_from(["500", "500.50", "499", "504"]))
    def a_bar_closes(self, price: str = "500") -> None:
        self.minute += 1
        moment = at("09:20") + self.minute * MINUTE
        self.take(tick(moment - SECOND, price))
        self.take(ClockTicked(moment))

    @rule(price=st.sampled_from(["500", "500.50", "499"]), parts=st.lists(st.integers(0, 100), max_size=3))
    def a_minute_passes_whose_fills_are_told_late(self, price: str, parts: list[int]) -> None:
        """Sends and cancels arrive and are answered; what is filled before them is told by another rule, or never."""
        self.a_bar_closes(price)
        while self.outgoing:
            order = self.outgoing.pop(0)
            self.take(OrderAccepted(order.order_id, self.book.take(order), order.at))
        for identity, part in zip(self.working(), parts, strict=False):
            order_there = self.book.orders[identity]
            part = min(part, int(order_there.quantity - order_there.filled_quantity))
            if part:
                self.incoming.append(told(self.book.fill(identity, D(part), D(price))))
        while self.cancels:
            cancel = self.cancels.pop(0)
            identity = f"V-{cancel.order_id}"
            if identity in self.working():
                self.book.end(identity, VenueState.CANCELLED)
                self.take(OrderCancelled(cancel.order_id, "as asked", cancel.at))

    @precondition(lambda self: self.incoming)
    @rule()
    def what_is_late_is_told(self) -> None:
        while self.incoming:
            self.take(self.incoming.pop(0))

    @invariant()
    def no_leg_has_two_orders_live(self) -> None:
        """Live is what works at the venue, and what is on its way to it."""
        working = [str(self.book.orders[identity].client_order_id) for identity in self.working()]
        live = Counter(self.legs[order_id].first.order_id for order_id in working if order_id in self.legs)
        live.update(self.legs[order.order_id].first.order_id for order in self.outgoing if order.order_id in self.legs)
        assert all(count == 1 for count in live.values()), live
        assert all(order.order_type is OrderType.LIMIT for order in self.made.sent)

    @invariant()
    def what_is_too_much_is_shown(self) -> None:
        """What was told is in the books or a difference, or waits for the next report with a screen that says so; and
        the books have no more than was wanted.
        """
        state = self.made.engine.state
        account_id, day, truth = state.account.account_id, state.ledger.day, state.truth
        shown = {found.subject for found in truth.differences.values()}
        for fill in self.told:
            booked = state.portfolio.has_booked(fill_key(account_id, fill.order_id, fill.venue_fill_id))
            named = difference_id(account_id, DifferenceKind.MISSED_FILL, fill.venue_fill_id, day)
            assert booked or fill.venue_fill_id in shown or named in truth.suspects
        for leg in self.legs.values():
            assert not leg.entry or leg.filled <= leg.first.quantity


LegMachine.TestCase.settings = settings(DRIVEN, max_examples=120)
TestLegMachine = LegMachine.TestCase
