"""An order that might be, asked of the engine by a command and answered as figures. Fed by routes/orders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response

from engine.api.answers import answered
from engine.api.commands import accept
from engine.api.models.risk import PreviewBody
from engine.api.problems import conflict
from engine.api.services import services
from engine.api.writing import write_fields

_NUMBERS = ("quantity", "price", "notional", "at_risk_pct", "charges")


def preview_answer(account_id: str, body: PreviewBody, wait_s: int) -> Response:
    """200 with what the engine says, 202 with the command's id where it has not said it in time; 409 where it can't."""
    arguments = {
        "bot_id": body.bot_id,
        "symbol": body.symbol,
        "side": body.side.value,
        **{name: f"{value:f}" for name in ("quantity", "limit_price") if (value := getattr(body, name)) is not None},
    }
    accepted = services().deps.documents.change(
        account_id,
        lambda transaction: accept(transaction, write_fields(account_id, transaction), "preview_order", arguments),
    )
    response = services().commands.answer(accepted, wait_s)
    if response.status_code != HTTPStatus.OK:
        return response
    command = orjson.loads(response.get_data())
    if command["state"] == "failed":
        raise conflict(f"No preview: {command['result'].get('reason', 'the engine gives no reason')}.")
    return answered({"account_id": account_id, **arguments, **_figures(command["result"])})


def _figures(result: dict[str, str]) -> dict[str, Any]:
    lines = orjson.loads(result["charge_lines"])
    return {
        **{name: result[name] for name in ("purpose", "outcome")},
        **{name: result[name] or None for name in ("blocking_reason", "blocking_detail")},
        **{name: float(result[name]) for name in _NUMBERS},
        "charge_lines": {name: float(amount) for name, amount in lines.items()},
        "checks": orjson.loads(result["checks"]),
    }
