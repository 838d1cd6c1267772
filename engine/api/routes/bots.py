"""Bots: what they are and what is desired of them. Writes go to bots/{id}; the engine reconciles to it."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.bot_writes import change_bot, create_bot, delete_bot, desire
from engine.api.decisions import decided
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.lists import page_of
from engine.api.models.answers import BotAnswer, BotPage, DecisionList, DeletedAnswer, SimulateAnswer
from engine.api.models.bodies import BotBody, BotChangeBody, PromoteBody, SimulateBody
from engine.api.models.queries import DecisionQuery, IdPath, PageQuery, WaitQuery
from engine.api.promotion import promote_bot
from engine.api.services import services
from engine.api.simulation import simulate_signal
from engine.domain.account import Desired
from engine.ports import Fields

bots = resource("bots", "Trading bots.", prefix=f"{API}/bots")


@bots.get("", responses={200: BotPage})
def page(query: PageQuery) -> Response:
    """Your bots, by id."""
    found = page_of("bots", query)
    return answered({"items": [_with_status(bot) for bot in found.items], "cursor": found.cursor})


@bots.post("", responses={201: BotAnswer, **WRITE_PROBLEMS})
def create(body: BotBody) -> Response:
    """Create a bot. It trades on paper, and not before it is started."""
    return create_bot(body)


@bots.get("/<string:id>", responses={200: BotAnswer})
def one(path: IdPath) -> Response:
    """One bot."""
    return answered(_with_status(services().ownership.document(caller().uid, "bots", path.id, "bot")))


@bots.patch("/<string:id>", responses={200: BotAnswer, **WRITE_PROBLEMS})
def change(path: IdPath, body: BotChangeBody) -> Response:
    """Change a bot, also while it runs."""
    return change_bot(path.id, body)


@bots.delete("/<string:id>", responses={200: DeletedAnswer, **WRITE_PROBLEMS})
def delete(path: IdPath) -> Response:
    """Delete a bot; its positions are closed first."""
    return delete_bot(path.id)


@bots.post("/<string:id>/start", responses={200: BotAnswer, **WRITE_PROBLEMS})
def start(path: IdPath) -> Response:
    """Let a bot trade."""
    return desire(path.id, Desired.RUNNING)


@bots.post("/<string:id>/pause", responses={200: BotAnswer, **WRITE_PROBLEMS})
def pause(path: IdPath) -> Response:
    """Let a bot take no new entries; it still watches, and still exits."""
    return desire(path.id, Desired.PAUSED)


@bots.post("/<string:id>/resume", responses={200: BotAnswer, **WRITE_PROBLEMS})
def resume(path: IdPath) -> Response:
    """Let a paused bot trade again."""
    return desire(path.id, Desired.RUNNING)


@bots.post("/<string:id>/stop", responses={200: BotAnswer, **WRITE_PROBLEMS})
def stop(path: IdPath) -> Response:
    """Stop a bot."""
    return desire(path.id, Desired.STOPPED)


@bots.post("/<string:id>/promote", responses={201: BotAnswer, **WRITE_PROBLEMS})
def promote(path: IdPath, body: PromoteBody) -> Response:
    """Make a bot's like on a live account. It is stopped, and the one that it was made of stays as it is."""
    return promote_bot(path.id, body)


@bots.post("/<string:id>/simulate", responses={200: SimulateAnswer, 202: SimulateAnswer, **WRITE_PROBLEMS})
def simulate(path: IdPath, query: WaitQuery, body: SimulateBody) -> Response:
    """Try a signal: it is sized, asked of risk, ordered and filled on paper, in an account of its own.

    The bot's copy there acts on nothing else, and its exits work. No figure of the bot or its account has any of it.
    """
    return simulate_signal(path.id, body)


@bots.get("/<string:id>/decisions", responses={200: DecisionList})
def decisions(path: IdPath, query: DecisionQuery) -> Response:
    """What a bot made of each bar of a day, newest first."""
    bot = services().ownership.document(caller().uid, "bots", path.id, "bot")
    return decided(bot, query)


def _with_status(bot: Fields) -> Fields:
    """The bot with the status that the engine here has of it, which the store gets a little later."""
    view = services().engine.account(bot["account_id"])
    fresh = view.statuses.get(bot["id"]) if view else None
    return {"status": None, **bot} if fresh is None else {**bot, "status": fresh}
