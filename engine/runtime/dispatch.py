"""Sends orders, once, after they were written down; and finds out what became of those without an answer.

Takes from outgoing.py, asks the broker, tells the session's inbox. docs/decisions/0007 says why it is so. Every doubt
means: not sent. Nothing is ever sent again, under any id: what became of an order is asked for by its id. Exits have a
thread of their own, since an entry or a question may wait long for its answer (0028).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from engine.domain.account import AccountSpec, Mode
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, CannotBeAsked, CannotStart, OperatingError
from engine.domain.events import BrokerEvent, CancelRefused, OrderDispatched, OrderExpired, OrderUnknown
from engine.domain.instant import Instant
from engine.domain.order import Purpose
from engine.ports import Clock, Venue
from engine.runtime.last_word import LastWord, is_left_to_close
from engine.runtime.lookups import BELIEVED_AFTER_S, FIRST_S, LookUp, LookUps, told_by
from engine.runtime.outgoing import Errand, Lane, Outgoing, Written

WRITTEN_WITHIN_S = 5.0
ENTRY_WAITS_S = 10.0  # behind others; the price that it was decided at is gone by then
EXIT_RESTS_S = 5.0  # before an exit that could not leave is given up, and decided anew
NOT_ASKED_RESTS_S = 60.0  # before one that can't be asked for is: a rest below the broker's smallest order stays one
CANCELS_FOR_S = 60.0  # a cancellation without an answer is asked for again for so long
NAP_S = 0.2
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Telling:
    """Where events go, and the market time that they bear."""

    tell: Callable[[BrokerEvent], None]
    market_at: Callable[[], Instant]


class Dispatch:
    """The one that sends for an account: exits in one thread, entries and questions in another. `last_word` has the
    last word on each order.

    `on_disk` waits for the journal alone: an exit of a live account leaves as soon as it is there, an entry when it is
    in the store. Raises CannotStart for a live account without the two: nothing would watch over what leaves.
    """

    def __init__(
        self,
        account: AccountSpec,
        broker: Venue,
        outgoing: Outgoing,
        telling: Telling,
        clock: Clock,
        *,
        believed_after_s: float = BELIEVED_AFTER_S,
        last_word: LastWord | None = None,
        on_disk: Written | None = None,
    ) -> None:
        if account.mode is not Mode.PAPER and (last_word is None or on_disk is None):
            raise CannotStart(f"{account.account_id}: nothing says when an order of a live account may leave")
        self._last_word = last_word
        self._on_disk = on_disk
        self._broker = broker
        self._outgoing = outgoing
        self._telling = telling
        self._clock = clock
        self._look_ups = LookUps(believed_after_s)
        self._later: list[tuple[float, BrokerEvent]] = []  # of exits: their thread's alone

    def begin(self, unanswered: Iterable[str]) -> None:
        """Orders of before a restart that may have been sent: when, nobody knows, so their time begins now."""
        for order_id in unanswered:
            self._look_ups.add(order_id, self._clock.monotonic(), lost=True, in_s=0.0)

    def run_exits(self, stop: threading.Event) -> None:
        """Send exits, protective stops and cancellations until stopped."""
        while not stop.is_set():
            self._send(Lane.EXITS, stop.is_set)
            self._give_up()
            self._rest(Lane.EXITS, NAP_S, stop)

    def run_entries(self, stop: threading.Event) -> None:
        """Send entries, and ask about what has no answer, until stopped."""
        while not stop.is_set():
            self._send(Lane.ENTRIES, stop.is_set)
            self._ask(stop.is_set)
            self._rest(Lane.ENTRIES, min(NAP_S, self._look_ups.next_s(self._clock.monotonic())), stop)

    def _rest(self, lane: Lane, most_s: float, stop: threading.Event) -> None:
        """Until there is something to do; of a lost account nothing of what waits is."""
        if self._lost():
            stop.wait(NAP_S)
        else:
            self._outgoing.wait(lane, most_s)

    def step(self) -> None:
        """All that there is to do, in one thread: where threads would be in the way of a seed."""
        self._send(Lane.BOTH, lambda: False)
        self._ask(lambda: False)
        self._give_up()

    def _send(self, lane: Lane, stop: Callable[[], bool]) -> None:
        """Send what waits, most urgent first; each takes some seconds at most. What still waits when it is stopped was
        never sent: the next start looks it up.
        """
        while not stop() and not self._lost() and (errand := self._outgoing.take(lane)) is not None:
            if isinstance(errand.effect, CancelOrder):
                self._cancel(errand.effect)
            else:
                self._submit(errand.effect, errand)

    def _ask(self, stop: Callable[[], bool]) -> None:
        """Ask about what is due."""
        now = self._clock.monotonic()
        for order_id in self._outgoing.to_look_at():
            self._look_ups.add(order_id, now, lost=False, in_s=0.0)
        for asked in self._look_ups.due(now):
            if stop():
                return
            self._look_up(asked)

    def _give_up(self) -> None:
        """Tell of exits that could not leave, once they have rested."""
        now = self._clock.monotonic()
        ripe = [event for due, event in self._later if due <= now]
        self._later = [(due, event) for due, event in self._later if due > now]
        self._tell(ripe)

    def _submit(self, order: SubmitOrder, errand: Errand) -> None:
        entry = order.purpose is Purpose.ENTRY
        if entry and self._clock.monotonic() - errand.since > ENTRY_WAITS_S:
            self._tell_not_sent(order, "it waited too long behind others")
            return
        written = errand.written if entry or self._on_disk is None else self._on_disk
        try:
            written(WRITTEN_WITHIN_S)
        except OperatingError as error:
            self._tell_not_sent(order, f"it could not be written down ({error})")
            return
        barred = self._barred(order)  # asked last: waiting took its time
        if barred is not None:
            self._tell_not_sent(order, barred)
            return
        at = self._telling.market_at()
        self._tell([OrderDispatched(order.order_id, at)])
        try:
            self._tell(self._broker.submit(order))
        except BackPressure as error:
            rests_s = NOT_ASKED_RESTS_S if isinstance(error, CannotBeAsked) else EXIT_RESTS_S
            self._tell_not_sent(order, str(error), rests_s)
        except OperatingError as error:
            _log.warning("no answer to an order", order=order.order_id, error=str(error))
            self._tell([OrderUnknown(order.order_id, str(error), self._telling.market_at())])
            self._look_ups.add(order.order_id, self._clock.monotonic(), lost=True, in_s=FIRST_S)

    def _lost(self) -> bool:
        """Another engine has the account: what waits stays as it was written down, and that one asks about it."""
        return self._last_word is not None and self._last_word.lost

    def _barred(self, order: SubmitOrder) -> str | None:
        """Why it does not leave, in words."""
        entry, last_word = order.purpose is Purpose.ENTRY, self._last_word
        if entry and self._outgoing.barred is not None:
            return self._outgoing.barred
        if last_word is None:
            return None
        if not entry:
            last_word.look()
        barred = last_word.bars(order)
        if barred is not None or entry or not last_word.doubtful:
            return barred
        try:
            left = is_left_to_close(order, self._broker.report())
        except OperatingError as error:
            return f"another engine may send for the account, and the broker does not say what is held ({error})"
        if left:
            return None
        return "another engine may have closed it: the broker has this order, or shows nothing left to close"

    def _tell_not_sent(self, order: SubmitOrder, why: str, rests_s: float = EXIT_RESTS_S) -> None:
        """It certainly did not leave. An exit is given up a little later, or each tick would decide another."""
        event = OrderExpired(order.order_id, f"not sent: {why}", self._telling.market_at())
        _log.warning("order not sent", order=order.order_id, why=why)
        if order.purpose is Purpose.EXIT:
            self._later.append((self._clock.monotonic() + rests_s, event))
        else:
            self._tell([event])

    def _cancel(self, cancel: CancelOrder) -> None:
        now = self._clock.monotonic()
        if not self._told_of(cancel) and cancel.order_id:
            self._look_ups.add(cancel.order_id, now, lost=False, cancel=cancel, in_s=FIRST_S)

    def _told_of(self, cancel: CancelOrder) -> bool:
        """Ask for a cancellation; whether the venue said how the order ended. It may have ended before, or the venue
        has only heard: the stream may miss to tell. Of somebody else's order the next report says whether it works.
        """
        try:
            told = self._broker.cancel(cancel)
        except OperatingError as error:
            _log.warning("no answer to a cancellation", order=cancel.order_id, error=str(error))
            return False
        if cancel.order_id:
            self._tell(told)
        return bool(told)

    def _look_up(self, asked: LookUp) -> None:
        self._look_ups.asking(asked)
        try:
            sighting = self._broker.find(asked.order_id)
        except OperatingError:
            self._look_ups.again(asked, self._clock.monotonic(), absent=False)
            return
        now = self._clock.monotonic()
        if sighting is None:
            if not asked.lost:
                self._look_ups.settled(asked)  # reported as a difference: it was there, and is not
            elif self._look_ups.believed_absent(asked, now):
                self._look_ups.settled(asked)
                at = self._telling.market_at()
                self._tell([OrderExpired(asked.order_id, "never reached the broker", at)])
            else:
                self._look_ups.again(asked, now, absent=True)
            return
        asked.lost = False  # it arrived, whatever later answers lack
        self._tell(told_by(sighting, self._telling.market_at()))
        if asked.cancel is None or sighting[0].state is not VenueState.WORKING:
            self._look_ups.settled(asked)
        else:
            self._cancel_again(asked, asked.cancel, now)

    def _cancel_again(self, asked: LookUp, cancel: CancelOrder, now: float) -> None:
        """It works on: the cancellation did not arrive. Asking again is harmless, unlike sending."""
        if now - asked.since > CANCELS_FOR_S:
            self._look_ups.settled(asked)
            reason = "the broker does not answer the cancellation"
            self._tell([CancelRefused(cancel.order_id, reason, self._telling.market_at())])
            return
        self._told_of(cancel)
        self._look_ups.again(asked, now, absent=False)

    def _tell(self, events: Iterable[BrokerEvent]) -> None:
        for event in events:
            self._telling.tell(event)
