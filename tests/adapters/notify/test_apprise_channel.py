"""A message by apprise reaches a web server, and what goes wrong is told in words that hold no part of the address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import monotonic

import pytest

from engine.adapters.notify.apprise_channel import AppriseChannel
from engine.domain.alert_channels import Channel
from engine.domain.errors import InvalidValue, OutcomeUnknown
from tests.adapters.notify.receiver import Receiver, receiving
from tests.faults.dead_port import dead_port

USER, PASSWORD, TOKEN, KEY = "planted-user", "planted-password", "planted-token", "planted-key"
SECRETS = (USER, PASSWORD, TOKEN, KEY)


def secret_url(port: int) -> str:
    return f"json://{USER}:{PASSWORD}@127.0.0.1:{port}/{TOKEN}?+X-Api-Key={KEY}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.mark.parametrize(("severity", "kind"), [("info", "info"), ("warning", "warning"), ("critical", "failure")])
def test_a_message_arrives_with_its_title_and_severity(receiver: Receiver, severity: str, kind: str) -> None:
    AppriseChannel(Channel("hook", receiver.url())).send(severity, "Day stop", "The day's loss reached 3 %")
    (message,) = receiver.messages
    assert (message["title"], message["message"], message["type"]) == ("Day stop", "The day's loss reached 3 %", kind)


def test_words_that_look_like_markup_arrive_as_they_are(receiver: Receiver) -> None:
    AppriseChannel(Channel("hook", receiver.url())).send("info", "t", "5 < 6 & *bold*\nsecond line")
    assert receiver.bodies == ["5 < 6 & *bold*\nsecond line"]


def test_a_service_that_refuses_is_a_failure_in_words_without_secrets(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 500
    channel = AppriseChannel(Channel("hook", secret_url(receiver.port)))
    with caplog.at_level(logging.DEBUG), pytest.raises(OutcomeUnknown, match="500") as failed:
        channel.send("critical", "t", "b")
    assert not [secret for secret in SECRETS if secret in str(failed.value) or secret in caplog.text]


def test_a_service_that_is_away_is_a_failure_in_words_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with dead_port() as nowhere:
        channel = AppriseChannel(Channel("hook", secret_url(int(nowhere.rpartition(":")[2]))))
        with caplog.at_level(logging.DEBUG), pytest.raises(OutcomeUnknown, match="onnection") as failed:
            channel.send("critical", "t", "b")
    assert not [secret for secret in SECRETS if secret in str(failed.value) or secret in caplog.text]


def test_an_address_that_apprise_cannot_use_is_refused_without_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(InvalidValue, match="ops: apprise can't use its url") as refused:
        AppriseChannel(Channel("ops", f"nosuchservice://{TOKEN}/{KEY}"))
    assert not [secret for secret in SECRETS if secret in str(refused.value) or secret in caplog.text]


def test_a_service_that_does_not_answer_holds_the_sender_for_seconds_only(receiver: Receiver) -> None:
    receiver.gate.clear()
    channel = AppriseChannel(Channel("hook", f"{receiver.url()}?rto=1&cto=1"))
    began = monotonic()
    with pytest.raises(OutcomeUnknown):
        channel.send("critical", "t", "b")
    assert monotonic() - began < 60, "and not until it answers"
