"""The last word before an order leaves: whether this engine may still send for the account. Asked by dispatch.

Fed by what is known of the lease (ownership.Hold) and, for a live account, by the mode as it is at this moment.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.account import AccountSpec, Mode
from engine.domain.broker import BrokerReport, VenueState
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OperatingError
from engine.domain.order import Purpose
from engine.ports import Clock
from engine.runtime.lookups import BELIEVED_AFTER_S
from engine.runtime.mode import MARGIN_S
from engine.runtime.ownership import Hold

MAY_ARRIVE_S = BELIEVED_AFTER_S  # what another engine sent last has arrived by then, or never will
UNSAID_FOR_S = 60.0  # an exit waits at most so long for a broker that gives no report, where most speaks for sending it
ASKED_EVERY_S = 30.0  # a report that failed longer ago belongs to another silence of the broker
EffectiveNow = Callable[[], tuple[EffectiveMode, tuple[str, ...]]]


class LastWord:
    """`effective_now` is asked for live accounts alone."""

    def __init__(self, account: AccountSpec, hold: Hold, effective_now: EffectiveNow, clock: Clock) -> None:
        self._live = account.mode is Mode.LIVE
        self._clock = clock
        self._began_at = clock.monotonic()
        self._hold = hold
        self._effective_now = effective_now
        self._unsaid_since = self._unsaid_at = float("-inf")

    @property
    def lost(self) -> bool:
        """Whether another engine is known to have the account: nothing leaves any more, exits neither."""
        return self._hold.lost

    @property
    def doubtful(self) -> bool:
        """Whether another engine may have the account by now, or one of before may still be sending for it: then an
        exit leaves only for what the venue still shows. A process that hung until its lease had run out is as one that
        has just begun: an engine cut off from the store may have left a position meanwhile, under the same id.
        """
        here_s = min(self._clock.monotonic() - self._began_at, self._hold.lapsed_s_ago())
        return not self._sure or (self._live and here_s < MAY_ARRIVE_S)

    @property
    def _followed(self) -> bool:
        """Whether an engine of before may live on, cut off from the store: it sends exits for as long as it does, and
        each of them has the id that ours has. One that the broker has already is not sent again; where the broker does
        not say, an exit waits a while, since nobody is known to be there.
        """
        return self._live and self._hold.waited_out

    @property
    def _sure(self) -> bool:
        return self._hold.left_s() > MARGIN_S

    def on(self, order: SubmitOrder, report: Callable[[], BrokerReport]) -> str | None:
        """Why the order may not leave now, in words. `report` asks the venue, for an exit of which another engine may
        know more. Any thread may ask; of one symbol's exits only one at a time, for each counts those before it.
        """
        entry = order.purpose is Purpose.ENTRY
        if not entry:
            self.look()
        barred = self.bars(order)
        doubtful = self.doubtful
        if barred is not None or entry or not (doubtful or self._followed):
            return barred
        try:
            told = report()
        except OperatingError as error:
            why = f"another engine may send for the account, and the broker does not say what is held ({error})"
            return why if doubtful or self._unsaid_s() < UNSAID_FOR_S else None
        self._unsaid_at = float("-inf")
        if is_left_to_close(order, told) if doubtful else not has(told, order):
            return None
        return "another engine may have closed it: the broker has this order, or shows nothing left to close"

    def _unsaid_s(self) -> float:
        """For how long the broker has given no report, now that it did not again."""
        now = self._clock.monotonic()
        if now - self._unsaid_at > ASKED_EVERY_S:
            self._unsaid_since = now
        self._unsaid_at = now
        return now - self._unsaid_since

    def look(self) -> None:
        """Find out whose the account is, where the lease alone does not say it any more. Takes a second at most."""
        if not self._sure:
            self._hold.look()

    def bars(self, order: SubmitOrder) -> str | None:
        """Why the order may not leave now, in words."""
        if self.lost:
            return "another engine has the account"
        if order.purpose is not Purpose.ENTRY:
            return None
        if not self._sure:
            return "this engine's lease of the account is about to end"
        if not self._live:
            return None
        if order.mode is not EffectiveMode.LIVE:
            return f"it was decided while the account was {order.mode}"
        mode, reasons = self._effective_now()
        return None if mode is EffectiveMode.LIVE else f"the account is {mode} now: {'; '.join(reasons)}"


def has(report: BrokerReport, order: SubmitOrder) -> bool:
    """Whether the venue has this very order, which another engine derived alike and sent."""
    return any(other.client_order_id == order.order_id for other in report.orders)


def is_left_to_close(order: SubmitOrder, report: BrokerReport) -> bool:
    """Whether the venue holds what an exit would close, less what already works to close it, and does not have this
    very order. It never opens anything, whoever else sends the same.
    """
    if has(report, order):
        return False
    held = sum(position.quantity for position in report.positions if position.symbol == order.symbol)
    working = sum(
        other.quantity - other.filled_quantity
        for other in report.orders
        if other.symbol == order.symbol and other.side is order.side and other.state is VenueState.WORKING
    )
    return -order.side.sign * held - working >= order.quantity
