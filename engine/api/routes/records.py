"""What happened, newest first: fills, closed trades, signals, and the records that could not be delivered.

Sending one of those again, and discarding it, are commands to the engine's process.
"""

from __future__ import annotations

from flask import Response

from engine.api.authentication import caller
from engine.api.described import WRITE_PROBLEMS, resource
from engine.api.lists import listed
from engine.api.models.answers import CommandAnswer, DeadLetterPage, FillPage, SignalPage, TradePage
from engine.api.models.queries import BotPageQuery, IdPath, PageQuery, SignalPageQuery, WaitQuery
from engine.api.services import services
from engine.api.trade_pages import listed_trades
from engine.api.writing import commanded

records = resource("records", "What happened, newest first.")


@records.get("/fills", responses={200: FillPage})
def fills(query: BotPageQuery) -> Response:
    """Your fills, newest first."""
    return listed("fills", query)


@records.get("/trades", responses={200: TradePage})
def trades(query: BotPageQuery) -> Response:
    """Your closed trades, newest first."""
    return listed_trades(query)


@records.get("/signals", responses={200: SignalPage})
def signals(query: SignalPageQuery) -> Response:
    """Your bots' signals and what became of them, newest first."""
    return listed("trading_signals", query)


@records.get("/dead-letters", responses={200: DeadLetterPage})
def dead_letters(query: PageQuery) -> Response:
    """Records that the store refused for good, by id, kept for a person to look at."""
    return listed("dead_letters", query)


@records.post("/dead-letters/<string:id>/retry", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def retry(path: IdPath, query: WaitQuery) -> Response:
    """Send the record again. Refused once more, it comes back as a dead letter."""
    return _decided("retry_dead_letter", path.id)


@records.post("/dead-letters/<string:id>/discard", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def discard(path: IdPath, query: WaitQuery) -> Response:
    """Give the record up: it never reaches the store. This can't be taken back."""
    return _decided("discard_dead_letter", path.id)


def _decided(kind: str, letter_id: str) -> Response:
    letter = services().ownership.document(caller().uid, "dead_letters", letter_id, "dead letter")
    return commanded(letter["account_id"], kind, {"dead_letter_id": letter_id})
