"""What the market routes say of a price: the last one, and quotes in three sizes. Fed by the market; feeds routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.brokers.angelone.envelopes import good, refused
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.scripted_clock import stamp
from tests.brokers.loopback.answers import Answer, nothing

SYMBOLS_MAX = 50
MODES = {"LTP", "OHLC", "FULL"}


def last_price(asked: Mapping[str, Any], market: Market) -> Answer:
    """getLtpData: rupees, lower case names."""
    quote = market.find(str(asked.get("exchange")), str(asked.get("symboltoken")))
    if quote is None:
        return refused("AB1009")
    listing = quote.listing
    return good({
        "exchange": listing.exchange,
        "tradingsymbol": listing.symbol,
        "symboltoken": listing.token,
        "open": quote.open / 100,
        "high": quote.high / 100,
        "low": quote.low / 100,
        "close": listing.previous_close / 100,
        "ltp": quote.last / 100,
    })  # fmt: skip


def quotes(asked: Mapping[str, Any], market: Market, at: datetime) -> Answer:
    """The quote route: `fetched`, and `unfetched` for what is not listed; camel case names."""
    wanted, mode = asked.get("exchangeTokens"), asked.get("mode")
    if (
        mode not in MODES
        or not isinstance(wanted, dict)
        or sum(len(tokens) for tokens in wanted.values()) > SYMBOLS_MAX
    ):
        return nothing(400)
    fetched, unfetched = [], []
    for exchange, tokens in wanted.items():
        for token in tokens:
            quote = market.find(exchange, str(token))
            if quote is None:
                missing = {"message": "Symbol token does not exist", "errorCode": "AB4046"}
                unfetched.append({"exchange": exchange, "symbolToken": str(token), **missing})
            else:
                fetched.append(_sized(quote, mode, at))
    return good({"fetched": fetched, "unfetched": unfetched})


def _sized(quote: Quote, mode: str, at: datetime) -> dict[str, Any]:
    listing = quote.listing
    row: dict[str, Any] = {
        "exchange": listing.exchange,
        "tradingSymbol": listing.symbol,
        "symbolToken": listing.token,
        "ltp": quote.last / 100,
    }
    if mode in {"OHLC", "FULL"}:
        row |= {
            "open": quote.open / 100,
            "high": quote.high / 100,
            "low": quote.low / 100,
            "close": listing.previous_close / 100,
        }
    return row | _full(quote, at) if mode == "FULL" else row


def _full(quote: Quote, at: datetime) -> dict[str, Any]:
    low, high = quote.listing.band
    change = quote.last - quote.listing.previous_close
    bid, offered = quote.totals()
    buys, sells = (
        [{"price": price / 100, "quantity": quantity, "orders": orders} for price, quantity, orders in levels]
        for levels in quote.depth()
    )
    return {
        "lastTradeQty": quote.last_quantity,
        "exchFeedTime": stamp(at),
        "exchTradeTime": stamp(quote.traded_at),
        "netChange": change / 100,
        "percentChange": round(100 * change / quote.listing.previous_close, 2),
        "avgPrice": quote.average / 100,
        "tradeVolume": quote.volume,
        "opnInterest": 0,
        "lowerCircuit": low / 100,
        "upperCircuit": high / 100,
        "totBuyQuan": bid,
        "totSellQuan": offered,
        "52WeekLow": low / 100,
        "52WeekHigh": high / 100,
        "depth": {"buy": buys, "sell": sells},
    }
