"""A token for each request: Coinbase's claims, signed by the person's key, good for that request and two minutes."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import jwt
import pytest

from engine.adapters.brokers.coinbase.access.tokens import LIVES_S, Signer
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.simulation.clock import ManualClock
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, PlayKey

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
URL = "https://api.coinbase.com/api/v3/brokerage/orders"


def signer(key: PlayKey, seed: int = 1) -> Signer:
    return Signer(CoinbaseCredentials(key.name, key.private_key), ManualClock(NOW), random.Random(seed))


def read(token: str, key: PlayKey) -> dict[str, object]:
    """Its claims, its signature checked by the key's public half."""
    unchecked = {"verify_exp": False, "verify_nbf": False}
    return dict(jwt.decode(token, key.public_key, algorithms=[key.algorithm], options=unchecked))


@pytest.mark.parametrize("key", [ELLIPTIC, EDWARDS], ids=lambda key: key.algorithm)
def test_it_says_who_for_which_request_and_for_how_long(key: PlayKey) -> None:
    token = signer(key).for_request("POST", f"{URL}?limit=3")
    now_s = int(NOW.timestamp())
    assert read(token, key) == {
        "sub": key.name,
        "iss": "cdp",
        "nbf": now_s,
        "exp": now_s + LIVES_S,
        "uri": "POST api.coinbase.com/api/v3/brokerage/orders",
    }
    header = jwt.get_unverified_header(token)
    assert (header["kid"], header["alg"], len(header["nonce"])) == (key.name, key.algorithm, 32)


def test_one_for_a_socket_names_no_request() -> None:
    assert "uri" not in read(signer(ELLIPTIC).for_socket(), ELLIPTIC)


def test_no_nonce_comes_twice() -> None:
    one = signer(EDWARDS)
    nonces = {jwt.get_unverified_header(one.for_request("GET", URL))["nonce"] for _ in range(200)}
    assert len(nonces) == 200


def test_what_signs_is_not_shown() -> None:
    one = signer(ELLIPTIC)
    assert repr(one) == "Signer()"
