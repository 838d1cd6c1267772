"""SmartAPI's routes by name, and how often each may be called. Fed by nobody; feeds calls, budget and SDK.

Their paths are the SDK's own. The limits are published per client code and route; placing, changing and cancelling
orders share theirs.
"""

from __future__ import annotations

from enum import StrEnum

from engine.adapters.brokers.connection.rate_budget import Bucket, Limit

SECOND_S, MINUTE_S, HOUR_S = 1.0, 60.0, 3600.0


class Route(StrEnum):
    """A call of the API. The words are those of the broker's paths."""

    LOGIN = "loginByPassword"
    REFRESH = "generateTokens"
    LOGOUT = "logout"
    PROFILE = "getProfile"
    FUNDS = "getRMS"
    PLACE = "placeOrder"
    MODIFY = "modifyOrder"
    CANCEL = "cancelOrder"
    ORDER_BOOK = "getOrderBook"
    TRADE_BOOK = "getTradeBook"
    POSITION = "getPosition"
    ORDER_DETAILS = "details"
    LTP = "getLtpData"
    QUOTE = "quote"
    CANDLES = "getCandleData"
    SEARCH = "searchScrip"
    HOLDINGS = "getHolding"
    ALL_HOLDINGS = "getAllHolding"
    CHARGES = "estimateCharges"
    MARGIN = "batch"
    INTRADAY = "nseIntraday"
    CAUTIONARY = "cautionaryScrips"


ORDER_ROUTES = frozenset({Route.PLACE, Route.MODIFY, Route.CANCEL})
SESSION_ROUTES = frozenset({Route.LOGIN, Route.REFRESH, Route.LOGOUT})


# Ours stays below the broker's nine a second over all order routes, and the law's ten: entries take four, exits the
# rest. Of a minute's and an hour's a fifth is kept for exits too: the day must not end with a position and no calls.
ORDERS = (Limit(9, SECOND_S, 5), Limit(500, MINUTE_S, 100), Limit(1000, HOUR_S, 200))
_ONE = (Limit(1, SECOND_S),)
_TEN = (Limit(10, SECOND_S), Limit(500, MINUTE_S), Limit(5000, HOUR_S))

# Published in 2026, per client code. Where a limit is not published the strictest of its neighbours stands in.
LIMITS: dict[Route, tuple[Limit, ...]] = {
    Route.LOGIN: _ONE,
    Route.REFRESH: (Limit(1, SECOND_S), Limit(1000, HOUR_S)),
    Route.LOGOUT: _ONE,
    Route.PROFILE: (Limit(3, SECOND_S), Limit(1000, HOUR_S)),
    Route.FUNDS: (Limit(2, SECOND_S),),
    Route.ORDER_BOOK: _ONE,
    Route.TRADE_BOOK: _ONE,
    Route.POSITION: _ONE,
    Route.ORDER_DETAILS: _TEN,
    Route.LTP: _TEN,
    Route.QUOTE: _TEN,
    # 180 a minute by the documentation; a reader saw 150 in September 2026: the lower.
    Route.CANDLES: (Limit(3, SECOND_S), Limit(150, MINUTE_S), Limit(5000, HOUR_S)),
    Route.SEARCH: _ONE,
    Route.HOLDINGS: _ONE,
    Route.ALL_HOLDINGS: _ONE,
    Route.CHARGES: _TEN,
    Route.MARGIN: _TEN,
    Route.INTRADAY: _ONE,
    Route.CAUTIONARY: _ONE,
}


def bucket_of(route: Route) -> Bucket:
    """The budget that a route draws on."""
    return Bucket("orders", ORDERS) if route in ORDER_ROUTES else Bucket(route.value, LIMITS[route])
