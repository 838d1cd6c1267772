"""A critical alert that the engine could not send leaves by the function, once it is sure; on a real emulator."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client

from functions.alert import ENGINE_FIRST_S, TRIED_FOR, BadChannels, NotAnAlert, NotTaken, channels_of, deliver
from tests.adapters.notify.receiver import Receiver, receiving

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def an_alert(**changed: Any) -> dict[str, Any]:
    """A lost lease as the engine writes it, docs/contract/documents.md, and these fields changed."""
    return {
        "user_id": "asha", "account_id": "paper-demo", "mode": "paper", "sequence": 7, "updated_at": AT,
        "severity": "critical", "kind": "lease_lost", "text": "This engine stops sending and ends", "at": AT,
        "count": 1, "last_at": None, "delivered_to": [], **changed,
    }  # fmt: skip


class Patience:
    """Waits no time; counts it, and lets something happen meanwhile."""

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        self.waited_s = 0.0
        self._meanwhile = meanwhile

    def __call__(self, seconds: float) -> None:
        self.waited_s += seconds
        self._meanwhile()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def told(store: Client) -> dict[str, Any]:
    return store.document("notifications/a1").get().to_dict() or {}


def test_what_no_channel_of_the_engine_took_is_sent_and_noted(firestore_client: Client, receiver: Receiver) -> None:
    failed = {"channel": "hook", "at": AT, "failed": "no route"}
    firestore_client.document("alerts/a1").create(an_alert(delivered_to=[failed]))
    patience = Patience()
    done = deliver(firestore_client, "a1", an_alert(), [("hook", receiver.url())], patience)
    assert (done, patience.waited_s) == ("sent", ENGINE_FIRST_S)
    assert receiver.bodies == ["This engine stops sending and ends"]
    assert receiver.messages[0]["title"] == "Lockstep, critical: lease lost"
    note = told(firestore_client)
    assert note.pop("delivered_at") == note.pop("updated_at")
    assert note == {
        "user_id": "asha", "account_id": "paper-demo", "mode": "paper", "sequence": 7, "severity": "critical",
        "kind": "lease_lost", "text": "This engine stops sending and ends", "alert_id": "a1",
        "delivered_to": [{"channel": "hook", "failed": None}],
    }  # fmt: skip


def test_what_the_engine_sent_in_the_meantime_is_noted_and_not_sent_again(
    firestore_client: Client, receiver: Receiver
) -> None:
    document = firestore_client.document("alerts/a1")
    document.create(an_alert())
    taken = [{"channel": "hook", "at": AT, "failed": None}]
    patience = Patience(lambda: document.update({"delivered_to": taken}))
    assert deliver(firestore_client, "a1", an_alert(), [("hook", receiver.url())], patience) == "the engine told it"
    assert receiver.messages == []
    assert told(firestore_client)["delivered_to"] == []


def test_an_event_that_is_delivered_again_sends_nothing(firestore_client: Client, receiver: Receiver) -> None:
    for expected in ("sent", "told before"):
        assert deliver(firestore_client, "a1", an_alert(), [("hook", receiver.url())], Patience()) == expected
    assert len(receiver.messages) == 1


def test_what_is_not_critical_is_left_to_the_engine(firestore_client: Client, receiver: Receiver) -> None:
    warning = an_alert(severity="warning")
    assert deliver(firestore_client, "a1", warning, [("hook", receiver.url())], Patience()) == "not critical"
    assert receiver.messages == []
    assert told(firestore_client) == {}


def test_a_channel_that_fails_is_noted_and_the_others_are_sent_to(firestore_client: Client, receiver: Receiver) -> None:
    with receiving() as broken:
        broken.status = 500
        ways = [("broken", broken.url()), ("bad", "nosuch://x"), ("hook", receiver.url())]
        assert deliver(firestore_client, "a1", an_alert(), ways, Patience()) == "sent"
    assert told(firestore_client)["delivered_to"] == [
        {"channel": "broken", "failed": "the service did not take it"},
        {"channel": "bad", "failed": "apprise can't use its url"},
        {"channel": "hook", "failed": None},
    ]


def test_what_no_channel_takes_is_tried_again_for_as_long_as_the_engine_would_and_then_given_up(
    firestore_client: Client,
) -> None:
    with receiving() as broken:
        broken.status = 502
        ways = [("hook", broken.url())]
        late = AT + TRIED_FOR
        with pytest.raises(NotTaken):
            deliver(firestore_client, "a1", an_alert(), ways, Patience(), lambda: late - timedelta(seconds=1))
        assert told(firestore_client) == {}
        assert deliver(firestore_client, "a1", an_alert(), ways, Patience(), lambda: late) == "no channel took it"
    assert told(firestore_client)["delivered_to"] == [{"channel": "hook", "failed": "the service did not take it"}]


def test_a_setting_that_can_never_work_is_not_tried_again(firestore_client: Client) -> None:
    done = deliver(firestore_client, "a1", an_alert(), [("bad", "nosuch://x")], Patience(), lambda: AT)
    assert done == "no channel took it"


@pytest.mark.parametrize("name", ["user_id", "account_id", "mode", "severity", "kind", "text", "sequence"])
def test_a_document_that_lacks_an_alerts_field_is_no_alert(firestore_client: Client, name: str) -> None:
    alert = an_alert()
    del alert[name]
    with pytest.raises(NotAnAlert, match=f"lacks {name}$"):
        deliver(firestore_client, "a1", alert, [], Patience())


def test_the_setting_reads_as_the_engines_does() -> None:
    setting = json.dumps(["slack://a/b/c", {"name": "phone", "url": "tgram://t/c", "from": "critical"}])
    assert channels_of(setting) == [("slack-1", "slack://a/b/c"), ("phone", "tgram://t/c")]
    assert channels_of("") == channels_of("[]") == []


@pytest.mark.parametrize(
    "setting", ['["planted', '{"url": "a://planted"}', '["planted"]', '[{"name": "planted"}]', "[3]"]
)
def test_a_setting_that_is_wrong_is_said_without_an_address(setting: str) -> None:
    with pytest.raises(BadChannels, match="LOCKSTEP_ALERTS") as refused:
        channels_of(setting)
    assert "planted" not in str(refused.value)
