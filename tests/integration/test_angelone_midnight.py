"""Midnight passes over an open position at Angel One: a new session before the open, nothing sent on a dead token, no
login storm. In one process, on a clock that only the test moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.domain.events import KillAsked
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.integration.night_at_angelone import Night, day_at, night_at

NIGHT_OWL = KillAsked("a person who can't sleep", True, "user", 0)


@pytest.fixture(scope="module")
def angel() -> Iterator[InProcessAngelOne]:
    """Monday the 23rd, ten o'clock. Tuesday is a holiday."""
    with in_process_angel_one(at=day_at("23 10:00")) as broker:
        yield broker


def bought(night: Night) -> None:
    """Ten shares, with their stop at the broker, by 10:02."""
    night.open_session()
    night.until(lambda: night.session.counterpart.seen.state == "connected", "the order stream is open")
    night.price("820.00")
    night.until(lambda: night.state.mode.value == "live", "live is effective")
    night.trade_until("23 10:01", "820.00")
    night.until(lambda: night.held == 10, "it has bought")
    night.until(lambda: working(night) == ["STOPLOSS_LIMIT"], "its stop rests at the broker")


def working(night: Night) -> list[str]:
    """The kinds of orders at work at the broker."""
    orders = night.angel.broker.report()["orders"]
    return [row["ordertype"] for row in orders if row["status"] in ("open", "trigger pending")]


def dead_answers(night: Night) -> list[tuple[str, str, str]]:
    """Order calls that were made between the evening's logout and the morning's login."""
    log = night.angel.broker.log
    first, last = day_at("23 16:15").isoformat(), day_at("25 08:30").isoformat()
    return [
        entry for entry in log if first <= entry[0] < last and entry[1] in ("placeOrder", "modifyOrder", "cancelOrder")
    ]


@pytest.mark.parametrize("product", list(Product))
def test_midnight_passes_over_a_position(product: Product, angel: InProcessAngelOne, tmp_path: Path) -> None:
    angel.reset()
    angel.broker.terms.square_off = False  # whether the real one does so in time is not known
    with night_at(angel, tmp_path, product, buys="23 10:01") as night:
        bought(night)
        night.go_to("23 15:40")
        night.turns()
        night.go_to("23 16:16")
        night.until(lambda: night.session.counterpart.seen.state == "closed", "the day is over")
        assert (angel.calls("login"), angel.calls("logout")) == (1, 1)
        calls = dict(angel.broker.counts)
        for moment in ("23 23:59", "24 00:00", "24 03:00", "24 08:31", "24 10:00", "24 23:59", "25 00:01", "25 08:29"):
            night.go_to(moment)
            night.turns(4, 2.0)
            if moment == "24 03:00":
                night.tell(NIGHT_OWL)
                night.turns(6, 2.0)
        assert {route: n for route, n in angel.broker.counts.items() if route != "address"} == {
            route: n for route, n in calls.items() if route != "address"
        }, "nobody is asked by night or on a holiday"
        assert night.held == 10
        tries = 2 if product is Product.DELIVERY else 1  # in one of the two worlds the first answer is a page
        if tries == 2:
            angel.fault("login", "page")
        night.go_to("25 08:30")
        night.turns(14, 5.0)
        assert angel.calls("login") == 1 + tries, "a new session before the open, and no storm of logins"
        night.until(lambda: night.session.counterpart.seen.state == "connected", "the order stream is open again")
        night.go_to("25 09:15")
        night.open_session()
        night.price("821.00")
        night.until(lambda: night.held == 0, "what the person asked for at night is done")
        night.until(lambda: working(night) == [], "nothing rests")
        assert dead_answers(night) == []
        assert angel.calls("login") == 1 + tries
        assert night.state.truth.sentences() == ()
        report = angel.broker.report()
        assert [row for row in report["positions"] if row["netqty"] not in ("0", "-10")] == []
        assert (
            sum(int(row["netqty"]) for row in report["positions"]) + sum(row["quantity"] for row in report["holdings"])
            == 0
        )
