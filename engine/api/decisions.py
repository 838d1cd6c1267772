"""A bot's verdicts bar by bar, unfolded from the hourly documents. Fed by routes/bots and Documents."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.models.queries import DecisionQuery
from engine.api.reads import market_day
from engine.api.services import services
from engine.ports import Fields

HOURS_MAX = 24  # documents of a bot's day


def decided(bot: Fields, query: DecisionQuery) -> Response:
    """The day's decisions of a bot, newest first."""
    day = (query.day or market_day(bot["account_id"])).isoformat()
    where = {"user_id": caller().uid, "account_id": bot["account_id"], "bot_id": bot["id"], "day": day}
    hours = services().deps.documents.page("decisions", where, None, HOURS_MAX, None)
    bars = [{"symbol": slot.rpartition("_")[0], **bar} for hour in hours.items for slot, bar in hour["bars"].items()]
    if query.symbol is not None:
        bars = [bar for bar in bars if bar["symbol"] == query.symbol]
    bars.sort(key=lambda bar: (bar["at"], bar["symbol"]), reverse=True)
    return answered({"bot_id": bot["id"], "day": day, "items": bars[: query.limit]})
