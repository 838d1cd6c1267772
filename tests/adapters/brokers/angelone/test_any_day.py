"""Days nobody thought of: calls, faults, deaths, midnights and persons in any order, and what always holds.

The session and the calls together, against the loopback broker, whose log tells what really arrived and when.
"""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import AddressRefused, Route
from engine.adapters.brokers.angelone.access.replies import Meaning
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.adapters.brokers.angelone.access.session_states import CODE_WINDOW_S
from engine.domain.errors import BackPressure, OperatingError
from engine.domain.instant import instant_of
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.running import ORDER

FAULTS = sorted(
    {*KINDS} - {"rows_twice", "half_the_rows", "applied_twice"}
)  # the broker's limits count the last one twice
ROUTES = ["login", "getRMS", "placeOrder", "*"]
PAUSES_S = [0.0, 0.7, 5.0, 29.0, 31.0, 400.0, 3_000.0, 20_000.0]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.sampled_from([Route.FUNDS, Route.ORDER_BOOK, Route.INTRADAY])),
        st.tuples(st.just("order"), st.booleans()),
        st.tuples(st.just("fault"), st.tuples(st.sampled_from(ROUTES), st.sampled_from(FAULTS))),
        st.tuples(st.just("pass"), st.sampled_from(PAUSES_S)),
        st.tuples(st.just("taken"), st.just(0)),
        st.tuples(st.just("tend"), st.just(0)),
        st.tuples(st.just("close"), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)  # fmt: skip


def live(there: InProcessAngelOne, access: Access, step: str, word: Any) -> None:
    """One step. Whatever the adapter raises must be an operating error."""
    if step == "order":
        order(there, access, is_exit=word)
        return
    try:
        if step == "read":
            access.calls.read(word)
        elif step == "fault":
            there.fault(*word, times=2)
        elif step == "pass":
            there.clock.pass_s(word)
        elif step == "taken":
            there.broker.sessions.end_all("replaced")
        else:
            getattr(access, step)()
    except OperatingError:
        pass  # anything else fails the test


def order(there: InProcessAngelOne, access: Access, *, is_exit: bool) -> None:
    """One more, by a tag of its own; what its sender is told is true of the desk at once."""
    before = there.calls("placeOrder")
    tag = f"L{there.clock.monotonic():.3f}N{before}".replace(".", "X")[:19]
    try:
        told: object = access.calls.send(Route.PLACE, {**ORDER, "ordertag": tag}, exit=is_exit).meaning
    except OperatingError as error:
        told = type(error)
    tags = [each.asked["ordertag"] for each in there.broker.desk.orders.values()]
    assert there.calls("placeOrder") - before == (told not in (BackPressure, AddressRefused))
    assert told is not Meaning.GOOD or tag in tags


@pytest.mark.parametrize("hours", [None, SessionHours()])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens(
    angel_one: InProcessAngelOne, hours: SessionHours | None, steps: list[tuple[str, object]]
) -> None:
    angel_one.reset()
    access = angel_one.access(hours=hours)
    for step, word in steps:
        live(angel_one, access, step, word)
    access.wire.close()
    logins = [datetime.fromisoformat(at) for at, route, _ in angel_one.broker.log if route == "login"]
    windows = [int(at.timestamp()) // CODE_WINDOW_S for at in logins]
    assert len(windows) == len({*windows}), "a one-time code was used twice"
    assert hours is None or all(hours.allow(instant_of(at)) for at in logins)
    assert angel_one.calls("too fast") == 0
