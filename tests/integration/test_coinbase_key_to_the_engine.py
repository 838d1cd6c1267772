"""A key of Coinbase from a person to the engine that waits for it, another one while it runs, and none: the whole
service at the loopback broker, over HTTP as the dashboard speaks.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from tests.brokers.coinbase.running import running_coinbase
from tests.integration.coinbase_day import settings_for
from tests.integration.owner import Owner
from tests.integration.service_process import Service, service

TRADING, ANEW = '"message": "trading"', '"message": "the account begins anew"'
WAITS = '"message": "waiting for a person"'


def told(running: Service, words: str, times: int, what: str) -> None:
    running.await_that(lambda: running.told().count(words) >= times, 60, what)


def test_a_key_given_on_the_dashboard_lets_the_waiting_engine_trade_and_another_makes_it_begin_anew(
    firestore_emulator: FirestoreEmulator, auth_emulator: AuthEmulator, tmp_path: Path
) -> None:
    host, project = firestore_emulator.host, auth_emulator.project  # the tokens are for this one
    with running_coinbase("--plain", "--cash", "USD=100000", "--walk", "1") as broker:
        settings = {name: value for name, value in settings_for(broker, tmp_path).items() if name[:8] != "COINBASE"}
        settings["FIREBASE_AUTH_EMULATOR_HOST"] = auth_emulator.host
        first = {name: broker.told[name] for name in ("key_name", "private_key")}
        file = json.loads(Path(broker.told["key_file"]).read_text())
        second = {"key_name": file["name"], "private_key": file["privateKey"]}
        with service(host, project, tmp_path / "state", **settings) as running:
            running.await_that(running.ready, 60, "the service")
            owner = Owner(running, auth_emulator, "coinbase")
            told(running, WAITS, 1, "it waits for a key")
            running.await_that(lambda: owner.give(first), 30, "the account to be the owner's")
            told(running, TRADING, 1, "it trades")
            lines = owner.check()
            assert {line["grade"] for line in lines.values()} == {"green"}, lines
            assert owner.give(second)
            told(running, ANEW, 1, "another key is another account, maybe")
            told(running, TRADING, 2, "it trades with the other key")
            assert owner.check()["login"]["says"] == "the key …0003 is accepted"
            owner.take_back()
            told(running, WAITS, 2, "it waits again, in the same process")
            assert owner.keys()["set"] is False
            assert broker.look()["calls"].get("create_order", 0) == 0, "nobody armed it"
            code, _ = running.end()
            said = running.told()
        assert code == 0, said[-3000:]
    secrets = [each for key in (first, second) for each in (key["key_name"], *key["private_key"].splitlines()[1:-1])]
    assert not [secret for secret in (*secrets, second["private_key"]) if secret in said]
    assert "Traceback" not in said
