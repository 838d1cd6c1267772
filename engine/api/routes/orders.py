"""Orders. Cancelling one, and comparing them with the venue's, are commands to the engine."""

from __future__ import annotations

from flask import Response

from engine.api.authentication import caller
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.lists import listed
from engine.api.models.answers import CommandAnswer, OrderPage
from engine.api.models.bodies import AccountBody
from engine.api.models.queries import IdPath, OrderPageQuery, WaitQuery
from engine.api.models.risk import PreviewAnswer, PreviewBody, PreviewQuery
from engine.api.previews import preview_answer
from engine.api.problems import conflict, not_found
from engine.api.services import services
from engine.api.writing import commanded
from engine.domain.order import OrderState

orders = resource("orders", "Orders, by what we sent and what became of it.", prefix=f"{API}/orders")

_OVER = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)


@orders.get("", responses={200: OrderPage})
def page(query: OrderPageQuery) -> Response:
    """Your orders, newest first."""
    return listed("orders", query)


@orders.post("/sync", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def sync(query: WaitQuery, body: AccountBody) -> Response:
    """Compare orders, fills and positions with the venue's now."""
    wanted = body.account_id or query.account_id
    account_id = services().ownership.account_to_write(caller().uid, wanted)
    return commanded(account_id, "sync_orders", {})


@orders.post("/preview", responses={200: PreviewAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def preview(query: PreviewQuery, body: PreviewBody) -> Response:
    """What risk and charges would say of an order. Nothing is sent.

    The engine answers; 202 where it has not within `wait` seconds (5 if that is left out).
    """
    ownership, uid = services().ownership, caller().uid
    account_id = ownership.account_to_write(uid, body.account_id or query.account_id)
    bot = ownership.document(uid, "bots", body.bot_id, "bot")
    if bot["account_id"] != account_id:
        raise not_found("bot on that account")
    return preview_answer(account_id, body, query.wait)


@orders.post("/<string:id>/cancel", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def cancel(path: IdPath, query: WaitQuery) -> Response:
    """Cancel what is open of an order."""
    order = services().ownership.document(caller().uid, "orders", path.id, "order")
    if order["state"] in _OVER:
        raise conflict(f"The order is {order['state']}: there is nothing left to cancel.")
    return commanded(order["account_id"], "cancel_order", {"order_id": path.id})
