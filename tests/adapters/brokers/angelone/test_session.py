"""The session against the loopback broker: one login whoever asks, all three tokens turned, its ends, its limits."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import AddressRefused, Route
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.domain.errors import BackPressure, PermanentFailure
from engine.domain.instant import instant_of
from tests.brokers.angelone.in_process import OPEN_DAY, InProcessAngelOne
from tests.brokers.angelone.running import ORDER


def at(text: str) -> datetime:
    """A time of the Monday, India's."""
    return datetime.fromisoformat(f"2026-11-23T{text}+05:30")


def test_nobody_is_called_before_somebody_asks(angel_one: InProcessAngelOne, access: Access) -> None:
    assert access.session.view().state == "out"
    assert not angel_one.broker.counts


def test_twenty_that_ask_at_once_log_in_once(angel_one: InProcessAngelOne, access: Access) -> None:
    together = threading.Barrier(20)

    def ask() -> str:
        together.wait(60)
        return access.session.tokens().jwt

    with ThreadPoolExecutor(20) as pool:
        jwts = {future.result(90) for future in [pool.submit(ask) for _ in range(20)]}
    assert (len(jwts), angel_one.calls("login")) == (1, 1)
    assert access.session.view().state == "in"


def test_many_that_find_it_dead_log_in_once_more(angel_one: InProcessAngelOne, access: Access) -> None:
    access.session.tokens()
    angel_one.clock.pass_s(700)
    angel_one.broker.sessions.end_all("replaced")
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(access.calls.read, Route.INTRADAY).result(30) for _ in range(8)]
    assert all(found)
    assert angel_one.calls("login") == 2


def test_a_death_that_was_told_of_tokens_long_replaced_changes_nothing(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    first = access.session.tokens()
    angel_one.clock.pass_s(700)
    access.session.died(first, "a socket said so")
    second = access.session.tokens()
    access.session.died(first, "another socket said so, late")
    assert access.session.tokens() is second


def test_a_code_that_is_refused_is_tried_once_more_in_the_next_window_and_then_a_person_is_waited_for(
    angel_one: InProcessAngelOne,
) -> None:
    access = angel_one.access(totp_secret="A" * 32)
    with pytest.raises(BackPressure, match="one-time code"):
        access.session.tokens()
    with pytest.raises(BackPressure):
        access.session.tokens()
    assert angel_one.calls("login") == 1
    angel_one.clock.jump(at("10:00:30"))
    with pytest.raises(PermanentFailure, match="this machine's clock"):
        access.session.tokens()
    angel_one.clock.pass_s(3_600)
    with pytest.raises(PermanentFailure):
        access.session.tokens()
    assert angel_one.calls("login") == 2
    assert access.session.view().state == "stopped"
    access.change(angel_one.credentials())
    assert access.session.tokens().jwt
    access.wire.close()


def test_another_registered_address_costs_no_login_and_another_key_does(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    first = access.session.tokens()
    access.change(angel_one.credentials(registered_ip="198.51.100.9"))
    assert access.session.tokens() is first
    with pytest.raises(AddressRefused, match=r"registered at the broker is 198\.51\.100\.9"):
        access.calls.send(Route.PLACE, ORDER, exit=False)
    access.change(angel_one.credentials(pin="4822"))
    with pytest.raises(PermanentFailure, match="client code and PIN"):
        access.session.tokens()


def test_a_wrong_pin_is_tried_once(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access(pin="0000")
    for _ in range(3):
        with pytest.raises(PermanentFailure, match="client code and PIN"):
            access.session.tokens()
        angel_one.clock.pass_s(600)
    assert angel_one.calls("login") == 1
    access.wire.close()


def test_a_login_whose_answer_is_lost_is_made_again_by_another_code(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    angel_one.fault("login", "lose_reply")
    with pytest.raises(BackPressure, match="no answer"):
        access.session.tokens()
    view = access.session.view()
    assert (view.state, view.until) == ("resting", at("10:00:35"))
    angel_one.clock.jump(at("10:00:35"))
    assert access.calls.read(Route.FUNDS)["net"]


def test_tokens_that_end_before_midnight_are_renewed_ahead_and_all_three_turn(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    angel_one.broker.sessions.expiry_after = timedelta(hours=2)
    first = access.session.tokens()
    assert first.dies_at == instant_of(OPEN_DAY + timedelta(hours=2))
    angel_one.clock.jump(OPEN_DAY + timedelta(hours=1, minutes=56))
    second = access.session.tokens()
    assert not {first.jwt, first.refresh, first.feed} & {second.jwt, second.refresh, second.feed}
    assert (angel_one.calls("refresh"), angel_one.calls("login")) == (1, 1)
    assert access.calls.read(Route.FUNDS)["net"]
    angel_one.clock.pass_s(2 * 3_600 - 100)
    access.session.tokens()
    assert (angel_one.calls("refresh"), angel_one.calls("login")) == (2, 1)


def test_tokens_that_end_at_midnight_are_not_renewed_since_it_would_end_the_new_ones_too(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    first = access.session.tokens()
    angel_one.clock.jump(at("23:59:00"))
    assert access.session.tokens() is first
    assert angel_one.calls("refresh") == 0


def test_no_refresh_ends_tokens_that_an_order_carries(angel_one: InProcessAngelOne, access: Access) -> None:
    angel_one.broker.sessions.expiry_after = timedelta(hours=2)
    with access.session.for_an_order() as carried:
        angel_one.clock.jump(OPEN_DAY + timedelta(hours=1, minutes=58))
        assert access.session.tokens() is carried
    assert access.session.tokens() is not carried


def test_a_refresh_without_an_answer_leaves_the_tokens_until_they_end(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    angel_one.broker.sessions.expiry_after = timedelta(hours=2)
    first = access.session.tokens()
    angel_one.fault("refresh", "page", times=9)
    angel_one.clock.jump(OPEN_DAY + timedelta(hours=1, minutes=56))
    assert access.session.tokens() is first
    assert access.session.tokens() is first
    assert angel_one.calls("refresh") == 1
    angel_one.clock.pass_s(300)
    assert access.session.tokens() is not first
    assert angel_one.calls("login") == 2


def test_tokens_that_are_dead_when_they_come_bring_no_storm(angel_one: InProcessAngelOne, access: Access) -> None:
    angel_one.broker.sessions.expiry_after = timedelta(hours=-1)
    for _ in range(600):
        with pytest.raises(BackPressure, match="is this machine's clock right"):
            access.session.tokens()
        angel_one.clock.pass_s(1)
    assert angel_one.calls("login") <= 7


def test_after_the_daily_logout_nothing_logs_in_before_the_next_morning(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access(hours=SessionHours())
    access.tend()
    assert access.session.view().state == "in"
    angel_one.clock.jump(at("16:15:00"))
    access.tend()
    assert (access.session.view().state, angel_one.calls("logout")) == ("logged out", 1)
    angel_one.clock.jump(at("22:00:00"))
    access.tend()
    with pytest.raises(BackPressure, match="24 Nov 08:30"):
        access.calls.read(Route.ORDER_BOOK)
    assert angel_one.calls("login") == 1
    angel_one.clock.jump(at("08:30:01") + timedelta(days=1))
    access.tend()
    assert access.session.view().state == "in"
    access.close()


def test_no_session_is_begun_on_a_day_without_trading(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access(hours=SessionHours(trades_on=lambda day: day != date(2026, 11, 24)))
    angel_one.clock.jump(at("12:00:00") + timedelta(days=1))
    access.tend()
    with pytest.raises(BackPressure, match="25 Nov 08:30"):
        access.session.tokens()
    assert angel_one.calls("login") == 0
    access.wire.close()


def test_a_socket_that_refuses_the_tokens_of_every_login_hardly_keeps_calls_back(
    angel_one: InProcessAngelOne, access: Access
) -> None:
    held_back = 0
    for _ in range(60):
        try:
            access.session.doubted(access.session.tokens(), "the order socket answered 403")
            access.calls.read(Route.POSITION)
        except BackPressure:
            held_back += 1
        angel_one.clock.pass_s(10)
    assert held_back <= 3, "a rest holds exits back too"
    assert angel_one.calls("login") == 2
    angel_one.clock.pass_s(600)
    access.session.doubted(access.session.tokens(), "the order socket answered 403")
    access.session.tokens()
    assert angel_one.calls("login") == 3


def test_what_is_shown_of_it_holds_no_secret(angel_one: InProcessAngelOne, access: Access) -> None:
    tokens = access.session.tokens()
    shown = repr((access.session.view(), tokens, access, vars(access.session)))
    for secret in (tokens.jwt, tokens.refresh, tokens.feed, *angel_one.credentials().secrets[1:]):
        assert secret not in shown
