"""What Angel One's messages look like: field by field, by kind of value. Feeds tests.

The shapes below were written down from published and recorded messages; `make prove ONLY=recordings` holds them
against recordings, and the tests beside this file hold the loopback broker against them.
"""

from __future__ import annotations

from tests.brokers.loopback.shapes import NUMBER, TEXT

_PRICES = ("price", "triggerprice", "squareoff", "stoploss", "trailingstoploss", "strikeprice", "averageprice")
_WORDS = (
    "variety", "ordertype", "ordertag", "producttype", "quantity", "disclosedquantity", "duration", "tradingsymbol",
    "transactiontype", "exchange", "symboltoken", "instrumenttype", "optiontype", "expirydate", "lotsize",
    "cancelsize", "filledshares", "unfilledshares", "orderid", "text", "status", "orderstatus", "updatetime",
    "exchtime", "exchorderupdatetime", "fillid", "filltime", "parentorderid",
)  # fmt: skip
_ORDER = {**dict.fromkeys(_PRICES, NUMBER), **dict.fromkeys(_WORDS, TEXT)}

ORDER_UPDATE = {
    "user-id": TEXT,
    "status-code": TEXT,
    "order-status": TEXT,
    "error-message": TEXT,
    "orderData": _ORDER,
}

_LEVEL = {"price": NUMBER, "quantity": NUMBER, "orders": NUMBER}
_QUOTED = (
    "ltp", "open", "high", "low", "close", "lastTradeQty", "netChange", "percentChange", "avgPrice", "tradeVolume",
    "opnInterest", "lowerCircuit", "upperCircuit", "totBuyQuan", "totSellQuan", "52WeekLow", "52WeekHigh",
)  # fmt: skip
FULL_QUOTE = {
    **dict.fromkeys(("exchange", "tradingSymbol", "symbolToken", "exchFeedTime", "exchTradeTime"), TEXT),
    **dict.fromkeys(_QUOTED, NUMBER),
    "depth": {"buy": [_LEVEL], "sell": [_LEVEL]},
}

_HEAD = ("subscription_mode", "exchange_type", "sequence_number", "exchange_timestamp", "last_traded_price")
_DAY = (
    "last_traded_quantity", "average_traded_price", "volume_trade_for_the_day", "total_buy_quantity",
    "total_sell_quantity", "open_price_of_the_day", "high_price_of_the_day", "low_price_of_the_day", "closed_price",
)  # fmt: skip
_SNAP = (
    "last_traded_timestamp", "open_interest", "open_interest_change_percentage", "upper_circuit_limit",
    "lower_circuit_limit", "52_week_high_price", "52_week_low_price",
)  # fmt: skip
_BEST = {"flag": NUMBER, "quantity": NUMBER, "price": NUMBER, "no of orders": NUMBER}
LTP_FRAME = {**dict.fromkeys(_HEAD, NUMBER), "token": TEXT, "subscription_mode_val": TEXT}
QUOTE_FRAME = {**LTP_FRAME, **dict.fromkeys(_DAY, NUMBER)}
SNAP_FRAME = {
    **QUOTE_FRAME,
    **dict.fromkeys(_SNAP, NUMBER),
    "best_5_buy_data": [_BEST],
    "best_5_sell_data": [_BEST],
}
