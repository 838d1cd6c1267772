"""Owns the second way of critical alerts: what the engine could not send itself leaves from here. Fed by main.py.

The engine sends its alerts directly and notes in the alert's document which channels took them. A critical one that no
channel has taken after a while is sent by this function, to the channels of its own setting. Each is noted in
`notifications/{alert_id}`. An event that is delivered again finds the note; one cut off between the sending and the
note is sent again: better twice than not at all. What no channel takes is tried again for as long as the engine would.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode
from google.cloud.firestore import SERVER_TIMESTAMP, Client

TIMEOUT_S = 10.0
"""One call's bound, to Firestore and to a channel."""

ENGINE_FIRST_S = 15.0
"""How long the engine has for sending it itself: an attempt of ten seconds, and the way to Firestore."""

LOOK_S = 3.0
TRIED_FOR = timedelta(hours=6)
"""As long as the engine tries a critical alert; then the note says that no channel took it."""

NOT_TAKEN = "the service did not take it"
COPIED = ("user_id", "account_id", "mode", "severity", "kind", "text", "sequence")
"""What the note takes over from the alert; each must be there."""


class NotAnAlert(Exception):
    """The document lacks a field that every alert has; delivering it again would not help."""


class NotTaken(Exception):
    """No channel took the alert, and one of them may yet: the platform delivers the event again, ever more slowly."""


class BadChannels(Exception):
    """The setting can't be read. Says which channel, never an address."""


def channels_of(setting: str) -> list[tuple[str, str]]:
    """Name and address of each channel of LOCKSTEP_ALERTS, which reads as the engine's does (docs/OPERATIONS.md).

    Raises BadChannels.
    """
    try:
        listed = json.loads(setting) if setting.strip() else []
    except json.JSONDecodeError:
        raise BadChannels("LOCKSTEP_ALERTS is no JSON") from None
    if not isinstance(listed, list):
        raise BadChannels("LOCKSTEP_ALERTS must be a JSON list")
    found = []
    for number, item in enumerate(listed, start=1):
        given = {"url": item} if isinstance(item, str) else item
        url = given.get("url") if isinstance(given, dict) else None
        if not isinstance(url, str) or "://" not in url:
            raise BadChannels(f"LOCKSTEP_ALERTS[{number}] has no url")
        found.append((str(given.get("name") or f"{url.partition('://')[0].lower()[:24]}-{number}"), url))
    return found


def deliver(
    store: Client,
    alert_id: str,
    alert: Mapping[str, Any],
    channels: Sequence[tuple[str, str]],
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str:
    """Send a critical alert where the engine has not; says what was done. `now` is wall time.

    Raises NotAnAlert; NotTaken, and whatever Firestore raises, upon which the platform delivers the event again.
    """
    missing = [name for name in COPIED if alert.get(name) is None]
    if missing:
        raise NotAnAlert(f"the document lacks {', '.join(missing)}")
    if alert["severity"] != "critical":
        return "not critical"
    note = store.collection("notifications").document(alert_id)
    if note.get(retry=None, timeout=TIMEOUT_S).exists:
        return "told before"
    by_engine = _engine_told(store, alert_id, wait)
    outcomes = [] if by_engine else [_send(name, url, alert) for name, url in channels]
    taken = any(failed is None for _, failed in outcomes)
    if not taken and any(failed == NOT_TAKEN for _, failed in outcomes) and _is_young(alert, now()):
        raise NotTaken(f"none of {len(outcomes)} channels took it")
    note.set(
        {
            **{name: alert[name] for name in COPIED},
            "alert_id": alert_id,
            "delivered_to": [{"channel": name, "failed": failed} for name, failed in outcomes],
            "delivered_at": SERVER_TIMESTAMP,
            "updated_at": SERVER_TIMESTAMP,
        },
        retry=None,
        timeout=TIMEOUT_S,
    )
    if by_engine:
        return "the engine told it"
    return "sent" if taken else "no channel took it"


def _is_young(alert: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is still tried; one that does not say of when it is, is not."""
    written_at = alert.get("updated_at")
    return isinstance(written_at, datetime) and now - written_at < TRIED_FOR


def _engine_told(store: Client, alert_id: str, wait: Callable[[float], None]) -> bool:
    """Whether a channel of the engine took it, which it has a while for."""
    waited = 0.0
    while True:
        now = store.collection("alerts").document(alert_id).get(["delivered_to"], retry=None, timeout=TIMEOUT_S)
        taken = (now.to_dict() or {}).get("delivered_to") or [] if now.exists else []
        if any(each.get("failed") is None for each in taken):
            return True
        if waited >= ENGINE_FIRST_S:
            return False
        wait(LOOK_S)
        waited += LOOK_S


def _send(name: str, url: str, alert: Mapping[str, Any]) -> tuple[str, str | None]:
    """The channel and None, or why it did not arrive: in words of our own, as apprise's may quote the address."""
    asset = AppriseAsset(
        app_id="Lockstep", async_mode=False, storage_mode=PersistentStoreMode.MEMORY, service_timeout=TIMEOUT_S
    )
    way = Apprise(asset=asset)
    if not way.add(url):
        failed: str | None = "apprise can't use its url"
    else:
        title = f"Lockstep, critical: {str(alert['kind']).replace('_', ' ')}"
        taken = way.notify(
            body=alert["text"], title=title, notify_type=NotifyType.FAILURE, body_format=NotifyFormat.TEXT
        )
        failed = None if taken else NOT_TAKEN
    return name, failed
