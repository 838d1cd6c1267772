"""Exits and entries leave by threads of their own, and each has connections of its own for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from engine.adapters.brokers.connection.wire import IDLE_S, Answer, Request, Wire
from tests.adapters.brokers.teller import OK, telling
from tests.brokers.angelone.in_process import OPEN_DAY
from tests.brokers.loopback.clocks import SteeredClock


def test_of_two_threads_that_send_orders_neither_is_given_a_connection_that_rested() -> None:
    clock = SteeredClock(OPEN_DAY)
    wire = Wire(None, clock)

    def send() -> object:
        return wire.carry(Request("POST", there.url, b"{}"), for_order=True)

    def both_at_once() -> None:
        there.answers.clear()
        sent = [lane.submit(send) for lane in (exits, entries)]
        assert all(there.asked.acquire(timeout=60.0) for _ in sent)
        there.answers.set()
        assert [one.result() for one in sent] == [Answer(200, b"ok", "")] * 2

    with telling(OK) as there, ThreadPoolExecutor(1) as exits, ThreadPoolExecutor(1) as entries:
        both_at_once()
        for _ in range(3):
            clock.pass_s(IDLE_S / 2)
            assert exits.submit(send).result() == Answer(200, b"ok", "")
            there.asked.acquire()
        assert there.connections == 2
        both_at_once()
        assert there.connections == 3
    wire.close()
