"""Midnight passes, with a position open: nothing on a dead token, a new session before the open, never many logins."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import Route
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.domain.errors import BackPressure, OperatingError
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.running import ORDER

HELD = {**ORDER, "producttype": "DELIVERY", "price": "850.00"}
FAILING = ["lose_reply", "page", "empty", "too_fast", "gateway", "data_null", "cut_json"]
TEND_S = 20.0


def time_of(text: str, day: int = 23) -> datetime:
    """India's time, in November."""
    return datetime.fromisoformat(f"2026-11-{day}T{text}+05:30")


def night(
    there: InProcessAngelOne, access: Access, until: datetime, asks: Callable[[], object], every_s: float = TEND_S
) -> list[str]:
    """Tend and ask until then, again and again; what the asking was told when it got no answer."""
    told: list[str] = []
    while there.clock.now() < until:
        try:
            access.tend()
        except OperatingError:
            pass  # whoever tends says so in the health; here the asking is looked at
        try:
            asks()
        except OperatingError as error:
            told.append(str(error))
        there.clock.pass_s(every_s)
    return told


def overnight(there: InProcessAngelOne, hours: SessionHours | None) -> Access:
    """Bought for delivery at ten, and it is a quarter to four; the 24th is a holiday, the next open is the 25th's."""
    access = there.access(hours=hours)
    access.calls.send(Route.PLACE, HELD, exit=False)
    there.clock.jump(time_of("15:45:00"))
    assert access.calls.read(Route.POSITION)[0]["netqty"] == "10"
    return access


@pytest.mark.parametrize("kind", ["none", *FAILING])
def test_a_new_session_is_there_before_the_open_whatever_the_first_login_meets(
    angel_one: InProcessAngelOne, kind: str
) -> None:
    access = overnight(angel_one, SessionHours(trades_on=lambda day: day.day != 24))
    if kind != "none":
        angel_one.fault("login", kind)
    told = night(angel_one, access, time_of("08:45:00", 25), lambda: access.calls.read(Route.POSITION))
    assert all("outside the hours" in words or "next login" in words for words in told)
    assert access.session.view().state == "in"
    assert angel_one.calls("login") == (2 if kind == "none" else 3)  # Monday's, Wednesday's, and one that failed
    assert angel_one.calls("logout") == 1
    reply = access.calls.send(Route.PLACE, {**HELD, "transactiontype": "SELL", "price": "700.00"}, exit=True)
    assert reply.decides_an_order
    access.close()


def test_without_hours_midnight_costs_one_login(angel_one: InProcessAngelOne) -> None:
    access = overnight(angel_one, None)
    before = access.session.tokens()
    told = night(angel_one, access, time_of("08:45:00", 24), lambda: access.calls.read(Route.ORDER_BOOK), 120.0)
    assert told == []
    assert angel_one.calls("login") == 2
    assert access.session.tokens() is not before
    access.close()


def test_nothing_is_sent_on_a_token_of_yesterday(angel_one: InProcessAngelOne) -> None:
    access = overnight(angel_one, SessionHours())
    angel_one.clock.jump(time_of("23:59:59"))
    assert access.calls.read(Route.POSITION)
    calls = dict(angel_one.broker.counts)
    angel_one.clock.jump(time_of("00:00:00", 24))
    with pytest.raises(BackPressure, match="outside the hours"):
        access.calls.send(Route.PLACE, {**HELD, "transactiontype": "SELL"}, exit=True)
    with pytest.raises(BackPressure):
        access.calls.read(Route.POSITION)
    assert dict(angel_one.broker.counts) == calls
    access.wire.close()


def test_a_broker_that_is_down_all_morning_is_asked_every_two_minutes(angel_one: InProcessAngelOne) -> None:
    access = overnight(angel_one, SessionHours())
    angel_one.fault("login", "page", times=10_000)
    night(angel_one, access, time_of("10:30:00", 24), access.session.tokens)
    assert 50 <= angel_one.calls("login") - 1 <= 65
    angel_one.broker.faults.waiting.clear()
    night(angel_one, access, time_of("10:33:00", 24), access.session.tokens)
    assert access.session.view().state == "in"
    access.close()


def test_a_pin_that_was_changed_overnight_is_tried_once_and_told(angel_one: InProcessAngelOne) -> None:
    access = overnight(angel_one, SessionHours())
    angel_one.fault("login", "refused", code="AB1000", times=10_000)
    told = night(angel_one, access, time_of("12:00:00", 24), lambda: access.calls.read(Route.POSITION))
    assert angel_one.calls("login") == 2
    assert "check client code and PIN" in told[-1]
    access.close()


def test_another_program_that_logs_in_each_minute_is_given_way_to(angel_one: InProcessAngelOne) -> None:
    access = angel_one.access()
    told: list[str] = []
    for _ in range(180):
        angel_one.broker.sessions.end_all("replaced")
        try:
            access.calls.read(Route.FUNDS)
        except BackPressure as error:
            told.append(str(error))
        angel_one.clock.pass_s(60)
    assert angel_one.calls("login") <= 20
    assert all("another program may log in as this client" in words for words in told[5:])
    angel_one.clock.pass_s(900)
    assert access.calls.read(Route.FUNDS)["net"]
    access.wire.close()


def test_the_tokens_of_a_login_just_before_midnight_end_at_it(angel_one: InProcessAngelOne) -> None:
    angel_one.clock.jump(time_of("23:59:50"))
    access = angel_one.access()
    assert access.calls.read(Route.FUNDS)["net"]
    angel_one.clock.jump(time_of("00:00:00", 24))
    assert access.calls.read(Route.FUNDS)["net"]
    assert angel_one.calls("login") == 2
    angel_one.clock.pass_s(timedelta(hours=23).total_seconds())
    assert access.calls.read(Route.FUNDS)["net"]
    assert angel_one.calls("login") == 2
    access.wire.close()
