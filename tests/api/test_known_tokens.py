"""A token that was found good is known for a minute: no longer, not past its end, and not where revocation counts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from engine.adapters.firebase_auth import KNOWN_MAX, FirebaseTokenVerifier
from engine.domain.errors import Unauthenticated
from tests.api.certificates import CertificateServer, SigningKey, minted, verifier_of


class Hand:
    """A clock that is moved by hand, seconds since the epoch."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey()


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def verifier(key: SigningKey, clock: Hand, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirebaseTokenVerifier]:
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    certificates = CertificateServer({"known": key})
    with certificates.serving():
        made = verifier_of(certificates, now=clock)
        yield made
        made.close()


def look_amiss(verifier: FirebaseTokenVerifier) -> None:
    """From now on it refuses whatever it looks at."""
    verifier._client()._token_verifier.id_token_verifier.project_id = "another"


def test_a_token_found_good_is_looked_at_again_after_a_minute(
    verifier: FirebaseTokenVerifier, key: SigningKey, clock: Hand
) -> None:
    token = minted(key)
    found = verifier.verify(token)
    look_amiss(verifier)
    clock.at += 59
    assert verifier.verify(token) == found
    clock.at += 2
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


def test_a_token_is_not_known_past_its_end(verifier: FirebaseTokenVerifier, key: SigningKey, clock: Hand) -> None:
    token = minted(key, exp=int(clock.at) + 20)
    verifier.verify(token)
    look_amiss(verifier)
    clock.at += 18
    assert verifier.verify(token).uid == "uid-1"
    clock.at += 3
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


def test_where_revocation_counts_a_known_token_is_looked_at(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    token = minted(key)
    verifier.verify(token)
    look_amiss(verifier)
    assert verifier.verify(token).uid == "uid-1"
    with pytest.raises(Unauthenticated):
        verifier.verify(token, check_revoked=True)


def test_the_token_found_good_longest_ago_is_forgotten_first(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    first, second = minted(key), minted(key, sub="uid-2")
    known = verifier.verify(first)
    for number in range(KNOWN_MAX - 1):
        verifier._remember(f"token-{number}", known, int(time.time()) + 3_600)
    verifier.verify(second)
    look_amiss(verifier)
    assert verifier.verify(second).uid == "uid-2"
    with pytest.raises(Unauthenticated):
        verifier.verify(first)
