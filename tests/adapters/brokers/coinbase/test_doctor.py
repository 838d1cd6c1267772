"""The check of Coinbase finds what it is for: on the loopback broker, one thing amiss at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.doctor.doctor import examine
from engine.adapters.brokers.coinbase.doctor.examined import Examined, examined_with
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker, Reach
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.brokers.connection.wire import NotSent
from engine.domain.broker import BrokerReport
from engine.domain.instant import instant_of
from tests.adapters.brokers.check_report import Report, report
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.keys import ELLIPTIC, PlayKey

D = Decimal
LINES = [
    "connection", "clock", "products", "quotes", "candles", "market_socket", "feed_lag", "login", "permissions",
    "funds", "order_books", "fills", "user_socket", "order_preview", "fees",
]  # fmt: skip
BTC = "BTC-USD"
LOOKER = PlayKey(name="organizations/o/apiKeys/may-only-look", seed="looks", may_trade=False)
STRANGER = PlayKey(name="organizations/o/apiKeys/nobody-knows-it", seed="strange")
RATES = {"coinbase_taker": D("0.012"), "coinbase_taker_10k": D("0.004")}


@pytest.fixture(scope="module")
def coinbases() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(beat_s=0.05, keys=(ELLIPTIC, LOOKER)) as coinbase:
        yield coinbase


@pytest.fixture
def coinbase(coinbases: InProcessCoinbase) -> InProcessCoinbase:
    coinbases.reset()
    coinbases.price(BTC, "64000")
    return coinbases


def examined_at(coinbase: InProcessCoinbase, key: PlayKey = ELLIPTIC, *symbols: str) -> Examined:
    access = coinbase.access(key=key)
    products, wanted = Products(access.calls), symbols or (BTC,)
    reach = Reach(access.calls, user_lines(access.endpoints, coinbase.clock), products, coinbase.clock)
    broker = CoinbaseBroker(reach, lambda: instant_of(coinbase.clock.now()), symbols=lambda: wanted)
    return examined_with(
        access, coinbase.credentials(key), products, broker.report, symbols=wanted, taker_rate=D("0.012"),
        known_rates=RATES, patience_s=0.5,
    )  # fmt: skip


def report_of(examined: Examined, **changes: Any) -> Report:
    return report(examine(replace(examined, **changes)))


class Answers:
    """Reads of what is examined, some of them answered as a test says, by route."""

    def __init__(self, examined: Examined, said: Mapping[Route, Any], skew_s: float = 0.0) -> None:
        self._reads, self._said, self._skew_s = examined.reads, said, skew_s

    def read(self, route: Route, *rest: Any, **more: Any) -> Any:
        return self._said[route] if route in self._said else self._reads.read(route, *rest, **more)

    def read_all(self, route: Route, *rest: Any) -> Any:
        return self._said[route] if route in self._said else self._reads.read_all(route, *rest)

    def skew_s(self) -> float:
        return self._skew_s


def with_answers(examined: Examined, said: Mapping[Route, Any]) -> Report:
    return report_of(examined, reads=Answers(examined, said))


def test_where_all_is_well_every_line_is_green_and_nothing_was_sent(coinbase: InProcessCoinbase) -> None:
    found = report_of(examined_at(coinbase))
    assert list(found.lines) == LINES
    assert found.not_green() == {}, found.lines
    assert [coinbase.calls(route) for route in ("create_order", "cancel_orders")] == [0, 0]
    assert "BUY 0.00001563 BTC-USD at 64000" in found["order_preview"].says


@pytest.mark.parametrize("kind", ["", "page", "refused", "wrong_shape", "not_json", "too_fast", "unauthorized"])
def test_no_line_holds_a_secret_whatever_the_broker_says(coinbase: InProcessCoinbase, kind: str) -> None:
    examined = examined_at(coinbase)
    if kind:
        coinbase.fault("*", kind, times=60)
    shown = repr(list(report_of(examined).lines.values()))
    assert [secret for secret in examined.credentials.secrets if secret in shown] == []


def test_a_key_that_nobody_knows_leaves_the_lines_that_need_none(coinbase: InProcessCoinbase) -> None:
    found = report_of(examined_at(coinbase, STRANGER))
    assert found.not_green() == {"login": "red", "not_checked": "amber"}
    assert "does not accept the key" in found["login"].says
    assert "permissions, funds, order books" in found["not_checked"].says


def test_a_broker_that_can_not_be_reached_is_named_first(coinbase: InProcessCoinbase) -> None:
    found = report_of(examined_at(coinbase), knock=lambda: NotSent("no route to host"))
    assert found["connection"].grade == "red"
    assert "no route to host" in found["connection"].says


@pytest.mark.parametrize(("off_s", "grade"), [(2.0, "green"), (-10.0, "amber"), (45.0, "red")])
def test_a_clock_that_is_wrong_is_told_before_the_key_suffers(
    coinbase: InProcessCoinbase, off_s: float, grade: str
) -> None:
    examined = examined_at(coinbase)
    found = report_of(examined, reads=Answers(examined, {}, skew_s=off_s))
    assert found["clock"].grade == grade


def test_a_key_that_may_only_look_can_not_send_orders(coinbase: InProcessCoinbase) -> None:
    examined = examined_at(coinbase, LOOKER)
    assert report_of(examined)["permissions"].grade == "red"
    assert report_of(examined, sends_orders=False)["permissions"].grade == "green"


def test_a_key_that_may_move_money_out_is_to_be_looked_at(coinbase: InProcessCoinbase) -> None:
    coinbase.do("terms", may_transfer=True)
    found = report_of(examined_at(coinbase))
    assert found.not_green() == {"permissions": "amber"}


def test_without_money_entries_will_be_rejected(coinbase: InProcessCoinbase) -> None:
    coinbase.do("balance", currency="USD", available="0")
    found = report_of(examined_at(coinbase))
    assert found.not_green() == {"funds": "amber", "order_preview": "amber"}
    assert "0.00 USD to trade with" in found["funds"].says


def test_a_product_that_is_not_listed_or_does_not_trade_now_is_named(coinbase: InProcessCoinbase) -> None:
    coinbase.do("product", product=BTC, cancel_only=True)
    assert report_of(examined_at(coinbase))["products"].grade == "amber"
    found = report_of(examined_at(coinbase, ELLIPTIC, "NOSUCH-USD"))
    assert found["products"].grade == "red"
    assert "NOSUCH-USD" in found["products"].says


def test_a_price_that_is_old_is_told_with_its_age(coinbase: InProcessCoinbase) -> None:
    coinbase.clock.pass_s(3_600)
    found = report_of(examined_at(coinbase))
    assert found["quotes"].grade == "amber"
    assert "3,600 s ago" in found["quotes"].says


@pytest.mark.parametrize(("every", "grade"), [(2, "amber"), (5, "red")])
def test_minutes_without_a_trade_are_counted(coinbase: InProcessCoinbase, every: int, grade: str) -> None:
    examined = examined_at(coinbase)
    now = int(coinbase.clock.now().timestamp()) // 60 * 60
    rows = [
        {"start": str(now - 60 * ago), "open": "1", "high": "1", "low": "1", "close": "1", "volume": "1"}
        for ago in range(1, 120, every)
    ]
    candles = type(examined.candles)(Answers(examined, {Route.CANDLES: {"candles": rows}}))  # type: ignore[call-arg]
    assert report_of(examined, candles=candles)["candles"].grade == grade
    wrong = [{**rows[0], "low": "3"}]
    candles = type(examined.candles)(Answers(examined, {Route.CANDLES: {"candles": wrong}}))  # type: ignore[call-arg]
    assert "contradict themselves" in report_of(examined, candles=candles)["candles"].says


@pytest.mark.parametrize("line", ["market_socket", "user_socket"])
@pytest.mark.parametrize("act", ["silent", "refuse"])
def test_a_socket_that_does_not_speak_is_told(coinbase: InProcessCoinbase, line: str, act: str) -> None:
    coinbase.do(line, act=act, status=503)
    grade = report_of(examined_at(coinbase))[line].grade
    assert grade == ("red" if act == "refuse" else "amber")


def test_fills_of_a_time_that_has_not_come_are_no_empty_set(coinbase: InProcessCoinbase) -> None:
    fill = {
        "entry_id": "e1", "order_id": "o1", "product_id": BTC, "side": "BUY", "size": "1", "price": "2",
        "commission": "0", "trade_time": (coinbase.clock.now() + timedelta(days=2)).isoformat(),
    }  # fmt: skip
    found = with_answers(examined_at(coinbase), {Route.FILLS: [fill]})
    assert found["fills"].grade == "red"
    assert BTC in found["fills"].says


def test_what_the_client_has_beside_the_account_is_named(coinbase: InProcessCoinbase) -> None:
    def beside() -> BrokerReport:
        return BrokerReport((), (), (), 0, beside=("2 orders in ETH-USD",))

    found = report_of(examined_at(coinbase), report=beside)
    assert found.not_green() == {"order_books": "amber"}
    assert "2 orders in ETH-USD" in found["order_books"].says


def test_another_rate_of_fees_than_the_schedules_is_named_with_the_schedule_that_fits(
    coinbase: InProcessCoinbase,
) -> None:
    coinbase.do("terms", taker_rate="0.004", maker_rate="0.0025")
    found = report_of(examined_at(coinbase))
    assert found.not_green() == {"fees": "amber"}
    assert "Coinbase takes 0.400% (maker 0.250%), our schedule reckons 1.200%" in found["fees"].says
    assert "coinbase_taker_10k" in found["fees"].do


def test_an_order_that_would_be_refused_is_told_in_the_brokers_words(coinbase: InProcessCoinbase) -> None:
    found = with_answers(examined_at(coinbase), {Route.PREVIEW: {"errs": ["PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"]}})
    assert found["order_preview"].grade == "red"
    assert "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL" in found["order_preview"].says
