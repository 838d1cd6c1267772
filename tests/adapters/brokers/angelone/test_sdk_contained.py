"""The SDK writes requests, and nothing else: no network, no file, no log, nothing outside its room."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.sdk import Asked, ContainedSdk
from engine.domain.errors import InvalidValue
from tests.brokers.angelone.routes import ROUTES

ROOT = "http://127.0.0.1:9"
BODY = {
    "clientcode": "L0001", "password": "4821", "totp": "123456", "refreshToken": "r", "orderid": "1",
    "variety": "NORMAL", "exchange": "NSE", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045", "mode": "LTP",
    "exchangeTokens": {"NSE": ["3045"]}, "searchscrip": "SBIN",
}  # fmt: skip
# Told by an audit hook, which sees what any code of the process does.
ALONE = """
import json, sys
seen = []
def watch(event, words):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "os.mkdir", "subprocess.Popen"):
        seen.append(event)
    if event == "open" and isinstance(words[1], str) and set(words[1]) & set("wax+"):
        seen.append(f"open {words[0]}")
sys.addaudithook(watch)
from engine.adapters.brokers.angelone.access.sdk import Asked, ContainedSdk
from engine.adapters.brokers.angelone.access.routes import Route
sdk = ContainedSdk("key", "http://127.0.0.1:9")
sdk.write(Asked(Route.LOGIN, {"clientcode": "c", "password": "p", "totp": "t"}))
sdk.write(Asked(Route.FUNDS))
theirs = [name for name in sys.modules if name.partition(".")[0] in ("SmartApi", "logzero", "requests")]
print(json.dumps({"seen": seen, "theirs": theirs}))
"""


@pytest.fixture(scope="module")
def sdk() -> ContainedSdk:
    """For a key that is nobody's."""
    return ContainedSdk("the-key", ROOT, "203.0.113.7")


def test_loading_it_and_writing_with_it_calls_nobody_and_writes_no_file(tmp_path: Path) -> None:
    repository = Path(__file__).parents[4]
    environment = {"PYTHONPATH": str(repository), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout) == {"seen": [], "theirs": []}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("route", [*Route])
def test_what_it_writes_is_what_the_loopback_broker_knows(sdk: ContainedSdk, route: Route) -> None:
    request = sdk.write(Asked(route, BODY, "an-id"))
    path = request.url.removeprefix(ROOT)
    known = {(each.method, each.path) for each in ROUTES}
    unknown = {Route.CHARGES, Route.MARGIN}  # which the loopback has not got
    assert ((request.method, path.removesuffix("/an-id")) in known) == (route not in unknown)
    assert (request.body is None) == (request.method == "GET")
    assert request.headers["X-PrivateKey"] == "the-key"
    assert request.headers["X-ClientPublicIP"] == "203.0.113.7"
    assert "Authorization" not in request.headers
    assert "?" not in request.url


def test_an_order_is_written_as_it_was_given(sdk: ContainedSdk) -> None:
    order = {"variety": "NORMAL", "price": "810.05", "ordertag": "L1"}
    request = sdk.write(Asked(Route.PLACE, order, authorization="Bearer x"))
    assert json.loads(request.body or b"") == order
    assert request.headers["Authorization"] == "Bearer x"


def test_a_field_that_is_missing_is_named(sdk: ContainedSdk) -> None:
    with pytest.raises(InvalidValue, match="orderid"):
        sdk.write(Asked(Route.CANCEL, {"variety": "NORMAL"}))


def test_what_goes_out_shows_neither_body_nor_headers(sdk: ContainedSdk) -> None:
    asked = Asked(Route.LOGIN, BODY, authorization="Bearer x")
    shown = f"{asked!r} {sdk.write(asked)!r}"
    assert [word for word in ("4821", "123456", "the-key", "Bearer") if word in shown] == []
