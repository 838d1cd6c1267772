"""Closed bars of a symbol, unfolded from the daily documents. Fed by routes/market and Documents."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Response

from engine.api.answers import answered
from engine.api.models.queries import CandleQuery
from engine.api.problems import FieldError, invalid
from engine.api.reads import market_day, stored
from engine.ports import Fields

DAYS_MAX = 10  # documents a request reads; a day of one-minute bars is one of them
_DAY = timedelta(days=1)


def candle_page(account_id: str | None, query: CandleQuery) -> Response:
    """Bars that open in [from, to), oldest first; the account's current trading day where neither is given."""
    fields = {"account_id": account_id, "symbol": query.symbol, "timeframe": query.timeframe}
    if account_id is None:
        return answered({**fields, "items": []})
    prefix = f"{account_id}_{query.symbol}_{query.timeframe}"
    today = market_day(account_id)
    if query.since is None and query.until is None:
        bars = _bars_of(prefix, today)
    else:
        since, until = _window(query, today)
        # A document is named after the venue's day, which begins up to 14 hours off UTC's: one more on either side.
        days = _days(since.date() - _DAY, until.date() + _DAY)
        bars = [bar for day in days for bar in _bars_of(prefix, day) if since <= bar["at"] < until]
    return answered({**fields, "items": sorted(bars, key=lambda bar: bar["at"])})


def _window(query: CandleQuery, today: date) -> tuple[datetime, datetime]:
    """`to` without `from` means the day before it, `from` without `to` everything since."""
    until = _moment(query.until) if query.until is not None else _moment(today) + 2 * _DAY
    since = _moment(query.since) if query.since is not None else until - _DAY
    if until < since:
        raise invalid([FieldError("to", "must not be before from")])
    if until - since > DAYS_MAX * _DAY:
        raise invalid([FieldError("from", f"must be at most {DAYS_MAX} days before to")])
    return since, until


def _bars_of(prefix: str, day: date) -> list[Fields]:
    return list(stored("bars", f"{prefix}_{day:%Y%m%d}").get("bars", {}).values())


def _moment(given: date | datetime) -> datetime:
    if isinstance(given, datetime):
        return given.astimezone(UTC)
    return datetime.combine(given, time(), UTC)


def _days(first: date, last: date) -> list[date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]
