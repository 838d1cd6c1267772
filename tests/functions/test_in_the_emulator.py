"""The function where it runs: in the Functions emulator, on events of the Firestore emulator and on repeated ones."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client, DocumentSnapshot

from local.errors import StackError
from tests.functions.signals import a_signal
from tests.functions.suite import FunctionsSuite
from tests.functions.test_alert import AT, an_alert

NOTIFIED_WITHIN_S = 180


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsSuite]:
    try:
        with FunctionsSuite(tmp_path_factory.mktemp("suite"), "demo-lockstep-functions") as running:
            yield running
    except StackError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def store(suite: FunctionsSuite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", suite.firestore_host)
    client = Client(project=suite.project, credentials=AnonymousCredentials())
    yield client
    client.close()


def notification_at(store: Client, signal_id: str, suite: FunctionsSuite) -> DocumentSnapshot:
    """Wait for the notification of a signal or an alert."""
    deadline = time.monotonic() + NOTIFIED_WITHIN_S
    while time.monotonic() < deadline:
        found = store.document(f"notifications/{signal_id}").get()
        if found.exists:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no notification of {signal_id} within {NOTIFIED_WITHIN_S} s:\n{suite.log()}")


def test_a_new_signal_becomes_a_notification(suite: FunctionsSuite, store: Client) -> None:
    store.document("trading_signals/first").create(a_signal())
    notification = notification_at(store, "first", suite).to_dict() or {}
    assert notification["text"] == "BUY TCS at 3120.5, paper: order sent"
    assert notification["user_id"] == "asha"


def test_an_event_delivered_twice_notifies_once(suite: FunctionsSuite, store: Client) -> None:
    assert suite.deliver("event-1", "twice", a_signal()) == 200
    told = notification_at(store, "twice", suite)
    assert suite.deliver("event-1", "twice", a_signal()) == 200
    again = notification_at(store, "twice", suite)
    assert again.update_time == told.update_time


def test_an_event_delivered_many_times_at_once_notifies_once(suite: FunctionsSuite, store: Client) -> None:
    with ThreadPoolExecutor(4) as deliveries:
        answers = list(deliveries.map(lambda _: suite.deliver("event-2", "crowded", a_signal()), range(8)))
    assert answers == [200] * 8
    notification = notification_at(store, "crowded", suite)
    assert notification.update_time == notification.create_time


def test_a_critical_alert_that_the_engine_has_told_is_noted(suite: FunctionsSuite, store: Client) -> None:
    taken = {"channel": "hook", "at": AT, "failed": None}
    store.document("alerts/told").create(an_alert(delivered_to=[taken]))
    note = notification_at(store, "told", suite).to_dict() or {}
    assert (note["alert_id"], note["kind"], note["delivered_to"]) == ("told", "lease_lost", [])


def test_a_document_that_is_no_signal_is_left_and_not_asked_for_again(suite: FunctionsSuite, store: Client) -> None:
    assert suite.deliver("event-3", "broken", {"user_id": "asha"}) == 200
    assert not store.document("notifications/broken").get().exists
