"""Logging in, tokens that die of four causes, and how often a route may be called."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import requests

from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.running import PlainClient, RunningAngelOne
from tests.brokers.angelone.scripted_clock import IST
from tests.brokers.loopback.clocks import ScriptedClock


@pytest.fixture
def broker(process: RunningAngelOne) -> RunningAngelOne:
    """A broker nobody has called yet, its limits on."""
    process.do("reset")
    return process


@pytest.fixture
def client(broker: RunningAngelOne) -> Iterator[PlainClient]:
    """Not logged in."""
    with PlainClient(broker) as client:
        yield client


def test_wrong_words_are_told_apart(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("limits", on=False)
    told = broker.told
    right = {"clientcode": told["client_code"], "password": told["pin"], "totp": "000000"}
    assert client.ask("login", right)["errorcode"] == "AB1050"
    assert client.ask("login", {**right, "password": "0000"})["errorcode"] == "AB1000"
    assert client.ask("login", {**right, "totp": broker.totp()})["status"] is True
    assert broker.look()["logins"] == 3


def test_no_token_a_wrong_one_and_a_wrong_key_are_turned_away_by_the_gateway(client: PlainClient) -> None:
    assert client.ask("getProfile")["errorCode"] == "AG8003"
    client.jwt = "nobody's"
    assert client.ask("getProfile")["errorCode"] == "AG8001"
    client.headers["X-PrivateKey"] = "another"
    assert client.ask("getProfile")["errorCode"] == "AG8001"


def test_a_header_that_is_missing_is_an_empty_400(client: PlainClient) -> None:
    client.login()
    del client.headers["X-MACAddress"]
    answer = client.call("getProfile")
    assert (answer.status_code, answer.content) == (400, b"")


def test_midnight_in_india_ends_every_session(broker: RunningAngelOne, client: PlainClient) -> None:
    client.login()
    broker.do("clock", at="2026-11-23T23:59:50+05:30")
    assert client.ask("getProfile")["status"] is True
    broker.do("clock", at="2026-11-24T00:00:00+05:30")
    assert client.ask("getProfile")["errorCode"] == "AG8002"
    assert client.ask("refresh", {"refreshToken": client.refresh})["errorCode"] == "AG8002"
    broker.do("limits", on=False)
    assert client.login()["status"] is True
    assert client.ask("getProfile")["status"] is True


def test_a_second_login_ends_the_first(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("limits", on=False)
    client.login()
    with PlainClient(broker) as other:
        other.login()
        assert client.ask("getProfile")["errorCode"] == "AG8001"
        assert other.ask("getProfile")["status"] is True


def test_a_refresh_turns_all_three_tokens(broker: RunningAngelOne, client: PlainClient) -> None:
    broker.do("limits", on=False)
    client.login()
    before = (client.jwt, client.refresh, client.feed)
    assert client.ask("refresh", {"refreshToken": "another"})["errorcode"] == "AB8050"
    client.keep(client.ask("refresh", {"refreshToken": client.refresh}))
    assert not {*before} & {client.jwt, client.refresh, client.feed}
    assert client.ask("refresh", {"refreshToken": before[1]})["errorcode"] == "AB8051"
    assert client.ask("getProfile")["status"] is True
    client.jwt = before[0]
    assert client.ask("getProfile")["errorCode"] == "AG8001"


def test_after_a_logout_the_application_refuses(client: PlainClient) -> None:
    client.login()
    assert client.ask("logout", {"clientcode": "L0001"})["status"] is True
    assert client.ask("getProfile")["errorcode"] == "AB1011"


def test_an_unregistered_address_may_read_and_not_order(broker: RunningAngelOne, client: PlainClient) -> None:
    client.login()
    broker.do("terms", registered_ip="192.0.2.7")
    assert client.place()["errorcode"] == "AB7777"
    assert client.ask("getRMS")["status"] is True
    client.headers["X-ClientPublicIP"] = "192.0.2.7"
    assert client.place()["status"] is True


def test_the_order_book_may_be_read_once_a_second(broker: RunningAngelOne, client: PlainClient) -> None:
    client.login()
    assert client.call("getOrderBook").status_code == 200
    again = client.call("getOrderBook")
    assert (again.status_code, again.headers["Content-Type"]) == (403, "text/plain")
    assert broker.look()["calls"]["too fast"] == 1


def test_nine_orders_a_second_pass_over_all_three_order_routes() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert [limits.passes("orders") for _ in range(10)] == [True] * 9 + [False]
    now[0] = 1.0
    assert limits.passes("orders")


def test_a_minute_and_an_hour_have_limits_of_their_own() -> None:
    now = [0.0]
    limits, passed = Limits(lambda: now[0]), 0
    for _ in range(60):
        passed += sum(limits.passes("getCandleData") for _ in range(5))
        now[0] += 1.0
    assert passed == 180


def test_the_date_header_is_the_brokers_clock(broker: RunningAngelOne) -> None:
    broker.do("run", speed=0)
    broker.do("clock", at="2026-11-23T10:00:00+05:30")
    told = requests.get(broker.told["control"], verify=broker.told["authority"], timeout=60)
    assert told.headers["Date"] == "Mon, 23 Nov 2026 04:30:00 GMT"


def test_a_certificate_nobody_vouches_for_is_refused(broker: RunningAngelOne) -> None:
    with requests.Session() as line:
        line.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            line.get(broker.told["control"], timeout=60)


def test_a_clock_runs_stands_and_jumps() -> None:
    now, began = [0.0], datetime(2026, 11, 23, 9, 15, tzinfo=IST)
    clock = ScriptedClock(began, 60.0, lambda: now[0])
    now[0] = 2.0
    assert clock.now() == began + timedelta(minutes=2)
    clock.run(0)
    now[0] = 10.0
    assert clock.now() == began + timedelta(minutes=2)
    clock.jump(began)
    assert clock.now() == began
