"""`lockstep keys rotate`: what people gave is sealed with the newest key; wrong words and keys say so."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from cryptography.fernet import Fernet

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.vault import COLLECTION, FirestoreVault, credentials_id
from engine.adapters.firestore.wire import GrpcWire
from engine.adapters.vault.envelope import Envelope
from engine.adapters.vault.local_keys import LocalKeys
from engine.domain.angelone_credentials import ANGELONE_FORM
from local.firestore import FirestoreEmulator
from tests.cli import command
from tests.cli.command import Ran

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
KEYS = ANGELONE_FORM.read(
    {"client_code": "A123456", "pin": "4821", "totp_secret": "JBSWY3DPEHPK3PXP", "api_key": "k9AbCd12"}
)


def lockstep(env: Mapping[str, str], *words: str) -> Ran:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in env.items():
            patched.setenv(name, value)
        return command.lockstep(*words)


def vault(wire: GrpcWire, key: str) -> FirestoreVault:
    return FirestoreVault(wire, Envelope(LocalKeys([key])))


def test_all_is_sealed_anew_with_the_first_key(firestore_emulator: FirestoreEmulator, firestore_project: str) -> None:
    wire = connect(firestore_project, firestore_emulator.host)
    request = commit_request(wire.database)
    for user in ("anna", "ben"):
        fields = {"user_id": user, "broker": "angelone", **vault(wire, OLD).sealed(user, "angelone", KEYS)}
        add_set(request, name_of(wire.database, COLLECTION, credentials_id(user, "angelone")), fields)
    wire.commit(request)
    env = {
        "GOOGLE_CLOUD_PROJECT": firestore_project,
        "FIRESTORE_EMULATOR_HOST": firestore_emulator.host,
        "LOCKSTEP_VAULT_KEYS": f"{NEW},{OLD}",
    }
    ran = lockstep(env, "keys", "rotate", "--json")
    assert (ran.code, json.loads(ran.out)) == (0, {"sealed": 2}), ran.err
    assert vault(wire, NEW).credentials("ben", "angelone") == KEYS
    lost = lockstep({**env, "LOCKSTEP_VAULT_KEYS": OLD}, "keys", "rotate")
    assert (lost.code, "none of this deployment's vault keys opens it" in lost.err) == (1, True)
    wire.close()


def test_a_key_that_is_none_ends_it_without_being_quoted() -> None:
    env = {"GOOGLE_CLOUD_PROJECT": "demo-x", "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "LOCKSTEP_VAULT_KEYS": "hunter2"}
    ran = lockstep(env, "keys", "rotate")
    assert (ran.code, "key 1 is not a Fernet key" in ran.err, "hunter2" in ran.err) == (2, True, False)


def test_in_the_cloud_without_a_key_there_is_nothing_to_rotate() -> None:
    ran = lockstep({"GOOGLE_CLOUD_PROJECT": "demo-x", "K_SERVICE": "lockstep"}, "keys", "rotate")
    assert (ran.code, "has no key to keep broker keys with" in ran.err) == (2, True)


def test_its_help_has_an_example() -> None:
    for words in (("keys", "--help"), ("keys", "rotate", "--help"), ("doctor", "--help")):
        ran = lockstep({}, *words)
        assert (ran.code, "example:" in ran.out) == (0, True)
