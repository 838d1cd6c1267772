"""What is sealed opens only with its key, only whole, and only as being about the same thing."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from google.api_core.exceptions import PermissionDenied, ServiceUnavailable

from engine.adapters.vault.envelope import Envelope, KeyKeeper
from engine.adapters.vault.kms_keys import KmsKeys
from engine.adapters.vault.local_keys import LocalKeys, key_in
from engine.domain.errors import InvalidValue, OutcomeUnknown, PermanentFailure
from tests.adapters.vault.keepers import NAME, TwinKms

PLAIN = b'{"pin": "4821", "totp_secret": "JBSWY3DPEHPK3PXP"}'
ABOUT = "anna_angelone"
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))

Keepers = Callable[[], KeyKeeper]


@pytest.fixture(params=["local", "kms"])
def keepers(request: pytest.FixtureRequest) -> Keepers:
    """Makes keepers that share no key."""
    if request.param == "kms":
        return lambda: KmsKeys(NAME, TwinKms())
    return lambda: LocalKeys([Fernet.generate_key().decode()])


def test_what_is_sealed_opens_with_its_key_and_shows_nothing(keepers: Keepers) -> None:
    envelope = Envelope(keepers())
    first, second = envelope.seal(PLAIN, ABOUT), envelope.seal(PLAIN, ABOUT)
    assert envelope.open(first, ABOUT) == envelope.open(second, ABOUT) == PLAIN
    assert first != second
    assert "4821" not in first
    assert "JBSW" not in first


def test_it_opens_neither_with_another_key_nor_as_about_another_thing(keepers: Keepers) -> None:
    envelope, other = Envelope(keepers()), Envelope(keepers())
    sealed = envelope.seal(PLAIN, ABOUT)
    with pytest.raises(PermanentFailure):
        other.open(sealed, ABOUT)
    with pytest.raises(PermanentFailure):
        envelope.open(sealed, "ben_angelone")


@pytest.mark.parametrize("at", [0, 3, 20, -5, -30])
def test_one_changed_letter_is_noticed(keepers: Keepers, at: int) -> None:
    envelope = Envelope(keepers())
    sealed = envelope.seal(PLAIN, ABOUT)
    letter = "B" if sealed[at] == "A" else "A"
    changed = sealed[:at] + letter + sealed[at:][1:]
    with pytest.raises(PermanentFailure):
        envelope.open(changed, ABOUT)


@pytest.mark.parametrize("sealed", ["", "v1", "v1...", "v2.a.b.c", "v1.a.b.c", "v1.äö.b.c", "v1.AAAA.AAAA.AAAA"])
def test_what_was_never_sealed_is_refused(keepers: Keepers, sealed: str) -> None:
    with pytest.raises(PermanentFailure):
        Envelope(keepers()).open(sealed, ABOUT)


def test_the_first_key_seals_and_every_key_opens() -> None:
    sealed_then = Envelope(LocalKeys([OLD])).seal(PLAIN, ABOUT)
    both = Envelope(LocalKeys([NEW, OLD]))
    assert both.open(sealed_then, ABOUT) == PLAIN
    assert Envelope(LocalKeys([NEW])).open(both.seal(PLAIN, ABOUT), ABOUT) == PLAIN


def test_a_key_that_is_none_is_refused_without_being_quoted() -> None:
    with pytest.raises(InvalidValue, match="key 2 is not a Fernet key") as refused:
        LocalKeys([NEW, "hunter2"])
    assert "hunter2" not in str(refused.value)


def test_the_key_file_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "vault.key"
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(key_in(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(made) == {key_in(path)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["vault.key"]
    assert LocalKeys([key_in(path)])


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    key_in(path)
    path.chmod(0o640)
    with pytest.raises(InvalidValue, match="others may read this key: chmod 600"):
        key_in(path)


def test_a_key_file_that_is_a_link_is_refused_since_whoever_made_it_may_know_the_key(tmp_path: Path) -> None:
    key_in(tmp_path / "theirs")
    (tmp_path / "vault.key").symlink_to(tmp_path / "theirs")
    with pytest.raises(InvalidValue, match="is no file of this user's"):
        key_in(tmp_path / "vault.key")


def test_a_kms_that_rotated_its_key_still_opens_what_was_sealed_before() -> None:
    kms = TwinKms()
    envelope = Envelope(KmsKeys(NAME, kms))
    sealed = envelope.seal(PLAIN, ABOUT)
    kms.versions.append(os.urandom(32))
    assert envelope.open(sealed, ABOUT) == PLAIN
    assert kms.calls == ["encrypt", "decrypt"]


def test_a_kms_that_does_not_answer_is_asked_again_and_one_that_refuses_is_not() -> None:
    kms = TwinKms(raises=ServiceUnavailable("it sleeps"))
    with pytest.raises(OutcomeUnknown):
        Envelope(KmsKeys(NAME, kms)).seal(PLAIN, ABOUT)
    kms.raises = PermissionDenied("not yours")
    with pytest.raises(PermanentFailure, match="PermissionDenied"):
        Envelope(KmsKeys(NAME, kms)).seal(PLAIN, ABOUT)


def test_only_a_whole_name_of_a_kms_key_is_taken() -> None:
    with pytest.raises(InvalidValue, match="LOCKSTEP_KMS_KEY"):
        KmsKeys("my-key")
