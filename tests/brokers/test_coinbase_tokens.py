"""Who the loopback Coinbase lets in: tokens by both kinds of key, and everything that may be wrong with one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.brokers.coinbase.floor import TEN
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC, PlayKey
from tests.brokers.coinbase.plain_client import signed
from tests.brokers.coinbase.tokens import Door

URI = "GET 127.0.0.1:1/api/v3/brokerage/accounts"
NOW_S = int(TEN.timestamp())


def opens(token: str, at: datetime = TEN, uri: str | None = URI) -> tuple[bool, list[str]]:
    """Whether a door nobody has used opens, and why not."""
    door = Door((ELLIPTIC, EDWARDS))
    return door.opens(token, at, uri) is not None, door.turned_away


@pytest.mark.parametrize("key", [ELLIPTIC, EDWARDS], ids=["ES256", "EdDSA"])
def test_either_kind_of_key_opens_for_its_request_and_without_one_for_a_message(key: PlayKey) -> None:
    assert opens(signed(key, NOW_S, URI)) == (True, [])
    assert opens(signed(key, NOW_S, None), uri=None) == (True, [])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"iss": "coinbase"}, "iss"),
        ({"sub": "somebody"}, "sub"),
        ({"uri": "POST 127.0.0.1:1/api/v3/brokerage/accounts"}, "uri"),
        ({"uri": "GET api.coinbase.com/api/v3/brokerage/accounts"}, "uri"),
        ({"uri": f"{URI}?limit=1"}, "uri"),
        ({"nbf": NOW_S + 1}, "time"),
        ({"nbf": None}, "time"),
        ({"exp": NOW_S}, "time"),
        ({"exp": None}, "time"),
        ({"exp": NOW_S + 121}, "time"),
    ],
)
def test_a_claim_that_is_wrong_opens_nothing(said: dict[str, Any], why: str) -> None:
    claims = {"uri": URI, **said}
    assert opens(signed(ELLIPTIC, NOW_S, claims.pop("uri"), **claims)) == (False, [why])


def test_a_token_for_a_message_opens_no_request_and_the_other_way_round() -> None:
    assert opens(signed(ELLIPTIC, NOW_S, None)) == (False, ["uri"])
    assert opens(signed(ELLIPTIC, NOW_S, URI), uri=None) == (False, ["uri"])


def test_a_token_is_good_for_two_minutes() -> None:
    token = signed(ELLIPTIC, NOW_S, URI)
    assert opens(token, TEN + timedelta(seconds=119))[0] is True
    assert opens(token, TEN + timedelta(seconds=120)) == (False, ["time"])
    assert opens(token, TEN - timedelta(seconds=1)) == (False, ["time"])


def test_a_nonce_serves_once() -> None:
    door = Door((ELLIPTIC,))
    assert door.opens(signed(ELLIPTIC, NOW_S, URI, nonce="a"), TEN, URI) is ELLIPTIC
    assert door.opens(signed(ELLIPTIC, NOW_S, URI, nonce="a"), TEN, URI) is None
    assert door.opens(signed(ELLIPTIC, NOW_S, URI, nonce="b"), TEN, URI) is ELLIPTIC
    assert door.turned_away == ["nonce"]


def test_a_key_that_it_does_not_know_or_that_did_not_sign_opens_nothing() -> None:
    other = PlayKey(ELLIPTIC.name, seed="another")
    stranger = PlayKey("organizations/x/apiKeys/y")
    assert opens(signed(other, NOW_S, URI)) == (False, ["token: Signature verification failed"])
    assert opens(signed(stranger, NOW_S, URI)) == (False, ["kid"])
    assert opens("no.token.atall")[0] is False
    assert opens("")[0] is False
