"""Reads are made again where that is safe; what sends an order leaves at most once, and says what is not known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.adapters.brokers.coinbase.access.access import Access, open_access
from engine.adapters.brokers.coinbase.access.calls import Refused, TurnedAway, UnlistedRefusal
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.access.replies import Meaning, read_reply
from engine.adapters.brokers.coinbase.access.routes import ORDER_ROUTES, PUBLIC, Route, bucket_of
from engine.adapters.brokers.coinbase.orders.order_words import spot_order
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.errors import BackPressure, InvalidValue, OperatingError, OutcomeUnknown, PermanentFailure
from tests.adapters.brokers.coinbase.order_desk import CASH, XRP, limit_order
from tests.adapters.brokers.coinbase.test_order_words import LISTED
from tests.brokers.coinbase.faults import KINDS
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, PlayKey
from tests.brokers.loopback.clocks import SteeredClock

BODY = spot_order(limit_order(), LISTED[XRP]).body()


@pytest.fixture(scope="module")
def server() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(cash=CASH) as made:
        yield made


@pytest.fixture
def coinbase(server: InProcessCoinbase) -> InProcessCoinbase:
    server.reset()
    return server


@pytest.fixture
def access(coinbase: InProcessCoinbase) -> Iterator[Access]:
    made = coinbase.access()
    yield made
    made.close()


@pytest.mark.parametrize("key", [ELLIPTIC, EDWARDS], ids=lambda key: key.algorithm)
def test_a_key_of_either_kind_opens_the_account(coinbase: InProcessCoinbase, key: PlayKey) -> None:
    access = coinbase.access(key=key)
    assert access.calls.read(Route.KEY)["can_trade"] is True
    access.close()


def test_what_is_public_needs_no_key_and_all_else_does(coinbase: InProcessCoinbase) -> None:
    access = coinbase.access(key=None)
    assert access.calls.read(Route.PRODUCT, path=XRP)["product_id"] == XRP
    for ask in (lambda: access.calls.read(Route.ACCOUNTS), lambda: access.calls.send(Route.PLACE, BODY, exit=False)):
        with pytest.raises(BackPressure, match="no key"):
            ask()
    access.change(coinbase.credentials())
    assert access.calls.read(Route.ACCOUNTS)["accounts"]
    access.close()


def test_a_key_that_is_not_known_is_said_after_a_second_try(coinbase: InProcessCoinbase, access: Access) -> None:
    stranger = PlayKey(name="organizations/x/apiKeys/another-0001", seed="another")
    access.change(CoinbaseCredentials(stranger.name, stranger.private_key))
    with pytest.raises(PermanentFailure, match="does not accept the key"):
        access.calls.read(Route.KEY)
    assert coinbase.calls("key_permissions") == 2


def test_a_check_of_the_key_that_misfires_once_costs_nothing(coinbase: InProcessCoinbase, access: Access) -> None:
    coinbase.fault("list_accounts", "unauthorized")
    assert access.calls.read(Route.ACCOUNTS)["accounts"]


def test_a_clock_that_is_off_is_named_where_the_key_is_not_accepted(
    coinbase: InProcessCoinbase, access: Access
) -> None:
    ahead = coinbase.access()
    ahead_clock = type(coinbase.clock)(coinbase.clock.now())
    ahead_clock.pass_s(200.0)
    other = open_access(coinbase.credentials(), coinbase.endpoints, ahead_clock, random.Random(2))
    with pytest.raises(PermanentFailure, match="this machine's clock is 200 s ahead"):
        other.calls.read(Route.KEY)
    assert other.calls.skew_s() == pytest.approx(-200.0, abs=1.0)
    for each in (ahead, other):
        each.close()


@pytest.mark.parametrize("ahead_s", [-30, 0, 30])
def test_the_token_of_an_order_dies_long_before_it_is_believed_to_be_lost_whatever_our_clock_says(
    coinbase: InProcessCoinbase, ahead_s: int
) -> None:
    ours = SteeredClock(coinbase.clock.now() + timedelta(seconds=ahead_s))
    access = open_access(coinbase.credentials(), coinbase.endpoints, ours, random.Random(2))
    access.calls.read(Route.TIME)  # whose answer bears a date
    coinbase.fault("create_order", "lose_reply", late_s=50.0)
    with pytest.raises(OutcomeUnknown):
        access.calls.send(Route.PLACE, BODY, exit=False)
    coinbase.clock.pass_s(60.0)
    coinbase.broker.pulse()
    assert coinbase.broker.desk.orders == {}
    access.close()


def test_a_read_that_the_limiter_refuses_is_made_again_more_slowly_and_then_left(
    coinbase: InProcessCoinbase, access: Access
) -> None:
    coinbase.fault("list_accounts", "too_fast", times=2)
    assert access.calls.read(Route.ACCOUNTS)["accounts"]
    assert coinbase.clock.waited_s > 1.0
    coinbase.fault("list_accounts", "too_fast", times=3)
    with pytest.raises(BackPressure, match="3 times"):
        access.calls.read(Route.ACCOUNTS)


def test_however_fast_it_is_asked_the_brokers_limits_are_kept(coinbase: InProcessCoinbase, access: Access) -> None:
    for _ in range(60):
        access.calls.read(Route.ACCOUNTS)
        access.calls.read(Route.PRODUCT, path=XRP)
    assert coinbase.calls("list_accounts") == coinbase.calls("product") == 60
    assert coinbase.clock.waited_s >= 5.0


def test_an_exit_takes_its_turn_before_entries(coinbase: InProcessCoinbase, access: Access) -> None:
    for number in range(9):
        access.calls.send(Route.PLACE, {**BODY, "client_order_id": f"E{number}"}, exit=False)
    before = coinbase.clock.waited_s
    assert before > 1.0  # the ninth entry of a second
    for _ in range(8):
        access.calls.send(Route.CANCEL, {"order_ids": ["x"]}, exit=True)
    assert coinbase.clock.waited_s == before


def test_a_list_of_many_pages_is_read_whole_and_one_that_does_not_end_is_none(
    coinbase: InProcessCoinbase, access: Access
) -> None:
    coinbase.do("terms", page_max=1)
    rows = access.calls.read_all(Route.ACCOUNTS, "accounts")
    assert {row["currency"] for row in rows} == {"USD", "XRP"}
    for kind in ("no_cursor", "same_cursor"):
        coinbase.fault("list_accounts", kind, times=9)
        with pytest.raises(OutcomeUnknown, match="more pages"):
            access.calls.read_all(Route.ACCOUNTS, "accounts")
        coinbase.broker.faults.waiting.clear()


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("applied", [True, False])
def test_an_order_leaves_once_whatever_comes_back(
    coinbase: InProcessCoinbase, access: Access, kind: str, applied: bool
) -> None:
    coinbase.fault("create_order", kind, applied=applied)
    answer = None
    try:
        answer = access.calls.send(Route.PLACE, BODY, exit=True)
    except OperatingError as error:
        turned_away = kind in ("too_fast", "unauthorized")
        assert isinstance(error, TurnedAway if turned_away else OutcomeUnknown)  # noqa: PT017 - it depends on the fault
    assert coinbase.calls("create_order") == 1
    assert answer is None or "success" in answer


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (404, Refused), (401, TurnedAway), (403, UnlistedRefusal), (429, TurnedAway),
     (500, OutcomeUnknown), (503, OutcomeUnknown)],
)  # fmt: skip
def test_an_error_of_the_api_decides_an_order_only_where_it_was_read_and_turned_down(
    coinbase: InProcessCoinbase, access: Access, status: int, error: type
) -> None:
    coinbase.fault("create_order", "error", status=status, code="SOMETHING", message="as the broker says")
    with pytest.raises(error, match="as the broker says") as raised:
        access.calls.send(Route.PLACE, BODY, exit=False)
    assert type(raised.value) is error


def test_what_is_nowhere_certainly_did_not_leave(coinbase: InProcessCoinbase) -> None:
    endpoints = replace(coinbase.endpoints, rest="http://127.0.0.1:9")
    access = open_access(coinbase.credentials(), endpoints, coinbase.clock, random.Random(1))
    with pytest.raises(BackPressure, match="no connection"):
        access.calls.send(Route.PLACE, BODY, exit=False)
    with pytest.raises(BackPressure, match="no connection"):
        access.calls.read(Route.PRODUCTS)


def test_orders_are_no_reads_and_reads_no_orders(access: Access) -> None:
    with pytest.raises(InvalidValue, match="it is no read"):
        access.calls.read(Route.PLACE)
    with pytest.raises(InvalidValue, match="sends no order"):
        access.calls.send(Route.ORDERS, {}, exit=True)


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, b'{"a": 1}', Meaning.GOOD),
        (200, b"[]", Meaning.UNKNOWN),
        (200, b"<html>", Meaning.UNKNOWN),
        (200, b"[" * 60_000, Meaning.UNKNOWN),
        (204, b"", Meaning.UNKNOWN),
        (400, b'{"error": "INVALID_ARGUMENT", "message": "x"}', Meaning.REFUSED),
        (400, b"Bad Request", Meaning.UNKNOWN),
        (401, b"Unauthorized", Meaning.NO_KEY),
        (403, b"<html>", Meaning.FORBIDDEN),
        (404, b"", Meaning.UNKNOWN),
        (409, b'{"error": "ALREADY_EXISTS", "message": "x"}', Meaning.UNKNOWN),
        (429, b"too many requests", Meaning.TOO_FAST),
        (502, b'{"error": "INTERNAL"}', Meaning.UNKNOWN),
    ],
)
def test_a_reply_means_what_its_status_and_its_words_say_together(status: int, body: bytes, meaning: Meaning) -> None:
    assert read_reply(status, body).meaning is meaning


def test_numbers_that_are_no_text_are_read_without_loss() -> None:
    assert str(read_reply(200, b'{"price": 0.1}').data["price"]) == "0.1"


def test_addresses_that_would_send_tokens_in_the_clear_are_refused() -> None:
    for name in ("rest", "market_socket", "user_socket"):
        with pytest.raises(InvalidValue, match="not encrypted"):
            Endpoints(**{name: "http://api.coinbase.com"})
    assert Endpoints(rest="http://127.0.0.1:8080").user_socket.startswith("wss://")


def test_every_route_draws_on_a_budget_below_the_published_limits() -> None:
    private = {bucket_of(route).name: bucket_of(route) for route in Route if route not in PUBLIC}
    public = {bucket_of(route).name: bucket_of(route) for route in PUBLIC}
    assert sum(limit.calls for bucket in private.values() for limit in bucket.limits) < 30
    assert sum(limit.calls for bucket in public.values() for limit in bucket.limits) < 10
    assert {bucket_of(route).name for route in ORDER_ROUTES} == {"orders"}
