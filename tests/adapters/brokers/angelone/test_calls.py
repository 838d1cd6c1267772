"""Reads are made again where that is safe; what sends an order leaves at most once, and says what is not known."""

import threading
from datetime import timedelta

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import Refused, Route, UnlistedRefusal
from engine.adapters.brokers.angelone.access.replies import Meaning, Reply
from engine.domain.errors import BackPressure, InvalidValue, OutcomeUnknown, PermanentFailure
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.brokers.angelone.running import ORDER


def test_a_read_gives_the_data_and_empty_lists_are_none(access: Access) -> None:
    assert access.calls.read(Route.PROFILE)["clientcode"] == "L0001"
    assert access.calls.read(Route.ORDER_BOOK) is None
    quote = access.calls.read(Route.QUOTE, {"mode": "LTP", "exchangeTokens": {"NSE": ["3045"]}})
    assert quote["fetched"][0]["symbolToken"] == "3045"


def test_an_order_is_taken_and_its_reply_decides_it(angel_one: InProcessAngelOne, access: Access) -> None:
    reply = access.calls.send(Route.PLACE, {**ORDER, "ordertag": "L1"}, exit=False)
    assert reply.meaning is Meaning.GOOD
    details = access.calls.read(Route.ORDER_DETAILS, path=reply.data["uniqueorderid"])
    assert details["ordertag"] == "L1"
    cancelled = access.calls.send(
        Route.CANCEL, {"variety": "NORMAL", "orderid": reply.data["orderid"], "ordertag": "L1"}, exit=True
    )
    assert cancelled.meaning is Meaning.GOOD
    assert angel_one.calls("placeOrder") == 1


def test_a_read_that_is_refused_says_by_what_code(access: Access) -> None:
    with pytest.raises(Refused, match="Order not found") as refused:
        access.calls.read(Route.ORDER_DETAILS, path="nothing")
    assert refused.value.code == "AB1013"


@pytest.mark.parametrize("code", ["AG8001", "AG8002", "AG8003", "AB1010", "AB1011", "AB8050", "AB8051"])
def test_a_read_of_a_dead_session_logs_in_once_and_is_made_again(
    angel_one: InProcessAngelOne, access: Access, code: str
) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(31)
    angel_one.fault("getRMS", "gateway" if code.startswith("AG") else "refused", code=code)
    assert access.calls.read(Route.FUNDS)["net"]
    assert (angel_one.calls("login"), angel_one.calls("getRMS")) == (2, 2)


def test_a_session_that_dies_at_once_again_is_left_alone(angel_one: InProcessAngelOne, access: Access) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(31)
    angel_one.fault("getRMS", "gateway", times=9)
    with pytest.raises(BackPressure):
        access.calls.read(Route.FUNDS)
    with pytest.raises(BackPressure, match="another program may log in"):
        access.calls.read(Route.FUNDS)
    assert (angel_one.calls("login"), angel_one.calls("getRMS")) == (2, 2)


def test_the_limiter_misfires_and_a_read_comes_again_more_slowly(angel_one: InProcessAngelOne, access: Access) -> None:
    access.session.tokens()
    angel_one.fault("getProfile", "too_fast", times=2)
    waited_s = angel_one.clock.waited_s
    assert access.calls.read(Route.PROFILE)
    assert 1.5 <= angel_one.clock.waited_s - waited_s <= 4.5  # 0.5 to 1.5 s, then 1 to 3 s
    angel_one.fault("getProfile", "too_fast", times=9)
    with pytest.raises(BackPressure, match="3 times"):
        access.calls.read(Route.PROFILE)


def test_reads_wait_for_their_turn_and_the_broker_never_sees_too_many(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    began_s = angel_one.clock.monotonic()
    for _ in range(5):
        access.calls.read(Route.ORDER_BOOK)
    assert angel_one.clock.monotonic() - began_s >= 4.0
    for _ in range(160):
        access.calls.read(Route.HOLDINGS if _ % 2 else Route.FUNDS)
    assert angel_one.calls("too fast") == 0


def test_a_burst_of_orders_stays_within_what_the_broker_takes(angel_one: InProcessAngelOne, access: Access) -> None:
    for number in range(12):
        access.calls.send(Route.PLACE, {**ORDER, "ordertag": f"L{number}"}, exit=False)
    for _ in range(12):
        access.calls.send(Route.PLACE, ORDER, exit=True)
    assert (angel_one.calls("placeOrder"), angel_one.calls("too fast")) == (24, 0)


@pytest.mark.parametrize("code", ["AB7777", "AB1006", "AB9999"])
def test_an_order_refused_for_a_reason_in_no_list_asks_for_a_person(
    angel_one: InProcessAngelOne, access: Access, code: str
) -> None:
    angel_one.fault("placeOrder", "refused", code=code, message="not from there")
    with pytest.raises(UnlistedRefusal, match=f"{code} not from there") as refused:
        access.calls.send(Route.PLACE, ORDER, exit=False)
    assert refused.value.code == code
    assert access.session.view().state == "in"


@pytest.mark.parametrize("waits", ["read", "entry"])
def test_an_exit_leaves_while_others_wait_for_their_turn(
    angel_one: InProcessAngelOne, access: Access, waits: str
) -> None:
    left: list[Reply] = []

    def leave() -> None:
        angel_one.clock.on_wait = lambda: None
        sender = threading.Thread(target=lambda: left.append(access.calls.send(Route.PLACE, ORDER, exit=True)))
        sender.start()
        sender.join(60)
        assert left, "the exit waited behind who waits"

    for _ in range(4):
        access.calls.send(Route.PLACE, ORDER, exit=False)
    access.calls.read(Route.ORDER_BOOK)
    angel_one.clock.on_wait, waited_s = leave, angel_one.clock.waited_s
    if waits == "read":
        access.calls.read(Route.ORDER_BOOK)
    else:
        access.calls.send(Route.PLACE, ORDER, exit=False)
    assert left[0].decides_an_order
    assert angel_one.clock.waited_s > waited_s


def test_an_exit_leaves_while_an_entry_is_on_its_way(angel_one: InProcessAngelOne, access: Access) -> None:
    access.calls.send(Route.PLACE, ORDER, exit=False)
    angel_one.fault("placeOrder", "slow", seconds=60)
    entry = threading.Thread(target=lambda: access.calls.send(Route.PLACE, ORDER, exit=False))
    entry.start()
    while angel_one.calls("placeOrder") < 2:
        entry.join(0.005)
    assert access.calls.send(Route.PLACE, ORDER, exit=True).decides_an_order
    assert entry.is_alive()
    angel_one.broker.faults.hurry.set()
    entry.join(60)


@pytest.mark.parametrize("waits_for", ["its turn", "a session"])
def test_an_entry_that_is_held_up_for_seconds_before_it_leaves_stays_here_and_an_exit_leaves(
    angel_one: InProcessAngelOne, access: Access, waits_for: str
) -> None:
    access.egress.ask()
    for _ in range(9):
        access.calls.send(Route.PLACE, ORDER, exit=True)
    if waits_for == "a session":
        access.session.died(access.session.tokens(), "it was ended")
        angel_one.clock.pass_s(31)
        access.budget.take(Route.LOGIN, patience_s=0)
    angel_one.clock.on_wait = lambda: angel_one.clock.pass_s(3)
    with pytest.raises(BackPressure, match="held up"):
        access.calls.send(Route.PLACE, ORDER, exit=False)
    assert angel_one.calls("placeOrder") == 9
    assert access.calls.send(Route.PLACE, ORDER, exit=True).decides_an_order


def test_an_order_refused_for_a_listed_reason_is_a_reply(angel_one: InProcessAngelOne, access: Access) -> None:
    reply = access.calls.send(Route.PLACE, {**ORDER, "symboltoken": "99"}, exit=False)
    assert (reply.meaning, reply.decides_an_order) == (Meaning.REFUSED, True)


def test_an_order_without_a_session_never_left(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access(pin="0000")
    for _ in range(2):
        with pytest.raises(BackPressure, match="client code and PIN"):
            access.calls.send(Route.PLACE, ORDER, exit=True)
    assert angel_one.calls("placeOrder") == 0
    with pytest.raises(PermanentFailure):
        access.calls.read(Route.FUNDS)
    access.wire.close()


def test_an_order_to_nobody_never_left() -> None:
    with in_process_angel_one() as there:
        access, clock = there.access(), there.clock
        access.session.tokens()
        access.egress.ask()
    clock.pass_s(60)
    with pytest.raises(BackPressure, match="no connection"):
        access.calls.send(Route.PLACE, ORDER, exit=False)
    assert access.session.view().state == "in"
    access.wire.close()


def test_a_dead_session_found_by_an_order_is_told_to_all_and_the_order_is_not_sent_again(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(31)
    angel_one.broker.sessions.end_all("replaced")
    with pytest.raises(OutcomeUnknown, match="AG8001"):
        access.calls.send(Route.PLACE, ORDER, exit=True)
    assert access.calls.read(Route.ORDER_BOOK) is None
    assert (angel_one.calls("placeOrder"), angel_one.calls("login")) == (1, 2)


def test_a_read_is_no_way_to_send_an_order_nor_the_other_way_round(access: Access) -> None:
    with pytest.raises(InvalidValue, match="no read"):
        access.calls.read(Route.PLACE, ORDER)
    with pytest.raises(InvalidValue, match="sends no order"):
        access.calls.send(Route.ORDER_BOOK, {}, exit=True)


def test_the_brokers_clock_is_compared_with_ours(angel_one: InProcessAngelOne, access: Access) -> None:
    assert access.calls.skew_s() is None
    access.session.tokens()
    assert access.calls.skew_s() == pytest.approx(0.0, abs=1.0)
    angel_one.broker.clock.jump(angel_one.clock.now() + timedelta(seconds=7))
    access.calls.read(Route.FUNDS)
    assert access.calls.skew_s() == pytest.approx(7.0, abs=1.0)
