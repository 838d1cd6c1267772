"""What the account's market carries, and its bars."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.candles import candle_page
from engine.api.described import resource
from engine.api.models.answers import CandleList, InstrumentList
from engine.api.models.queries import CandleQuery, InstrumentQuery
from engine.api.services import services

market = resource("market", "Instruments and bars.")


@market.get("/instruments", responses={200: InstrumentList})
def instruments(query: InstrumentQuery) -> Response:
    """Instruments whose symbol or name contains `q`, by symbol."""
    account_id = services().ownership.account_to_read(caller().uid, query.account_id)
    carried = (services().engine.instruments(account_id) or ()) if account_id is not None else ()
    wanted = query.q.casefold()
    found = [item for item in carried if wanted in f"{item['symbol']}\n{item['name']}".casefold()]
    found.sort(key=lambda item: str(item["symbol"]))
    return answered({"items": found[: query.limit]})


@market.get("/candles", responses={200: CandleList})
def candles(query: CandleQuery) -> Response:
    """Closed bars of a symbol, oldest first, of at most 10 days."""
    account_id = services().ownership.account_to_read(caller().uid, query.account_id)
    return candle_page(account_id, query)
