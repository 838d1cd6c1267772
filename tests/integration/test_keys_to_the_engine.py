"""Broker keys from a person to the engine that waits for them, and the check before the open made by that engine: the
whole service at the loopback broker, over HTTP as the dashboard speaks.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from tests.brokers.angelone.running import RunningAngelOne, running_angel_one
from tests.cli import command
from tests.cli.command import Ran
from tests.integration.engine_process import OWNER, Store
from tests.integration.owner import Owner
from tests.integration.rehearsed_day import ACCOUNT, ADDRESS, settings_for
from tests.integration.service_process import service


def keys_of(broker: RunningAngelOne) -> dict[str, str]:
    names = ("client_code", "pin", "totp_secret", "api_key")
    return {**{name: broker.told[name] for name in names}, "registered_ip": ADDRESS}


def broker_state(store: Store) -> str | None:
    state: str | None = (store.get("accounts", ACCOUNT) or {}).get("broker", {}).get("state")
    return state


def lockstep_doctor(env: dict[str, str]) -> Ran:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in env.items():
            patched.setenv(name, value)
        return command.lockstep("doctor", "--json")


def test_keys_given_on_the_dashboard_let_the_waiting_engine_in_and_it_alone_makes_the_check(
    firestore_emulator: FirestoreEmulator, auth_emulator: AuthEmulator, tmp_path: Path
) -> None:
    host, project = firestore_emulator.host, auth_emulator.project  # the tokens are for this one
    store = Store(host, project)
    with running_angel_one() as broker:
        settings = {name: value for name, value in settings_for(broker, tmp_path).items() if name[:8] != "ANGELONE"}
        settings["FIREBASE_AUTH_EMULATOR_HOST"] = auth_emulator.host
        with service(host, project, tmp_path / "state", **settings) as running:
            running.await_that(running.ready, 60, "the service")
            person = Owner(running, auth_emulator, "angelone")
            assert person.keys()["set"] is False
            assert broker.look()["logins"] == 0
            wrong = {**keys_of(broker), "pin": "0000"}
            running.await_that(lambda: person.give(wrong), 30, "the account to be the owner's")
            told = person.check()
            assert told["login"]["grade"] == "red", told
            assert person.give(keys_of(broker))
            running.await_that(lambda: broker_state(store) == "connected", 60, "a session")
            told = person.check()
            assert {line["grade"] for name, line in told.items() if name != "charges"} == {"green"}, told
            logins = broker.look()["logins"]
            ran = lockstep_doctor({
                **settings, "GOOGLE_CLOUD_PROJECT": project, "FIRESTORE_EMULATOR_HOST": host,
                "LOCKSTEP_OWNER_UID": OWNER, "LOCKSTEP_STATE_DIR": str(tmp_path / "another"),
            })  # fmt: skip
            assert (ran.code, json.loads(ran.out)["grade"]) == (0, "amber"), ran.out + ran.err
            assert broker.look()["logins"] == logins
            assert broker.look()["calls"].get("placeOrder", 0) == 0
            person.take_back()
            running.await_that(lambda: broker.look()["calls"].get("logout", 0) > 0, 30, "the logout")
            assert person.give(keys_of(broker))
            running.await_that(lambda: broker.look()["logins"] == logins + 1, 60, "a login with the keys given again")
            running.await_that(lambda: broker_state(store) == "connected", 60, "a session again")
            said = running.told()
    for name, secret in keys_of(broker).items():
        assert name == "registered_ip" or secret not in said, name
