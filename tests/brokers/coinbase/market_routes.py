"""The routes of market data, each at two paths. Fed by the broker with a call; feeds it the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.brokers.coinbase.calls import Act, Call
from tests.brokers.coinbase.candles import CANDLES_MAX, GRANULARITIES, candle_rows
from tests.brokers.coinbase.envelopes import invalid, unknown
from tests.brokers.coinbase.market import LEVELS, Level, Quote
from tests.brokers.coinbase.words import iso, text
from tests.brokers.loopback.answers import Answer, told

if TYPE_CHECKING:
    from tests.brokers.coinbase.broker import Broker


def tell_time(broker: Broker, call: Call) -> Answer:
    seconds, millis = int(call.at.timestamp()), int(call.at.timestamp() * 1000)
    return told({"iso": iso(call.at), "epochSeconds": str(seconds), "epochMillis": str(millis)})


def _products(broker: Broker, call: Call) -> Answer:
    wanted = call.query.get("product_ids", [])
    rows = [quote.row() for name, quote in broker.market.quotes.items() if not wanted or name in wanted]
    pages = {"prev_cursor": "", "next_cursor": "", "has_next": False, "has_prev": False}
    return told({"products": rows, "num_products": len(rows), "pagination": pages})


def _of(act: Callable[[Broker, Call, Quote], Answer]) -> Act:
    """A route about one product, which may not exist."""

    def found(broker: Broker, call: Call) -> Answer:
        quote = broker.market.quotes.get(call.named or call.asked("product_id"))
        return unknown("product not found") if quote is None else act(broker, call, quote)

    return found


@_of
def _product(broker: Broker, call: Call, quote: Quote) -> Answer:
    return told(quote.row())


@_of
def _candles(broker: Broker, call: Call, quote: Quote) -> Answer:
    minutes = GRANULARITIES.get(call.asked("granularity"))
    try:
        first_s, last_s = int(call.asked("start")), int(call.asked("end"))
    except ValueError:
        return invalid("start and end are required, in UNIX seconds")
    if minutes is None:
        return invalid("unsupported granularity")
    if (last_s - first_s) / (60 * minutes) > CANDLES_MAX:
        return invalid(f"number of candles requested should be less than {CANDLES_MAX}")
    last_s = min(last_s, int(call.at.timestamp()))
    return told({"candles": candle_rows(broker.market, quote, first_s, last_s, minutes)})


@_of
def _trades(broker: Broker, call: Call, quote: Quote) -> Answer:
    count = int(call.asked("limit", "100"))
    name = quote.product.product_id
    rows = [
        {**trade.row(), "product_id": name, "bid": "", "ask": "", "exchange": ""}
        for trade in list(quote.trades)[:count]
    ]
    return told({"trades": rows, "best_bid": text(quote.bid), "best_ask": text(quote.ask)})


@_of
def _book(broker: Broker, call: Call, quote: Quote) -> Answer:
    spread, middle = quote.ask - quote.bid, (quote.ask + quote.bid) / 2
    return told({
        "pricebook": _pricebook(quote, int(call.asked("limit", str(LEVELS))), call.at),
        "last": text(quote.last),
        "mid_market": text(middle),
        "spread_bps": text(round(10_000 * spread / middle, 4)),
        "spread_absolute": text(spread),
    })  # fmt: skip


def best_bid_ask(broker: Broker, call: Call) -> Answer:
    wanted = call.query.get("product_ids", [])
    quotes = [quote for name, quote in broker.market.quotes.items() if not wanted or name in wanted]
    return told({"pricebooks": [_pricebook(quote, 1, call.at) for quote in quotes]})


def _pricebook(quote: Quote, levels: int, at: datetime) -> dict[str, Any]:
    def rows(side: list[Level]) -> list[dict[str, str]]:
        return [{"price": text(price), "size": text(size)} for price, size in side]

    bids, asks = quote.book(levels)
    return {"product_id": quote.product.product_id, "bids": rows(bids), "asks": rows(asks), "time": iso(at)}


MARKET_DATA: tuple[tuple[str, str, Act], ...] = (
    ("products", "products", _products),
    ("products/{}", "product", _product),
    ("products/{}/candles", "candles", _candles),
    ("products/{}/ticker", "market_trades", _trades),
    ("product_book", "product_book", _book),
)
