"""SmartAPI's routes: path, name, limit, and what each answers. Fed by the broker with a call; feeds it the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.brokers.angelone.candles import candles
from tests.brokers.angelone.envelopes import good, refused
from tests.brokers.angelone.limits import ORDERS
from tests.brokers.angelone.quotes import last_price, quotes
from tests.brokers.angelone.sessions import Session
from tests.brokers.loopback.answers import Answer, nothing, plain, told

if TYPE_CHECKING:
    from tests.brokers.angelone.broker import Broker


@dataclass(frozen=True)
class Call:
    """One request. `tail` is what stood behind the route's path."""

    asked: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime
    session: Session | None
    tail: str
    hidden_s: float


Act = Callable[["Broker", Call], Answer]


@dataclass(frozen=True)
class Route:
    """`name` is what fault scripts and counts call it; `bucket` its limit. `public`: no headers asked for."""

    method: str
    path: str
    name: str
    act: Act
    bucket: str = ""
    with_session: bool = True
    has_tail: bool = False
    public: bool = False


def _login(broker: Broker, call: Call) -> Answer:
    return broker.sessions.login(call.asked, call.at)


def _refresh(broker: Broker, call: Call) -> Answer:
    return broker.sessions.refresh(call.asked, call.headers, call.at)


def _logout(broker: Broker, call: Call) -> Answer:
    return nothing(400) if call.session is None else broker.sessions.logout(call.asked, call.session)


def _profile(broker: Broker, call: Call) -> Answer:
    return good({
        "clientcode": broker.setup.client.code,
        "name": "LOOPBACK CLIENT",
        "email": "",
        "mobileno": "",
        "exchanges": ["nse_cm", "bse_cm", "nse_fo"],
        "products": ["MIS", "CNC", "NRML", "MARGIN", "CO", "BO"],
        "lastlogintime": "",
        "broker": "",
    })  # fmt: skip


def _ordered(act: Callable[[Broker, Call], Answer]) -> Act:
    """An order route: it looks at the address first, where one is registered. What is told otherwise is not known."""

    def checked(broker: Broker, call: Call) -> Answer:
        registered = broker.terms.registered_ip
        if registered and call.headers.get("X-ClientPublicIP") != registered:
            return refused("AB7777")
        return act(broker, call)

    return checked


@_ordered
def _place(broker: Broker, call: Call) -> Answer:
    return broker.desk.place(call.asked, call.at, call.hidden_s)


@_ordered
def _modify(broker: Broker, call: Call) -> Answer:
    return broker.desk.modify(call.asked, call.at)


@_ordered
def _cancel(broker: Broker, call: Call) -> Answer:
    return broker.desk.cancel(call.asked, call.at)


def _funds(broker: Broker, call: Call) -> Answer:
    return good(broker.desk.account.funds(broker.desk.blocked()))


def _positions(broker: Broker, call: Call) -> Answer:
    return good(broker.desk.account.position_rows(broker.market))


def _holdings(broker: Broker, call: Call) -> Answer:
    return good(broker.desk.account.holding_rows(broker.market))


def _last_price(broker: Broker, call: Call) -> Answer:
    return last_price(call.asked, broker.market)


def _quotes(broker: Broker, call: Call) -> Answer:
    return quotes(call.asked, broker.market, call.at)


def _candles(broker: Broker, call: Call) -> Answer:
    return candles(call.asked, broker.market, call.at)


def _cautionary(broker: Broker, call: Call) -> Answer:
    return good([])


def _order_book(broker: Broker, call: Call) -> Answer:
    return good([order.book_row() for order in broker.desk.visible(call.at)] or None)


def _trade_book(broker: Broker, call: Call) -> Answer:
    return good([row for order in broker.desk.visible(call.at) for row in order.trade_rows()] or None)


def _details(broker: Broker, call: Call) -> Answer:
    order = broker.desk.by_unique(call.tail, call.at)
    return refused("AB1013") if order is None else good(order.book_row())


def _all_holdings(broker: Broker, call: Call) -> Answer:
    rows = broker.desk.account.holding_rows(broker.market)
    worth = sum(row["ltp"] * row["quantity"] for row in rows or [])
    cost = sum(row["averageprice"] * row["quantity"] for row in rows or [])
    share = round(100 * (worth - cost) / cost, 2) if cost else 0.0
    total = {
        "totalholdingvalue": worth,
        "totalinvvalue": cost,
        "totalprofitandloss": worth - cost,
        "totalpnlpercentage": share,
    }
    return good({"holdings": rows, "totalholding": total})


def _search(broker: Broker, call: Call) -> Answer:
    found = [
        {"exchange": quote.listing.exchange, "tradingsymbol": quote.listing.symbol, "symboltoken": quote.listing.token}
        for quote in broker.market.quotes.values()
        if quote.listing.exchange == call.asked.get("exchange")
        and str(call.asked.get("searchscrip", "")).upper() in quote.listing.symbol.upper()
    ]
    return good(found)


def _intraday(broker: Broker, call: Call) -> Answer:
    listed = [quote.listing for quote in broker.market.quotes.values() if quote.listing.symbol.endswith("-EQ")]
    return good([{"Exchange": one.exchange, "SymbolName": one.name, "Multiplier": "5.0"} for one in listed])


def _master(broker: Broker, call: Call) -> Answer:
    return told([quote.listing.row() for quote in broker.market.quotes.values()])


def _address(broker: Broker, call: Call) -> Answer:
    return plain(200, broker.terms.seen_ip)


_AUTH, _SECURE = "/rest/auth/angelbroking", "/rest/secure/angelbroking"
_ORDER = f"{_SECURE}/order/v1"
_USER = f"{_SECURE}/user/v1"
_PORTFOLIO = f"{_SECURE}/portfolio/v1"

ROUTES = (
    Route("POST", f"{_AUTH}/user/v1/loginByPassword", "login", _login, "login", with_session=False),
    Route("POST", f"{_AUTH}/jwt/v1/generateTokens", "refresh", _refresh, "refresh", with_session=False),
    Route("POST", f"{_USER}/logout", "logout", _logout, "logout"),
    Route("GET", f"{_USER}/getProfile", "getProfile", _profile, "getProfile"),
    Route("GET", f"{_USER}/getRMS", "getRMS", _funds, "getRMS"),
    Route("POST", f"{_ORDER}/placeOrder", "placeOrder", _place, ORDERS),
    Route("POST", f"{_ORDER}/modifyOrder", "modifyOrder", _modify, ORDERS),
    Route("POST", f"{_ORDER}/cancelOrder", "cancelOrder", _cancel, ORDERS),
    Route("GET", f"{_ORDER}/getOrderBook", "getOrderBook", _order_book, "getOrderBook"),
    Route("GET", f"{_ORDER}/getTradeBook", "getTradeBook", _trade_book, "getTradeBook"),
    Route("GET", f"{_ORDER}/getPosition", "getPosition", _positions, "getPosition"),
    Route("GET", f"{_ORDER}/details", "details", _details, "details", has_tail=True),
    Route("POST", f"{_ORDER}/getLtpData", "getLtpData", _last_price, "getLtpData"),
    Route("POST", f"{_ORDER}/searchScrip", "searchScrip", _search, "searchScrip"),
    Route("POST", f"{_SECURE}/market/v1/quote", "quote", _quotes, "quote"),
    Route("POST", f"{_SECURE}/historical/v1/getCandleData", "getCandleData", _candles, "getCandleData"),
    Route("GET", f"{_PORTFOLIO}/getHolding", "getHolding", _holdings, "getHolding"),
    Route("GET", f"{_PORTFOLIO}/getAllHolding", "getAllHolding", _all_holdings, "getAllHolding"),
    Route("GET", f"{_SECURE}/marketData/v1/nseIntraday", "nseIntraday", _intraday),
    Route("GET", f"{_SECURE}/securities/v1/cautionaryScrips", "cautionaryScrips", _cautionary),
    Route("GET", "/OpenAPI_File/files/OpenAPIScripMaster.json", "master", _master, with_session=False, public=True),
    Route("GET", "/address", "address", _address, with_session=False, public=True),
)
