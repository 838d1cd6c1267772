"""Owns the triggers of the deployed functions. Fed by Firestore's events; hands each to the file that knows what to do.

This folder is a deployable of its own: it shares documents with `engine/`, never code.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from alert import BadChannels, NotAnAlert, channels_of, deliver
from firebase_functions import logger
from firebase_functions.firestore_fn import DocumentSnapshot, Event, on_document_created
from firebase_functions.params import SecretParam, StringParam
from firebase_functions.scheduler_fn import ScheduledEvent, on_schedule
from google.cloud.firestore import Client
from heartbeat import find_silent
from notification import NotASignal, record

REGION = StringParam("LOCKSTEP_FUNCTIONS_REGION", default="asia-south1", description="where Firestore is")
ALERTS = SecretParam("LOCKSTEP_ALERTS", description="the channels of alerts, as JSON; [] for none")
MEMORY_MB = 256


@cache
def _store() -> Client:
    """One client an instance, made at the first event: nothing reaches out at import."""
    return Client()


def redelivered(trigger: Callable[..., Any]) -> Callable[..., Any]:
    """Has the platform deliver an event again until its function returns; it must be safe to run twice.

    firebase-functions 0.6 writes `retry: false` for every Firestore trigger and takes no argument for it, so the word
    is put into the endpoint's declaration, which is what a deployment reads; a test holds it there.
    """
    trigger.__firebase_endpoint__.eventTrigger["retry"] = True
    return trigger


@redelivered
@on_document_created(
    document="trading_signals/{signal_id}",
    region=REGION,
    memory=MEMORY_MB,
    timeout_sec=60,
    max_instances=10,
)
def notify_of_signal(event: Event[DocumentSnapshot | None]) -> None:
    """A new signal becomes a notification record, once, however often the event is delivered.

    What Firestore raises is raised on, and the event delivered again. A document that is no signal is logged and left.
    """
    signal_id = event.params["signal_id"]
    signal = (event.data.to_dict() if event.data else None) or {}
    try:
        written = record(_store(), signal_id, signal)
    except NotASignal as error:
        logger.error("not a signal, no notification", signal_id=signal_id, reason=str(error))
        return
    logger.info("notified" if written else "notified before", signal_id=signal_id)


@redelivered
@on_document_created(
    document="alerts/{alert_id}",
    region=REGION,
    memory=MEMORY_MB,
    timeout_sec=120,
    max_instances=10,
    secrets=[ALERTS],
)
def deliver_alert(event: Event[DocumentSnapshot | None]) -> None:
    """A critical alert that the engine could not send itself is sent from here.

    What Firestore raises, and that no channel took it, is raised on, and the event delivered again. A document that is
    no alert is logged and left; so is an alert while the channels' setting can't be read.
    """
    alert_id = event.params["alert_id"]
    alert = (event.data.to_dict() if event.data else None) or {}
    try:
        done = deliver(_store(), alert_id, alert, channels_of(ALERTS.value))
    except (NotAnAlert, BadChannels) as error:
        logger.error("an alert is not delivered", alert_id=alert_id, reason=str(error))
        return
    logger.info(done, alert_id=alert_id)


@on_schedule(schedule="every 1 minutes", region=REGION, memory=MEMORY_MB, timeout_sec=60, max_instances=1)
def check_heartbeats(event: ScheduledEvent) -> None:
    """An engine that is gone without letting its account go becomes an alert."""
    for account_id in find_silent(_store(), datetime.now(UTC)):
        logger.error("an engine is silent", account_id=account_id)
