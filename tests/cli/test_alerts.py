"""`lockstep alerts test`: each channel of the setting gets a message, and its outcome is printed without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.adapters.notify.receiver import Receiver, receiving
from tests.cli import command
from tests.cli.command import Ran

SECRET = "planted-secret"


NAMES = ("LOCKSTEP_ALERTS", "LOCKSTEP_ALERTS_FILE")


def lockstep(*words: str, env: Mapping[str, str] = {}) -> Ran:
    """Run the command with these variables and none other of its own."""
    with pytest.MonkeyPatch.context() as patched:
        for name in NAMES:
            patched.delenv(name, raising=False)
        for name, value in env.items():
            patched.setenv(name, value)
        return command.lockstep(*words)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_each_channel_gets_the_message_and_its_outcome_is_printed(receiver: Receiver) -> None:
    with receiving() as broken:
        broken.status = 500
        channels = [{"name": "ops", "url": receiver.url(SECRET)}, {"name": "phone", "url": broken.url(SECRET)}]
        ran = lockstep("alerts", "test", "--json", env={"LOCKSTEP_ALERTS": json.dumps(channels)})
    assert ran.code == 1
    told = json.loads(ran.out)["channels"]
    assert [(each["channel"], each["delivered"]) for each in told] == [("ops", True), ("phone", False)]
    assert "500" in told[1]["detail"]
    assert SECRET not in ran.out + ran.err
    assert receiver.messages[0]["title"] == "Lockstep: Test message"


def test_a_file_may_hold_the_setting(receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "alerts.json"
    file.write_text(json.dumps([receiver.url()]))
    ran = lockstep("alerts", "test", env={"LOCKSTEP_ALERTS_FILE": str(file)})
    assert (ran.code, ran.out) == (0, "json-1: delivered\n")


@pytest.mark.parametrize(
    ("env", "code", "says"),
    [
        ({}, 1, "No channel is set"),
        ({"LOCKSTEP_ALERTS": f'["{SECRET}"]'}, 2, "LOCKSTEP_ALERTS[1]: its url must begin with a service"),
        ({"LOCKSTEP_ALERTS": f'["nosuch://{SECRET}"]'}, 2, "nosuch-1: apprise can't use its url"),
        ({"LOCKSTEP_ALERTS_FILE": "/no/such/file"}, 2, "LOCKSTEP_ALERTS_FILE: /no/such/file can't be read"),
        ({"LOCKSTEP_ALERTS_FILE": "/x", "LOCKSTEP_ALERTS": "[]"}, 2, "name the channels in one of them"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_said_without_an_address(
    env: dict[str, str], code: int, says: str
) -> None:
    ran = lockstep("alerts", "test", env=env)
    assert ran.code == code, ran.err
    assert says in ran.out + ran.err
    assert SECRET not in ran.out + ran.err


def test_the_help_has_an_example() -> None:
    assert "LOCKSTEP_ALERTS=" in lockstep("alerts", "test", "--help").out
