"""A night amid a schedule: the venue's day ends while an order is open, mostly one that has no answer, and its book of
the next day knows nothing of it. Made and asked by world.py.

It has a source of chance of its own, made from the seed: a schedule without a night is what it would be if there were
none. With other engines coming for the account it does not fall: which of them lost what is then nobody's to say.
"""

from __future__ import annotations

from engine.core.orders import UNANSWERED
from engine.core.state import State
from engine.domain.instant import SECOND
from engine.domain.order import OrderState
from engine.proof.chance import Chance
from engine.proof.exchange import Exchange
from engine.proof.fleet import Fleet
from engine.proof.link import InFlight
from engine.proof.shape import Shape

OFTEN = 0.3  # of the schedules it may fall in
# How often it does at a step at which the venue has an order, and the engine no answer; an order has none; one is open.
UNHEARD, LOST, OPEN = 0.8, 0.3, 0.02
LASTS = 70 * SECOND  # a bar closes meanwhile, so that whoever begins a day decides later than the one before
OWN = 2**64


class Night:
    """`carries`: what is held outlives the day; else the venue closes it, as a broker squares off."""

    def __init__(self, seed: int, shape: Shape) -> None:
        self._chance = Chance(seed + OWN)
        self._waits = self._chance.happens(OFTEN) and not shape.successors
        # What somebody else closed counts as held in the check of tight limits.
        self.carries = self._chance.happens(0.5) or shape.tight

    def falls(self, state: State, exchange: Exchange) -> bool:
        """Whether it falls now: once at most."""
        orders = state.open_orders() if self._waits else []
        if not orders:
            return False
        unanswered = {order.order_id for order in orders if order.state in UNANSWERED}
        often = OPEN
        if any(placed.tag in unanswered for placed in exchange.placed):
            often = UNHEARD
        elif any(order.state is OrderState.UNKNOWN for order in orders):
            often = LOST
        self._waits = not self._chance.happens(often)
        return not self._waits

    def fall(self, exchange: Exchange, in_flight: InFlight, fleet: Fleet) -> None:
        """What is on its way finds nobody, the book begins anew, and every process is started again in the morning."""
        exchange.occasions.note("world", f"night falls; what is held is {'kept' if self.carries else 'closed'}")
        exchange.occasions.met["night"] += 1
        in_flight.waiting.clear()
        exchange.end_day(carries=self.carries)
        fleet.sleep(LASTS)
