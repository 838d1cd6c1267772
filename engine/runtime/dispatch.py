"""Sends orders, once, after they were written down; and finds out what became of those without an answer.

Takes from outgoing.py, asks the broker, tells the session's inbox. docs/decisions/0007 says why it is so. Every doubt
means: not sent. Nothing is ever sent again, under any id: its fate is asked for. What may hang has many hands (0037).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import structlog

from engine.domain.account import AccountSpec, Mode
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, CannotBeAsked, CannotStart, OperatingError
from engine.domain.events import BrokerEvent, CancelRefused, OrderDispatched, OrderExpired
from engine.domain.instant import Instant
from engine.domain.order import Purpose
from engine.ports import Clock, Venue
from engine.runtime.doubted_exits import NOTHING_LEFT, as_far_as_held, for_so_much
from engine.runtime.last_word import LastWord
from engine.runtime.lookups import BELIEVED_AFTER_S, FIRST_S, LookUp, LookUps
from engine.runtime.outgoing import Errand, Lane, Outgoing, Written
from engine.runtime.told import told_by, told_by_absence, told_without_answer

WRITTEN_WITHIN_S = 5.0
ENTRY_WAITS_S = 10.0  # behind others; the price that it was decided at is gone by then
EXIT_RESTS_S = 5.0  # before an exit that could not leave is given up, and decided anew
NOT_ASKED_RESTS_S = 60.0  # before one that can't be asked for is: a rest below the broker's smallest order stays one
CANCELS_FOR_S = 60.0  # a cancellation without an answer is asked for again for so long
NAP_S, HAND_NAP_S = 0.2, 0.5  # there are many hands, and what they wait for wakes them
HANDS = 8  # of the exits, and as many of the cancellations: so many answers may be waited for at once
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Telling:
    """Where events go, and the market time that they bear."""

    tell: Callable[[BrokerEvent], None]
    market_at: Callable[[], Instant]


class Dispatch:
    """The one that sends for an account: entries and questions in one thread, cancellations and exits in as many as
    run them. `last_word` has the last word on each order.

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
        self._giving_up = threading.Lock()
        self._later: list[tuple[float, BrokerEvent]] = []  # exits that could not leave

    def begin(self, unanswered: Mapping[str, Instant]) -> None:
        """Orders of before a restart that may have been sent, and when each was decided: their time begins now."""
        for order_id, decided_at in unanswered.items():
            self._look_ups.add(order_id, self._clock.monotonic(), lost_at=decided_at, in_s=0.0)

    def run_cancels(self, stop: threading.Event) -> None:
        """Ask for cancellations until stopped. For several threads."""
        while not stop.is_set():
            self._send(Lane.CANCELS, stop.is_set)
            self._rest(Lane.CANCELS, HAND_NAP_S, stop)

    def run_exits(self, stop: threading.Event) -> None:
        """Send exits and protective stops until stopped. For several threads."""
        while not stop.is_set():
            self._send(Lane.EXITS, stop.is_set)
            self._give_up()
            self._rest(Lane.EXITS, HAND_NAP_S, stop)

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
        self._send(Lane.ALL, lambda: False)
        self._ask(lambda: False)
        self._give_up()

    def _send(self, lane: Lane, stop: Callable[[], bool]) -> None:
        """Send what waits, most urgent first. What still waits when it is stopped was never sent: the next start looks
        it up.
        """
        while not stop() and not self._lost() and (errand := self._outgoing.take(lane)) is not None:
            try:
                if isinstance(errand.effect, CancelOrder):
                    self._cancel(errand.effect, again=errand.again)
                else:
                    self._submit(errand.effect, errand)
            finally:
                self._outgoing.done(errand)

    def _ask(self, stop: Callable[[], bool]) -> None:
        """Ask about what is due."""
        now = self._clock.monotonic()
        for order_id in self._outgoing.to_look_at():
            self._look_ups.add(order_id, now, in_s=0.0)
        for asked in self._look_ups.due(now):
            if stop():
                return
            self._look_up(asked)

    def _give_up(self) -> None:
        """Tell of exits that could not leave, once they have rested."""
        now = self._clock.monotonic()
        with self._giving_up:
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
        held = as_far_as_held(order, self._outgoing.doubted.get(order.symbol), self._broker.report)
        if held is None:
            self._tell_not_sent(order, NOTHING_LEFT, NOT_ASKED_RESTS_S)
            return
        self._tell([OrderDispatched(order.order_id, self._telling.market_at())])
        try:
            self._tell(for_so_much(self._broker.submit(held), held))
        except BackPressure as error:
            rests_s = NOT_ASKED_RESTS_S if isinstance(error, CannotBeAsked) else EXIT_RESTS_S
            self._tell_not_sent(order, str(error), rests_s)
        except OperatingError as error:
            _log.warning("no answer to an order", order=order.order_id, error=str(error))
            self._tell([told_without_answer(order.order_id, error, self._telling.market_at())])
            self._look_ups.add(order.order_id, self._clock.monotonic(), lost_at=order.at, in_s=FIRST_S)

    def _lost(self) -> bool:
        """Another engine has the account: what waits stays as it was written down, and that one asks about it."""
        return self._last_word is not None and self._last_word.lost

    def _barred(self, order: SubmitOrder) -> str | None:
        """Why it does not leave, in words."""
        if order.purpose is Purpose.ENTRY and self._outgoing.barred is not None:
            return self._outgoing.barred
        return None if self._last_word is None else self._last_word.on(order, self._broker.report)

    def _tell_not_sent(self, order: SubmitOrder, why: str, rests_s: float = EXIT_RESTS_S) -> None:
        """It certainly did not leave. An exit is given up a little later, or each tick would decide another."""
        event = OrderExpired(order.order_id, f"not sent: {why}", self._telling.market_at(), unsent=True)
        _log.warning("order not sent", order=order.order_id, why=why)
        if order.purpose is Purpose.EXIT:
            with self._giving_up:
                self._later.append((self._clock.monotonic() + rests_s, event))
        else:
            self._tell([event])

    def _cancel(self, cancel: CancelOrder, *, again: bool) -> None:
        now = self._clock.monotonic()
        if not self._told_of(cancel) and cancel.order_id and not again:  # else it is looked up as it was before
            self._look_ups.add(cancel.order_id, now, cancel=cancel, in_s=FIRST_S)

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
            if asked.lost_at is not None and not self._look_ups.believed_absent(asked, now):
                self._look_ups.again(asked, now, absent=True)
                return
            self._look_ups.settled(asked)  # of one that had an answer reports tell: it was there, and is not
            self._tell(told_by_absence(asked, self._broker.book_since(), self._telling.market_at()))
            return
        asked.lost_at = None  # it arrived, whatever later answers lack
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
        self._outgoing.cancel_again(cancel)
        self._look_ups.again(asked, now, absent=False)

    def _tell(self, events: Iterable[BrokerEvent]) -> None:
        for event in events:
            self._telling.tell(event)
