"""A leader and its follower at a desk: the test says what the venue says of each order. Used by tests of copying."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.core.engine import Engine
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import SubmitOrder
from engine.domain.events import BotChanged, ClockTicked, FillReceived, InstrumentListed, SessionOpened
from engine.domain.instant import SECOND, Instant
from engine.domain.records import AlertRecord, SignalRecord
from tests.builders.copying import BUY, SELL, copying, follower, leader
from tests.builders.desk import LOOSE, Desk
from tests.builders.market import instrument, tick
from tests.builders.paper import account
from tests.builders.times import at, session

BUYS = {at("09:20") + n * 60 * SECOND: BUY for n in range(1, 60)} | {at("10:20"): SELL}


def copy_desk(*followers: BotSpec, spec: AccountSpec | None = None, own: Sequence[BotSpec] = (), **engine: Any) -> Desk:
    """A leader that buys 100 at each close from 09:21 on and sells at 10:20, and its followers (one, unless given)."""
    made = Desk(Engine(spec or account("10000000", LOOSE), copying({"leader": BUYS}), **engine), [], [])
    made.take(InstrumentListed(instrument()))
    made.take(SessionOpened(session(), session().open_at))
    for bot in (leader(), *own, *(followers or (follower(),))):
        made.take(BotChanged(bot, Desired.RUNNING, 1))
    return made


def close(made: Desk, clock: str, price: str = "500") -> list[SubmitOrder]:
    """Let the bar end that closes then; the orders that left for it, taken by the venue."""
    before = len(made.sent)
    made.take(tick(at(clock) - SECOND, price))
    made.take(ClockTicked(at(clock)))
    return accepted(made, before)


def accepted(made: Desk, before: int) -> list[SubmitOrder]:
    """The orders that left since, taken by the venue."""
    orders = made.sent[before:]
    for order in orders:
        made.accept(order)
    return orders


def fill(
    made: Desk, order: SubmitOrder, quantity: int | None = None, price: str = "500", when: Instant | None = None
) -> list[SubmitOrder]:
    """Let the venue fill an order, or a part of it; the orders that left for it."""
    before = len(made.sent)
    part = order.quantity if quantity is None else Decimal(quantity)
    number = sum(1 for one in made.records if getattr(one, "order_id", "") == order.order_id)
    moment = order.at + SECOND if when is None else when
    made.take(FillReceived(order.order_id, f"{order.order_id}-{number}", part, Decimal(price), moment))
    return accepted(made, before)


def signals(made: Desk, bot_id: str = "follower") -> list[SignalRecord]:
    """What a bot signalled."""
    return [one for one in made.records if isinstance(one, SignalRecord) and one.bot_id == bot_id]


def outcomes(made: Desk, bot_id: str = "follower") -> list[tuple[str, str | None]]:
    """What became of a bot's signals."""
    return [(one.outcome.value, one.blocking_reason) for one in signals(made, bot_id)]


def alerts(made: Desk, kind: str) -> list[str]:
    """The alerts of a kind, in words."""
    return [one.text for one in made.records if isinstance(one, AlertRecord) and one.kind == kind]


def held(made: Desk, bot_id: str = "follower") -> Decimal:
    """What a bot holds."""
    position = made.engine.state.portfolio.get(bot_id, "ACME")
    return Decimal(0) if position is None else position.quantity
