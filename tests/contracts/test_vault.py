"""The vault in memory and on the emulator: credentials in, credentials out, and nothing legible between."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.vault import COLLECTION, FirestoreVault, credentials_id
from engine.adapters.firestore.wire import Wire
from engine.adapters.vault.envelope import Envelope
from engine.adapters.vault.local_keys import LocalKeys
from engine.domain.angelone_credentials import ANGELONE_FORM
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.errors import PermanentFailure
from engine.ports import Fields

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
ANNA, BEN = "anna", "ben"
GIVEN = {"client_code": "A123456", "pin": "4821", "totp_secret": "JBSWY3DPEHPK3PXP", "api_key": "k9AbCd12"}
KEYS = ANGELONE_FORM.read(GIVEN)


def vault_with(wire: Wire, *keys: str) -> FirestoreVault:
    return FirestoreVault(wire, Envelope(LocalKeys(keys)))


def put(wire: Wire, user_id: str, fields: Fields, broker: str = "angelone") -> None:
    """As the API's transaction writes it."""
    request = commit_request(wire.database)
    name = name_of(wire.database, COLLECTION, credentials_id(user_id, broker))
    add_set(request, name, {"user_id": user_id, "broker": broker, **fields})
    wire.commit(request)


def document(wire: Wire, user_id: str) -> Message:
    found = wire.get([name_of(wire.database, COLLECTION, credentials_id(user_id, "angelone"))])[0]
    assert found is not None
    return found


def test_they_come_back_as_they_were_given_and_none_for_who_gave_none(wire: Wire) -> None:
    vault = vault_with(wire, OLD)
    put(wire, ANNA, vault.sealed(ANNA, "angelone", KEYS))
    assert vault.credentials(ANNA, "angelone") == KEYS
    assert vault.credentials(BEN, "angelone") is None


def test_the_store_holds_nothing_legible_of_them(wire: Wire) -> None:
    put(wire, ANNA, vault_with(wire, OLD).sealed(ANNA, "angelone", KEYS))
    stored = str(document(wire, ANNA))
    assert all(value not in stored for value in GIVEN.values())


def test_taken_back_there_are_none(wire: Wire) -> None:
    vault = vault_with(wire, OLD)
    put(wire, ANNA, vault.sealed(ANNA, "angelone", KEYS))
    put(wire, ANNA, {"sealed": None})
    assert vault.credentials(ANNA, "angelone") is None


def test_one_persons_are_of_no_use_in_anothers_place(wire: Wire) -> None:
    vault = vault_with(wire, OLD)
    put(wire, BEN, vault.sealed(ANNA, "angelone", KEYS))
    with pytest.raises(PermanentFailure):
        vault.credentials(BEN, "angelone")


def test_sealed_anew_they_need_the_old_key_no_more(wire: Wire) -> None:
    put(wire, ANNA, vault_with(wire, OLD).sealed(ANNA, "angelone", KEYS))
    put(wire, BEN, {"sealed": None})
    assert vault_with(wire, NEW, OLD).seal_anew() == 1
    assert vault_with(wire, NEW).credentials(ANNA, "angelone") == KEYS
    with pytest.raises(PermanentFailure, match="none of this deployment's vault keys opens it"):
        vault_with(wire, OLD).credentials(ANNA, "angelone")


def test_each_broker_has_keys_of_its_own_and_all_are_sealed_anew(wire: Wire) -> None:
    key = CoinbaseCredentials("planted-key-name", "cGxhbnRlZC1wcml2YXRlLWtleS1vZi0zMi1ieXRlcyE=")
    old = vault_with(wire, OLD)
    put(wire, ANNA, old.sealed(ANNA, "angelone", KEYS))
    put(wire, ANNA, old.sealed(ANNA, "coinbase", key), "coinbase")
    assert vault_with(wire, NEW, OLD).seal_anew() == 2
    anew = vault_with(wire, NEW)
    assert (anew.credentials(ANNA, "angelone"), anew.credentials(ANNA, "coinbase")) == (KEYS, key)
    put(wire, ANNA, anew.sealed(ANNA, "angelone", KEYS), "coinbase")
    with pytest.raises(PermanentFailure):
        anew.credentials(ANNA, "coinbase")


def test_what_no_key_opens_ends_the_sealing_and_stays_as_it_was(wire: Wire) -> None:
    put(wire, ANNA, vault_with(wire, OLD).sealed(ANNA, "angelone", KEYS))
    with pytest.raises(PermanentFailure):
        vault_with(wire, NEW).seal_anew()
    assert vault_with(wire, OLD).credentials(ANNA, "angelone") == KEYS


def test_what_no_key_opens_does_not_keep_the_others_from_being_sealed_anew(wire: Wire) -> None:
    """Else the old key could never be taken away, or would be while some are sealed with it alone."""
    lost = Fernet.generate_key().decode()
    for place, user_id in enumerate(("first", "second", "third")):
        put(wire, user_id, vault_with(wire, lost if place < 2 else OLD).sealed(user_id, "angelone", KEYS))
    with pytest.raises(PermanentFailure, match=r"2 of 3 .*first_angelone, second_angelone"):
        vault_with(wire, NEW, OLD).seal_anew()
    assert vault_with(wire, NEW).credentials("third", "angelone") == KEYS


class Between:
    """A sealer that, in the middle of sealing anew, lets the person give other keys."""

    def __init__(self, wire: Wire, inner: Envelope) -> None:
        self.wire, self.inner, self.meanwhile = wire, inner, ANGELONE_FORM.read({**GIVEN, "pin": "1111"})
        self.met = False

    def seal(self, plain: bytes, about: str) -> str:
        sealed = self.inner.seal(plain, about)
        if not self.met:
            self.met = True
            put(self.wire, ANNA, FirestoreVault(self.wire, self.inner).sealed(ANNA, "angelone", self.meanwhile))
        return sealed

    def open(self, sealed: str, about: str) -> bytes:
        return self.inner.open(sealed, about)


def test_keys_given_while_all_is_sealed_anew_are_not_lost(wire: Wire) -> None:
    put(wire, ANNA, vault_with(wire, OLD).sealed(ANNA, "angelone", KEYS))
    between = Between(wire, Envelope(LocalKeys([NEW, OLD])))
    assert FirestoreVault(wire, between).seal_anew() == 1
    assert vault_with(wire, NEW).credentials(ANNA, "angelone") == between.meanwhile
