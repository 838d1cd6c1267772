"""Entries leave from the registered address or not at all; exits leave."""

import random
import threading
from dataclasses import replace
from typing import cast

import pytest

from engine.adapters.brokers.angelone.access.access import Access, open_access
from engine.adapters.brokers.angelone.access.calls import AddressRefused, Route
from engine.adapters.brokers.angelone.access.egress import Egress
from engine.adapters.brokers.connection.wire import Answer, Request, Wire
from engine.domain.errors import OutcomeUnknown
from tests.brokers.angelone.in_process import OPEN_DAY, InProcessAngelOne
from tests.brokers.angelone.running import ORDER
from tests.brokers.loopback.clocks import SteeredClock


def entry(access: Access) -> None:
    """One more order for the broker, or the reason why not."""
    access.calls.send(Route.PLACE, ORDER, exit=False)


def test_it_is_asked_before_the_first_entry_and_then_once_an_hour(angel_one: InProcessAngelOne, access: Access) -> None:
    for _ in range(3):
        entry(access)
    assert angel_one.calls("address") == 1
    angel_one.clock.pass_s(3_599)
    entry(access)
    assert angel_one.calls("address") == 1
    angel_one.clock.pass_s(1)
    entry(access)
    assert angel_one.calls("address") == 2


def test_whoever_tends_it_asks_ahead_so_that_no_entry_waits(angel_one: InProcessAngelOne, access: Access) -> None:
    access.tend()
    assert angel_one.calls("address") == 1
    angel_one.clock.pass_s(3_100)
    access.tend()
    assert angel_one.calls("address") == 2
    angel_one.clock.pass_s(3_000)
    entry(access)
    assert angel_one.calls("address") == 2


def test_from_another_address_no_entry_leaves_and_an_exit_does(angel_one: InProcessAngelOne, access: Access) -> None:
    angel_one.broker.terms.seen_ip = "198.51.100.9"
    with pytest.raises(AddressRefused, match=r"198\.51\.100\.9, registered at the broker is 203\.0\.113\.7"):
        entry(access)
    assert angel_one.calls("placeOrder") == 0
    access.calls.send(Route.PLACE, ORDER, exit=True)
    assert angel_one.calls("placeOrder") == 1
    assert not access.egress.verdict().fine


def test_once_it_is_the_registered_one_again_entries_leave_within_a_minute(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    angel_one.broker.terms.seen_ip = "198.51.100.9"
    with pytest.raises(AddressRefused):
        entry(access)
    angel_one.broker.terms.seen_ip = "203.0.113.7"
    with pytest.raises(AddressRefused):
        entry(access)
    assert angel_one.calls("address") == 1
    angel_one.clock.pass_s(60)
    entry(access)


@pytest.mark.parametrize("kind", ["drop", "page", "empty", "cut_json", "wrong_shape"])
def test_an_address_that_nobody_tells_is_unknown_and_entries_stay(
    angel_one: InProcessAngelOne, access: Access, kind: str
) -> None:
    angel_one.broker.terms.seen_ip = "10.1"  # half of it is less still
    angel_one.fault("address", kind, times=9)
    with pytest.raises(AddressRefused, match="not known"):
        entry(access)
    with pytest.raises(OutcomeUnknown):
        access.egress.ask()
    assert angel_one.calls("placeOrder") == 0


@pytest.mark.parametrize("text", ["", "::1", "203.0.113.7<script>", "not an address", "203.0.113.7, 198.51.100.9"])
def test_what_is_no_ipv4_address_is_none(angel_one: InProcessAngelOne, access: Access, text: str) -> None:
    angel_one.broker.terms.seen_ip = text
    with pytest.raises(OutcomeUnknown, match="no IPv4 address"):
        access.egress.ask()


def test_an_answer_in_json_is_read_too(angel_one: InProcessAngelOne, access: Access) -> None:
    angel_one.broker.terms.seen_ip = '{"ip": "203.0.113.7"}'
    assert access.egress.ask() == "203.0.113.7"
    assert access.egress.verdict().fine


def test_where_one_service_does_not_say_the_next_is_asked(angel_one: InProcessAngelOne) -> None:
    nobody = "http://127.0.0.1:9/address"
    endpoints = replace(angel_one.endpoints, whatismyip=f"{nobody} {angel_one.endpoints.whatismyip}")
    access = open_access(angel_one.credentials(), endpoints, angel_one.clock, random.Random(1))
    assert access.egress.ask() == "203.0.113.7"
    angel_one.fault("address", "page")
    with pytest.raises(OutcomeUnknown, match="HTTP 502"):
        access.egress.ask()
    access.wire.close()


def test_without_a_registered_address_no_entry_leaves_and_nobody_is_asked(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access(registered_ip="")
    with pytest.raises(AddressRefused, match="no registered address is given"):
        entry(access)
    access.egress.tend()
    assert not angel_one.broker.counts
    access.wire.close()


class HungService:
    """A Wire whose second answer comes when the test lets it come."""

    def __init__(self) -> None:
        self.asked, self.answers, self._first = threading.Event(), threading.Event(), True

    def carry(self, request: Request, *, read_s: float | None = None) -> Answer:
        if not self._first:
            self.asked.set()
            assert self.answers.wait(60)
        self._first = False
        return Answer(200, b"203.0.113.7")


def test_an_entry_does_not_wait_for_an_address_service_that_hangs_since_exits_wait_behind_it() -> None:
    service, clock = HungService(), SteeredClock(OPEN_DAY)
    egress = Egress("203.0.113.7", "http://127.0.0.1:9/address", cast(Wire, service), clock)
    egress.ask()
    clock.pass_s(3_100)
    tending = threading.Thread(target=egress.tend, daemon=True)
    tending.start()
    assert service.asked.wait(60)
    passed = threading.Event()
    threading.Thread(target=lambda: (egress.check(), egress.verdict(), passed.set()), daemon=True).start()
    assert passed.wait(30), "it waits"
    service.answers.set()
    tending.join(60)
    assert egress.verdict().fine


def test_whoever_tends_it_asks_again_before_an_entry_would(angel_one: InProcessAngelOne, access: Access) -> None:
    angel_one.fault("address", "page")
    access.egress.tend()
    angel_one.clock.pass_s(55)
    access.egress.tend()
    assert access.egress.verdict().fine


def test_an_answer_that_is_too_old_no_longer_counts(angel_one: InProcessAngelOne, access: Access) -> None:
    access.egress.ask()
    assert access.egress.verdict().fine
    angel_one.clock.pass_s(3_600)
    assert not access.egress.verdict().fine
    angel_one.fault("address", "drop", times=9)
    with pytest.raises(AddressRefused):
        entry(access)
