"""What a person logs in with at Angel One, and what the broker gives for it, stand in no log, document or file of an
engine that met every kind of fault on every route of a trading day.

The broker quotes them in what it refuses. Looked for are planted ones, in the whole store, the journal and every other
file, and all that was logged or printed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from engine.adapters.brokers.angelone.orders.order_words import Product
from tests.brokers.angelone.control import control
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.brokers.angelone.planted import PLANTED, planted_in
from tests.integration.night_at_angelone import Night, day_at, night_at

ROUTES = ("placeOrder", "cancelOrder", "getOrderBook", "getTradeBook", "getPosition", "login", "address", "*")
WITH_WORDS = {"gateway": ("AG8001", "AG8002"), "refused": ("AB1004", "AB1010", "AB7777", "AB1000")}


@pytest.fixture
def angel() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one(at=day_at("23 10:00"), client=PLANTED) as broker:
        yield broker


def quoted(angel: InProcessAngelOne, route: str) -> str:
    """A broker's words that hold what it was told, and what it gave last."""
    if route == "login":
        code = pyotp.TOTP(PLANTED.totp_secret).at(angel.clock.now())
        return f"{PLANTED.code} {PLANTED.pin} {code} {PLANTED.api_key}"
    last = angel.broker.sessions._all[-1]
    return f"{PLANTED.api_key} {last.jwt} {last.refresh} {last.feed} of {PLANTED.totp_secret}"


def trouble(night: Night) -> None:
    """Each kind of fault on each route, the sockets cut and refused between them, and a new login after each kind."""
    for kind in sorted({*KINDS} - {"rows_twice", "half_the_rows", "applied_twice"}):
        for route in ROUTES:
            for code in WITH_WORDS.get(kind, ("",)):
                more = {"code": code, "message": quoted(night.angel, route)} if code else {}
                night.angel.fault(route, kind, **more)
                night.turns(1, 1.5)
        night.angel.broker.faults.waiting.clear()
        night.access.session.reset()  # a person acted, where it had stopped
        control(night.angel.broker, {"do": "order_socket", "act": "abort"})
        control(night.angel.broker, {"do": "order_socket", "act": "refuse", "status": 401})
        night.angel.broker.sessions.end_all("replaced")
        night.clock.pass_s(650.0)
        night.turns(2, 1.5)


def test_no_secret_stands_anywhere_after_a_day_of_trouble(
    angel: InProcessAngelOne, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with night_at(angel, tmp_path, Product.INTRADAY, buys="23 10:01") as night:
        night.open_session()
        night.until(lambda: night.session.counterpart.seen.state == "connected", "the order stream is open")
        night.price("820.00")
        night.until(lambda: night.state.mode.value == "live", "live is effective")
        night.trade_until("23 10:01", "820.00")
        night.until(lambda: night.held == 10, "it has bought")
        trouble(night)
        assert angel.calls("login") > 10
        stored = repr(night.wire._documents)
    files = {path.name: path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()}
    assert "SBIN" in stored
    assert files
    assert planted_in(stored, angel) == []
    assert {name: found for name, text in files.items() if (found := planted_in(text, angel))} == {}
    printed = "".join(capfd.readouterr())
    logged = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    assert printed + logged
    assert planted_in(printed + logged, angel) == []
