"""The SDK, contained: it writes requests and does nothing else. Fed by carrier with a route and a body; feeds the wire.

smartapi-python 1.5.5 asks a web service for our address when it is imported, makes folders and log files where it
stands, logs PIN and tokens on every error, opens a connection for each call, and stumbles over half of the replies.
What it knows is how SmartAPI's requests are written. So its modules run unedited in a room of ours: its `import`
statement gets stand-ins for all that reaches outside, nothing is put in `sys.modules`, and nothing beyond the room
changes. The stand-in for `requests` takes what was written and ends the SDK's call there: no reply, no access token and
no socket ever reaches it. docs/decisions/0023 says why.
"""

from __future__ import annotations

import builtins
import posixpath
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.connection.wire import Request
from engine.domain.errors import InvalidValue, PermanentFailure

PACKAGE = "SmartApi"
CAUTIONARY_PATH = "/rest/secure/angelbroking/securities/v1/cautionaryScrips"  # a route that the SDK has not got

Body = Mapping[str, Any]


def not_barred() -> str | None:
    """Why a call may not leave any more: of most, nothing."""
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, in our words. `body` may hold secrets and is never shown. `path` stands behind the route's own.

    `patience_s`: how long it may wait for its turn. `authorization`: the header's text, "" where none is sent. `barred`
    is asked last, after all waiting: why the call may not leave any more, in words.
    """

    route: Route
    body: Body = field(default_factory=dict, repr=False)
    path: str = ""
    authorization: str = field(default="", repr=False)
    patience_s: float = 5.0
    for_exit: bool = False
    barred: Callable[[], str | None] = field(default=not_barred, repr=False)


class ContainedSdk:
    """Writes requests for one API key. Loads the SDK when it is made; safe from several threads.

    `address` is the public one that orders come from, as X-ClientPublicIP says it; the SDK would give a stranger's.
    """

    def __init__(self, api_key: str, root: str, address: str = "") -> None:
        self._root = root.rstrip("/")
        client_class = type("Client", (_client_class(),), {"_rootUrl": self._root})
        self._client: Any = client_class(api_key, root=self._root)
        self._client.clientPublicIp = address or self._client.clientLocalIp

    def write(self, asked: Asked) -> Request:
        """The request of this call. GET calls carry no query: the SDK would put a refresh token there.

        Raises InvalidValue where the body lacks a field that the route has.
        """
        written, missing = None, ""
        try:
            _WRITES[asked.route](self._client, asked.body, asked.path)
        except _Written as taken:
            written = taken.request
        except KeyError as error:
            missing = str(error.args[0])
        except Exception:  # noqa: BLE001 - whatever it is, its frames hold the body: no chain may lead there
            written = None
        if missing:
            raise InvalidValue(missing, f"is missing in the body of {asked.route.value}")
        if written is None:
            raise PermanentFailure(f"the SDK writes no request for {asked.route.value}: is it another than 1.5.5?")
        return written if not asked.authorization else written.authorized(asked.authorization)


class _Written(BaseException):
    """Ends the SDK's call with what it wrote. No Exception: the SDK catches those, and logs the request with them."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


# How the SDK is asked to write each of them.
_WRITES: dict[Route, Callable[[Any, Body, str], object]] = {
    Route.LOGIN: lambda sdk, body, path: sdk.generateSession(body["clientcode"], body["password"], body["totp"]),
    Route.REFRESH: lambda sdk, body, path: sdk.generateToken(body["refreshToken"]),
    Route.LOGOUT: lambda sdk, body, path: sdk.terminateSession(body["clientcode"]),
    Route.PROFILE: lambda sdk, body, path: sdk.getProfile(None),
    Route.FUNDS: lambda sdk, body, path: sdk.rmsLimit(),
    Route.PLACE: lambda sdk, body, path: sdk.placeOrderFullResponse(dict(body)),
    Route.MODIFY: lambda sdk, body, path: sdk.modifyOrder(dict(body)),
    Route.CANCEL: lambda sdk, body, path: sdk.cancelOrder(body["orderid"], body["variety"]),
    Route.ORDER_BOOK: lambda sdk, body, path: sdk.orderBook(),
    Route.TRADE_BOOK: lambda sdk, body, path: sdk.tradeBook(),
    Route.POSITION: lambda sdk, body, path: sdk.position(),
    Route.ORDER_DETAILS: lambda sdk, body, path: sdk.individual_order_details(path),
    Route.LTP: lambda sdk, body, path: sdk.ltpData(body["exchange"], body["tradingsymbol"], body["symboltoken"]),
    Route.QUOTE: lambda sdk, body, path: sdk.getMarketData(body["mode"], body["exchangeTokens"]),
    Route.CANDLES: lambda sdk, body, path: sdk.getCandleData(dict(body)),
    Route.SEARCH: lambda sdk, body, path: sdk.searchScrip(body["exchange"], body["searchscrip"]),
    Route.HOLDINGS: lambda sdk, body, path: sdk.holding(),
    Route.ALL_HOLDINGS: lambda sdk, body, path: sdk.allholding(),
    Route.CHARGES: lambda sdk, body, path: sdk.estimateCharges(dict(body)),
    Route.MARGIN: lambda sdk, body, path: sdk.getMarginApi(dict(body)),
    Route.INTRADAY: lambda sdk, body, path: sdk.nseIntraday(),
    Route.CAUTIONARY: lambda sdk, body, path: _take("GET", sdk.root + CAUTIONARY_PATH, headers=sdk.requestHeaders()),
}


def _take(method: str, url: str, *, headers: Mapping[str, str], data: str | None = None, **_: object) -> NoReturn:
    """Stands in for `requests.request`: its query (`params`), its time-out and its idea of TLS are left behind."""
    raise _Written(Request(method, url, None if data is None else data.encode(), dict(headers)))


def _refuse(*_: object, **__: object) -> NoReturn:
    """Stands in for `requests.get` while the SDK is loaded: it asks for our address, and goes on without an answer."""
    raise ConnectionError("nothing is called while a module is loaded")


def _nothing(*_: object, **__: object) -> None:
    """Stands in for what makes folders and log files, and for what silences warnings about TLS."""


_SILENT = SimpleNamespace(debug=_nothing, info=_nothing, warning=_nothing, error=_nothing, exception=_nothing)
_REQUESTS = SimpleNamespace(
    request=_take,
    get=lambda url, headers=None, **_: _refuse() if headers is None else _take("GET", url, headers=headers),
    Session=lambda: SimpleNamespace(mount=_nothing),
    adapters=SimpleNamespace(HTTPAdapter=lambda **_: None),
    packages=SimpleNamespace(urllib3=SimpleNamespace(disable_warnings=_nothing)),
)
_STAND_INS: dict[str, object] = {
    "requests": _REQUESTS,
    "logzero": SimpleNamespace(logger=_SILENT, logfile=_nothing),
    "logging": SimpleNamespace(getLogger=lambda name: _SILENT, ERROR=40),
    "os": SimpleNamespace(path=SimpleNamespace(join=posixpath.join), makedirs=_nothing),
    "socket": SimpleNamespace(),
    "ssl": SimpleNamespace(
        create_default_context=lambda: SimpleNamespace(options=0),
        OP_NO_TLSv1=0,
        OP_NO_TLSv1_1=0,
        TLSVersion=SimpleNamespace(TLSv1_2=None),
    ),
}
# What its client module may import besides: they reach for nothing outside.
_HARMLESS = ("six.moves.urllib.parse", "json", "re", "uuid", "time")
_loaded: list[Any] = []
_loading = threading.Lock()


def _client_class() -> Any:
    """The SDK's SmartConnect, loaded at its first use. Raises PermanentFailure where it is not installed or another."""
    with _loading:
        if not _loaded:
            why = ""
            try:
                _loaded.append(_module("smartConnect").SmartConnect)
            except (ImportError, AttributeError, TypeError) as error:
                why = f"{type(error).__name__}: {error}"
            if why:
                raise PermanentFailure(f"smartapi-python 1.5.5 can't be loaded ({why}): install what requirements say")
        return _loaded[0]


def _module(name: str) -> ModuleType:
    """A module of the SDK, run with our doors. It is in nobody's `sys.modules`."""
    package = PathFinder.find_spec(PACKAGE)
    found = package and PathFinder.find_spec(f"{PACKAGE}.{name}", package.submodule_search_locations)
    if found is None or found.loader is None:
        raise ImportError(f"there is no {PACKAGE}.{name}")
    module = module_from_spec(found)
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
    found.loader.exec_module(module)
    return module


def _import(name: str, *_: object) -> Any:
    """The SDK's `import`: stand-ins, its own modules, and what is harmless. Raises ImportError for anything else."""
    if name in _STAND_INS:
        return _STAND_INS[name]
    if name.startswith(f"{PACKAGE}."):
        own = name.removeprefix(f"{PACKAGE}.")
        module = _module(own)
        setattr(module, own, module)  # `import SmartApi.x as y` takes x from what this returns
        return module
    if name in _HARMLESS:
        return import_module(name)
    raise ImportError(f"the SDK asks for {name}, which version 1.5.5 does not")
