"""An engine that is gone without letting its account go becomes an alert, once an absence; on a real emulator."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client

from functions.heartbeat import find_silent

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MARKET = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def engine_seen(store: Client, ago_s: float, *, instance: str = "4f2a", account_id: str = "paper-demo") -> None:
    """An account whose engine beat so long ago, and its lease."""
    own: dict[str, Any] = {"user_id": "asha", "account_id": account_id, "mode": "paper", "sequence": 9}
    engine = {"instance": "4f2a", "epoch": 3, "heartbeat_at": NOW - timedelta(seconds=ago_s)}
    store.document(f"accounts/{account_id}").set({**own, "market_at": MARKET, "engine": engine})
    store.document(f"leases/{account_id}").set({**own, "instance": instance, "epoch": 3})


def alerts(store: Client) -> list[dict[str, Any]]:
    return [each.to_dict() or {} for each in store.collection("alerts").stream()]


@pytest.mark.parametrize(("ago_s", "told"), [(0, 0), (59.9, 0), (60, 0), (60.1, 1), (86_400, 1)])
def test_a_heart_is_missed_after_a_minute(firestore_client: Client, ago_s: float, told: int) -> None:
    engine_seen(firestore_client, ago_s)
    assert len(find_silent(firestore_client, NOW)) == told
    assert len(alerts(firestore_client)) == told


def test_an_absence_is_one_alert_however_often_it_is_looked_at_and_the_next_is_another(
    firestore_client: Client,
) -> None:
    engine_seen(firestore_client, 100)
    assert find_silent(firestore_client, NOW) == ["paper-demo"]
    assert find_silent(firestore_client, NOW + timedelta(minutes=5)) == []
    (alert,) = alerts(firestore_client)
    assert alert == {
        "user_id": "asha", "account_id": "paper-demo", "mode": "paper", "sequence": 9, "severity": "critical",
        "kind": "heartbeat_missing", "at": MARKET, "count": 1, "last_at": None, "delivered_to": [], "updated_at": NOW,
        "text": "paper-demo: the engine 4f2a is silent since 02 Mar 03:58:20 UTC and did not let its lease go",
    }  # fmt: skip
    engine_seen(firestore_client, 70)
    assert find_silent(firestore_client, NOW) == ["paper-demo"]
    assert len(alerts(firestore_client)) == 2


def test_an_engine_that_ended_in_order_is_not_missed(firestore_client: Client) -> None:
    engine_seen(firestore_client, 3600, instance="")
    assert find_silent(firestore_client, NOW) == []


def test_one_silent_engine_of_several_is_found(firestore_client: Client) -> None:
    engine_seen(firestore_client, 5, account_id="paper-a")
    engine_seen(firestore_client, 500, account_id="paper-b")
    firestore_client.document("leases/paper-c").set({"instance": "9a", "epoch": 1})  # an account still being born
    assert find_silent(firestore_client, NOW) == ["paper-b"]
