"""PIN, TOTP secret and codes, tokens and API key stand in no log, no error and no file, whatever goes wrong.

Planted ones are looked for after every kind of fault has been met on every kind of route and both sockets: in what was
logged at the finest level, printed, and in every error's text and traceback with the variables of each of its frames.
"""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.adapters.brokers.angelone.access.calls import Route
from engine.adapters.brokers.connection.socket_line import open_line
from engine.adapters.clock import SystemClock
from engine.domain.errors import LockstepError
from tests.brokers.angelone.control import control
from tests.brokers.angelone.faults import KINDS
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.brokers.angelone.planted import PLANTED, planted_in
from tests.brokers.angelone.running import ORDER

ROUTES = ["login", "refresh", "logout", "getRMS", "placeOrder", "address"]


@pytest.fixture(scope="module")
def module_there() -> Iterator[InProcessAngelOne]:
    with in_process_angel_one(client=PLANTED) as there:
        yield there


@pytest.fixture
def there(module_there: InProcessAngelOne) -> InProcessAngelOne:
    module_there.reset()
    module_there.broker.sessions.expiry_after = timedelta(hours=2)  # so that there is something to refresh
    return module_there


def shown(error: BaseException) -> str:
    """All that somebody could print of an error."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join([*whole.format(), str(error), repr(error), repr(error.args)])


def everything(there: InProcessAngelOne, access: Access) -> list[Callable[[], object]]:
    """A day's calls, one after the other, in which any route may meet a fault."""
    return [
        lambda: access.calls.read(Route.FUNDS),
        lambda: access.calls.send(Route.PLACE, ORDER, exit=False),
        lambda: access.calls.read(Route.FUNDS),
        lambda: there.clock.pass_s(2 * 3_600 - 100),
        access.tend,
        lambda: access.calls.send(Route.PLACE, ORDER, exit=True),
        lambda: there.clock.pass_s(130),
        lambda: access.calls.read(Route.ORDER_BOOK),
        access.egress.ask,
        access.close,
        lambda: access.calls.read(Route.FUNDS),
    ]


def what_can_be_seen(there: InProcessAngelOne, access: Access) -> str:
    """Of a day in which errors are printed with everything in them."""
    texts = []
    for step in everything(there, access):
        try:
            step()
        except LockstepError as error:
            texts.append(shown(error))
        texts.append(repr((access, access.session.view(), access.egress.verdict(), vars(access.session))))
    return "\n".join(texts)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that any library logged."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", sorted({*KINDS} - {"rows_twice", "half_the_rows"}))
def test_whatever_goes_wrong(
    there: InProcessAngelOne, logged: Callable[[], str], capfd: pytest.CaptureFixture[str], route: str, kind: str
) -> None:
    access = there.access()
    there.fault(route, kind, times=2)
    seen = what_can_be_seen(there, access)
    printed = "".join(capfd.readouterr())
    assert planted_in(seen + logged() + printed, there) == []
    access.wire.close()


@pytest.mark.parametrize("code", ["AB1050", "AB1000", "AB1004", "AB7777", "AG8001"])
@pytest.mark.parametrize("route", ["login", "getRMS", "placeOrder"])
def test_a_broker_that_quotes_them_is_not_passed_on(
    there: InProcessAngelOne, logged: Callable[[], str], route: str, code: str
) -> None:
    access = there.access()
    if route == "login":
        now = pyotp.TOTP(PLANTED.totp_secret).at(int(there.clock.now().timestamp()))
        quoted = f"bad login of {PLANTED.code} with {PLANTED.pin}, {now}, key {PLANTED.api_key}"
    else:
        tokens = access.session.tokens()
        quoted = f"{tokens.jwt} {tokens.refresh} {tokens.feed} {PLANTED.api_key} are wrong"
    there.fault(route, "gateway" if code.startswith("AG") else "refused", code=code, message=quoted)
    seen = what_can_be_seen(there, access)
    assert "[hidden]" in seen
    assert planted_in(seen + logged(), there) == []
    access.wire.close()


@pytest.mark.parametrize("act", ["refused", "unreachable", "closed", "cut"])
def test_a_socket_that_fails(there: InProcessAngelOne, logged: Callable[[], str], act: str) -> None:
    access = there.access()
    endpoints, tokens = there.endpoints, access.session.tokens()
    url = endpoints.order_socket if act != "unreachable" else "ws://127.0.0.1:9/x"
    if act == "refused":
        control(there.broker, {"do": "order_socket", "act": "refuse", "status": 401})
    seen = ""
    try:
        line = open_line(url, {"Authorization": tokens.authorization}, SystemClock(), ca_file=endpoints.ca_file)
        line.receive(5.0)
        control(there.broker, {"do": "order_socket", "act": "close" if act == "closed" else "abort"})
        line.receive(5.0)
    except LockstepError as error:
        seen = shown(error)
    assert seen
    assert planted_in(seen + logged(), there) == []
    access.wire.close()


def test_no_file_is_written(there: InProcessAngelOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    access = there.access()
    there.fault("*", "page", times=3)
    what_can_be_seen(there, access)
    assert [*tmp_path.rglob("*")] == []
    access.wire.close()


def test_what_is_looked_for_would_be_found(there: InProcessAngelOne) -> None:
    access = there.access()
    tokens = access.session.tokens()
    words = [PLANTED.pin, PLANTED.totp_secret, PLANTED.api_key, tokens.jwt, tokens.refresh, tokens.feed]
    for word in words:
        assert planted_in(f"password={word!r}", there)
    assert not planted_in("nothing of it", there)
    access.wire.close()
