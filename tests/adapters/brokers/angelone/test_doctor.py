"""The check before the open finds what it is for: on the loopback broker, one thing amiss at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.adapters.brokers.angelone.doctor.doctor_orders import order_books
from engine.adapters.brokers.angelone.doctor.examined import Examined, Sockets
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.connection.wire import NotSent
from engine.domain.broker import BrokerReport
from engine.domain.errors import OutcomeUnknown
from tests.adapters.brokers.angelone.examining import Answers, examined_at, report_of
from tests.adapters.brokers.angelone.master_rows import instruments_of
from tests.brokers.angelone.control import control
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one

LINES = [
    "connection", "egress_address", "instruments", "calendar", "login", "profile", "funds", "clock", "quotes",
    "price_bands", "candles", "market_socket", "feed_lag", "order_books", "order_socket", "order_preview",
]  # fmt: skip
NIGHT = datetime.fromisoformat("2026-11-23T22:00:00+05:30")


@pytest.fixture(scope="module")
def angels() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one() as angel:
        yield angel


@pytest.fixture
def angel(angels: InProcessAngelOne) -> InProcessAngelOne:
    angels.reset()
    return angels


@pytest.fixture
def examined(angel: InProcessAngelOne, tmp_path: Path) -> Iterator[Examined]:
    with examined_at(angel, tmp_path) as found:
        yield found


def sent(angel: InProcessAngelOne) -> int:
    return sum(angel.calls(route) for route in ("placeOrder", "modifyOrder", "cancelOrder"))


def test_where_all_is_well_every_line_is_green_and_nothing_was_sent(
    angel: InProcessAngelOne, examined: Examined
) -> None:
    found = report_of(examined)
    assert list(found.lines) == LINES
    assert found.not_green() == {}, found.lines
    assert sent(angel) == 0
    assert angel.calls("login") == 1


def test_it_uses_the_session_that_is_there(angel: InProcessAngelOne, examined: Examined) -> None:
    examined.session.tokens()
    report_of(examined)
    report_of(examined)
    assert angel.calls("login") == 1


@pytest.mark.parametrize("kind", ["", "page", "refused", "gateway", "wrong_shape", "not_json", "too_fast"])
def test_no_line_holds_a_secret_whatever_the_broker_says(
    angel: InProcessAngelOne, examined: Examined, kind: str
) -> None:
    tokens = examined.session.tokens()
    if kind:
        angel.fault("*", kind, times=40)
    shown = repr(list(report_of(examined, patience_s=0.5).lines.values()))
    secrets = (*examined.credentials.secrets, examined.credentials.client_code, tokens.jwt, tokens.feed)
    assert [secret for secret in secrets if secret in shown] == []


def test_a_wrong_pin_stops_at_the_login_and_names_what_was_not_looked_at(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    with examined_at(angel, tmp_path, pin="9999") as wrong:
        found = report_of(wrong)
    assert found["login"].grade == "red"
    assert "order books" in found["not_checked"].says
    assert list(found.lines) == [*LINES[:5], "not_checked"]


def test_outside_the_hours_of_a_session_nothing_is_red_and_nobody_logs_in(tmp_path: Path) -> None:
    with in_process_angel_one(at=NIGHT) as angel, examined_at(angel, tmp_path, hours=SessionHours()) as examined:
        found = report_of(examined)
        assert (found.not_green(), angel.calls("login")) == ({"login": "amber", "not_checked": "amber"}, 0)
    assert "the next begins at" in found["login"].says


def test_another_address_than_the_registered_one_is_red_only_where_orders_are_sent(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    with examined_at(angel, tmp_path, registered_ip="198.51.100.9") as other:
        assert report_of(other).not_green() == {"egress_address": "red"}
        assert report_of(other, sends_orders=False).not_green() == {"egress_address": "amber"}
    with examined_at(angel, tmp_path, registered_ip="") as none:
        assert "no registered address is given" in report_of(none)["egress_address"].says


def test_a_broker_that_is_not_reached_is_named_first(examined: Examined) -> None:
    found = report_of(examined, knock=lambda: NotSent("no connection (NewConnectionError)"))
    assert next(iter(found.lines.values())).says == "the broker is not reached: no connection (NewConnectionError)"


@pytest.mark.parametrize(("ahead_s", "grade"), [(0, "green"), (-8, "amber"), (8, "amber"), (-25, "red"), (25, "red")])
def test_the_clock_is_judged_by_the_brokers(examined: Examined, ahead_s: int, grade: str) -> None:
    assert report_of(examined, reads=Answers(examined, skew_s=ahead_s))["clock"].grade == grade


def test_an_old_list_of_instruments_is_amber_and_a_very_old_one_red(examined: Examined, tmp_path: Path) -> None:
    now = examined.clock.now()
    for days, grade in ((0, "green"), (2, "amber"), (6, "red")):
        folder = tmp_path / str(days)
        folder.mkdir()
        aged = instruments_of(folder, now=now - timedelta(days=days))
        assert report_of(examined, instruments=aged)["instruments"].grade == grade


def test_a_symbol_that_the_list_does_not_know_is_named(examined: Examined) -> None:
    found = report_of(examined, symbols=("SBIN", "NOSUCH"))
    assert found["instruments"].grade == "red"
    assert "NOSUCH" in found["instruments"].says


@pytest.mark.parametrize(
    ("route", "kind", "name"),
    [
        ("getProfile", "page", "profile"),
        ("getRMS", "refused", "funds"),
        ("quote", "not_json", "quotes"),
        ("getCandleData", "cut_json", "candles"),
        ("getOrderBook", "wrong_shape", "order_books"),
        ("getTradeBook", "page", "order_books"),
        ("getLtpData", "empty", "order_preview"),
    ],
)
def test_an_answer_that_cannot_be_used_makes_its_own_line_red_and_no_other(
    angel: InProcessAngelOne, examined: Examined, route: str, kind: str, name: str
) -> None:
    angel.fault(route, kind, times=5)
    assert report_of(examined).not_green() == {name: "red"}


def test_a_quote_that_is_missing_is_named(angel: InProcessAngelOne, examined: Examined) -> None:
    found = report_of(examined, reads=Answers(examined, quote={"fetched": [], "unfetched": []}))
    assert (found["quotes"].grade, found["quotes"].says) == ("red", "no quote of SBIN")
    assert found["price_bands"].grade == "amber"


def test_books_that_cannot_be_put_together_are_red(examined: Examined) -> None:
    def torn() -> object:
        raise OutcomeUnknown("fills trail their orders")

    assert report_of(examined, report=torn)["order_books"].says == "fills trail their orders"


def test_sockets_that_refuse_are_red(angel: InProcessAngelOne, examined: Examined) -> None:
    for socket in ("market_socket", "order_socket"):
        control(angel.broker, {"do": socket, "act": "refuse", "status": 429})
    assert report_of(examined).not_green() == {"market_socket": "red", "order_socket": "red"}


def test_an_open_exchange_without_prices_is_red(angel: InProcessAngelOne, examined: Examined) -> None:
    control(angel.broker, {"do": "market_socket", "act": "silent"})
    assert report_of(examined, patience_s=1.0).not_green() == {"feed_lag": "red"}


def test_prices_that_come_late_are_told_with_their_age(angel: InProcessAngelOne, examined: Examined) -> None:
    angel.clock.pass_s(10)  # ours alone: the broker's stands
    angel.broker.clock.jump(angel.clock.now() - timedelta(seconds=10))
    found = report_of(examined, reads=Answers(examined))
    assert (found["feed_lag"].grade, "s old when they come" in found["feed_lag"].says) == ("amber", True)


class Mute:
    """An open socket that says nothing."""

    def send(self, text: str) -> None: ...
    def ping(self) -> None: ...
    def receive(self, timeout_s: float) -> None: ...
    def close(self) -> None: ...


def test_sockets_that_say_nothing_are_amber(examined: Examined) -> None:
    found = report_of(examined, sockets=Sockets(lambda tokens: Mute(), lambda tokens: Mute()))  # type: ignore[arg-type, return-value]
    assert (found["market_socket"].grade, found["order_socket"].grade) == ("amber", "amber")


def test_fills_of_orders_that_no_book_lists_are_red(examined: Examined) -> None:
    torn = Answers(examined, getTradeBook=[{"orderid": "261123000000001"}])
    assert "fills of 1 orders" in report_of(examined, reads=torn)["order_books"].says


def test_an_order_that_fills_between_the_two_books_is_no_trouble(examined: Examined) -> None:
    """The check is made with the session of an engine that trades."""
    at_the_broker: list[str] = []

    class Trading:
        """An order is placed and filled after whichever book is asked for first."""

        def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any:
            rows = [{"orderid": order} for order in at_the_broker]
            at_the_broker.append(f"26112300000000{len(at_the_broker)}")
            return rows or None

        def skew_s(self) -> float:
            return 0.0

    nothing = BrokerReport((), (), (), 0)
    found = list(order_books(replace(examined, reads=Trading(), report=lambda: nothing)))
    assert [finding.grade.value for finding in found] == ["green"]


def test_at_night_prices_of_the_last_session_are_enough(tmp_path: Path) -> None:
    with in_process_angel_one(at=NIGHT) as angel, examined_at(angel, tmp_path) as examined:
        found = report_of(examined)
    assert found.not_green() == {}, found.lines
    assert "closed" in found["feed_lag"].says


def test_the_other_product_is_looked_for(examined: Examined) -> None:
    assert "CNC" in report_of(examined, product=Product.DELIVERY)["profile"].says


def test_charges_are_compared_where_we_reckon_them(examined: Examined) -> None:
    estimate = Answers(examined, estimateCharges={"summary": {"total_charges": 5.12}})
    for ours, grade in ((Decimal("5.10"), "green"), (Decimal("9.00"), "amber")):
        found = report_of(examined, reads=estimate, reckon=lambda side, value, ours=ours: ours)
        assert found["charges"].grade == grade
    assert report_of(examined, reckon=lambda side, value: Decimal(5))["charges"].grade == "amber"  # no estimate here
