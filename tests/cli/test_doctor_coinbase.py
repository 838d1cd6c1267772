"""`lockstep doctor --broker coinbase` at the loopback broker: with the environment's key, or with none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.brokers.coinbase.running import running_coinbase
from tests.brokers.loopback.running import RunningBroker
from tests.cli.test_doctor import doctor, rehearsal


@pytest.fixture(scope="module")
def coinbase() -> Iterator[RunningBroker]:
    """Another day than today: the check goes by the broker's time."""
    with running_coinbase("--plain", "--at", "2026-11-23T10:00:00+00:00", "--beat", "0.1") as broker:
        broker.do("price", product="BTC-USD", price="64000", size="0.01")
        yield broker


@pytest.fixture
def variables(
    coinbase: RunningBroker, firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> dict[str, str]:
    return {
        **rehearsal(firestore_emulator, firestore_project, tmp_path, "coinbase", ["BTC-USD"]),
        "LOCKSTEP_COINBASE_AT": coinbase.told["root"],
        "COINBASE_CREDENTIALS_FILE": coinbase.told["key_file"],
    }


def test_it_checks_with_the_key_file_as_coinbase_gives_it_out(
    coinbase: RunningBroker, variables: dict[str, str]
) -> None:
    ran = doctor(variables, "--json")  # the market's own broker is meant
    assert ran.code == 0, ran.out + ran.err
    told = json.loads(ran.out)
    graded = {line["name"]: line["grade"] for line in told["findings"]}
    assert (told["broker"], set(graded.values())) == ("coinbase", {"green"}), ran.out
    assert {"login", "permissions", "candles", "market_socket", "user_socket", "order_preview", "fees"} <= set(graded)
    key = json.loads(Path(coinbase.told["key_file"]).read_text())
    assert not [secret for secret in key.values() if secret in ran.out + ran.err]


def test_without_keys_it_says_where_to_give_them(variables: dict[str, str]) -> None:
    ran = doctor({**variables, "COINBASE_CREDENTIALS_FILE": ""}, "--broker", "coinbase")
    assert (ran.code, "there are no broker keys of Coinbase" in ran.err) == (2, True), ran.err


def test_a_broker_to_rehearse_at_that_is_not_there_is_told(variables: dict[str, str]) -> None:
    ran = doctor({**variables, "LOCKSTEP_COINBASE_AT": "http://127.0.0.1:1"}, "--broker", "coinbase")
    assert (ran.code, "127.0.0.1:1, does not answer" in ran.err) == (1, True), ran.err
