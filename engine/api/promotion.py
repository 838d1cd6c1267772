"""From paper to real money: a bot's like on a live account. Fed by routes/bots; made by bot_writes.

A bot's account never changes, so that what it did on paper and what it does with money are never one figure. The new
bot has the other's strategy, parameters, symbols, sizes, exits and caps. It is stopped: nothing trades before somebody
says so, and arming the account asks for enough sessions on paper.
"""

from __future__ import annotations

from flask import Response

from engine.api.authentication import caller
from engine.api.bot_form import promoted_form
from engine.api.bot_writes import create_from, creation_salt
from engine.api.models.bodies import PromoteBody
from engine.api.problems import FieldError, conflict, invalid
from engine.api.services import services
from engine.domain.account import Desired, is_live


def promote_bot(bot_id: str, body: PromoteBody) -> Response:
    """201 with the new bot, 404 for a bot or an account that is not the caller's, 409 where there is no live account to
    trade on, or it is the bot's own; otherwise as `create_bot`.
    """
    uid = caller().uid
    bot = services().ownership.document(uid, "bots", bot_id, "bot")
    account_id = _live_account(uid, body.account_id)
    if bot["account_id"] == account_id:
        raise conflict(f"{bot['name']} is on {account_id} already.")
    return create_from(promoted_form(bot, body, account_id, creation_salt()), account_id, Desired.STOPPED)


def _live_account(uid: str, wanted: str | None) -> str:
    """The live account that was named, or the only one."""
    ownership = services().ownership
    if wanted is not None:
        account_id = ownership.account_to_write(uid, wanted)
        if not is_live(account_id):
            raise conflict(f"{account_id} is a paper account: nothing to be promoted to.")
        return account_id
    live = [account_id for account_id in ownership.accounts_of(uid) if is_live(account_id)]
    if not live:
        raise conflict("You have no live account yet: connect a broker first.")
    if len(live) > 1:
        raise invalid([FieldError("account_id", f"is needed, as you have several live ones: {', '.join(live)}")])
    return live[0]
