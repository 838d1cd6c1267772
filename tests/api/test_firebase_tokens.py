"""Expiry, signature, project and the rest of what makes a token good: real RS256 tokens against real certificates."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters import firebase_auth
from engine.adapters.firebase_auth import FirebaseTokenVerifier
from engine.api.app import create_app
from engine.domain.errors import OutcomeUnknown, Unauthenticated
from tests.api.certificates import PROJECT, CertificateServer, SigningKey, minted, verifier_of
from tests.api.conftest import World


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey()


@pytest.fixture(scope="module")
def stranger() -> SigningKey:
    return SigningKey()


@pytest.fixture
def server(key: SigningKey) -> Iterator[CertificateServer]:
    certificates = CertificateServer({"known": key})
    with certificates.serving():
        yield certificates


@pytest.fixture(autouse=True)
def no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable set, firebase-admin checks neither signature nor expiry."""
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)


@pytest.fixture
def verifier(server: CertificateServer) -> Iterator[FirebaseTokenVerifier]:
    made = verifier_of(server)
    yield made
    made.close()


def refused(verifier: FirebaseTokenVerifier, token: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(token)
    for part in token.split("."):
        assert len(part) < 8 or part not in str(caught.value)
    return str(caught.value)


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_a_good_token_says_who_is_calling_and_since_when(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    signed_in = now() - 1000
    identity = verifier.verify(minted(key, auth_time=signed_in))
    assert (identity.uid, identity.email) == ("uid-1", "a@example.com")
    assert identity.signed_in_at == datetime.fromtimestamp(signed_in, UTC)


def test_an_expired_token_is_refused_but_for_ten_seconds_of_clocks_apart(
    verifier: FirebaseTokenVerifier, key: SigningKey
) -> None:
    assert refused(verifier, minted(key, exp=now() - 15)) == firebase_auth.EXPIRED
    assert refused(verifier, minted(key, iat=now() - 90_000, exp=now() - 86_400)) == firebase_auth.EXPIRED
    assert verifier.verify(minted(key, exp=now() - 1)).uid == "uid-1"


def test_a_token_from_the_future_is_refused_but_for_ten_seconds(
    verifier: FirebaseTokenVerifier, key: SigningKey
) -> None:
    assert refused(verifier, minted(key, iat=now() + 60)) == firebase_auth.EARLY
    assert verifier.verify(minted(key, iat=now() + 5)).uid == "uid-1"


@pytest.mark.parametrize(
    "changes",
    [{"aud": "another"}, {"iss": "https://securetoken.google.com/another"}, {"aud": None}, {"iss": None},
     {"aud": [PROJECT]}],
)  # fmt: skip
def test_a_token_of_another_project_is_refused(
    verifier: FirebaseTokenVerifier, key: SigningKey, changes: dict[str, Any]
) -> None:
    assert refused(verifier, minted(key, **changes)) == firebase_auth.FOREIGN


def test_an_unsigned_token_is_refused(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    claims = jwt.decode(minted(key), options={"verify_signature": False})
    for header in ({"kid": "known"}, {}):
        assert refused(verifier, jwt.encode(claims, None, "none", headers=header)) == firebase_auth.UNSIGNED


def test_a_token_that_names_another_way_of_signing_is_refused(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    """HS256 with the public certificate as the secret is the classic forgery; PyJWT won't make one, so any secret."""
    claims = jwt.decode(minted(key), options={"verify_signature": False})
    forged = jwt.encode(claims, "s" * 64, "HS256", headers={"kid": "known"})
    assert refused(verifier, forged) == firebase_auth.WRONG_SIGNATURE


def test_a_key_that_is_not_published_is_refused(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    assert refused(verifier, minted(key, kid="retired")) == firebase_auth.WRONG_KEY
    assert refused(verifier, minted(key, kid=None)) == firebase_auth.WRONG_KEY


def test_a_strangers_signature_under_a_known_key_is_refused(
    verifier: FirebaseTokenVerifier, stranger: SigningKey
) -> None:
    assert refused(verifier, minted(stranger)) == firebase_auth.WRONG_SIGNATURE


def test_a_token_whose_claims_were_changed_is_refused(verifier: FirebaseTokenVerifier, key: SigningKey) -> None:
    header, claims, signature = minted(key).split(".")
    changed = {**json.loads(base64.urlsafe_b64decode(claims + "==")), "sub": "uid-2"}
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    assert refused(verifier, f"{header}.{forged}.{signature}") == firebase_auth.WRONG_SIGNATURE


@pytest.mark.parametrize("changes", [{"sub": None}, {"sub": ""}, {"sub": "x" * 129}, {"iat": None}, {"iat": "soon"}])
def test_a_token_without_a_user_or_a_time_is_malformed(
    verifier: FirebaseTokenVerifier, key: SigningKey, changes: dict[str, Any]
) -> None:
    assert refused(verifier, minted(key, **changes)) == firebase_auth.MALFORMED


NAMES = ["alg", "kid", "aud", "iss", "sub"]
segments = st.one_of(
    st.text(max_size=30),
    st.binary(max_size=30).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
        max_leaves=5,
    ).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()),
    st.just(base64.urlsafe_b64encode(b"[" * 3000).decode()),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(segments, max_size=4).map(".".join))
def test_whatever_is_no_token_is_refused_and_nothing_else_happens(
    verifier: FirebaseTokenVerifier, server: CertificateServer, junk: str
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(junk)
    assert server.asked == 0


def test_certificates_are_fetched_once_and_serve_on_while_their_server_is_away(key: SigningKey) -> None:
    certificates = CertificateServer({"known": key})
    with certificates.serving():
        verifier = verifier_of(certificates)
        for _ in range(3):
            verifier.verify(minted(key))
    assert certificates.asked == 1
    assert verifier.verify(minted(key)).uid == "uid-1"
    verifier.close()


def test_a_certificate_server_that_is_down_from_the_start_is_trouble_and_no_refusal(key: SigningKey) -> None:
    certificates = CertificateServer({"known": key})
    with certificates.serving():
        verifier = verifier_of(certificates)
    with pytest.raises(OutcomeUnknown):
        verifier.verify(minted(key))
    verifier.close()


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (200, b"<html>captive portal</html>"), (404, b"")])
def test_a_certificate_server_that_talks_nonsense_is_trouble_and_no_refusal(
    verifier: FirebaseTokenVerifier, server: CertificateServer, key: SigningKey, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    with pytest.raises(OutcomeUnknown):
        verifier.verify(minted(key))


def test_over_http_a_bad_token_changes_nothing_and_a_good_one_does(
    world: World, verifier: FirebaseTokenVerifier, server: CertificateServer, key: SigningKey, stranger: SigningKey
) -> None:
    app = create_app(replace(world.app.extensions["lockstep"].deps, tokens=verifier))
    claims = jwt.decode(minted(key), options={"verify_signature": False})
    bad = {
        firebase_auth.EXPIRED: minted(key, sub="uid-asha", exp=now() - 60),
        firebase_auth.FOREIGN: minted(key, sub="uid-asha", aud="another"),
        firebase_auth.UNSIGNED: jwt.encode({**claims, "sub": "uid-asha"}, None, "none"),
        firebase_auth.WRONG_SIGNATURE: minted(stranger, sub="uid-asha"),
        firebase_auth.MALFORMED: "a.b.c",
    }

    def stop(token: str) -> Any:
        return app.test_client().post("/api/v1/bots/drift/stop", headers={"Authorization": f"Bearer {token}"})

    before = world.everything()
    for reason, token in bad.items():
        answer = stop(token)
        assert (answer.status_code, answer.json["detail"]) == (401, reason)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert token not in answer.get_data(as_text=True) + str(answer.headers)
    assert world.everything() == before
    assert stop(minted(key, sub="uid-asha")).status_code == 200
    assert world.everything() != before


def test_over_http_a_certificate_server_that_is_down_is_a_503(world: World, key: SigningKey) -> None:
    certificates = CertificateServer({"known": key})
    with certificates.serving():
        verifier = verifier_of(certificates)
    app = create_app(replace(world.app.extensions["lockstep"].deps, tokens=verifier))
    answer = app.test_client().get("/api/v1/bots", headers={"Authorization": f"Bearer {minted(key)}"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    verifier.close()
