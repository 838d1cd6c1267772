"""Changes to a bot's document, the API's fields of it: spec, `desired`, `generation`, `deleted`. Fed by routes/bots;
the engine reconciles to what is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from flask import Response, request

from engine.api.answers import iso
from engine.api.arming import refuse_while_armed
from engine.api.authentication import caller
from engine.api.bot_form import BotForm, changed_form, checked_fields, new_form
from engine.api.bot_leaders import refuse_leader
from engine.api.described import API
from engine.api.models.bodies import BotBody, BotChangeBody
from engine.api.ownership import document_in
from engine.api.problems import changed_since, conflict, store_unavailable
from engine.api.services import services
from engine.api.writing import write_fields, written
from engine.domain.account import Desired
from engine.domain.copying import WILD
from engine.domain.rehearsal import SUFFIX
from engine.ports import Fields, Transaction


def create_bot(body: BotBody) -> Response:
    """201 with the new bot; 400 naming every bad field, 409 for an id that is taken. Nothing half-created."""
    account_id = services().ownership.account_to_write(caller().uid, body.account_id)
    return create_from(new_form(body, account_id, salt=creation_salt()), account_id, body.desired)


def creation_salt() -> str:
    """What tells creations apart where an id is made, the same for a request that is sent again."""
    return request.headers.get("Idempotency-Key") or iso(services().deps.clock.now())


def create_from(form: BotForm, account_id: str, desired: Desired) -> Response:
    """As `create_bot`, of a form that is filled in, on an account that is the caller's."""
    now = services().deps.clock.now()
    fields = checked_fields(form, _instruments(account_id))
    refuse_leader(caller().uid, account_id, form.bot_id, fields)

    def work(transaction: Transaction) -> Fields:
        if transaction.get("bots", form.bot_id) is not None:
            raise conflict(f"The id {form.bot_id!r} is taken. Choose another one.")
        if form.bot_id.endswith(SUFFIX):
            raise conflict(f"An id that ends in {SUFFIX} is that of a bot whose signals are tried. Choose another one.")
        refuse_while_armed(transaction, account_id)
        bot = {
            **write_fields(account_id, transaction), **fields, "desired": desired.value, "generation": 1,
            "deleted": False, "created_at": now, "sequence": 0,
        }  # fmt: skip
        transaction.create("bots", form.bot_id, bot)
        return {"id": form.bot_id, **bot, "status": None}

    return written(account_id, work, HTTPStatus.CREATED, created_in=f"{API}/bots")


def change_bot(bot_id: str, body: BotChangeBody) -> Response:
    """200 with the bot as changed; 400 naming every bad field, 409 where another change came first; the bot stays."""

    def change(bot: Fields) -> Fields:
        if body.from_generation is not None and body.from_generation != bot["generation"]:
            raise changed_since("The bot was changed since you read it. Look at it again before you change it.")
        instruments = None if body.symbols is None else _instruments(bot["account_id"])
        fields = checked_fields(changed_form(bot, body), instruments)
        refuse_leader(caller().uid, bot["account_id"], bot_id, fields)
        return fields if body.desired is None else {**fields, "desired": body.desired.value}

    return _changed(bot_id, change, refuse_while_armed)


def desire(bot_id: str, desired: Desired) -> Response:
    """200 with the bot. Asking for what is already desired changes nothing, but for a bot that waits for a person."""

    def change(bot: Fields) -> Fields:
        waits = ((bot.get("status") or {}).get("readiness") or {}).get("blocking_reason") == WILD
        return {} if bot["desired"] == desired.value and not waits else {"desired": desired.value}

    return _changed(bot_id, change)


def delete_bot(bot_id: str) -> Response:
    """200. The engine closes the bot's positions and then deletes its document; for the API it is gone at once."""
    return _changed(bot_id, lambda _: {"deleted": True, "desired": Desired.STOPPED.value})


def _changed(
    bot_id: str,
    change: Callable[[Fields], Fields],
    refuse: Callable[[Transaction, str], None] = lambda transaction, account_id: None,
) -> Response:
    uid = caller().uid
    account_id = services().ownership.document(uid, "bots", bot_id, "bot")["account_id"]

    def work(transaction: Transaction) -> Fields:
        bot = {"status": None, **document_in(transaction, uid, "bots", bot_id, "bot"), "id": bot_id}
        refuse(transaction, account_id)
        changes = change(bot)
        if not changes:
            return bot
        written_at = {"generation": bot["generation"] + 1, "updated_at": services().deps.clock.now()}
        transaction.update("bots", bot_id, {**changes, **written_at})
        return {**bot, **changes, **written_at}

    return written(account_id, work)


def _instruments(account_id: str) -> Sequence[Fields]:
    instruments = services().engine.instruments(account_id)
    if instruments is None:
        raise store_unavailable("The engine has not said yet what its market carries. Try again in a few seconds.")
    return instruments
