"""The private key, its tokens and all of the key's name but its ending stand in no log, no error and no print.

Planted ones are looked for after every kind of fault has been met on routes of each kind and on the user socket: in
what was logged at the finest level, printed, and in every error's text and traceback with the variables of its frames.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator

import pytest

from engine.adapters.brokers.coinbase.access.access import Access
from engine.adapters.brokers.coinbase.access.calls import Route
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker, Reach
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.domain.effects import CancelOrder
from engine.domain.errors import LockstepError
from tests.adapters.brokers.coinbase.order_desk import CASH, ONE, XRP, limit_order
from tests.brokers.coinbase.faults import KINDS
from tests.brokers.coinbase.in_process import InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, PlayKey

ROUTES = ["create_order", "cancel_orders", "list_orders", "list_accounts", "products"]
_JWT = re.compile(r"eyJ[\w-]{10,}")  # how each of a token's first two parts begins: {" in base64


@pytest.fixture(scope="module")
def there() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(cash=CASH) as made:
        yield made


def planted_in(text: str, key: PlayKey) -> list[str]:
    """What of the key stands in a text, and tokens of whatever key."""
    lines = [line for line in key.private_key.splitlines() if not line.startswith("-----")]
    return [word for word in (*lines, key.private_key, key.name) if word in text] + _JWT.findall(text)


def shown(error: BaseException) -> str:
    """All that somebody could print of an error."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join([*whole.format(), str(error), repr(error), repr(error.args)])


def what_can_be_seen(there: InProcessCoinbase, access: Access) -> str:
    """Of some trading in which errors are printed with everything in them."""
    lines = user_lines(there.endpoints, there.clock)
    reach = Reach(access.calls, lines, Products(access.calls), there.clock)
    broker = CoinbaseBroker(reach, lambda: 0, symbols=lambda: (XRP,))
    stopped = iter([False] * 3)
    steps: list[Callable[[], object]] = [
        lambda: broker.submit(limit_order()),
        lambda: broker.find(ONE),
        lambda: broker.cancel(CancelOrder(ONE, 0, "x")),
        broker.report,
        lambda: access.calls.read(Route.KEY),
        lambda: broker.listen(lambda event: None, lambda: None, lambda: next(stopped, True)),
    ]
    texts = []
    for step in steps:
        try:
            texts.append(repr(step()))
        except LockstepError as error:
            texts.append(shown(error))
        texts.append(repr((access, access.calls, broker, reach)))
    return "\n".join(texts)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that any library logged."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)


@pytest.mark.parametrize(
    ("route", "key"),
    [*((route, ELLIPTIC) for route in ROUTES), ("create_order", EDWARDS)],
    ids=lambda value: value if isinstance(value, str) else value.algorithm,
)
def test_whatever_goes_wrong(
    there: InProcessCoinbase,
    logged: Callable[[], str],
    capfd: pytest.CaptureFixture[str],
    route: str,
    key: PlayKey,
) -> None:
    seen = ""
    for kind in sorted(KINDS):
        there.reset()
        access = there.access(key=key)
        there.fault(route, kind, times=4)
        seen += what_can_be_seen(there, access)
        access.close()
    printed = "".join(capfd.readouterr())
    assert planted_in(seen + logged() + printed, key) == []


@pytest.mark.parametrize("status", [400, 401, 403, 500])
@pytest.mark.parametrize("route", ["create_order", "key_permissions"])
def test_a_broker_that_quotes_them_is_not_passed_on(
    there: InProcessCoinbase, logged: Callable[[], str], route: str, status: int
) -> None:
    there.reset()
    access = there.access()
    quoted = f"key {ELLIPTIC.name} {ELLIPTIC.private_key} is wrong"
    there.fault(route, "error", status=status, code="UNAUTHENTICATED", message=quoted, times=2)
    seen = what_can_be_seen(there, access)
    assert "[hidden]" in seen
    assert planted_in(seen + logged(), ELLIPTIC) == []
    access.close()


@pytest.mark.parametrize("act", ["refuse", "abort", "close", "error"])
def test_a_socket_that_fails(there: InProcessCoinbase, logged: Callable[[], str], act: str) -> None:
    there.reset()
    access = there.access()
    opened = user_lines(there.endpoints, there.clock)
    reach = Reach(access.calls, opened, Products(access.calls), there.clock)
    broker = CoinbaseBroker(reach, lambda: 0, symbols=lambda: (XRP,))
    if act == "refuse":
        there.do("user_socket", act="refuse", status=401)
    seen = ""

    def stop() -> bool:
        there.clock.pass_s(1.0)
        return False

    def fail() -> None:
        there.do("user_socket", act=act)

    try:
        broker.listen(lambda event: None, fail, stop)
    except LockstepError as error:
        seen = shown(error)
    assert seen
    assert planted_in(seen + logged(), ELLIPTIC) == []
    access.close()


def test_a_line_that_breaks_while_the_token_is_sent_shows_none(there: InProcessCoinbase) -> None:
    there.reset()
    access = there.access()
    opened = user_lines(there.endpoints, there.clock)

    def cut() -> object:
        line = opened()
        line.close()
        return line

    reach = Reach(access.calls, cut, Products(access.calls), there.clock)  # type: ignore[arg-type]
    broker = CoinbaseBroker(reach, lambda: 0, symbols=lambda: (XRP,))
    with pytest.raises(LockstepError) as failed:
        broker.listen(lambda event: None, lambda: None, lambda: False)
    assert planted_in(shown(failed.value), ELLIPTIC) == []
    access.close()


def test_what_is_looked_for_would_be_found(there: InProcessCoinbase) -> None:
    there.reset()
    token = there.access().calls.socket_token()
    for word in (ELLIPTIC.name, ELLIPTIC.private_key, token):
        assert planted_in(f"Bearer {word}", ELLIPTIC)
    assert not planted_in(repr(there.credentials()), ELLIPTIC)
