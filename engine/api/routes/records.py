"""What happened, newest first: fills, closed trades, signals, and the records that could not be delivered."""

from __future__ import annotations

from flask import Response

from engine.api.described import resource
from engine.api.lists import listed
from engine.api.models.answers import DeadLetterPage, FillPage, SignalPage, TradePage
from engine.api.models.queries import BotPageQuery, PageQuery, SignalPageQuery

records = resource("records", "What happened, newest first.")


@records.get("/fills", responses={200: FillPage})
def fills(query: BotPageQuery) -> Response:
    """Your fills, newest first."""
    return listed("fills", query)


@records.get("/trades", responses={200: TradePage})
def trades(query: BotPageQuery) -> Response:
    """Your closed trades, newest first."""
    return listed("closed_trades", query)


@records.get("/signals", responses={200: SignalPage})
def signals(query: SignalPageQuery) -> Response:
    """Your bots' signals and what became of them, newest first."""
    return listed("trading_signals", query)


@records.get("/dead-letters", responses={200: DeadLetterPage})
def dead_letters(query: PageQuery) -> Response:
    """Records that the store refused for good, by id, kept for a person to look at."""
    return listed("dead_letters", query)
