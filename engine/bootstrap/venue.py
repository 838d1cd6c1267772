"""The venue outside that an account trades at, and the workers that reach it. Wired by engine.py where one is named.

Without one the account trades at the simulated venue, which is stepped inside its session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.domain.account import Mode
from engine.domain.errors import InvariantBroken
from engine.domain.order import OrderState
from engine.outbox.relay import Relay
from engine.ports import Broker, Clock, Outbox
from engine.runtime.broker_loop import BrokerLoop
from engine.runtime.dispatch import HANDS, Dispatch, Telling
from engine.runtime.last_word import LastWord
from engine.runtime.lookups import BELIEVED_AFTER_S
from engine.runtime.outgoing import Expect, Outgoing, ReportWish, in_the_journal, in_the_store
from engine.runtime.reconciliation import Reconciliation, VenueStream, never_closed
from engine.runtime.session import Session


@dataclass(frozen=True, slots=True)
class Edge:
    """How the outside is met: what speaks with the venue, what counts as written down, and why nothing can be asked
    there now (None: it can). Proofs give their own.
    """

    open: Callable[[MarketView], Broker]
    expect: Callable[[Outbox, Relay], Expect] = lambda outbox, relay: in_the_journal(outbox)
    believed_after_s: float = BELIEVED_AFTER_S
    closed: Callable[[], str | None] = never_closed


def practice_edge(url: str | None, mode: Mode) -> Edge | None:
    """The practice venue where an address is given. An entry of a live account waits until it is in the store."""
    if url is None:
        return None
    if mode is Mode.LIVE:
        return Edge(lambda market: PracticeBroker(url, market), lambda outbox, relay: in_the_store(relay.waiters))
    return Edge(lambda market: PracticeBroker(url, market))


def outgoing_to(edge: Edge | None, outbox: Outbox, relay: Relay, clock: Clock) -> Outgoing | None:
    """The session's way to the venue; None where it is simulated."""
    return None if edge is None else Outgoing(clock, edge.expect(outbox, relay), ReportWish(clock))


@dataclass(frozen=True, slots=True)
class VenueDesk:
    """What runs beside the session for a venue outside."""

    dispatch: Dispatch
    reconciliation: Reconciliation
    stream: VenueStream

    @property
    def works(self) -> Mapping[str, Callable[[threading.Event], None]]:
        """Its loops, by name."""
        return {
            **{f"cancels-{hand}": self.dispatch.run_cancels for hand in range(1, HANDS + 1)},
            **{f"exits-{hand}": self.dispatch.run_exits for hand in range(1, HANDS + 1)},
            "entries": self.dispatch.run_entries,
            "truth": self.reconciliation.run,
            "venue": self.stream.run,
        }


def venue_desk(
    edge: Edge, session: Session, outgoing: Outgoing, clock: Clock, last_word: LastWord | None = None
) -> VenueDesk:
    """The desk of a session that was recovered."""
    loop = session.loop
    if not isinstance(loop, BrokerLoop):
        raise InvariantBroken("a session at the simulated venue has no desk")
    state = loop.engine.state

    def price(symbol: str) -> Decimal:
        return state.instruments[symbol].price_of(state.tapes[symbol].last_price)

    broker = edge.open(MarketView(lambda: loop.market_at, price))
    telling = Telling(session.inbox.put, lambda: loop.market_at)
    dispatch = Dispatch(
        session.account,
        broker,
        outgoing,
        telling,
        clock,
        believed_after_s=edge.believed_after_s,
        last_word=last_word,
        on_disk=session.on_disk if session.account.mode is Mode.LIVE else None,
    )
    unknown = (order for order in state.open_orders() if order.state is OrderState.UNKNOWN)
    dispatch.begin({order.order_id: order.created_at for order in unknown})
    seen = session.counterpart.seen
    return VenueDesk(
        dispatch,
        Reconciliation(broker, session.inbox.put, seen, outgoing.wish, clock, edge.closed),
        VenueStream(broker, outgoing, session.inbox.put, seen, edge.closed),
    )
