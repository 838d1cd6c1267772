"""An answer of 401 or 403 without words of the broker's: the tokens may be dead, or one route may be forbidden."""

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import Route
from engine.domain.errors import OutcomeUnknown
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.running import ORDER


@pytest.mark.parametrize(("kind", "status"), [("empty", 401), ("page", 401), ("page", 403)])
def test_a_status_alone_that_says_unauthorized_has_a_new_login_made(
    angel_one: InProcessAngelOne, access: Access, kind: str, status: int
) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(700)
    angel_one.fault("getRMS", kind, status=status)
    assert access.calls.read(Route.FUNDS)["net"]
    assert (angel_one.calls("login"), angel_one.calls("getRMS")) == (2, 2)


def test_an_order_that_is_told_so_is_not_sent_again_and_the_next_one_goes_by_a_new_login(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(700)
    angel_one.fault("placeOrder", "empty", status=401)
    with pytest.raises(OutcomeUnknown):
        access.calls.send(Route.PLACE, ORDER, exit=True)
    assert access.calls.send(Route.PLACE, ORDER, exit=True).decides_an_order
    assert (angel_one.calls("login"), angel_one.calls("placeOrder")) == (2, 2)


def test_a_route_that_is_forbidden_for_good_ends_one_session_and_no_more(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(700)
    angel_one.fault("getHolding", "empty", status=401, times=999)
    for _ in range(40):
        with pytest.raises(OutcomeUnknown):
            access.calls.read(Route.HOLDINGS)
        assert access.calls.send(Route.PLACE, ORDER, exit=True).decides_an_order, "exits go on"
        angel_one.clock.pass_s(30)
    assert angel_one.calls("login") == 2
