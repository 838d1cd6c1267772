"""What networks do to the way out: delay, reset, swallow, half-close, cut at any byte. Runs on the fake, by proxy."""

import pytest

from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.fault_proxy import TO_CALLER, TO_STORE, FaultProxy
from tests.faults.traffic import assert_whole, send


def test_latency_costs_time_and_nothing_else(fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut) -> None:
    proxy.latency_s = 0.1
    send(far_out, 1, 100)
    far_out.settle()
    assert_whole(fake, 100, replies_lost=True)  # a second's patience may not be enough on a machine that is busy
    assert far_out.relay.store_state == "healthy"


def test_resets_in_mid_burst_lose_and_double_nothing(fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut) -> None:
    for part in range(5):
        send(far_out, 100 * part + 1, 100 * part + 100)
        proxy.reset()
    far_out.settle()
    assert_whole(fake, 500, replies_lost=True)


def test_a_blackhole_holds_everything_back_and_loses_nothing(
    fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut
) -> None:
    send(far_out, 1, 20)
    proxy.blackhole()
    send(far_out, 21, 60)
    far_out.wait_until(lambda: far_out.relay.store_state != "healthy")
    assert far_out.journal.status().depth > 0
    proxy.heal()
    send(far_out, 61, 80)
    far_out.settle()
    assert_whole(fake, 80, replies_lost=True)


@pytest.mark.parametrize("direction", [TO_STORE, TO_CALLER])
def test_a_half_closed_connection_is_replaced(
    fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut, direction: str
) -> None:
    send(far_out, 1, 20)
    far_out.settle()
    proxy.half_close(direction)
    send(far_out, 21, 40)
    far_out.settle()
    assert_whole(fake, 40, replies_lost=True)


@pytest.mark.parametrize("count", [1, 9, 30, 100, 1_000, 10_000])
def test_a_request_cut_at_any_byte_is_sent_again(
    fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut, count: int
) -> None:
    proxy.cut_after(TO_STORE, count)
    send(far_out, 1, 50)
    far_out.settle()
    assert proxy.cuts == 1
    assert_whole(fake, 50, replies_lost=True)


@pytest.mark.parametrize("count", [1, 9, 30, 100, 300])
def test_a_reply_cut_at_any_byte_doubles_nothing(
    fake: FakeFirestore, proxy: FaultProxy, far_out: WayOut, count: int
) -> None:
    proxy.cut_after(TO_CALLER, count)
    send(far_out, 1, 50)
    far_out.settle()
    assert proxy.cuts == 1
    assert_whole(fake, 50, replies_lost=True)
