"""The world around two engines: boundaries at which one hangs or dies, a store that one may be cut off from, a venue
that judges each entry, and a market that gives a signal nearly every minute. Used by overlaps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.core.portfolio import Portfolio
from engine.domain.effects import SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.identity import fill_key
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of
from engine.domain.market import Tick
from engine.domain.order import Purpose, Side
from engine.domain.signal import SignalType
from engine.proof.chance import CALM, Chance
from engine.proof.exchange import Exchange
from engine.proof.instance import BRINK
from engine.proof.market import SYMBOLS
from engine.proof.occasions import BEGINS, Crashed, Occasions
from engine.runtime.last_word import is_left_to_close

MINUTES = 250
NETWORK = replace(CALM, request_late=0.1, reply_lost=0.1, store_loses_reply=0.02, told_late=0.1)


class Boundaries(Occasions):
    """At a boundary of the one engine that is to hang, its pause is spent; of the one that is to die, it dies."""

    fate = ""
    victim = ""

    def __init__(self, chance: Chance, pause: Callable[[str], None]) -> None:
        super().__init__(chance, NETWORK, traced=False)
        self._pause = pause

    def may_crash(self, who: str, where: str) -> None:
        """See Occasions. What leaves for the venue is late by the network's doing alone: 55 s at most (link.py)."""
        if who != self.victim or where.startswith("before sending"):
            return
        if (self.fate == "hangs_at_the_brink") != (where == BRINK) or not self.chance.happens(
            1 if where == BRINK else 0.15
        ):
            return
        fate, self.fate = self.fate, ""
        if fate == "dies":
            self.note(who, f"dies {where}")
            raise Crashed
        if fate.startswith("hangs"):
            self.note(who, f"hangs {where}")
            self._pause(who)


class JudgingExchange(Exchange):
    """The venue, which looks at each entry as it arrives."""

    doubled: list[str]
    late_exits: list[str]

    def place(self, order: SubmitOrder) -> BrokerEvent:
        """See Exchange."""
        if order.purpose is not Purpose.ENTRY:
            if not is_left_to_close(order, self.report()):
                self.late_exits.append(f"{order.order_id} arrived with nothing left to close")
        else:
            if any(placed.tag == order.order_id for placed in self.placed):
                self.doubled.append(f"{order.order_id} arrived twice")
            held = self.net().get(order.symbol, Decimal(0))
            working = [p.tag for p in self.working() if p.symbol == order.symbol and p.side is order.side]
            if held * order.side.sign > 0 or working:
                self.doubled.append(f"entry {order.order_id} of {order.symbol}: {held} held, {working} at work")
        return super().place(order)

    def closed_unseen(self, books: Portfolio, account_id: str) -> set[str]:
        """Symbols of which the books lack the last sale: whoever sent it was cut off, and could tell nobody."""
        last = {fill.symbol: fill for fill in self.fills}
        return {
            symbol
            for symbol, fill in last.items()
            if fill.side is Side.SELL
            and not books.has_booked(fill_key(account_id, fill.client_order_id or "", fill.venue_fill_id))
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a seed's overlaps. `lines` say what must not be; the rest is what was met."""

    doubled: tuple[str, ...]
    strangers: tuple[str, ...]
    unsettled: tuple[str, ...]
    met: Counter[str]
    digest: str


def calm_ticks(chance: Chance) -> list[Tick]:
    """Prices all day, calmly."""
    found, prices = [], dict.fromkeys(SYMBOLS, 50_000)
    at = instant_of(BEGINS) + SECOND
    while at < instant_of(BEGINS) + MINUTES * MINUTE:
        at += round(chance.between(3, 20) * SECOND)
        symbol = chance.pick(SYMBOLS)
        prices[symbol] = max(20_000, prices[symbol] + 5 * chance.whole(-12, 12))
        found.append(Tick(symbol, at, prices[symbol], 10.0))
    return found


def many_signals(chance: Chance) -> Mapping[tuple[str, Instant], SignalType]:
    """Nearly every minute of every symbol: so that an overlap seldom lacks one."""
    return {
        (symbol, instant_of(BEGINS) + minute * MINUTE): SignalType.BUY if chance.happens(0.5) else SignalType.SELL
        for minute in range(1, MINUTES)
        for symbol in SYMBOLS
        if chance.happens(0.8)
    }
