"""Alerts, that someone has seen one, and whether the channels work."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.described import API, WRITE_PROBLEMS, problem_responses, resource
from engine.api.lists import listed
from engine.api.models.answers import AlertAnswer, AlertPage
from engine.api.models.channels import AlertTestAnswer
from engine.api.models.queries import AlertPageQuery, IdPath
from engine.api.ownership import document_in, owner_only
from engine.api.services import services
from engine.api.writing import written
from engine.ports import Fields, Transaction
from engine.runtime.alert_trial import try_channels

alerts = resource("alerts", "Things a person should know.", prefix=f"{API}/alerts")


@alerts.get("", responses={200: AlertPage})
def page(query: AlertPageQuery) -> Response:
    """Your alerts, newest first."""
    return listed("alerts", query)


@alerts.post("/test", responses={200: AlertTestAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def test() -> Response:
    """Send a test message to each channel of the service and say what came of it, within ten seconds. Owner only."""
    deps = services().deps
    owner_only(caller().uid, deps.owner_uid)
    return answered({"items": [asdict(trial) for trial in try_channels(deps.notifiers)]})


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
