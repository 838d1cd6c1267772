"""The account's money: now, by period, as a line, as statistics; and what the bots are waiting for."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.described import resource
from engine.api.models.answers import CountdownList, EquityLine, SummaryAnswer
from engine.api.models.figures import ProfitAnswer, StatsAnswer
from engine.api.models.queries import DayQuery, PeriodQuery, Query, StatsQuery
from engine.api.reads import account_state, bot_statuses, market_day, roll_up, stored
from engine.api.services import services
from engine.api.statistics import statistics

portfolio = resource("portfolio", "Money, now and over time.")


def _account(query: Query) -> str | None:
    return services().ownership.account_to_read(caller().uid, query.account_id)


@portfolio.get("/portfolio/summary", responses={200: SummaryAnswer})
def summary(query: Query) -> Response:
    """The account as it stands, with the ids of all your accounts."""
    account_id = _account(query)
    accounts = services().ownership.accounts_of(caller().uid)
    if account_id is None:
        return answered({"account_id": None, "accounts": []})
    state = account_state(account_id)
    return answered({**state.fields, "account_id": account_id, "accounts": accounts}, as_of=state.as_of)


@portfolio.get("/portfolio/profits", responses={200: ProfitAnswer})
def profits(query: PeriodQuery) -> Response:
    """What closed trades brought in a period, in all and bot by bot."""
    account_id = _account(query)
    if account_id is None:
        return answered({"account_id": None, "period": query.period, "bots": {}})
    found = roll_up(account_id, query.period)
    return answered({**found.fields, "account_id": account_id}, as_of=found.as_of)


@portfolio.get("/portfolio/equity", responses={200: EquityLine})
def equity(query: DayQuery) -> Response:
    """A day's equity, a point a market minute."""
    account_id = _account(query)
    if account_id is None:
        return answered({"account_id": None, "day": query.day, "points": []})
    day = query.day or market_day(account_id)
    line = stored("equity_days", f"{account_id}_{day:%Y%m%d}")
    return answered({"account_id": account_id, "day": day, "points": line.get("points", [])})


@portfolio.get("/portfolio/stats", responses={200: StatsAnswer})
def stats(query: StatsQuery) -> Response:
    """Win rate, profit factor, expectancy, average hold and grade of a period's closed trades."""
    account_id = _account(query)
    if account_id is None:
        return answered({"account_id": None, "period": query.period, "bots": {}})
    found = roll_up(account_id, query.period)
    return answered({"account_id": account_id, **statistics(found.fields)}, as_of=found.as_of)


@portfolio.get("/countdown", responses={200: CountdownList})
def countdown(query: Query) -> Response:
    """What each bot waits for, and until when, in market time."""
    account_id = _account(query)
    if account_id is None:
        return answered({"account_id": None, "market_at": None, "items": []})
    statuses = bot_statuses(account_id)
    market_at = account_state(account_id).fields.get("market_at")
    items = [
        {"bot_id": bot_id, "symbol": status.get("symbol"), **(status.get("countdown") or {"kind": None, "until": None})}
        for bot_id, status in sorted(statuses.fields.items())
    ]
    return answered({"account_id": account_id, "market_at": market_at, "items": items}, as_of=statuses.as_of)
