"""A signal that a person tries with a bot, as a command to the engine of the bot's account. Fed by routes/bots.

Where the engine books it is known by the bot's account and name alone, and told at once, so that a client can watch the
documents come.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from engine.api.authentication import caller
from engine.api.commands import accept
from engine.api.models.bodies import SimulateBody
from engine.api.problems import FieldError, invalid
from engine.api.services import services
from engine.api.writing import write_fields, written
from engine.domain.identity import simulated_signal_id
from engine.domain.rehearsal import SIMULATE, rehearsal_account_id, rehearsed_bot_id
from engine.ports import Fields, Transaction


def simulate_signal(bot_id: str, body: SimulateBody) -> Response:
    """202 with the command and where to watch, 200 with its result where `?wait` asks; 404 for a bot that is not the
    caller's, 400 for a symbol that it does not trade.
    """
    bot = services().ownership.document(caller().uid, "bots", bot_id, "bot")
    symbols = bot["symbols"]
    symbol = symbols[0] if body.symbol is None else body.symbol
    if symbol not in symbols:
        raise invalid([FieldError("symbol", f"must be one that the bot trades: {', '.join(symbols)}")])
    account_id = bot["account_id"]
    rehearsal, copy = rehearsal_account_id(account_id), rehearsed_bot_id(bot_id)

    def work(transaction: Transaction) -> Fields:
        asked = {"bot_id": bot_id, "symbol": symbol, "type": body.type.value}
        accepted = accept(transaction, write_fields(account_id, transaction), SIMULATE, asked)
        signal_id = simulated_signal_id(rehearsal, copy, accepted["command_id"])
        return {**accepted, "account_id": rehearsal, "bot_id": copy, "signal_id": signal_id}

    return written(account_id, work, HTTPStatus.ACCEPTED)
