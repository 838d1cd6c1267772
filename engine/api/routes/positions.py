"""Open positions, from the engine's snapshot where it is fresh. Closing one is a command to the engine."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.lists import listed
from engine.api.models.answers import CommandAnswer, PositionPage
from engine.api.models.queries import BotPageQuery, IdPath, WaitQuery
from engine.api.services import services
from engine.api.writing import commanded

positions = resource("positions", "Open positions.", prefix=f"{API}/positions")


@positions.get("", responses={200: PositionPage})
def page(query: BotPageQuery) -> Response:
    """Your open positions, by id."""
    return _from_engine(query) or listed("open_positions", query)


@positions.post("/<string:id>/close", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def close(path: IdPath, query: WaitQuery) -> Response:
    """Close a position at the market."""
    position = services().ownership.document(caller().uid, "open_positions", path.id, "open position")
    arguments = {"bot_id": str(position["bot_id"]), "symbol": str(position["symbol"])}
    return commanded(position["account_id"], "close_position", arguments)


def _from_engine(query: BotPageQuery) -> Response | None:
    """The whole list as the engine has it; None where it does not say or the list does not fit one page."""
    account_id = services().ownership.account_to_read(caller().uid, query.account_id)
    view = services().engine.account(account_id) if account_id is not None else None
    if view is None or query.cursor is not None:
        return None
    found = [
        position for position in sorted(view.positions, key=lambda position: position["id"])
        if query.bot_id in (None, position["bot_id"]) and query.symbol in (None, position["symbol"])
    ]  # fmt: skip
    if len(found) > query.limit:
        return None
    return answered({"items": found, "cursor": None}, as_of=view.as_of)
