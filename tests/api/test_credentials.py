"""Broker keys over HTTP: they go in field by field, and never come out."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.vault import FirestoreVault
from engine.adapters.vault.envelope import Envelope
from engine.adapters.vault.local_keys import LocalKeys
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.broker_keys import BrokerKeys
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.events import CommandReceived
from engine.ports import Fields, Transaction
from tests.api.conftest import World, build_world
from tests.api.world import ASHA, ASHAS, BELA, CARL, START

GIVEN = {
    "client_code": "A123456",
    "pin": "4821",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "api_key": "k9AbCd12",
    "registered_ip": "203.0.113.7",
}
SECRETS = ("A123456", "4821", "JBSWY3DPEHPK3PXP", "k9AbCd12", "203.0.113.7")
AT = "/credentials/angelone"
RANDOM_ID = re.compile("[0-9a-f]{32}")  # has any four digits now and then
AT_COINBASE = "/credentials/coinbase"
ED25519 = {"key_name": "0a1b2c3d-planted-key", "private_key": "cGxhbnRlZC1wcml2YXRlLWtleS1vZi0zMi1ieXRlcyE="}


@pytest.fixture
def keyed(tmp_path: Path) -> World:
    """A service that can keep keys; Asha has just signed in."""
    sealer = Envelope(LocalKeys([Fernet.generate_key().decode()]))
    made = build_world(tmp_path, vault=lambda wire: FirestoreVault(wire, sealer))
    made.clock.elapsed_s = 0.0
    return made


def kept(world: World, broker: str = "angelone") -> BrokerKeys | None:
    vault = world.app.extensions["lockstep"].deps.vault
    found: BrokerKeys | None = vault.credentials(ASHA, broker)
    return found


def commands(world: World) -> list[CommandReceived]:
    plane = FirestoreControlPlane(world.wire, world.documents, world.clock.now)
    return list(plane.open_commands(ASHAS))


def put(world: World, **changes: Any) -> Any:
    return world.call("PUT", AT, json={**GIVEN, **changes})


def test_keys_go_in_and_the_answer_says_only_that_they_are_there(keyed: World) -> None:
    answer = put(keyed)
    assert answer.status_code == 200
    told = {name: answer.json[name] for name in ("broker", "set", "client_ending", "set_at", "test")}
    assert told == {
        "broker": "angelone", "set": True, "client_ending": "…56", "set_at": "2026-03-02T06:30:00Z", "test": None,
    }  # fmt: skip
    assert keyed.call("GET", AT).json == answer.json
    assert kept(keyed) == AngelOneCredentials(**GIVEN)


def test_nothing_but_the_sealed_text_keeps_them(keyed: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [
            put(keyed), keyed.call("GET", AT), put(keyed, pin="48211"), put(keyed, totp_secret="4821"),
            keyed.call("POST", f"{AT}/test"), keyed.call("PUT", AT, json={**GIVEN, "password": "k9AbCd12"}),
            keyed.call("DELETE", AT),
        ]  # fmt: skip
    everywhere = "".join([*(answer.get_data(as_text=True) for answer in answers), caplog.text])
    stored = RANDOM_ID.sub("", b"".join(keyed.everything().values()).decode("utf-8", "replace"))
    for secret in SECRETS:
        assert secret not in everywhere
        assert secret not in stored


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("client_code", "A 1", "client code"),
        ("pin", "482", "4 digits"),
        ("totp_secret", "123456", "base32"),
        ("api_key", "", "without spaces"),
        ("registered_ip", "my house", "IPv4"),
        ("pin", 4821, "must be a text"),
    ],
)
def test_each_field_that_is_wrong_is_named_and_nothing_is_kept(
    keyed: World, field: str, value: object, words: str
) -> None:
    before = keyed.everything()
    answer = put(keyed, **{field: value})
    assert (answer.status_code, [each["field"] for each in answer.json["errors"]]) == (400, [field])
    assert words in answer.json["errors"][0]["message"]
    assert keyed.everything() == before


def test_all_wrong_fields_are_named_at_once(keyed: World) -> None:
    answer = keyed.call("PUT", AT, json={"client_code": "?", "pin": "?"})
    named = [each["field"] for each in answer.json["errors"]]
    assert named == ["client_code", "pin", "totp_secret", "api_key"]


def test_new_keys_take_the_place_of_old_ones_and_the_engine_hears_of_each_change(keyed: World) -> None:
    put(keyed)
    put(keyed, pin="1111")
    keyed.call("DELETE", AT)
    assert kept(keyed) is None
    assert keyed.call("GET", AT).json["set"] is False
    heard = [(each.kind, dict(each.arguments)) for each in commands(keyed)]
    told = {"broker": "angelone", "by": ASHA}
    assert heard.count(("credentials_changed", {**told, "deed": "set"})) == 2
    assert heard.count(("credentials_changed", {**told, "deed": "removed"})) == 1


def test_removing_what_is_not_there_tells_nobody(keyed: World) -> None:
    assert keyed.call("DELETE", AT).json["set"] is False
    assert commands(keyed) == []


def test_who_signed_in_long_ago_changes_nothing(keyed: World) -> None:
    put(keyed)
    before = keyed.everything()
    keyed.clock.elapsed_s = 301.0
    for answer in (put(keyed, pin="1111"), keyed.call("DELETE", AT)):
        assert (answer.status_code, answer.json["type"]) == (403, "urn:lockstep:problem:recent-sign-in")
    assert keyed.everything() == before
    assert keyed.call("POST", f"{AT}/test").status_code == 202


def test_the_same_key_gives_keys_once(keyed: World) -> None:
    sent = {"Idempotency-Key": "once"}
    first = keyed.call("PUT", AT, json=GIVEN, headers=sent)
    again = keyed.call("PUT", AT, json=GIVEN, headers=sent)
    assert first.data == again.data
    assert len(commands(keyed)) == 1


def test_a_test_is_the_engines(keyed: World) -> None:
    accepted = keyed.call("POST", f"{AT}/test")
    assert (accepted.status_code, accepted.json["kind"]) == (202, "test_credentials")
    [asked] = [each for each in commands(keyed) if each.kind == "test_credentials"]
    assert dict(asked.arguments) == {"broker": "angelone", "by": ASHA}


def test_the_engine_of_the_account_at_the_broker_is_asked_before_any_other(keyed: World) -> None:
    accounts = ["paper-angelone", ASHAS, "live-angelone-rehearsal"]
    keyed.documents.change(ASHAS, lambda t: t.update("users", ASHA, {"accounts": accounts}) or {})
    put(keyed)
    plane = FirestoreControlPlane(keyed.wire, keyed.documents, keyed.clock.now)
    assert len(plane.open_commands("live-angelone-rehearsal")) == 1
    assert commands(keyed) == []


def test_of_several_accounts_at_the_broker_the_one_that_an_engine_has_is_told(keyed: World) -> None:
    """Who went back from live to paper: the engine that runs would go on with the keys that were taken back."""
    accounts = ["paper-angelone", ASHAS, "live-angelone"]
    now = keyed.clock.now()

    def arrange(transaction: Transaction) -> Fields:
        transaction.update("users", ASHA, {"accounts": accounts})
        for account_id, until in (("live-angelone", now), ("paper-angelone", now + timedelta(seconds=60))):
            transaction.create("leases", account_id, {"user_id": ASHA, "instance": "an-engine", "until": until})
        return {}

    keyed.documents.change(ASHAS, arrange)
    put(keyed)
    plane = FirestoreControlPlane(keyed.wire, keyed.documents, keyed.clock.now)
    assert [len(plane.open_commands(account_id)) for account_id in accounts] == [1, 0, 0]


def test_the_last_check_is_shown_with_its_lines(keyed: World) -> None:
    def examined(transaction: Transaction) -> Fields:
        line = {"name": "login", "grade": "red", "says": "refused", "do": "look at the PIN"}
        transaction.create("examinations", f"{ASHAS}_angelone", {
            "user_id": ASHA, "account_id": ASHAS, "mode": "paper", "broker": "angelone", "command_id": "c",
            "state": "done", "began_at": START, "ended_at": START, "grade": "red", "failed": None, "findings": [line],
        })  # fmt: skip
        return {}

    keyed.documents.change(ASHAS, examined)
    shown = keyed.call("GET", AT).json["test"]
    assert (shown["grade"], [each["name"] for each in shown["findings"]]) == ("red", ["login"])
    assert keyed.call("GET", AT, uid=BELA).json["test"] is None


def test_nobody_sees_or_moves_anothers(keyed: World) -> None:
    put(keyed)
    assert keyed.call("GET", AT, uid=BELA).json["set"] is False
    assert keyed.call("DELETE", AT, uid=BELA).json["set"] is False
    assert kept(keyed) == AngelOneCredentials(**GIVEN)
    assert keyed.call("PUT", AT, uid=CARL, json=GIVEN).status_code == 409


def test_a_service_trades_for_its_owner_alone_unless_it_says_otherwise(keyed: World, tmp_path: Path) -> None:
    answer = keyed.call("PUT", AT, uid=BELA, json=GIVEN)
    assert (answer.status_code, answer.json["type"]) == (403, "urn:lockstep:problem:own-account-only")
    sealer = Envelope(LocalKeys([Fernet.generate_key().decode()]))
    others = build_world(tmp_path, vault=lambda wire: FirestoreVault(wire, sealer), trades_for_others=True)
    others.clock.elapsed_s = 0.0
    assert others.call("PUT", AT, uid=BELA, json=GIVEN).status_code == 200


def test_each_broker_has_keys_of_its_own_kind_and_none_of_the_others(keyed: World) -> None:
    answer = keyed.call("PUT", AT_COINBASE, json=ED25519)
    assert (answer.status_code, answer.json["broker"], answer.json["client_ending"]) == (200, "coinbase", "…-key")
    put(keyed)
    assert kept(keyed, "coinbase") == CoinbaseCredentials(**ED25519)
    assert [kept(keyed), keyed.call("GET", AT).json["client_ending"]] == [AngelOneCredentials(**GIVEN), "…56"]
    keyed.call("DELETE", AT)
    assert [kept(keyed), keyed.call("GET", AT_COINBASE).json["set"]] == [None, True]
    told = [dict(each.arguments)["broker"] for each in commands(keyed)]
    assert sorted(told) == ["angelone", "angelone", "coinbase"]


@pytest.mark.parametrize("body", [{}, GIVEN, {**ED25519, "private_key": "planted"}, [ED25519], "planted", None])
def test_what_is_no_key_of_coinbase_is_refused_without_being_quoted(keyed: World, body: Any) -> None:
    before = keyed.everything()
    answer = keyed.call("PUT", AT_COINBASE, json=body)
    assert answer.status_code == 400
    assert not [
        secret for secret in (*SECRETS, *ED25519.values(), "planted") if secret in answer.get_data(as_text=True)
    ]
    assert keyed.everything() == before


def test_an_unknown_broker_is_refused(keyed: World) -> None:
    answer = keyed.call("PUT", "/credentials/robinhood", json=GIVEN)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "broker")


def test_a_service_without_a_key_says_so(world: World) -> None:
    world.clock.elapsed_s = 0.0
    answer = put(world)
    assert (answer.status_code, "no key to keep broker keys with" in answer.json["detail"]) == (409, True)
