"""Every kind of fault that the loopback broker knows, on every route: no duplicate, no guess, and the session survives
or says why not.

Each route meets each kind once; what comes of it is what the table says, the route is called no more often than it
allows, and afterwards the same call works again.
"""

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import Route
from engine.adapters.brokers.angelone.access.routes import ORDER_ROUTES, SESSION_ROUTES
from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.running import ORDER
from tests.brokers.angelone.scripted_clock import IST

WINDOW = {"interval": "FIVE_MINUTE", "fromdate": "2026-11-23 09:15", "todate": "2026-11-23 10:00"}
ASKED = {
    Route.LTP: {"exchange": "NSE", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045"},
    Route.QUOTE: {"mode": "LTP", "exchangeTokens": {"NSE": ["3045"]}},
    Route.CANDLES: {"exchange": "NSE", "symboltoken": "3045", **WINDOW},
    Route.SEARCH: {"exchange": "NSE", "searchscrip": "SBIN"},
}
ROUTES_THERE = {*Route} - {Route.CHARGES, Route.MARGIN}  # those two the loopback has not got
READS = sorted(ROUTES_THERE - ORDER_ROUTES - SESSION_ROUTES)
LISTS = {Route.ORDER_BOOK, Route.CANDLES, Route.SEARCH}

DATA, LATER, UNKNOWN = "data", BackPressure, OutcomeUnknown
# kind: (what a read comes to, how often it is made)
OF_A_READ: dict[str, tuple[object, int]] = {
    "drop": (UNKNOWN, 1),
    "lose_reply": (UNKNOWN, 1),
    "slow": (DATA, 1),
    "page": (UNKNOWN, 1),
    "empty": (UNKNOWN, 1),
    "too_fast": (DATA, 2),  # once more, more slowly
    "gateway": (DATA, 2),  # once more, by a new session
    "refused": (UNKNOWN, 1),  # "try after sometime"
    "no_message": (UNKNOWN, 1),
    "no_code": (UNKNOWN, 1),
    "status_text": (DATA, 1),
    "data_null": (DATA, 1),
    "not_json": (UNKNOWN, 1),
    "cut_json": (UNKNOWN, 1),
    "short_body": (UNKNOWN, 1),
    "wrong_shape": (UNKNOWN, 1),
    "rows_twice": (DATA, 1),
    "half_the_rows": (DATA, 1),
    "applied_twice": (DATA, 1),
    "hidden": (DATA, 1),
}
OF_LISTS = {"rows_twice", "half_the_rows"}
CERTAIN = {"slow", "status_text", "data_null", "hidden", "applied_twice"}  # an order's reply says that it was taken
SILENT = {*KINDS} - CERTAIN - OF_LISTS  # an order's reply does not say whether the broker acted: both are tried


def name_of(route: Route) -> str:
    """What the loopback calls it."""
    return {Route.LOGIN: "login", Route.REFRESH: "refresh"}.get(route, route.value)


def test_every_kind_of_fault_is_in_the_table() -> None:
    assert {*OF_A_READ} == {*KINDS} == CERTAIN | SILENT | OF_LISTS


@pytest.mark.parametrize("kind", sorted(OF_A_READ))
def test_a_read_meets_it(angel_one: InProcessAngelOne, access: Access, kind: str) -> None:
    comes_to, times = OF_A_READ[kind]
    unique = access.calls.send(Route.PLACE, ORDER, exit=False).data["uniqueorderid"]
    for route in READS if kind not in OF_LISTS else sorted(LISTS):
        angel_one.clock.pass_s(700)  # the session has settled: one new login is nothing
        path = unique if route is Route.ORDER_DETAILS else ""
        before, logins = angel_one.calls(name_of(route)), angel_one.calls("login")
        angel_one.fault(name_of(route), kind)
        try:
            access.calls.read(route, ASKED.get(route), path=path)
            met: object = DATA
        except OperatingError as error:
            met = type(error)
        assert (route, met, angel_one.calls(name_of(route)) - before) == (route, comes_to, times)
        assert angel_one.calls("login") - logins == (kind == "gateway")
        access.calls.read(route, ASKED.get(route), path=path)
    assert access.session.view().state == "in"
    assert angel_one.calls("placeOrder") == 1


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("kind", sorted(SILENT))
def test_an_order_meets_it_and_nobody_guesses(
    angel_one: InProcessAngelOne, access: Access, kind: str, applied: bool
) -> None:
    resting = access.calls.send(Route.PLACE, {**ORDER, "price": "790.00"}, exit=False).data["orderid"]
    bodies = {
        Route.PLACE: {**ORDER, "ordertag": "L1"},
        Route.MODIFY: {**ORDER, "orderid": resting, "price": "791.00"},
        Route.CANCEL: {"variety": "NORMAL", "orderid": resting},
    }
    for route, body in bodies.items():
        access.session.tokens()
        angel_one.clock.pass_s(700)  # the session has settled: one new login is nothing
        before = angel_one.calls(route.value)
        angel_one.fault(route.value, kind, applied=applied)
        with pytest.raises(OutcomeUnknown):
            access.calls.send(route, body, exit=route is Route.CANCEL)
        assert angel_one.calls(route.value) - before == 1
    tags = [order.asked.get("ordertag") for order in angel_one.broker.desk.orders.values()]
    assert tags.count("L1") == applied
    rows = access.calls.read(Route.ORDER_BOOK)  # how it is found out
    assert len(rows) == 1 + applied
    assert access.session.view().state == "in"


@pytest.mark.parametrize("kind", sorted(CERTAIN))
def test_an_order_that_the_reply_says_is_taken_was_taken(
    angel_one: InProcessAngelOne, access: Access, kind: str
) -> None:
    angel_one.fault("placeOrder", kind)
    assert access.calls.send(Route.PLACE, {**ORDER, "ordertag": "L1"}, exit=False).decides_an_order
    assert angel_one.calls("placeOrder") == 1


@pytest.mark.parametrize("kind", sorted(CERTAIN | SILENT))
def test_a_login_meets_it_and_the_next_one_works(angel_one: InProcessAngelOne, access: Access, kind: str) -> None:
    angel_one.fault("login", kind)
    try:
        access.session.tokens()
    except BackPressure:
        view = access.session.view()
        assert view.state == "resting"
        assert view.why
        assert view.until is not None
        angel_one.clock.jump(view.until)
    logins = angel_one.calls("login")
    assert logins == 1
    assert access.calls.read(Route.FUNDS)["net"]
    assert angel_one.calls("login") <= 2


@pytest.mark.parametrize("kind", sorted(CERTAIN | SILENT))
def test_a_logout_meets_it_and_the_day_is_over_all_the_same(
    angel_one: InProcessAngelOne, access: Access, kind: str
) -> None:
    access.session.tokens()
    angel_one.fault("logout", kind)
    access.close()
    assert (access.session.view().state, angel_one.calls("logout")) == ("logged out", 1)
    with pytest.raises(BackPressure):
        access.session.tokens()
    assert angel_one.calls("login") == 1


@pytest.mark.parametrize("kind", sorted(CERTAIN | SILENT))
def test_a_refresh_meets_it_and_a_session_is_had(angel_one: InProcessAngelOne, access: Access, kind: str) -> None:
    short = angel_one.broker.sessions.expiry_after / 14
    angel_one.broker.sessions.expiry_after = short  # two hours
    access.session.tokens()
    angel_one.fault("refresh", kind)
    angel_one.clock.pass_s(short.total_seconds() - 120)
    for _ in range(12):
        try:
            access.calls.read(Route.FUNDS)
        except BackPressure:
            assert access.session.view().why
        angel_one.clock.pass_s(20)
    assert access.calls.read(Route.FUNDS)["net"]
    assert angel_one.calls("login") <= 2
    assert angel_one.clock.now().astimezone(IST).day == 23
