"""An order that was asked about already when it was sent, or taken back: its time begins with that, not with the first
question.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import CancelRefused, OrderExpired
from engine.domain.order import Purpose
from engine.ports import Sighting
from tests.runtime.broker_desk import AT, BrokerDesk, ScriptedVenue, listed, order

LOST = OutcomeUnknown("no answer")
CANCEL = CancelOrder("ONE", AT, "the position is being closed", False, "V-ONE")


def asked_about_for(seconds: int) -> BrokerDesk:
    """A desk whose stream broke while ONE was open, and whose venue has answered no question since."""
    desk = BrokerDesk()
    desk.outgoing.begin(["ONE"])
    desk.outgoing.look_again()
    desk.venue.on_find.extend([LOST] * 50)
    for second in range(seconds):
        desk.step(1.0 if second else 0.0)
    assert len(desk.calls("find")) > 2
    desk.venue.on_find.clear()
    return desk


def test_an_exit_that_waited_for_its_stop_meanwhile_is_believed_absent_a_minute_after_its_send() -> None:
    desk = asked_about_for(300)
    desk.venue.on_submit.append(LOST)
    desk.ask(order("ONE", Purpose.EXIT)).step()
    passed = desk.until(lambda: isinstance(desk.told[-1], OrderExpired), 120)
    assert 60 <= passed <= 90, "it may arrive for a minute: another exit before that could open a short"


def test_a_cancellation_is_asked_for_for_a_minute_from_when_it_was_wanted() -> None:
    desk = asked_about_for(300)
    desk.venue.on_cancel.extend([LOST] * 50)
    desk.venue.on_find.extend([listed("ONE", VenueState.WORKING)] * 50)
    desk.ask(CANCEL).step()
    passed = desk.until(lambda: any(isinstance(event, CancelRefused) for event in desk.told), 120)
    assert 60 <= passed <= 76
    assert len(desk.calls("cancel")) > 2


class Meanwhile(ScriptedVenue):
    """Amid the answer to its first question somebody wishes for another one."""

    wish: Callable[[], None] | None = None

    def find(self, client_order_id: str) -> Sighting | None:
        wish, self.wish = self.wish, None
        if wish is not None:
            wish()
        return super().find(client_order_id)


def test_an_order_that_was_seen_is_never_said_to_have_never_arrived() -> None:
    """By the time of the second question the venue may have forgotten it."""
    venue = Meanwhile()
    desk = BrokerDesk(venue)
    venue.on_submit.append(LOST)
    venue.on_find.append(listed("ONE", VenueState.CANCELLED))
    venue.wish = lambda: desk.dispatch.begin({"ONE": AT})
    desk.ask(order("ONE")).step()
    for _ in range(200):
        desk.step(1.0)
    assert len(desk.calls("find")) == 2
    assert not [event for event in desk.told if isinstance(event, OrderExpired)]
