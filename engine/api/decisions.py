"""A bot's verdicts bar by bar, unfolded from the hourly documents. Fed by routes/bots and Documents."""

from __future__ import annotations

from datetime import date

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.models.queries import DecisionQuery
from engine.api.reads import market_day
from engine.api.services import services
from engine.domain.errors import InvalidValue
from engine.domain.instant import Instant, instant_of
from engine.ports import Fields

HOURS_MAX = 24  # documents of a bot's day


def decided(bot: Fields, query: DecisionQuery) -> Response:
    """The day's decisions of a bot, newest first, a page at a time. Raises InvalidValue for a cursor of no page."""
    after = None if query.cursor is None else _read(query.cursor)
    begun = market_day(bot["account_id"]) if after is None else after[0]  # a list goes on with the day it began with
    day = (query.day or begun).isoformat()
    where = {"user_id": caller().uid, "account_id": bot["account_id"], "bot_id": bot["id"], "day": day}
    hours = services().deps.documents.page("decisions", where, None, HOURS_MAX, None)
    bars = [{"symbol": slot.rpartition("_")[0], **bar} for hour in hours.items for slot, bar in hour["bars"].items()]
    if query.symbol is not None:
        bars = [bar for bar in bars if bar["symbol"] == query.symbol]
    if after is not None:
        bars = [bar for bar in bars if _place(bar) < after[1]]
    bars.sort(key=_place, reverse=True)
    items = bars[: query.limit]
    cursor = _cursor(day, items[-1]) if len(bars) > len(items) else None
    return answered({"bot_id": bot["id"], "day": day, "items": items, "cursor": cursor})


def _place(bar: Fields) -> tuple[Instant, str]:
    return instant_of(bar["at"]), bar["symbol"]


def _cursor(day: str, last: Fields) -> str:
    moment, symbol = _place(last)
    return f"{day}.{moment}.{symbol}"


def _read(cursor: str) -> tuple[date, tuple[Instant, str]]:
    """The day of a list and the place of its last bar so far."""
    try:
        day, moment, symbol = cursor.split(".", 2)
        return date.fromisoformat(day), (int(moment), symbol)
    except ValueError as error:
        raise InvalidValue("cursor", "is not one that a list answered with") from error
