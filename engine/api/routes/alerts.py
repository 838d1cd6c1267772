"""Alerts, and that someone has seen one."""

from __future__ import annotations

from flask import Response

from engine.api.authentication import caller
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.lists import listed
from engine.api.models.answers import AlertAnswer, AlertPage
from engine.api.models.queries import IdPath, PageQuery
from engine.api.ownership import document_in
from engine.api.services import services
from engine.api.writing import written
from engine.ports import Fields, Transaction

alerts = resource("alerts", "Things a person should know.", prefix=f"{API}/alerts")


@alerts.get("", responses={200: AlertPage})
def page(query: PageQuery) -> Response:
    """Your alerts, newest first."""
    return listed("alerts", query)


@alerts.post("/<string:id>/acknowledge", responses={200: AlertAnswer, **WRITE_PROBLEMS})
def acknowledge(path: IdPath) -> Response:
    """Say that you have seen an alert. The first time counts."""
    uid = caller().uid
    account_id = services().ownership.document(uid, "alerts", path.id, "alert")["account_id"]

    def work(transaction: Transaction) -> Fields:
        alert = {**document_in(transaction, uid, "alerts", path.id, "alert"), "id": path.id}
        if alert.get("acknowledged_at") is not None:
            return alert
        now = services().deps.clock.now()
        seen = {"acknowledged_at": now, "updated_at": now}
        transaction.update("alerts", path.id, seen)
        return {**alert, **seen}

    return written(account_id, work)
