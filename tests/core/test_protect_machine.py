"""However the wire to the venue behaves, a position's stop and its exit never both fill, and the venue is never sold
short. Answers are lost, repeated and out of turn; stops fill in part, are rejected, vanish; the engine is restarted.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.domain.exits import Exits
from engine.domain.order import OrderState, Purpose
from engine.domain.records import FillRecord
from tests.core.stop_wire import StopWire, protected

D = Decimal
DRIVEN = settings(max_examples=60, stateful_step_count=40, deadline=None)
SEEDS, STEPS = 25, 200
EXITS = (
    Exits(stop_pct=D(1)),
    Exits(stop_pct=D(1), target_pct=D(2), trail_pct=D("0.6")),
    Exits(stop_pct=D(2), break_even_at_pct=D("0.4"), break_even_plus_bps=D(10), time_exit_s=180),
)
PRICES = [str(price) for price in range(490, 513, 2)]


class ProtectMachine(RuleBasedStateMachine):
    """A bot that buys again and again, and a venue that fills what it likes of what it has."""

    wire: StopWire

    @initialize(exits=st.sampled_from(EXITS))
    def open(self, exits: Exits) -> None:
        self.wire = StopWire(buys=tuple(range(1, 200, 2)), exits=exits)
        protected(self.wire)

    @rule(price=st.sampled_from(PRICES), seconds=st.integers(1, 20))
    def the_market_trades(self, price: str, seconds: int) -> None:
        self.wire.tick(price, seconds)

    @rule()
    def a_minute_closes(self) -> None:
        self.wire.close_minute()

    @rule()
    def a_person_closes(self) -> None:
        self.wire.ask_to_close()

    @precondition(lambda self: self.wire.outgoing)
    @rule(outcome=st.sampled_from([*["answered"] * 6, "unanswered", "lost", "rejected"]))
    def an_order_is_sent(self, outcome: str) -> None:
        if outcome == "rejected":
            self.wire.reject()
        elif outcome == "lost":
            self.wire.lose()
        else:
            self.wire.arrive(answered=outcome == "answered")

    @precondition(lambda self: self.wire.cancels)
    @rule(outcome=st.sampled_from([*["done"] * 4, "unheard", "refused", "lost"]))
    def a_cancel_is_sent(self, outcome: str) -> None:
        self.wire.cancel(outcome)

    @precondition(lambda self: self.working())
    @rule(data=st.data(), heard=st.booleans(), whole=st.booleans())
    def the_venue_fills(self, data: st.DataObject, heard: bool, whole: bool) -> None:
        order_id = data.draw(st.sampled_from(self.working()))
        order = self.wire.book.orders[f"V-{order_id}"]
        left = int(order.quantity - order.filled_quantity)
        self.wire.fill(order_id, left if whole else data.draw(st.integers(1, left)), heard=heard)

    @precondition(lambda self: self.wire.working(Purpose.PROTECT))
    @rule(heard=st.booleans())
    def a_stop_vanishes(self, heard: bool) -> None:
        self.wire.end(self.wire.working(Purpose.PROTECT)[0], heard=heard)

    @precondition(lambda self: self.wire.incoming)
    @rule(data=st.data(), again=st.booleans())
    def something_is_heard(self, data: st.DataObject, again: bool) -> None:
        event = data.draw(st.sampled_from(self.wire.incoming))
        if not again:
            self.wire.incoming.remove(event)
        self.wire.take(event)

    @precondition(lambda self: self.wire.asked())
    @rule(data=st.data())
    def an_order_is_looked_up(self, data: st.DataObject) -> None:
        self.wire.look_up(data.draw(st.sampled_from(self.wire.asked())))

    @rule()
    def a_report_is_taken(self) -> None:
        self.wire.report()

    @rule()
    def all_goes_well_for_a_while(self) -> None:
        self.wire.settle()

    @rule()
    def the_engine_is_killed(self) -> None:
        self.wire.restart()

    @invariant()
    def the_stop_and_the_exit_are_never_both_there(self) -> None:
        stops, exits = self.wire.working(Purpose.PROTECT), self.wire.working(Purpose.EXIT)
        assert len(stops) <= 1, f"{len(stops)} stops"
        assert not (stops and exits), "a stop and an exit"

    @invariant()
    def what_works_to_sell_is_held(self) -> None:
        orders = [self.wire.book.orders[f"V-{one}"] for one in self.wire.working(Purpose.PROTECT, Purpose.EXIT)]
        selling = sum((order.quantity - order.filled_quantity for order in orders), D(0))
        assert selling <= self.wire.net(), f"{selling} for sale, {self.wire.net()} held"

    @invariant()
    def nothing_is_broken(self) -> None:
        assert not self.wire.state.breaker.broken, self.wire.state.breaker.reason
        keys = [record.fill_key for record in self.wire.records if isinstance(record, FillRecord)]
        assert len(keys) == len(set(keys)), "a fill was booked twice"

    def teardown(self) -> None:
        """In the end all is told: the books are the venue's, and what is held has its stop, whole."""
        wire = self.wire
        wire.settle()
        for _ in range(4):
            wire.close_minute("505")
            wire.settle()
        position = wire.position
        assert (position.quantity if position else D(0)) == wire.net()
        assert not [order for order in wire.state.open_orders() if order.state is OrderState.CREATED]
        stops = wire.working(Purpose.PROTECT)
        if position is None:
            assert stops == []
        elif not wire.working(Purpose.EXIT) and not wire.state.unprotected:
            resting = [wire.book.orders[f"V-{stop}"] for stop in stops]
            assert [order.quantity - order.filled_quantity for order in resting] == [position.quantity]

    def working(self) -> list[str]:
        return self.wire.working(*Purpose)


TestProtect = ProtectMachine.TestCase
TestProtect.settings = DRIVEN


def walk(seed: int) -> None:
    """A long run of the same machine with chances of its own: mostly all goes well, so that it comes far."""
    chance, machine = random.Random(seed), ProtectMachine()
    machine.open(EXITS[seed % len(EXITS)])
    wire = machine.wire
    for _ in range(STEPS):
        deeds: list[tuple[int, Callable[[], object]]] = [
            (6, partial(wire.tick, chance.choice(PRICES), chance.randint(1, 20))),
            (4, wire.close_minute),
            (3, wire.ask_to_close),
            (2, wire.report),
            (1, wire.restart),
        ]
        if wire.outgoing:
            how = chance.choice(("answered",) * 6 + ("unanswered", "lost", "rejected"))
            deeds.append((14, partial(machine.an_order_is_sent, how)))
        if wire.cancels:
            how = chance.choice(("done",) * 4 + ("unheard", "refused", "lost"))
            deeds.append((10, partial(wire.cancel, how)))
        if wire.incoming:
            event = chance.choice(wire.incoming)
            if chance.random() < 0.8:
                wire.incoming.remove(event)  # and where it is not taken below, its answer is lost
            deeds = [(1, partial(wire.take, event))] if chance.random() < 0.6 else deeds
        if asked := wire.asked():
            deeds.append((4, partial(wire.look_up, chance.choice(asked))))
        if working := machine.working():
            order = wire.book.orders[f"V-{chance.choice(working)}"]
            left = int(order.quantity - order.filled_quantity)
            some, heard = chance.choice((left, chance.randint(1, left))), chance.random() < 0.8
            identity = str(order.client_order_id)
            weight = 4 if wire.sent[identity].purpose is Purpose.PROTECT else 14
            deeds.append((weight, partial(wire.fill, identity, some, heard=heard)))
        if stops := wire.working(Purpose.PROTECT):
            deeds.append((1, partial(wire.end, stops[0], heard=chance.random() < 0.7)))
        chance.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])[0]()
        machine.the_stop_and_the_exit_are_never_both_there()
        machine.what_works_to_sell_is_held()
        machine.nothing_is_broken()
    machine.teardown()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_long_walk_keeps_stop_and_exit_apart(seed: int) -> None:
    walk(seed)
